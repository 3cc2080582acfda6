"""Boto3Backend: sends requests through boto3."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from authflow.backends._json_protocol import make_error
from authflow.backends._process_local import ProcessLocal
from authflow.backends.boto3._client import Opened, open_client, require_client
from authflow.backends.boto3._watching import last_response, watch
from authflow.backends.http._errors import TransportError
from authflow.core._opaque import ProcessBound
from authflow.core.errors import AuthflowError, BackendError, InvalidInput, Refusal, Throttled
from authflow.core.requests import Request

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class Boto3Backend(ProcessBound):
    """Sends requests through a boto3 ``cognito-idp`` client. Threads may share it.

    The public API needs no AWS credentials. With ``Authenticator(admin=True)``, boto3 signs the requests with the
    credentials that its default credential chain finds.

    Without a client, boto3 prepares and signs the requests, and authflow sends them as ``HttpBackend`` does.

    Args:
        client: your own client, which sends the requests itself. You must switch off its retries
            (``retries={"total_max_attempts": 1}``), because Cognito refuses a second request with a Session that the
            first one consumed; a warning of the logger ``authflow`` reports one that retries. You must close it.
        region: the AWS region, if no client is given; by default boto3's configuration decides.
        endpoint_url: the URL of the service, if no client is given, for example of an emulator.

    Attributes:
        region: the AWS region of the client; None if ``endpoint_url`` was given, which may serve any region.

    Raises:
        InvalidInput: the client is for another service, or was given together with a region or an endpoint; no region
            was found; or boto3's configuration has something that can't be used, such as an ``https://`` proxy.
    """

    def __init__(
        self,
        client: "CognitoIdentityProviderClient | None" = None,
        region: str | None = None,
        endpoint_url: str | None = None,
    ) -> None:
        if client is not None and (region or endpoint_url):
            raise InvalidInput("client", "has its own region and endpoint: give either the client or these")
        if client is not None:
            require_client(client)
            watch(client)
        self._is_closed = False
        self._opened = ProcessLocal(
            lambda: Opened(client) if client is not None else open_client(region, endpoint_url),
            given=client is not None,
        )
        self.region = None if endpoint_url else self._opened().client.meta.region_name

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``Backend.call``.

        Raises:
            InvalidInput: the service model does not allow a member of the request, the backend is closed, or the
                client was given to this backend in another process.
        """
        if self._is_closed:
            raise InvalidInput("backend", "is closed")
        opened = self._opened()
        outcome = _call(opened.client, request)
        if not isinstance(outcome, AuthflowError):
            return outcome
        if not isinstance(outcome, InvalidInput | Refusal | Throttled):
            opened.distrust()
        raise outcome

    def close(self) -> None:
        """Close the connections; a connection in use closes when its call ends. Your own client stays open."""
        self._is_closed = True
        if opened := self._opened.get_existing():
            opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _call(client: "CognitoIdentityProviderClient", request: Request) -> Mapping[str, Any] | AuthflowError:
    """Return the reply, or the error to raise.

    The error is not raised here, so that no error of botocore is chained: it may hold or quote secrets.
    """
    from botocore import xform_name  # noqa: PLC0415 - loaded with the first backend
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see above

    last_response.set(None)
    try:
        reply: Mapping[str, Any] = getattr(client, xform_name(request.operation))(**request.params())
    except ClientError as error:
        return _convert_client_error(error.response, request.operation)
    # botocore's parser fails on JSON that is not a reply of Cognito's.
    except (BotoCoreError, TransportError, AttributeError, TypeError, ValueError, RecursionError) as error:
        return _convert(error, request.operation)
    return _check(reply, request.operation)


def _convert(error: Exception, operation: str) -> AuthflowError:
    from botocore.exceptions import BotoCoreError, NoCredentialsError, ParamValidationError  # noqa: PLC0415 - see above

    if isinstance(error, InvalidInput):  # of the transport
        return error.with_traceback(None)
    if isinstance(error, TransportError):
        return BackendError(f"{operation}: {error}")
    if isinstance(error, ParamValidationError):
        problem = f"{operation}: a member has a type or length that the service model does not allow"
        return InvalidInput("request", problem)
    if isinstance(error, NoCredentialsError):
        return BackendError(f"{operation}: not sent: NoCredentialsError: boto3 found no AWS credentials")
    if isinstance(error, BotoCoreError):
        return BackendError(f"{operation}: {type(error).__name__}")
    return BackendError(f"{operation}: the response is not Cognito's, {type(error).__name__}")


def _check(reply: Mapping[str, Any], operation: str) -> Mapping[str, Any] | AuthflowError:
    """Return a reply, or an error if botocore should not have taken it for one."""
    status, seen = reply.get("ResponseMetadata", {}).get("HTTPStatusCode", 200), last_response.get()
    if status != 200:
        return BackendError(f"{operation}: HTTP {status}")
    if seen is not None and not seen.is_whole:
        return BackendError(f"{operation}: HTTP 200, but the body is incomplete")
    if seen is not None and not seen.is_object:
        return BackendError(f"{operation}: HTTP 200, but the body is not a JSON object")
    return reply


def _convert_client_error(response: Mapping[str, Any], operation: str) -> AuthflowError:
    error, status = response.get("Error", {}), response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    seen = last_response.get()
    if seen is not None and not seen.is_whole:
        return BackendError(f"{operation}: HTTP {status}, but the body is incomplete")
    return make_error(operation, status, str(error.get("Code", "")), str(error.get("Message", "")))
