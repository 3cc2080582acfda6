"""Makes boto3 clients that send over the connections of ``authflow.backends.http``."""

import logging
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing
from authflow.backends.boto3._sending import Sender
from authflow.backends.boto3._watching import watch
from authflow.backends.http._certificates import find_certifi, make_ssl_context_for
from authflow.backends.http._pool import Pool
from authflow.backends.http._routes import Route, find_environment_proxy, find_route
from authflow.backends.http._sockets import make_blocking_pool
from authflow.backends.http._wire import build_head
from authflow.core._texts import clean
from authflow.core.errors import InvalidInput

if TYPE_CHECKING:
    import boto3
    from botocore.session import Session
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# boto3 needs a region even if the endpoint is given; any region will do.
_ANY_REGION: Final = "us-east-1"
_MAX_PROBLEM_LENGTH: Final = 500  # characters
_LOGGER: Final = logging.getLogger("authflow")


@dataclass(frozen=True, slots=True)
class Opened:
    """A client, and the pool over which it sends; None if it was given and sends by itself."""

    client: "CognitoIdentityProviderClient"
    pool: Pool | None = None

    def close(self) -> None:
        """Close the connections, unless the client was given."""
        if self.pool is not None:
            self.pool.close()

    def distrust(self) -> None:
        """Close the connections of a given client, on which somebody else's response may be left.

        A pool does that by itself.
        """
        if self.pool is None:
            self.client.close()


def require_client(client: object) -> None:
    """Raise InvalidInput if ``client`` is not a ``cognito-idp`` client of boto3, and log a warning if it retries."""
    meta = getattr(client, "meta", None)
    if getattr(getattr(meta, "service_model", None), "service_name", None) != "cognito-idp":
        raise InvalidInput("client", f"must be a cognito-idp client of boto3, not {type(client).__name__}")
    retries = getattr(getattr(meta, "config", None), "retries", None) or {}
    if retries.get("total_max_attempts") != 1:
        _LOGGER.warning(
            "the client of Boto3Backend retries requests, and Cognito refuses a second request with the same Session: "
            'make it with Config(retries={"total_max_attempts": 1})'
        )


def open_client(region: str | None, endpoint_url: str | None) -> Opened:
    """Return a new client with the user's configuration of boto3, which sends over a pool of its own.

    Raises:
        InvalidInput: an argument or the configuration can't be used.
        ModuleNotFoundError: boto3 or h11 is not installed.
    """
    with explain_missing("Boto3Backend"):
        import boto3  # noqa: PLC0415 - loaded with the first backend
        import botocore.session  # noqa: PLC0415 - loaded with the first backend

    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - loaded with the first backend

    try:
        session = botocore.session.get_session()
        client = _make_client(boto3.Session(region_name=region, botocore_session=session), endpoint_url)
        pool = _make_pool(session, client)
    except BotoCoreError as error:  # its text names what is wrong in a file or a variable
        raise InvalidInput("boto3's configuration", clean(str(error), at_most=_MAX_PROBLEM_LENGTH)) from None
    watch(client)
    return Opened(client, pool)


def _make_pool(session: "Session", client: "CognitoIdentityProviderClient") -> Pool:
    """Return a pool, over which the client sends from now on."""
    config: Any = client.meta.config
    if config.proxies_config:
        raise InvalidInput("proxies_config", "is not supported: proxies must be reached by http://")

    def find(url: str) -> Route:
        return _find_route(url, config)

    is_tls = find(client.meta.endpoint_url).is_tls
    context = _make_ssl_context(session, config) if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    pool = make_blocking_pool(context, build_head)
    send: Any = Sender(pool, find)  # the stubs know no handlers that return something
    client.meta.events.register_last("before-send", send)
    return pool


def _make_client(session: "boto3.Session", endpoint_url: str | None) -> "CognitoIdentityProviderClient":
    from botocore.config import Config  # noqa: PLC0415 - loaded with the first backend
    from botocore.exceptions import InvalidRegionError, NoRegionError  # noqa: PLC0415 - loaded with the first backend

    fallback = _ANY_REGION if endpoint_url and session.region_name is None else None
    config = Config(retries={"total_max_attempts": 1})
    try:
        return session.client("cognito-idp", region_name=fallback, endpoint_url=endpoint_url, config=config)
    except NoRegionError:
        raise InvalidInput("region", "is not given, and boto3's configuration has none") from None
    except InvalidRegionError:
        raise InvalidInput("region", "is not the name of a region") from None
    except ValueError:
        raise InvalidInput("endpoint_url", "is not a URL") from None


def _find_route(url: str, config: Any) -> Route:  # noqa: ANN401 - the stubs lack its attributes
    """Return the route to a URL, through the proxy that boto3 would use."""
    if config.proxies is None:
        return find_route(url, find_environment_proxy(url, allow_any=False), "environment")
    proxy = config.proxies.get(url.partition(":")[0])
    return find_route(url, f"http://{proxy}" if proxy and "://" not in proxy else proxy, "proxies")


def _make_ssl_context(session: "Session", config: Any) -> ssl.SSLContext:  # noqa: ANN401 - as above
    """Return a context that trusts the authorities that boto3 would trust, with the configured client certificate."""
    bundle = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or find_certifi()
    context = make_ssl_context_for(bundle, "ca_bundle")
    if config.client_cert:
        files = (config.client_cert,) if isinstance(config.client_cert, str) else config.client_cert
        try:
            context.load_cert_chain(*files)
        except OSError as error:
            raise InvalidInput("client_cert", f"can't be loaded: {type(error).__name__}") from None
    return context
