"""HttpBackend: sends requests over blocking sockets."""

import ssl
from collections.abc import Mapping
from typing import Any, Final, Self

from authflow.backends.http._client import Client
from authflow.backends.http._sockets import make_blocking_pool
from authflow.core._coroutines import run_to_end
from authflow.core._frames import hides_frames
from authflow.core._opaque import ProcessBound
from authflow.core.requests import Request


class HttpBackend(ProcessBound):
    """Sends the public API's requests over HTTP. Threads may share it.

    The admin API requires AWS signatures: use ``Boto3Backend`` for it.

    Args:
        region: the AWS region of all requests; by default each request goes to the region of its user pool.
        endpoint_url: the URL of the service, for example of an emulator; replaces the region's.
        ssl_context: your own certificates and TLS settings; by default the system's certificate authorities are
            trusted.
        proxy: the URL of an ``http://`` proxy; by default the environment names the proxy, if there is one.

    Attributes:
        region: the AWS region of all requests; None if it depends on the request.
        signs: False: it can't sign requests, as the admin API requires.

    Raises:
        InvalidInput: an argument is invalid, or the proxies or certificates that the environment names can't be used.
    """

    signs: Final = False

    @hides_frames  # a proxy's URL may hold a password
    def __init__(
        self,
        region: str | None = None,
        endpoint_url: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> None:
        self._client = Client(region, endpoint_url, ssl_context, proxy, make_blocking_pool)
        self.region = self._client.region

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``Backend.call``.

        Raises:
            InvalidInput: the operation belongs to the admin API, no region is known, or the backend is closed.
        """
        return run_to_end(self._client.call(request))

    def close(self) -> None:
        """Close the connections; a connection in use closes when its call ends."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
