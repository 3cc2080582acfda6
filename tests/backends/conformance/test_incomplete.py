"""A response that is cut off is no reply, even if what arrived would be one."""

from collections.abc import Callable

import pytest

from tests.backends.conformance.places import under
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import behave, make_body, reply_to, respond_chunked

Respond = Callable[[Received], bytes]


def reply_in_chunks(received: Received) -> bytes:
    return respond_chunked(make_body(received.username))


def reply_that_is_too_short(received: Received) -> bytes:
    body = make_body(received.username)
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + 1) + body


CUT: dict[str, Respond] = {
    "nothing": lambda _: b"",
    "status line": lambda _: b"HTTP/1.1 2",
    "head": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
    "no body": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "body": lambda received: reply_to(received)[:-1],
    "a byte behind the JSON": reply_that_is_too_short,
    "chunk": lambda received: reply_in_chunks(received)[:-20],
    "last chunk": lambda received: reply_in_chunks(received).removesuffix(b"0\r\n\r\n"),
}


END: dict[str, Callable[[Peer], None]] = {"closed": Peer.finish, "reset": Peer.reset}


def check(subject: Subject, server: HostileServer, cuts: dict[str, Respond], end: Callable[[Peer], None]) -> None:
    def script(peer: Peer, received: Received) -> None:
        if received.username in cuts:
            peer.send(cuts[received.username](received))
            end(peer)
        else:
            behave(peer, received)

    server.play(script)
    outcomes = {name: subject.ask(name, "grace") for name in cuts}
    assert outcomes == {name: ["BackendError", "grace"] for name in cuts}
    server.wait_until(lambda: server.connections <= 1)


@under("a response that is cut off")
@pytest.mark.parametrize("end", END)
def test_a_response_that_is_cut_off(subject: Subject, server: HostileServer, end: str) -> None:
    check(subject, server, CUT, END[end])


@under("a response without the end of its trailers")
def test_a_response_without_the_end_of_its_trailers(subject: Subject, server: HostileServer) -> None:
    cuts: dict[str, Respond] = {"ada": lambda received: reply_in_chunks(received).removesuffix(b"\r\n")}
    check(subject, server, cuts, Peer.finish)
