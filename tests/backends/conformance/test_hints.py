"""Provisional responses (1xx) are not the response, and however many there are, a call ends."""

import pytest

from tests.backends.conformance.places import HURRIED, hurried, under
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import EARLY_HINTS, behave, reply_to

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
USERS = ("ada", "grace", "edith")


@under("100 before the response")
def test_100_continue(subject: Subject, server: HostileServer) -> None:
    server.play(lambda peer, received: peer.send(CONTINUE + reply_to(received)))
    assert subject.ask(*USERS) == [*USERS]


@under("102 or 103 before the response")
@pytest.mark.parametrize(
    "hints", [PROCESSING, EARLY_HINTS, CONTINUE + PROCESSING + EARLY_HINTS], ids=["102", "103", "3"]
)
@pytest.mark.parametrize("is_split", [False, True], ids=["together", "apart"])
def test_the_response_after_hints(subject: Subject, server: HostileServer, hints: bytes, is_split: bool) -> None:
    def script(peer: Peer, received: Received) -> None:
        if is_split:
            peer.send(hints)
            peer.send(reply_to(received))
        else:
            peer.send(hints + reply_to(received))

    server.play(script)
    assert subject.ask(*USERS) == [*USERS]


@under("hints never shift the responses")
@pytest.mark.parametrize("hints", [PROCESSING, EARLY_HINTS, 3 * EARLY_HINTS], ids=["102", "103", "3"])
def test_hints_never_shift_the_responses(subject: Subject, server: HostileServer, hints: bytes) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send((hints if received.username == "ada" else b"") + reply_to(received))

    server.play(script)
    first, *others = subject.ask("ada", "grace", "edith")
    assert first in {"ada", "BackendError"}
    assert others == ["grace", "edith"]


@under("101")
def test_a_protocol_that_nobody_asked_for(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
        peer.send((switch if received.username == "ada" else b"") + reply_to(received))

    server.play(script)
    assert subject.ask("ada", "grace", "edith") == ["BackendError", "grace", "edith"]


@under("endless hints", timeout=HURRIED)
def test_endless_hints(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        if received.username == "ada":
            peer.drip(100 * EARLY_HINTS, pause=0.001)
        else:
            behave(peer, received)

    server.play(script)
    with hurried():
        assert subject.ask("ada") == ["BackendError"]
    assert subject.ask("grace", "edith") == ["grace", "edith"]
