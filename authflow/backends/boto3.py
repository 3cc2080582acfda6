"""Boto3Backend: Cognito through boto3. The home of boto3, which is loaded when the first backend is made."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from authflow.backends._json_protocol import make_error
from authflow.backends._limits import CONNECT_TIMEOUT, CONNECTIONS, READ_TIMEOUT
from authflow.backends._process_local import ProcessLocal
from authflow.core.errors import AuthflowError, BackendError, InvalidInput
from authflow.core.requests import Request

__all__ = ["Boto3Backend"]

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# With an endpoint of one's own the region only has to be some region.
_ANY_REGION: Final = "us-east-1"


class Boto3Backend:
    """Carries requests through a boto3 ``cognito-idp`` client.

    The public API needs no AWS credentials. With ``Authenticator(admin=True)`` the client signs with what boto3's
    credential chain finds. May be shared by threads, as boto3's clients may.

    Args:
        client: your own; you must have switched its retries off, since a Session is good for one answer.
        region: for the client that is made here; without it boto3's configuration decides.
        endpoint_url: for the client that is made here, such as an emulator's.

    Attributes:
        region: the AWS region that it talks to; None where an endpoint was given, which may stand for any.

    Raises:
        InvalidInput: both a client and its settings, or no region to be found.
    """

    def __init__(
        self,
        client: "CognitoIdentityProviderClient | None" = None,
        region: str | None = None,
        endpoint_url: str | None = None,
    ) -> None:
        if client is not None and (region or endpoint_url):
            raise InvalidInput("client", "brings its own region and endpoint: give the client or these")
        self._client = ProcessLocal(lambda: client or _make_client(region, endpoint_url), given=client is not None)
        self.region = None if endpoint_url else self._client().meta.region_name

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request; see ``Backend.call``.

        Raises:
            InvalidInput: a member that the service model does not allow, or the client was given to another process.
        """
        from botocore import xform_name  # noqa: PLC0415 - loaded with the first backend
        from botocore.exceptions import (  # noqa: PLC0415 - see the module's docstring
            BotoCoreError,
            ClientError,
            ParamValidationError,
        )

        method = getattr(self._client(), xform_name(request.operation))
        failed: AuthflowError
        try:
            reply: dict[str, Any] = method(**request.params())
        except ClientError as error:
            failed = _from_client_error(error.response, request.operation)
        except ParamValidationError:
            problem = f"{request.operation}: a member has a type or length that the service model does not allow"
            failed = InvalidInput("request", problem)
        except BotoCoreError as error:
            failed = BackendError(f"{request.operation}: {type(error).__name__}")
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            # botocore's parser trips over JSON that is not an answer of Cognito's
            failed = BackendError(f"{request.operation}: an answer that is not Cognito's, {type(error).__name__}")
        else:
            return reply
        raise failed  # outside of the handlers: botocore's errors hold the request or quote it, and with it secrets


def _from_client_error(response: Mapping[str, Any], operation: str) -> AuthflowError:
    error, status = response.get("Error", {}), response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return make_error(operation, status, str(error.get("Code", "")), str(error.get("Message", "")))


def _make_client(region: str | None, endpoint_url: str | None) -> "CognitoIdentityProviderClient":
    import boto3  # noqa: PLC0415 - loaded with the first backend
    from botocore.config import Config  # noqa: PLC0415 - loaded with the first backend
    from botocore.exceptions import InvalidRegionError, NoRegionError  # noqa: PLC0415 - loaded with the first backend

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
