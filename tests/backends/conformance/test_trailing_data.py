"""A server that sends more than it was asked for: what is left over is never the next user's response."""

import threading
from collections.abc import Callable

import pytest

from tests.backends.conformance.places import ASYNC, HURRIED, hurried, under
from tests.support.backends import Subject
from tests.support.hostile_server import PATIENCE, HostileServer, Peer, Received
from tests.support.http_replies import (
    ask_for,
    find_username,
    make_body,
    reply_of_size,
    reply_to,
    respond,
    respond_chunked,
)

Respond = Callable[[Received], bytes]
FIRST: dict[str, Respond] = {
    "response": reply_to,
    "chunked response": lambda received: respond_chunked(make_body(received.username)),
    "204": lambda _: b"HTTP/1.1 204 No Content\r\n\r\n",
    "304": lambda _: b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
    "empty response": lambda _: respond(b""),
}
BEHIND: dict[str, Respond] = {
    "a response": reply_to,
    "a hint": lambda _: b"HTTP/1.1 100 Continue\r\n\r\n",
    "an empty line": lambda _: b"\r\n",
    "a part": lambda received: reply_to(received)[:9],
    "garbage": lambda _: b"garbage",
}


class Surplus:
    """A script that sends something behind the response to ada: at once, or when the test says so."""

    def __init__(self, *behind: Respond, first: Respond = reply_to, are_apart: bool = False) -> None:
        self._parts = (first, *behind)
        self._are_apart = are_apart
        self._has_sent = threading.Event()

    def script(self, peer: Peer, received: Received) -> None:
        if received.username != "ada":
            peer.send(reply_to(received))
            return
        parts = [each(received) for each in self._parts]
        peer.send(*(parts if self._are_apart else (b"".join(parts),)))
        self._has_sent.set()

    def check(self, subject: Subject, server: HostileServer) -> None:
        """Check that nobody receives what was meant for ada."""
        server.play(self.script)
        assert subject.ask("ada")[0] in {"ada", "BackendError"}
        assert self._has_sent.wait(PATIENCE)  # all of it has arrived, since both are on one machine
        assert subject.ask("grace", "edith") == ["grace", "edith"]


@under("two responses at once")
@pytest.mark.parametrize("first", FIRST)
def test_two_responses_in_one_segment(subject: Subject, server: HostileServer, first: str) -> None:
    Surplus(reply_to, first=FIRST[first]).check(subject, server)


@under("something behind the response")
@pytest.mark.parametrize("behind", BEHIND)
def test_something_behind_the_response(subject: Subject, server: HostileServer, behind: str) -> None:
    Surplus(BEHIND[behind]).check(subject, server)


def sized(size: int, *, are_apart: bool) -> Surplus:
    return Surplus(reply_to, first=lambda received: reply_of_size(received, size), are_apart=are_apart)


@under("a response of a buffer's size, and another")
@pytest.mark.parametrize("size", [16_384, 65_536, 196_608])
def test_a_response_of_a_buffer_s_size_and_another(subject: Subject, server: HostileServer, size: int) -> None:
    sized(size, are_apart=False).check(subject, server)


@under("a response of 8,192 bytes, and another in the same record")
def test_a_response_of_8192_bytes_and_another_in_the_same_record(subject: Subject, server: HostileServer) -> None:
    sized(8192, are_apart=False).check(subject, server)


@under("a response of a buffer's size, and another in a record of its own")
@pytest.mark.parametrize("size", [8192, 16_384, 65_536, 196_608])
def test_two_records(subject: Subject, server: HostileServer, size: int) -> None:
    sized(size, are_apart=True).check(subject, server)


class Unrequested:
    """A script that sends something on an idle connection when the test says so."""

    def __init__(self, data: Respond, *, and_end: bool = False) -> None:
        self._data = data
        self._and_end = and_end
        self._may_send = threading.Event()
        self._has_sent = threading.Event()

    def script(self, peer: Peer, received: Received) -> None:
        peer.send(reply_to(received))
        if received.username == "ada":
            self._may_send.wait(PATIENCE)
            peer.send(self._data(received))
            if self._and_end:
                peer.finish()
            self._has_sent.set()

    def send(self) -> None:
        self._may_send.set()
        assert self._has_sent.wait(PATIENCE)


UNASKED: dict[str, Respond] = {
    "a response": reply_to,
    "a time-out": lambda _: respond(b"", "408 Request Timeout", "Connection: close"),
    "garbage": lambda _: b"garbage",
}


@under("an unrequested response on an idle connection")
@pytest.mark.parametrize("unasked", UNASKED)
@pytest.mark.parametrize("and_end", [False, True], ids=["open", "closed"])
def test_an_unrequested_response(subject: Subject, server: HostileServer, unasked: str, and_end: bool) -> None:
    unrequested = Unrequested(UNASKED[unasked], and_end=and_end)
    server.play(unrequested.script)
    assert subject.ask("ada") == ["ada"]
    unrequested.send()
    assert subject.ask("grace", "edith") == ["grace", "edith"]


@under("an unrequested response while the event loop is busy", ASYNC)
def test_an_unrequested_response_while_the_event_loop_is_busy(subject: Subject, server: HostileServer) -> None:
    unrequested = Unrequested(reply_to)

    async def call_after_work() -> str:
        unrequested.send()  # blocks the loop, which does not notice what arrives meanwhile
        return find_username(await subject.backend.call(ask_for("grace")))

    server.play(unrequested.script)
    assert subject.ask("ada") == ["ada"]
    assert subject.run(call_after_work()) == "grace"
    assert subject.ask("edith") == ["edith"]


@under("a late response after a time-out", timeout=HURRIED)
def test_a_late_response_after_a_time_out(subject: Subject, server: HostileServer) -> None:
    is_late = threading.Event()

    def script(peer: Peer, received: Received) -> None:
        if received.username == "ada":
            is_late.wait(PATIENCE)
        peer.send(reply_to(received))

    server.play(script)
    with hurried():
        assert subject.ask("ada") == ["BackendError"]
    is_late.set()
    assert subject.ask("grace", "edith") == ["grace", "edith"]
    assert len(server.requests) <= 3, "nothing is sent twice"


@under("an idle connection that the server closes")
def test_an_idle_connection_that_the_server_closes(subject: Subject, server: HostileServer) -> None:
    unrequested = Unrequested(lambda _: b"", and_end=True)
    server.play(unrequested.script)
    assert subject.ask("ada") == ["ada"]
    unrequested.send()
    assert subject.ask("grace", "edith") == ["grace", "edith"]
