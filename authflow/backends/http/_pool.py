"""Connections to endpoints, and exchanges over them: written once, as coroutines over streams.

A connection carries another request only if nothing is left on it: nothing behind the response in the parser, nothing
decrypted in TLS, and nothing in the socket. Otherwise one person's response could answer another person's request.
"""

import ssl
import threading
import time
from dataclasses import dataclass
from typing import Final, Protocol

from authflow.backends import _limits
from authflow.backends._json_protocol import HttpRequest, HttpResponse
from authflow.backends.http._deadline import Deadline
from authflow.backends.http._errors import TransportError
from authflow.backends.http._routes import Route
from authflow.backends.http._wire import Headers, MakeHead, Message, Tunnel, Wire, build_get_head
from authflow.core.errors import InvalidInput


class Stream(Protocol):
    """The bytes of a connection."""

    async def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of the data."""

    async def receive(self, deadline: Deadline) -> bytes:
        """Return the next bytes; ``b""`` at the end of the stream."""

    async def start_tls(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        """Encrypt from now on. Nothing may have been received that was not read."""

    @property
    def is_quiet(self) -> bool:
        """Whether the connection is open and nothing was received that was not read."""

    def close(self) -> None:
        """Close the connection at once."""


class Network(Protocol):
    """What a pool needs from the operating system. Only an event loop's coroutines wait; the others block."""

    async def acquire_place(self, deadline: Deadline) -> bool:
        """Wait for the right to use a connection; return False if there is none for ``FREE_TIMEOUT``."""

    def release_place(self) -> None:
        """Give the right back."""

    async def resolve(self, address: tuple[str, int], deadline: Deadline) -> list[tuple[str, int]]:
        """Return the numeric addresses of a host and port."""

    async def connect(self, address: tuple[str, int], seconds: float) -> Stream:
        """Open a TCP connection to a numeric address."""


@dataclass(slots=True, eq=False)
class Connection:
    """A connection to an endpoint."""

    route: Route
    stream: Stream
    wire: Wire
    idle_until: float = 0.0

    @property
    def is_reusable(self) -> bool:
        """Whether nothing is left on it."""
        return self.wire.is_reusable and self.stream.is_quiet


