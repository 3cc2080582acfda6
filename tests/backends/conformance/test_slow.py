"""A server that never finishes: each call ends within its limit, whatever drips."""

from collections.abc import Callable, Mapping

from tests.backends.conformance.places import HURRIED, hurried, under
from tests.backends.conformance.remaining import TLS
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import EARLY_HINTS, behave

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RECORD = b"\x16\x03\x03\x40\x00"  # the beginning of a TLS record of 16 KiB, which is part of a handshake

# what is sent at once, and what drips behind it
HEADS = {
    "status-line": (b"HTTP/1.1 200 ", b"O"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "hints": (b"", EARLY_HINTS),
}
BODIES = {
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"{"),
    "chunks": (CHUNKED, b"1\r\n{\r\n"),
    "chunk-extension": (CHUNKED + b"1;", b"x"),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "body-without-an-end": (b"HTTP/1.1 200 OK\r\n\r\n", b"{"),
}

SILENCE = {"nothing": (b"", b""), "half-a-head": (b"HTTP/1.1 200 OK\r\n", b""), "half-a-body": (CHUNKED, b"")}


def dripping(drips: Mapping[str, tuple[bytes, bytes]]) -> Callable[[Peer, Received], None]:
    """Return a script that answers the user ``head`` with a dripping head, and so on."""

    def script(peer: Peer, received: Received) -> None:
        if received.username not in drips:
            behave(peer, received)
            return
        begin, drop = drips[received.username]
        peer.send(begin)
        peer.drip(drop)

    return script


def check(subject: Subject, server: HostileServer, drips: Mapping[str, tuple[bytes, bytes]]) -> None:
    server.play(dripping(drips))
    with hurried():
        assert subject.ask_together(*drips) == ["BackendError"] * len(drips)
    assert subject.ask("grace", "edith") == ["grace", "edith"]
    server.wait_until(lambda: server.connections <= 1)


@under("a dripping head", timeout=HURRIED)
def test_a_dripping_head(subject: Subject, server: HostileServer) -> None:
    check(subject, server, HEADS)


@under("a dripping body", timeout=HURRIED)
def test_a_dripping_body(subject: Subject, server: HostileServer) -> None:
    check(subject, server, BODIES)


@under("no response", timeout=HURRIED)
def test_no_response(subject: Subject, server: HostileServer) -> None:
    check(subject, server, SILENCE)


@under("a dripping handshake", transports=[TLS], timeout=HURRIED)
def test_a_dripping_handshake(subject: Subject, server: HostileServer) -> None:
    drops = {1: b"\0", 2: b"", 3: RECORD}

    def greet(peer: Peer) -> None:
        if peer.number in drops:
            peer.hear()
            peer.send(RECORD)
            peer.drip(drops[peer.number])

    server.play(behave, greet)
    with hurried():
        assert subject.ask_together("ada", "hedy", "mary") == ["BackendError"] * 3
    assert subject.ask("grace", "edith") == ["grace", "edith"]
    server.wait_until(lambda: server.connections <= 1)
