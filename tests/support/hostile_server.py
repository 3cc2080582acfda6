"""A scripted HTTP server on raw sockets: it sends exactly the bytes that a test wants, when the test wants it.

For each request a script receives the connection and the request::

    server.play(lambda peer, received: peer.send(reply_to(received) * 2))  # two responses in one segment
"""

import json
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

PATIENCE: Final = 5.0  # seconds that a server waits for an event of the test
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: closing discards what is unsent and resets the connection


@dataclass(frozen=True)
class Received:
    """A request that arrived. ``connection`` counts the connections; the names of headers are lower-case."""

    connection: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    is_encrypted: bool

    @property
    def username(self) -> str:
        """The user for whom InitiateAuth was called, as given to ``ask_for``."""
        return unquote(json.loads(self.body)["AuthParameters"]["USERNAME"])


class Peer:
    """The server's end of a connection."""

    def __init__(self, connected: socket.socket, number: int) -> None:
        self.number = number
        self.is_stopping = threading.Event()
        self._socket = connected
        self._unread = b""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *records: bytes) -> None:
        """Send bytes in one go. Over TLS each argument is a record of its own, or several if it is long."""
        self._cork(1)
        for record in records:
            self._socket.sendall(record)
        self._cork(0)

    def drip(self, data: bytes, pause: float = 0.02, most: float = 0.9) -> None:
        """Send the same bytes again and again, until the client closes; after so many seconds, end the stream."""
        until = time.monotonic() + most
        while time.monotonic() < until and not self.is_abandoned and not self.is_stopping.wait(pause):
            self._socket.sendall(data)
        self.finish()

    def pour(self, data: bytes, times: int) -> None:
        """Send the same bytes many times, as fast as the client reads them, until it closes."""
        for _ in range(times):
            if self.is_abandoned:
                return
            self._socket.sendall(data)

    def hold(self) -> None:
        """Keep the connection open and send nothing, until the client closes."""
        select.select([self._socket], [], [], PATIENCE)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Encrypt from now on."""
        self._socket = context.wrap_socket(self._socket, server_side=True)

    def hear(self) -> None:
        """Receive something, and forget it."""
        self._socket.recv(1 << 16)

    def finish(self) -> None:
        """Send the end of the stream; over TLS without a close_notify, as a broken server does."""
        socket.socket.shutdown(self._socket, socket.SHUT_WR)

    def reset(self) -> None:
        """Reset the connection."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._socket.close()

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket)

    @property
    def is_abandoned(self) -> bool:
        """Whether the client closed the connection; or sent its next request, if this one is answered."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def read(self) -> Received | None:
        """Return the next request; None at the end of the stream."""
        while b"\r\n\r\n" not in self._unread:
            if not self._read_more():
                return None
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in fields)}
        length = int(headers.get("content-length", 0))
        while len(self._unread) < length:
            if not self._read_more():
                return None
        body, self._unread = self._unread[:length], self._unread[length:]
        return Received(self.number, method, target, headers, body, self.is_encrypted)

    def stop(self) -> None:
        """End the connection from another thread."""
        self.is_stopping.set()
        with suppress(OSError):
            # not SSLSocket's, which would take the TLS object away from the thread that reads
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def _read_more(self) -> bool:
        more = self._socket.recv(1 << 16)
        self._unread += more
        return bool(more)

    def _cork(self, is_on: int) -> None:
        if hasattr(socket, "TCP_CORK"):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, is_on)


Script = Callable[[Peer, Received], Any]


def never(peer: Peer, received: Received) -> None:
    """The script of a server that must not be asked."""
    raise AssertionError(f"the server received {received.method} {received.target} on connection {peer.number}")


@dataclass
class HostileServer:
    """Plays a script for each request.

    Attributes:
        tls: the server speaks TLS from the first byte.
        url: of the server, which has the name localhost.
        requests: what was received since ``play``.
        opened: the number of connections that were accepted since ``play``.
    """

    tls: ssl.SSLContext | None = None
    url: str = ""
    requests: list[Received] = field(default_factory=list)
    opened: int = 0
    _script: Script = never
    _greet: Callable[[Peer], Any] | None = None
    _peers: dict[Peer, threading.Thread] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _failures: list[BaseException] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def play(self, script: Script, greet: Callable[[Peer], Any] | None = None) -> None:
        """Play a script from now on. Connections that are left from before are closed.

        Args:
            script: called with each request, in a thread of its connection.
            greet: called with each new connection, before TLS.
        """
        self.stop()
        self.requests.clear()
        self.opened, self._script, self._greet = 0, script, greet

    def stop(self) -> None:
        """Close all connections, and raise what went wrong in a script."""
        with self._changed:
            threads = list(self._peers.items())
        for peer, thread in threads:
            peer.stop()
            thread.join(PATIENCE)
        failures, self._failures = self._failures, []
        if failures:
            raise AssertionError("a script failed") from failures[0]

    def wait_until(self, is_true: Callable[[], bool]) -> None:
        """Wait until something is true that a request, or the beginning or end of a connection, makes true."""
        with self._changed:
            assert self._changed.wait_for(is_true, PATIENCE), f"{len(self._peers)} connections, {self.requests}"

    @property
    def connections(self) -> int:
        """The number of connections that the client has not closed."""
        return len(self._peers)

    def accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connected, _ = listening.accept()
                with self._changed:
                    self.opened += 1
                    peer = Peer(connected, self.opened)
                    self._peers[peer] = threading.Thread(target=self._serve, args=(peer,), daemon=True)
                    self._peers[peer].start()
                    self._changed.notify_all()

    def _serve(self, peer: Peer) -> None:
        try:
            with suppress(OSError):  # the client gave the connection up
                self._converse(peer)
        except BaseException as error:  # raised again by stop
            self._failures.append(error)
        peer.close()
        with self._changed:
            del self._peers[peer]
            self._changed.notify_all()

    def _converse(self, peer: Peer) -> None:
        if self._greet:
            self._greet(peer)
        if self.tls:
            peer.start_tls(self.tls)
        while received := peer.read():
            with self._changed:
                self.requests.append(received)
                self._changed.notify_all()
            self._script(peer, received)


@contextmanager
def hostile_server(tls: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    """Run a server; over TLS if a context is given."""
    server = HostileServer(tls)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        server.url = f"{'https' if tls else 'http'}://localhost:{listening.getsockname()[1]}"
        thread = threading.Thread(target=server.accept, args=(listening,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            server.stop()
