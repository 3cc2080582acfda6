"""AsyncHttpxBackend: sends requests through ``httpx.AsyncClient``."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx

from authflow.backends import _limits
from authflow.backends._fair_queue import FairQueue
from authflow.backends._json_protocol import HttpRequest, HttpResponse, build_request, read_reply
from authflow.backends._process_local import ProcessLocal
from authflow.backends.httpx._clients import Clients
from authflow.backends.httpx._exchange import (
    FAILURES,
    Exchange,
    make_no_connection_error,
    make_too_slow_error,
    make_transport_error,
    require_open,
)
from authflow.backends.httpx._urls import Urls
from authflow.core.errors import InvalidInput
from authflow.core.requests import Request


class AsyncHttpxBackend:
    """Sends the public API's requests through httpx on an asyncio event loop. Make one for each loop.

    If ``call`` is cancelled, it ends at once. A request that has not been sent is then never sent; a connection that
    waits for a response is closed.

    Args:
        region: the AWS region of all requests; by default each request goes to the region of its user pool.
        endpoint_url: the URL of the service, for example of an emulator; replaces the region's.
        client: your own client, with its proxies, certificates and time-outs. You must close it.

    Attributes:
        region: the AWS region of all requests; None if it depends on the request.
        signs: False: it can't sign requests, as the admin API requires.

    Raises:
        InvalidInput: an argument is invalid, or httpx can't use the proxies or certificates of the environment.
    """

    signs: Final = False

    def __init__(
        self, region: str | None = None, endpoint_url: str | None = None, client: httpx.AsyncClient | None = None
    ) -> None:
        self._urls = Urls(region, endpoint_url)
        self.region = self._urls.region
        self._clients = ProcessLocal(lambda: Clients(httpx.AsyncClient, client), given=client is not None)
        self._closed = False
        self._places = asyncio.Semaphore(_limits.CONNECTIONS)
        self._queue = FairQueue()
        self._under_way: set[asyncio.Task[HttpResponse]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``AsyncBackend.call``.

        Raises:
            InvalidInput: the operation belongs to the admin API, no region is known, the backend is closed, its first
                call was on another event loop, or its client was given in another process.
        """
        http_request, url = build_request(request), self._urls.find(request)
        self._require_same_loop()
        await self._reserve_connection(http_request)
        exchange = Exchange(http_request, url, self._queue)
        task = asyncio.create_task(self._send(exchange, http_request))
        self._under_way.add(task)
        task.add_done_callback(self._finish)
        try:
            await asyncio.wait({task}, timeout=_limits.CALL_TIMEOUT)  # doesn't cancel the task
        finally:
            if not task.done():
                exchange.abandon(task)
        if not task.done():
            raise make_too_slow_error(http_request)
        return read_reply(http_request.operation, task.result())

    async def aclose(self) -> None:
        """Wait for the calls in progress, then close the connections. Your own client stays open.

        Raises:
            InvalidInput: the first call was on another event loop.
        """
        self._require_same_loop()
        self._closed = True
        if self._under_way:
            await asyncio.wait(self._under_way)
        clients = self._clients.get_existing()
        for client in clients.drain() if clients else ():
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _require_same_loop(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise InvalidInput("backend", "its connections belong to another event loop: make one for each loop")

    async def _reserve_connection(self, http_request: HttpRequest) -> None:
        try:
            async with asyncio.timeout(_limits.FREE_TIMEOUT):
                await self._places.acquire()
        except TimeoutError:
            raise make_no_connection_error(http_request) from None

    def _finish(self, task: asyncio.Task[HttpResponse]) -> None:
        self._under_way.discard(task)
        self._places.release()
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log that it never was

    async def _send(self, exchange: "Exchange", http_request: HttpRequest) -> HttpResponse:
        await self._queue.wait()
        require_open(closed=self._closed)
        with self._clients().borrow() as client:
            try:
                return await exchange.run(client)
            except FAILURES as error:
                failure = make_transport_error(http_request, error)
        raise failure  # outside of the handler: httpx's errors hold the request and its secrets
