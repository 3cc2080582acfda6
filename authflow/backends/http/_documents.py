"""JSON documents that a service publishes, such as the keys of its tokens. They are fetched with GET."""

import ssl
from collections.abc import Callable
from typing import Any, Final

from authflow._version import __version__
from authflow.backends._json_protocol import parse_object
from authflow.backends.http._certificates import make_ssl_context
from authflow.backends.http._errors import TransportError
from authflow.backends.http._pool import Network, Pool
from authflow.backends.http._routes import find_environment_proxy, find_route
from authflow.backends.http._wire import Headers, recall_head
from authflow.core.errors import BackendError

_HEADERS: Final[Headers] = (
    ("User-Agent", f"authflow/{__version__}"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),  # the next fetch is an hour away
)


class Documents:
    """Fetches documents, with the backends' time-outs and limits, the environment's proxy and its authorities.

    Each fetch has a connection of its own, so that threads, processes and event loops may share the object.

    Args:
        make_network: opens connections.
    """

    def __init__(self, make_network: Callable[[], Network]) -> None:
        self._make_network = make_network
        self._ssl_context: ssl.SSLContext | None = None

    async def fetch(self, url: str) -> dict[str, Any]:
        """Return the JSON object at a URL. Redirects are not followed.

        Raises:
            InvalidInput: the URL, or the proxies or certificates that the environment names, can't be used.
            BackendError: there is no such object. The error quotes nothing of the response.
        """
        route = find_route(url, find_environment_proxy(url, allow_any=True), "environment")
        pool = Pool(self._make_network(), self._get_ssl_context(is_tls=route.is_tls), recall_head)
        try:
            response = await pool.get(route, _HEADERS)
        except TransportError as error:
            raise BackendError(f"GET {url}: {error}") from None
        finally:
            pool.close()
        content = parse_object(response.body) if response.status == 200 else None
        if content is None:
            problem = "the body is not a JSON object" if response.status == 200 else "not the document"
            raise BackendError(f"GET {url}: HTTP {response.status}, {problem}")
        return content

    def _get_ssl_context(self, *, is_tls: bool) -> ssl.SSLContext:
        if not is_tls:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without authorities, it trusts nobody
        if self._ssl_context is None:
            self._ssl_context = make_ssl_context()
        return self._ssl_context
