"""What is not Cognito's response in HTTP/1.1 is never a reply, and never spoils the next user's."""

from collections.abc import Callable

import pytest

from tests.backends.conformance.places import under
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import behave, make_body, respond, respond_chunked

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NOT_AN_OBJECT = {
    "nothing": b"",
    "HTML": b"<html><title>Welcome to our hotel</title></html>",
    "a list": b'[{"Session": "x"}]',
    "a string": b'"Session"',
    "a number": b"1",
    "null": b"null",
    "half an object": b'{"ChallengeName": ',
    "two objects": b"{}{}",
    "no UTF-8": b'{"Session": "\xff\xfe"}',
    "no number": b'{"a": 1e',
    "too deep": b"[" * 50_000,
}
NOT_HTTP = {
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP/0.9": b'{"Session": "x"}',
    "no version": b"HTTP 200 OK\r\n\r\n",
    "HTTP/2": b"\0\0\0\x04\0\0\0\0\0",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "a long status": b"HTTP/1.1 20000 OK\r\n\r\n",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}{}{",
    "a negative length": OK + b"Content-Length: -2\r\n\r\n{}",
    "a length in words": OK + b"Content-Length: two\r\n\r\n{}",
    "a chunk size in words": CHUNKED + b"two\r\n{}\r\n0\r\n\r\n",
    "a negative chunk size": CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer": CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
}


def check(subject: Subject, server: HostileServer, response: bytes, *, and_end: bool) -> None:
    def script(peer: Peer, received: Received) -> None:
        if received.username == "ada":
            peer.send(response)
            if and_end:
                peer.finish()
        else:
            behave(peer, received)

    server.play(script)
    assert subject.ask("ada", "grace", "edith") == ["BackendError", "grace", "edith"]
    server.wait_until(lambda: server.connections <= 1)


@under("status 200 with something else than a JSON object")
@pytest.mark.parametrize("body", NOT_AN_OBJECT)
def test_status_200_with_something_else_than_a_json_object(subject: Subject, server: HostileServer, body: str) -> None:
    check(subject, server, respond(NOT_AN_OBJECT[body]), and_end=False)


@under("something else than HTTP/1.1")
@pytest.mark.parametrize("response", NOT_HTTP)
def test_something_else_than_http(subject: Subject, server: HostileServer, response: str) -> None:
    check(subject, server, NOT_HTTP[response], and_end=True)


def both_lengths(received: Received, length: int) -> bytes:
    body = make_body(received.username)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return OK + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % length + chunks


AMBIGUOUS: dict[str, Callable[[Received], bytes]] = {
    "a short length and chunks": lambda received: both_lengths(received, 2),
    "a long length and chunks": lambda received: both_lengths(received, 10_000),
    "a folded header": lambda received: respond(make_body(received.username), "200 OK", "X: y\r\n z"),
    "HTTP/1.0": lambda received: respond(make_body(received.username)).replace(b"HTTP/1.1", b"HTTP/1.0"),
    "lines that end with LF": lambda received: respond(make_body(received.username)).replace(b"\r\n", b"\n"),
    "a long chunk size": lambda received: respond_chunked(make_body(received.username)).replace(
        b"\r\n\r\n", b"\r\n\r\n" + b"0" * 40, 1
    ),
    "a length twice": lambda received: respond(make_body(received.username), "200 OK", "Content-Length: 1"),
}

# these have no length, so that they end with the connection
WITHOUT_LENGTH = {
    "a header without a colon": OK + b"Content-Length 2\r\n\r\n",
    "an unknown transfer coding": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    "no header": OK + b"\r\n",
    "no header in HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n",
}


def check_shift(subject: Subject, server: HostileServer, script: Callable[[Peer, Received], None]) -> None:
    server.play(lambda peer, received: (script if received.username == "ada" else behave)(peer, received))
    first, *others = subject.ask("ada", "grace", "edith")
    assert first in {"ada", "BackendError"}
    assert others == ["grace", "edith"]


@under("a response that is not clear")
@pytest.mark.parametrize("response", AMBIGUOUS)
def test_a_response_that_is_not_clear(subject: Subject, server: HostileServer, response: str) -> None:
    """Either it is refused, or it is this user's; and the next one is not shifted."""
    check_shift(subject, server, lambda peer, received: peer.send(AMBIGUOUS[response](received)))


@under("a response without a length")
@pytest.mark.parametrize("head", WITHOUT_LENGTH)
def test_a_response_without_a_length(subject: Subject, server: HostileServer, head: str) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send(WITHOUT_LENGTH[head] + make_body(received.username))
        peer.finish()

    check_shift(subject, server, script)
