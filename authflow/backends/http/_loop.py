"""Streams over an asyncio event loop."""

import asyncio
import socket
import ssl
from typing import Final, cast

from authflow.backends import _limits
from authflow.backends._fair_queue import FairQueue
from authflow.backends.http._deadline import Deadline
from authflow.backends.http._readable import is_readable
from authflow.backends.http._waiting import Places, TimeLimits

_CHUNK: Final = 64 << 10  # bytes that are parsed in one turn of the loop
_MAX_UNREAD: Final = 2 * _limits.MAX_BODY  # bytes


class LoopStream(asyncio.Protocol):
    """A ``Stream`` on an event loop, which pushes received bytes to it."""

    def __init__(self, turns: FairQueue, limits: TimeLimits) -> None:
        self._turns = turns
        self._limits = limits
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._has_ended = False
        self._failure: Exception | None = None
        self._reader: asyncio.Future[None] | None = None

    # Called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if len(self._unread) > _MAX_UNREAD:
            self.close()
        self._wake()

    def eof_received(self) -> None:
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)

    # Called by a pool

    async def send(self, data: bytes, deadline: Deadline) -> None:
        deadline.limit(_limits.READ_TIMEOUT)
        self._get_open_transport().write(data)  # does not wait: the transport takes all of it

    async def receive(self, deadline: Deadline) -> bytes:
        if not self._unread and not self._has_ended:
            self._reader = asyncio.get_running_loop().create_future()
            await self._limits.wait_for(self._reader, deadline.limit(_limits.READ_TIMEOUT))
        await self._turns.wait()
        deadline.limit(_limits.READ_TIMEOUT)
        if not self._unread and self._failure is not None:
            raise self._failure
        data = bytes(self._unread[:_CHUNK])
        del self._unread[:_CHUNK]
        return data

    async def start_tls(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        plain = self._get_open_transport()
        if self._unread:
            raise ConnectionAbortedError("data was received before TLS")
        async with asyncio.timeout(deadline.limit(_limits.READ_TIMEOUT)):
            made = await asyncio.get_running_loop().start_tls(plain, self, context, server_hostname=host)
        if made is None:
            raise ConnectionAbortedError("closed during the TLS handshake")
        self._transport = made

    @property
    def is_quiet(self) -> bool:
        transport = self._transport
        if transport is None or transport.is_closing() or self._has_ended or self._unread:
            return False
        encrypted = transport.get_extra_info("ssl_object")
        if encrypted is not None and encrypted.pending():
            return False
        return not is_readable(transport.get_extra_info("socket").fileno())  # if the loop was busy

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _get_open_transport(self) -> asyncio.Transport:
        if self._transport is None or self._has_ended:
            raise self._failure or ConnectionAbortedError("closed")
        return self._transport

    def _end(self, failure: Exception | None) -> None:
        self._has_ended = True
        self._failure = self._failure or failure
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


class LoopNetwork:
    """A ``Network`` on an event loop. It processes one response in each turn of the loop."""

    def __init__(self) -> None:
        self._size = _limits.CONNECTIONS
        self._limits = TimeLimits()
        self._places = Places(self._size, self._limits)
        self._turns = FairQueue()

    async def acquire_place(self, deadline: Deadline) -> bool:
        try:
            await self._places.acquire(deadline.limit(_limits.FREE_TIMEOUT))
        except TimeoutError:
            return False
        try:
            await self._turns.wait()
        except BaseException:
            self.release_place()
            raise
        return True

    def release_place(self) -> None:
        self._places.release()

    async def wait_until_unused(self) -> None:
        """Wait for all calls that have a place or wait for one."""
        acquired = 0
        try:
            for _ in range(self._size):
                await self._places.acquire(float("inf"))
                acquired += 1
        finally:
            for _ in range(acquired):
                self._places.release()

    async def resolve(self, address: tuple[str, int], deadline: Deadline) -> list[tuple[str, int]]:
        async with asyncio.timeout(deadline.limit(_limits.CONNECT_TIMEOUT)):
            found = await asyncio.get_running_loop().getaddrinfo(*address, type=socket.SOCK_STREAM)
        return [(str(numeric[0]), int(numeric[1])) for _, _, _, _, numeric in found]

    async def connect(self, address: tuple[str, int], seconds: float) -> LoopStream:
        stream = LoopStream(self._turns, self._limits)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().create_connection(lambda: stream, *address)
        except BaseException:
            stream.close()
            raise
        return stream
