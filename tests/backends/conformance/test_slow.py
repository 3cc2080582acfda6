"""A server that never finishes: each call ends within its limit, whatever drips."""

import threading

from tests.backends.conformance.places import HURRIED, hurried, under
from tests.backends.conformance.remaining import TLS
from tests.support.backends import Subject
from tests.support.hostile_server import PATIENCE, HostileServer, Peer, Received
from tests.support.http_replies import EARLY_HINTS, behave, reply_to

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RECORD = b"\x16\x03\x03\x40\x00"  # the beginning of a TLS record of 16 KiB, which is part of a handshake

# what is sent at once, and what drips behind it
DRIPS = {
    "status-line": (b"HTTP/1.1 200 ", b"O"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "hints": (b"", EARLY_HINTS),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"{"),
    "chunks": (CHUNKED, b"1\r\n{\r\n"),
    "chunk-extension": (CHUNKED + b"1;", b"x"),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "body-without-an-end": (b"HTTP/1.1 200 OK\r\n\r\n", b"{"),
}


@under("a dripping response", timeout=HURRIED)
def test_a_dripping_response(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        if received.username in DRIPS:
            begin, drop = DRIPS[received.username]
            peer.send(begin)
            peer.drip(drop)
        else:
            behave(peer, received)

    server.play(script)
    with hurried():
        assert subject.ask_together(*DRIPS) == ["BackendError"] * len(DRIPS)
    assert subject.ask("grace", "edith") == ["grace", "edith"]
    server.wait_until(lambda: server.connections <= 1)


@under("a late response after a time-out", timeout=HURRIED)
def test_a_late_response_after_a_time_out(subject: Subject, server: HostileServer) -> None:
    sent_in_time = {"nothing": 0, "half-a-head": 20, "half-a-body": -20}
    is_late = threading.Event()

    def script(peer: Peer, received: Received) -> None:
        response, count = reply_to(received), sent_in_time.get(received.username)
        if count is None:
            peer.send(response)
            return
        peer.send(response[:count])
        is_late.wait(PATIENCE)
        peer.send(response[count:])

    server.play(script)
    with hurried():
        assert subject.ask_together(*sent_in_time) == ["BackendError"] * len(sent_in_time)
    is_late.set()
    assert subject.ask("grace", "edith") == ["grace", "edith"]
    assert len(server.requests) <= 5, "nothing is sent twice"
    server.wait_until(lambda: server.connections <= 1)


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
