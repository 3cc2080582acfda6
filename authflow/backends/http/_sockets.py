"""Streams over blocking sockets."""

import socket
import ssl
import threading
import weakref
from typing import Final

from authflow.backends import _limits
from authflow.backends.http._deadline import Deadline
from authflow.backends.http._pool import Pool
from authflow.backends.http._readable import is_readable
from authflow.backends.http._wire import MakeHead, recall_head

_CHUNK: Final = 64 << 10  # bytes: more than a TLS record


class SocketStream:
    """A ``Stream`` whose coroutines block."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def send(self, data: bytes, deadline: Deadline) -> None:
        unsent = memoryview(data)
        while unsent:
            self._socket.settimeout(deadline.limit(_limits.READ_TIMEOUT))
            unsent = unsent[self._socket.send(unsent) :]

    async def receive(self, deadline: Deadline) -> bytes:
        self._socket.settimeout(deadline.limit(_limits.READ_TIMEOUT))
        return self._socket.recv(_CHUNK)

    async def start_tls(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        self._socket.settimeout(deadline.limit(_limits.READ_TIMEOUT))  # which covers the whole handshake
        self._socket = context.wrap_socket(self._socket, server_hostname=host)

    @property
    def is_quiet(self) -> bool:
        decrypted = self._socket.pending() if isinstance(self._socket, ssl.SSLSocket) else 0
        return not decrypted and not is_readable(self._socket.fileno())

    def close(self) -> None:
        self._socket.close()


class SocketNetwork:
    """A ``Network`` for threads."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(_limits.CONNECTIONS)

    async def acquire_place(self, deadline: Deadline) -> bool:
        return self._places.acquire(timeout=deadline.limit(_limits.FREE_TIMEOUT))

    def release_place(self) -> None:
        self._places.release()

    async def resolve(self, address: tuple[str, int], deadline: Deadline) -> list[tuple[str, int]]:
        del deadline  # the system's look-up has limits of its own
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
        return [(str(numeric[0]), int(numeric[1])) for _, _, _, _, numeric in found]

    async def connect(self, address: tuple[str, int], seconds: float) -> SocketStream:
        connected = socket.create_connection(address, seconds)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # closed by the server already
            connected.close()
            raise
        return SocketStream(connected)


def make_blocking_pool(ssl_context: ssl.SSLContext, make_head: MakeHead = recall_head) -> Pool:
    """Return a pool for threads, whose coroutines block. If it is not closed, garbage collection closes it."""
    pool = Pool(SocketNetwork(), ssl_context, make_head)
    weakref.finalize(pool, pool.idle.close_unlocked).atexit = False  # at exit, other threads may use it
    return pool
