"""AsyncHttpxBackend: the public API over ``httpx.AsyncClient``."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx

from authflow.backends import _limits
from authflow.backends._fair_queue import FairQueue
from authflow.backends._json_protocol import HttpRequest, HttpResponse, build_request, read_reply
from authflow.backends._process_local import ProcessLocal
from authflow.backends.httpx._clients import Clients
from authflow.backends.httpx._exchange import FAILURES, Exchange, failure, no_place, require_open, too_slow
from authflow.backends.httpx._urls import Where
from authflow.core.errors import InvalidInput
from authflow.core.requests import Request


class AsyncHttpxBackend:
    """The same for an asyncio event loop: make one for each loop.

    Cancelled, ``call`` ends at once. What was not sent yet never is; a connection that awaits the answer is closed.

    Args:
        region: where all requests go; without it each goes to the region of its user pool.
        endpoint_url: where they go instead, such as an emulator's.
        client: your own, with its proxies, certificates and time-outs, which you close; else connections are made here.

    Attributes:
        region: the AWS region that it talks to; None where that is not always the same.
        signs: False: it has no AWS signatures, which the admin API takes.

    Raises:
        InvalidInput: an argument that can't be, or proxies or certificates in the environment that httpx can't use.
    """

    signs: Final = False

    def __init__(
        self, region: str | None = None, endpoint_url: str | None = None, client: httpx.AsyncClient | None = None
    ) -> None:
        self._where = Where(region, endpoint_url)
        self.region = self._where.region
        self._clients = ProcessLocal(lambda: Clients(httpx.AsyncClient, client), given=client is not None)
        self._closed = False
        self._places = asyncio.Semaphore(_limits.CONNECTIONS)
        self._turns = FairQueue()
        self._under_way: set[asyncio.Task[HttpResponse]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request; see ``AsyncBackend.call``.

        Raises:
            InvalidInput: the operation is of the admin API, no region is known, the backend is closed, its first
                call was on another event loop, or its client was given to another process.
        """
        message, url = build_request(request), self._where.url(request)
        self._require_its_loop()
        await self._place(message)
        exchange = Exchange(message, url, self._turns)
        task = asyncio.create_task(self._asked(exchange, message))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        try:
            await asyncio.wait({task}, timeout=_limits.CALL_TIMEOUT)  # which leaves the task alone when it is cancelled
        finally:
            if not task.done():
                exchange.abandon(task)
        if not task.done():
            raise too_slow(message)
        return read_reply(message.operation, task.result())

    async def aclose(self) -> None:
        """Wait for the calls under way, then close the connections. A client of yours stays open.

        Raises:
            InvalidInput: the first call was on another event loop.
        """
        self._require_its_loop()
        self._closed = True
        if self._under_way:
            await asyncio.wait(self._under_way)
        clients = self._clients.made()
        for client in clients.taken_out() if clients else ():
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _require_its_loop(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise InvalidInput("backend", "its connections belong to another event loop: make one for each")

    async def _place(self, message: HttpRequest) -> None:
        try:
            async with asyncio.timeout(_limits.FREE_TIMEOUT):
                await self._places.acquire()
        except TimeoutError:
            raise no_place(message) from None

    def _ended(self, task: asyncio.Task[HttpResponse]) -> None:
        self._under_way.discard(task)
        self._places.release()
        if not task.cancelled():
            task.exception()  # after an abandoned one nobody else asks

    async def _asked(self, exchange: "Exchange", message: HttpRequest) -> HttpResponse:
        await self._turns.wait()
        require_open(closed=self._closed)
        with self._clients().taken() as client:
            try:
                return await exchange.run(client)
            except FAILURES as error:
                failed = failure(message, error)
        raise failed  # outside of the handler: httpx's errors hold the request, and with it secrets
