"""Servers that answer more than they were asked: what is left over never becomes the next person's answer."""

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from authflow import BackendError
from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend, _trailing_data
from tests.support.certificates import Certificate, make_certificate
from tests.support.servers import make_request

STALE = {"Session": "somebody else's"}
Ask = Callable[..., list[Any]]


def answer(body: object, head: str = "200 OK") -> bytes:
    text = json.dumps(body).encode()
    return f"HTTP/1.1 {head}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text


def chunked(body: object) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)


@dataclass
class Generous:
    """Sends the first request's answer, and whatever is to follow it, in the given pieces; then plain answers."""

    pieces: tuple[bytes, ...]
    tls: ssl.SSLContext | None = None
    asked: int = 0
    connections: list[socket.socket] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as reading:
            while True:
                length = 0
                while (line := reading.readline()) not in {b"\r\n", b""}:
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                if not reading.read(length):
                    return
                self.asked += 1
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # the pieces arrive together
                for piece in self.pieces if self.asked == 1 else (answer({"n": self.asked}),):
                    connection.sendall(piece)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    def accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connection = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
                self.connections.append(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()


@contextmanager
def generous(*pieces: bytes, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, Generous]]:
    server = Generous(pieces, tls)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.accept, args=(listening,), daemon=True)
        thread.start()
        yield f"{'https' if tls else 'http'}://localhost:{listening.getsockname()[1]}", server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def ask(url: str, times: int, *, given: bool = False, pause: float = 0) -> list[Any]:
    client = httpx.Client() if given else None
    replies: list[Any] = []
    with HttpxBackend(endpoint_url=url, client=client) as backend:
        for _ in range(times):
            try:
                replies.append(backend.call(make_request()))
                time.sleep(pause)
            except BackendError as error:
                replies.append(str(error))
    if client:
        client.close()
    return replies


def async_ask(url: str, times: int, *, given: bool = False, pause: float = 0) -> list[Any]:
    async def run() -> list[Any]:
        client = httpx.AsyncClient() if given else None
        replies: list[Any] = []
        async with AsyncHttpxBackend(endpoint_url=url, client=client) as backend:
            for _ in range(times):
                try:
                    replies.append(await backend.call(make_request()))
                    await asyncio.sleep(pause)
                except BackendError as error:
                    replies.append(str(error))
        if client:
            await client.aclose()
        return replies

    return asyncio.run(run())


both = pytest.mark.parametrize("ask", [ask, async_ask], ids=["blocking", "async"])
whose = pytest.mark.parametrize("given", [False, True], ids=["own", "given"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@both
@whose
@pytest.mark.parametrize(
    "first",
    [
        answer({"n": 1}) + answer(STALE),
        chunked({"n": 1}) + answer(STALE),
        b"HTTP/1.1 204 No Content\r\n\r\n" + answer(STALE),
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n" + answer(STALE),
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + answer(STALE),
        answer({"n": 1}) + b"HTTP/1.1 100 Continue\r\n\r\n",
        answer({"n": 1}) + b"\r\n",
        answer({"n": 1}) + answer(STALE)[:9],
    ],
    ids=["twice", "chunked", "204", "304", "empty", "100", "a line", "a part"],
)
def test_a_connection_with_something_left_is_not_used_again(ask: Ask, given: bool, first: bytes) -> None:
    with generous(first) as (url, server):
        assert ask(url, 3, given=given)[1:] == [{"n": 2}, {"n": 3}]
    assert len(server.connections) == 2


@both
@whose
@pytest.mark.parametrize("size", [0, 65536, 3 * 65536])
def test_nor_is_one_with_something_left_below_http(
    ask: Ask, given: bool, size: int, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    first = answer({"n": "x" * size})
    for tls in (None, certificate.server()):
        with generous(first, answer(STALE), tls=tls) as (url, _):  # in TLS two records
            assert STALE not in ask(url, 3, given=given, pause=0.02)  # else the last of it comes too late


@both
@whose
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_else_a_connection_is_used_again(
    ask: Ask, given: bool, tls: bool, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with generous(chunked({"n": 1}), tls=certificate.server() if tls else None) as (url, server):
        assert ask(url, 3, given=given) == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert len(server.connections) == 1, "with this httpx, what may be left is looked for in the wrong places"


@both
def test_where_it_cannot_be_looked_for_a_connection_is_not_used_again(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: Any) -> bool:
        raise AttributeError

    monkeypatch.setattr(_trailing_data, "_holds", lost)
    with generous(answer({"n": 1})) as (url, server):
        assert ask(url, 3) == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert len(server.connections) == 3


class Held:
    """Something that holds a byte, or nothing."""

    def __init__(self, pending: int) -> None:
        self.pending = pending


def stream(kind: str, **attributes: Any) -> Any:
    return type(kind, (), attributes)()


@pytest.mark.parametrize("holds", [0, 1])
def test_what_streams_hold(holds: int) -> None:
    plain = stream("SocketStream", _protocol=stream("Protocol", read_queue=[]))
    outer = stream("TLSStream", _read_bio=Held(holds), transport_stream=plain)
    inner = stream("TLSStream", _read_bio=Held(0), transport_stream=outer)
    assert _trailing_data._holds(stream("AnyIOStream", _stream=inner)) is bool(holds)
    assert _trailing_data._holds(
        stream("SocketStream", _protocol=stream("Protocol", read_queue=[b"x"] * holds))
    ) is bool(holds)
    assert _trailing_data._holds(stream("TLSinTLSStream", _incoming=Held(holds))) is bool(holds)


def test_a_hook_that_reads_the_answer() -> None:
    client = httpx.Client(event_hooks={"response": [httpx.Response.read]})
    with (
        generous(answer({"n": 1}) + answer(STALE)) as (url, server),
        HttpxBackend(None, url, client) as backend,
        client,
    ):
        assert [backend.call(make_request()) for _ in range(3)] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert len(server.connections) == 2


def test_a_coroutine_hook_that_reads_the_answer() -> None:
    async def run(url: str) -> list[Any]:
        client = httpx.AsyncClient(event_hooks={"response": [httpx.Response.aread]})
        async with AsyncHttpxBackend(None, url, client) as backend, client:
            return [await backend.call(make_request()) for _ in range(3)]

    with generous(answer({"n": 1}) + answer(STALE)) as (url, _):
        assert asyncio.run(run(url)) == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_an_unknown_stream_may_hold_anything() -> None:
    assert _trailing_data._holds(object())
