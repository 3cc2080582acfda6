"""What both backends have in common, written once as coroutines."""

import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.backends._endpoints import find_endpoint
from authflow.backends._json_protocol import build_request, read_reply
from authflow.backends._process_local import ProcessLocal
from authflow.backends.http._certificates import make_ssl_context
from authflow.backends.http._errors import TransportError
from authflow.backends.http._pool import Pool
from authflow.backends.http._routes import Route, find_environment_proxy, find_route, parse_proxy
from authflow.core._frames import hides_frames
from authflow.core._validation import require_instance
from authflow.core.errors import BackendError
from authflow.core.requests import Request

_SOME_REGION: Final = "us-east-1"  # its route shows whether the environment's proxies can be used


class Client:
    """Sends requests of the public API to the region of each, or to one endpoint.

    Args:
        region, endpoint_url, ssl_context, proxy: as the backends'.
        make_pool: makes the pool of a process.

    Raises:
        InvalidInput: an argument or the environment can't be used.
    """

    @hides_frames
    def __init__(
        self,
        region: str | None,
        endpoint_url: str | None,
        ssl_context: ssl.SSLContext | None,
        proxy: str | None,
        make_pool: Callable[[ssl.SSLContext], Pool],
    ) -> None:
        self.region: Final = region if endpoint_url is None else None
        in_region = None if region is None else find_endpoint(region)
        self._url = in_region if endpoint_url is None else endpoint_url
        self._proxy = proxy
        self._routes: dict[str, Route] = {}
        if proxy is not None:
            parse_proxy(proxy, "proxy")
        if ssl_context is not None:
            require_instance("ssl_context", ssl_context, ssl.SSLContext)
        is_tls = self._find_route(find_endpoint(_SOME_REGION) if self._url is None else self._url).is_tls
        # loading the authorities takes long; a context without them trusts nobody
        self._ssl_context = ssl_context or (make_ssl_context() if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._is_closed = False
        self._make_pool = make_pool
        self._pool = ProcessLocal(self._make_local_pool)

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``AsyncBackend.call``."""
        http_request = build_request(request)
        route = self._find_route(find_endpoint(request.region) if self._url is None else self._url)
        try:
            response = await self._pool().post(route, http_request)
        except TransportError as error:
            failure = BackendError(f"{http_request.operation}: {error}")
        else:
            return read_reply(http_request.operation, response)
        raise failure  # outside of the handler: the frames of the error hold the request and its secrets

    def close(self) -> None:
        """Close the connections; those in use when their calls end."""
        self._is_closed = True
        self._pool().close()

    def _make_local_pool(self) -> Pool:
        pool = self._make_pool(self._ssl_context)
        if self._is_closed:  # in the process that this one was forked from
            pool.close()
        return pool

    @hides_frames  # a proxy's URL may hold a password
    def _find_route(self, url: str) -> Route:
        route = self._routes.get(url)
        if route is None:
            proxy, proxy_field = self._proxy, "proxy"
            if proxy is None:
                proxy, proxy_field = find_environment_proxy(url, allow_any=True), "environment"
            route = self._routes.setdefault(url, find_route(url, proxy, proxy_field))
        return route