class IdleConnections:
    """The connections that carry no request, of all routes. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Connection] = []  # in the order of use
        self._used = 0

    def lend(self, route: Route) -> Connection | None:
        """Begin a use: return the connection of a route that was used last, or None if you must open one."""
        connection = self._remove(route, new_use=1)
        while connection is not None and not connection.is_reusable:
            connection.stream.close()
            connection = self._remove(route)
        return connection

    def take_back(self, connection: Connection | None) -> None:
        """End a use; keep the connection if there is one."""
        with self._lock:
            self._used -= 1
            if connection is not None:
                connection.idle_until = time.monotonic() + _limits.IDLE_TIMEOUT
                self._idle.append(connection)

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            self.close_unlocked()

    def close_unlocked(self) -> None:
        """Close all of them when nobody else uses this object: after a fork, its lock may be locked for ever."""
        while self._idle:
            self._idle.pop().stream.close()

    def _remove(self, route: Route, new_use: int = 0) -> Connection | None:
        with self._lock:
            self._used += new_use
            while self._idle and self._idle[0].idle_until <= time.monotonic():
                self._idle.pop(0).stream.close()
            for index in reversed(range(len(self._idle))):
                if self._idle[index].route is route:
                    return self._idle.pop(index)
            if self._idle and self._used + len(self._idle) > _limits.CONNECTIONS:
                self._idle.pop(0).stream.close()  # the new connection takes its place
            return None


class Pool:
    """Sends requests over at most ``CONNECTIONS`` connections.

    Args:
        network: opens the connections.
        ssl_context: for connections with TLS.
        make_head: ``recall_head``, or ``build_head`` if heads hold secrets.

    Attributes:
        idle: the idle connections.
    """

    def __init__(self, network: Network, ssl_context: ssl.SSLContext, make_head: MakeHead) -> None:
        self.idle: Final = IdleConnections()
        self._network = network
        self._ssl_context = ssl_context
        self._make_head = make_head
        self._is_closed = False

    async def post(self, route: Route, request: HttpRequest) -> HttpResponse:
        """Send a POST request once and return the response, within ``CALL_TIMEOUT``.

        Raises:
            TransportError: there is no acceptable response in time.
            InvalidInput: the pool is closed.
        """
        self._require_open()
        headers = route.headers + tuple(request.headers.items())
        message = Message(self._make_head(route.target, headers, len(request.body)), request.body)
        del headers  # no frame may hold a secret as text: a cancelled call has a traceback
        return await self._send(route, message)

    async def get(self, route: Route, headers: Headers) -> HttpResponse:
        """Send a GET request once and return the response, within ``CALL_TIMEOUT``.

        Raises:
            TransportError, InvalidInput: as ``post``.
        """
        self._require_open()
        return await self._send(route, Message(build_get_head(route.target, route.headers + headers), b""))

    async def _send(self, route: Route, message: Message) -> HttpResponse:
        deadline = Deadline(_limits.CALL_TIMEOUT)
        if not await self._network.acquire_place(deadline):
            raise TransportError(f"not sent, no connection was free for {_limits.FREE_TIMEOUT:g} s")
        try:
            self._require_open()
            return await self._use_connection(route, message, deadline)
        finally:
            self._network.release_place()

    def close(self) -> None:
        """Close the idle connections, and the others when their calls end."""
        self._is_closed = True
        self.idle.close()

    def _require_open(self) -> None:
        if self._is_closed:
            raise InvalidInput("backend", "is closed")

    async def _use_connection(self, route: Route, message: Message, deadline: Deadline) -> HttpResponse:
        connection, reusable = self.idle.lend(route), None
        try:
            connection = connection or await self._open(route, deadline)
            response = await _exchange(connection, message, deadline)
            if connection.is_reusable:
                reusable = connection
            else:
                connection.stream.close()
            return response
        finally:
            self.idle.take_back(reusable)
            if self._is_closed:
                self.idle.close()

    async def _open(self, route: Route, deadline: Deadline) -> Connection:
        try:
            stream = await self._connect(route.address, deadline)
            try:
                if route.tunnel is not None:
                    await _open_tunnel(stream, Tunnel(route.tunnel, route.tunnel_headers), deadline)
                if route.is_tls:
                    await stream.start_tls(self._ssl_context, route.host, deadline)
            except BaseException:
                stream.close()
                raise
        except TimeoutError:
            raise TransportError("not sent, no connection in time") from None
        except OSError as error:  # its text is that of the system or of TLS
            raise TransportError(f"not sent: {type(error).__name__}: {error}") from None
        except TransportError as error:
            raise TransportError(f"not sent: {error}") from None
        return Connection(route, stream, Wire())

    async def _connect(self, address: tuple[str, int], deadline: Deadline) -> Stream:
        own = Deadline(deadline.limit(_limits.CONNECT_TIMEOUT))
        numeric = await self._network.resolve(address, own)
        failure = OSError("the host has no address")
        for number, each in enumerate(numeric):
            try:
                return await self._network.connect(each, own.limit(own.seconds) / (len(numeric) - number))
            except OSError as error:
                failure = error
        raise failure


async def _open_tunnel(stream: Stream, tunnel: Tunnel, deadline: Deadline) -> None:
    await stream.send(tunnel.send(), deadline)
    while not tunnel.receive(await stream.receive(deadline)):
        pass


async def _exchange(connection: Connection, message: Message, deadline: Deadline) -> HttpResponse:
    stream, wire = connection.stream, connection.wire
    try:
        await stream.send(wire.send(message), deadline)
        while (response := wire.receive(await stream.receive(deadline))) is None:
            pass
    except BaseException as error:  # cancelled, too: nobody else may receive the response
        stream.close()
        if isinstance(error, TimeoutError):
            raise TransportError(_describe_timeout(deadline)) from None
        if isinstance(error, OSError):
            raise TransportError(f"the connection was lost: {type(error).__name__}") from None
        raise
    return response


def _describe_timeout(deadline: Deadline) -> str:
    if deadline.is_over:
        return f"no complete response within {deadline.seconds:g} s"
    return f"nothing was received for {_limits.READ_TIMEOUT:g} s"
