"""Memory stays bounded, however much a server sends."""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import pytest

from authflow.backends import _limits
from tests.backends.conformance.places import OWN, under
from tests.support.backends import EVERY, Subject
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import behave, make_body, respond, respond_chunked

MOST = 6 << 20  # bytes that a call may allocate: a body of 1 MiB several times, as bytes, as text, and parsed
PIECE = b"x" * (64 << 10)
SENT = 16 << 20  # bytes that the server really sends to a client that goes on reading
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"

# what is sent at first, and then again and again
BODIES = {
    "400 MB": (JSON + b'Content-Length: 400000000\r\n\r\n{"Session": "', PIECE),
    "chunks": (JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n%s\r\n" % PIECE),
    "until the end": (JSON + b"\r\n", PIECE),
}
HEADS = {
    "a long line": (b"HTTP/1.1 200 OK\r\nX: ", PIECE),
    "many lines": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 10_000),
    "a status line": (b"HTTP/1.1 200 ", PIECE),
    "a chunk extension": (JSON + b"Transfer-Encoding: chunked\r\n\r\n1;", PIECE),
    "trailers": (JSON + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: %s\r\n" % PIECE[:60_000]),
}


@contextmanager
def bounded() -> Iterator[None]:
    """Check that all threads together allocate little."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        assert tracemalloc.get_traced_memory()[1] - before < MOST
    finally:
        tracemalloc.stop()


def pouring(begin: bytes, piece: bytes) -> Callable[[Peer, Received], None]:
    def script(peer: Peer, received: Received) -> None:
        if received.username == "ada":
            peer.send(begin)
            peer.pour(piece, SENT // len(piece))
            peer.finish()
        else:
            behave(peer, received)

    return script


@under("a huge body")
@pytest.mark.parametrize("body", BODIES)
def test_a_huge_body(subject: Subject, server: HostileServer, body: str) -> None:
    server.play(pouring(*BODIES[body]))
    with bounded():
        assert subject.ask("ada") == ["BackendError"]
    assert subject.ask("grace", "edith") == ["grace", "edith"]


@under("a huge head")
@pytest.mark.parametrize("head", HEADS)
def test_a_huge_head(subject: Subject, server: HostileServer, head: str) -> None:
    server.play(pouring(*HEADS[head]))
    with bounded():
        assert subject.ask("ada") == ["BackendError"]
    assert subject.ask("grace", "edith") == ["grace", "edith"]


@lru_cache
def packed(body: bytes) -> bytes:
    return respond(gzip.compress(body), "200 OK", "Content-Encoding: gzip")


@under("a compressed response")
def test_a_compressed_response(subject: Subject, server: HostileServer) -> None:
    server.play(lambda peer, received: peer.send(packed(make_body(received.username))))
    assert subject.ask("ada") == ["BackendError"]


@under("a compressed response of a huge body")
def test_a_compressed_response_of_a_huge_body(subject: Subject, server: HostileServer) -> None:
    response = packed(b"x" * SENT)
    server.play(lambda peer, received: peer.send(response) if received.username == "ada" else behave(peer, received))
    with bounded():
        assert subject.ask("ada") == ["BackendError"]
    assert subject.ask("grace", "edith") == ["grace", "edith"]


@under("compression", [name for name in EVERY if name != "example"])
def test_no_compressed_response_is_accepted(subject: Subject, server: HostileServer) -> None:
    server.play(behave)
    assert subject.ask("ada") == ["ada"]
    assert server.requests[0].headers["accept-encoding"] == "identity"


@under("the largest body", OWN)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_the_largest_body(subject: Subject, server: HostileServer, is_chunked: bool) -> None:
    make = respond_chunked if is_chunked else respond

    def script(peer: Peer, received: Received) -> None:
        smallest = len(make_body(received.username))
        surplus = 1 if received.username == "ada" else 0
        peer.send(make(make_body(received.username, _limits.MAX_BODY - smallest + surplus)))

    server.play(script)
    assert subject.ask("ada", "grace", "edith") == ["BackendError", "grace", "edith"]
