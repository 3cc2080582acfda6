"""What is not Cognito's response in HTTP/1.1 is never a reply, and never spoils the next user's."""

from collections.abc import Callable, Iterable

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


Script = Callable[[Peer, Received], None]


def ask_each(subject: Subject, server: HostileServer, names: Iterable[str], script: Script) -> dict[str, list[str]]:
    """Return what users with these names receive, to whom the script responds, and what grace receives after each."""
    special = frozenset(names)
    server.play(lambda peer, received: (script if received.username in special else behave)(peer, received))
    return {name: subject.ask(name, "grace") for name in names}


@under("status 200 with something else than a JSON object")
def test_status_200_with_something_else_than_a_json_object(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send(respond(NOT_AN_OBJECT[received.username]))

    outcomes = ask_each(subject, server, NOT_AN_OBJECT, script)
    assert outcomes == {name: ["BackendError", "grace"] for name in NOT_AN_OBJECT}
    server.wait_until(lambda: server.connections <= 1)


@under("something else than HTTP/1.1")
def test_something_else_than_http(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send(NOT_HTTP[received.username])
        peer.finish()

    outcomes = ask_each(subject, server, NOT_HTTP, script)
    assert outcomes == {name: ["BackendError", "grace"] for name in NOT_HTTP}
    server.wait_until(lambda: server.connections <= 1)


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


def check(outcomes: dict[str, list[str]]) -> None:
    """Check that each response is refused or reaches its user, and that none is shifted."""
    for name, (outcome, next_outcome) in outcomes.items():
        assert outcome in {name, "BackendError"}, name
        assert next_outcome == "grace", name


@under("a response that is not clear")
def test_a_response_that_is_not_clear(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send(AMBIGUOUS[received.username](received))

    check(ask_each(subject, server, AMBIGUOUS, script))


@under("a response without a length")
def test_a_response_without_a_length(subject: Subject, server: HostileServer) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send(WITHOUT_LENGTH[received.username] + make_body(received.username))
        peer.finish()

    check(ask_each(subject, server, WITHOUT_LENGTH, script))
