"""Boto3Backend: sends requests through boto3, which is imported when the first backend is made."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing
from authflow.backends._json_protocol import make_error
from authflow.backends._limits import CONNECT_TIMEOUT, CONNECTIONS, READ_TIMEOUT
from authflow.backends._process_local import ProcessLocal
from authflow.core.errors import AuthflowError, BackendError, InvalidInput
from authflow.core.requests import Request

__all__ = ["Boto3Backend"]

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# boto3 needs a region even if the endpoint is given; any region will do.
_ANY_REGION: Final = "us-east-1"


class Boto3Backend:
    """Sends requests through a boto3 ``cognito-idp`` client. Threads may share it.

    The public API needs no AWS credentials. With ``Authenticator(admin=True)``, boto3 signs the requests with the
    credentials that its default credential chain finds.

    Args:
        client: your own client. You must switch off its retries (``retries={"total_max_attempts": 1}``), because
            Cognito refuses a second request with a Session that the first one consumed.
        region: the AWS region, if no client is given; by default boto3's configuration decides.
        endpoint_url: the URL of the service, if no client is given, for example of an emulator.

    Attributes:
        region: the AWS region of the client; None if ``endpoint_url`` was given, which may serve any region.

    Raises:
        InvalidInput: a client was given together with a region or an endpoint, or no region was found.
    """

    def __init__(
        self,
        client: "CognitoIdentityProviderClient | None" = None,
        region: str | None = None,
        endpoint_url: str | None = None,
    ) -> None:
        if client is not None and (region or endpoint_url):
            raise InvalidInput("client", "has its own region and endpoint: give either the client or these")
        self._client = ProcessLocal(lambda: client or _make_client(region, endpoint_url), given=client is not None)
        self.region = None if endpoint_url else self._client().meta.region_name

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``Backend.call``.

        Raises:
            InvalidInput: the service model does not allow a member of the request, or the client was given to this
                backend in another process.
        """
        from botocore import xform_name  # noqa: PLC0415 - loaded with the first backend
        from botocore.exceptions import (  # noqa: PLC0415 - see the module's docstring
            BotoCoreError,
            ClientError,
            ParamValidationError,
        )

        method = getattr(self._client(), xform_name(request.operation))
        failure: AuthflowError
        try:
            reply: dict[str, Any] = method(**request.params())
        except ClientError as error:
            failure = _convert_client_error(error.response, request.operation)
        except ParamValidationError:
            problem = f"{request.operation}: a member has a type or length that the service model does not allow"
            failure = InvalidInput("request", problem)
        except BotoCoreError as error:
            failure = BackendError(f"{request.operation}: {type(error).__name__}")
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            # botocore's parser fails on JSON that is not a reply of Cognito's.
            failure = BackendError(f"{request.operation}: the response is not Cognito's, {type(error).__name__}")
        else:
            return reply
        # Raised outside of the handlers, so that no error of botocore is chained: it may hold or quote secrets.
        raise failure


def _convert_client_error(response: Mapping[str, Any], operation: str) -> AuthflowError:
    error, status = response.get("Error", {}), response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return make_error(operation, status, str(error.get("Code", "")), str(error.get("Message", "")))


def _make_client(region: str | None, endpoint_url: str | None) -> "CognitoIdentityProviderClient":
    with explain_missing("Boto3Backend"):
        import boto3  # noqa: PLC0415 - loaded with the first backend
        from botocore.config import Config  # noqa: PLC0415 - loaded with the first backend
        from botocore.exceptions import (  # noqa: PLC0415 - loaded with the first backend
            InvalidRegionError,
            NoRegionError,
        )

    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"total_max_attempts": 1},
        max_pool_connections=CONNECTIONS,
    )
    session = boto3.Session(region_name=region)
    fallback = _ANY_REGION if endpoint_url and session.region_name is None else None
    try:
        return session.client("cognito-idp", region_name=fallback, endpoint_url=endpoint_url, config=config)
    except NoRegionError:
        raise InvalidInput("region", "is not given, and boto3's configuration has none") from None
    except InvalidRegionError:
        raise InvalidInput("region", "is not the name of a region") from None
    except ValueError:
        raise InvalidInput("endpoint_url", "is not a URL") from None
