"""AsyncHttpBackend: sends requests on an asyncio event loop."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Final, Self

from authflow.backends._event_loop import require_event_loop
from authflow.backends._process_local import ProcessLocal
from authflow.backends.http._client import Client
from authflow.backends.http._loop import LoopNetwork
from authflow.backends.http._pool import Pool
from authflow.backends.http._wire import recall_head
from authflow.core._frames import hides_frames
from authflow.core._opaque import ProcessBound
from authflow.core.errors import InvalidInput
from authflow.core.requests import Request


class AsyncHttpBackend(ProcessBound):
    """Sends the public API's requests over HTTP on an asyncio event loop. Make one for each loop.

    If ``call`` is cancelled, it ends at once. A request that has not been sent is then never sent; a connection that
    waits for a response is closed.

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
        self._network = ProcessLocal(LoopNetwork)
        self._client = Client(region, endpoint_url, ssl_context, proxy, self._make_pool)
        self.region = self._client.region
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``AsyncBackend.call``.

        Raises:
            InvalidInput: the operation belongs to the admin API, no region is known, the backend is closed, its first
                call was on another event loop, or the event loop is not asyncio's.
        """
        self._require_same_loop()
        return await self._client.call(request)

    async def aclose(self) -> None:
        """Wait for the calls in progress, then close the connections.

        Raises:
            InvalidInput: the first call was on another event loop.
        """
        self._require_same_loop()
        self._client.close()
        await self._network().wait_until_unused()
        await asyncio.sleep(0)  # asyncio closes sockets in the next iteration of the loop

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _make_pool(self, ssl_context: ssl.SSLContext) -> Pool:
        return Pool(self._network(), ssl_context, recall_head)

    def _require_same_loop(self) -> None:
        loop = require_event_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise InvalidInput("backend", "its connections belong to another event loop: make one for each loop")
