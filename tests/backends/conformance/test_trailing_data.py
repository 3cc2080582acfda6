"""A server that sends more than it was asked for: what is left over is never the next user's response."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from authflow.backends.http import AsyncHttpBackend
from tests.backends.conformance.places import under
from tests.backends.conformance.remaining import TCP, TLS
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
from tests.support.loop_steps import Steps

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
        try:
            peer.send(*(parts if self._are_apart else (b"".join(parts),)))
        finally:  # also if the client has closed after the first response
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
        self.is_too_late = False  # because the next request is there already

    def script(self, peer: Peer, received: Received) -> None:
        peer.send(reply_to(received))
        if received.username == "ada":
            self._may_send.wait(PATIENCE)
            self.is_too_late = peer.is_abandoned
            try:
                peer.send(self._data(received))
                if self._and_end:
                    peer.finish()
            finally:  # also if the client does not keep connections
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


@pytest.mark.parametrize("transport", [TCP, TLS])
def test_an_unrequested_response_while_the_event_loop_is_busy(
    servers: dict[str, HostileServer], transport: str
) -> None:
    """At each step of the loop before the request is sent, something arrives, and the loop does not know it yet."""
    server, steps = servers[transport], Steps()

    async def call_at_step(number: int) -> bool:
        async with AsyncHttpBackend(endpoint_url=server.url) as backend:
            unrequested = Unrequested(reply_to)
            server.play(unrequested.script)
            await backend.call(ask_for("ada"))
            steps.after(number, unrequested.send)
            reply = await backend.call(ask_for("grace"))
            if not unrequested.is_too_late:
                assert find_username(reply) == "grace"
            return not unrequested.is_too_late

    with asyncio.Runner(loop_factory=steps.make_loop) as runner:
        tried = next(number for number in range(1, 100) if not runner.run(call_at_step(number)))
    assert tried > 1
    server.stop()


@under("an idle connection that the server closes")
def test_an_idle_connection_that_the_server_closes(subject: Subject, server: HostileServer) -> None:
    unrequested = Unrequested(lambda _: b"", and_end=True)
    server.play(unrequested.script)
    assert subject.ask("ada") == ["ada"]
    unrequested.send()
    assert subject.ask("grace", "edith") == ["grace", "edith"]
