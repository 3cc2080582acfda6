"""HTTP/1.1 without I/O: what a connection accepts, and when it can carry another request."""

import pytest

from authflow.backends import _limits
from authflow.backends._json_protocol import HttpResponse
from authflow.backends.http._errors import TransportError
from authflow.backends.http._wire import Message, Tunnel, Wire, build_head, recall_head

HOST = (("Host", "localhost"),)
OK = b"HTTP/1.1 200 OK\r\n"
RESPONSE = OK + b"Content-Length: 2\r\n\r\n{}"


def sent() -> Wire:
    """Return a connection on which a request was sent."""
    wire = Wire()
    wire.send(Message(build_head("/", HOST, 2), b"{}"))
    return wire


def test_a_request() -> None:
    head = build_head("/a?b", (*HOST, ("X-Y", "z")), 2)
    expected = b"POST /a?b HTTP/1.1\r\nHost: localhost\r\nX-Y: z\r\nContent-Length: 2\r\n\r\n{}"
    assert Wire().send(Message(head, b"{}")) == expected


@pytest.mark.parametrize("headers", [(("X", "a\r\nY: b"),), (("X y", "z"),), (("X", "\0"),)])
def test_a_head_that_http_does_not_allow(headers: tuple[tuple[str, str], ...]) -> None:
    for make in (build_head, recall_head):
        with pytest.raises(TransportError, match="can't be sent"):
            make("/", HOST + headers, 2)


def test_a_response_byte_by_byte_and_another_on_the_same_connection() -> None:
    wire = sent()
    for _ in range(2):
        received = [wire.receive(bytes([byte])) for byte in RESPONSE]
        assert received == [None] * (len(RESPONSE) - 1) + [HttpResponse(200, {"content-length": "2"}, b"{}")]
        assert wire.is_reusable
        wire.send(Message(build_head("/", HOST, 2), b"{}"))
        assert not wire.is_reusable


@pytest.mark.parametrize(
    "response",
    [
        RESPONSE + b"\r\n",
        RESPONSE + RESPONSE,
        OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_connection_that_carries_no_other_request(response: bytes) -> None:
    wire = sent()
    assert wire.receive(response)
    assert not wire.is_reusable


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP/1.1"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n", "HTTP 200, a compressed response"),
        (OK + b"Content-Encoding: gzip\r\nContent-Encoding: identity\r\n\r\n", "HTTP 200, a compressed response"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "."),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 17, "a provisional response that was not asked for"),
    ],
)
def test_a_response_that_is_refused(response: bytes, problem: str) -> None:
    with pytest.raises(TransportError, match=problem):
        sent().receive(response)


def test_as_many_hints_as_are_allowed() -> None:
    assert sent().receive(b"HTTP/1.1 103 Early Hints\r\n\r\n" * _limits.MAX_HINTS + RESPONSE)


def test_the_end_of_the_stream_before_the_end_of_the_response() -> None:
    for begun in (b"HTTP", OK, RESPONSE[:-1]):
        wire = sent()
        assert wire.receive(begun) is None
        with pytest.raises(TransportError):
            wire.receive(b"")


@pytest.mark.parametrize("size", [1 << 14, 1 << 16])
def test_a_head_has_a_length(size: int) -> None:
    def receive(length: int) -> HttpResponse | None:
        wire, head = sent(), OK + b"X: " + b"y" * (length - 4) + b"\r\nContent-Length: 0\r\n\r\n"
        pieces = [head[at : at + size] for at in range(0, len(head), size)]
        return next((found for piece in pieces if (found := wire.receive(piece))), None)

    assert receive(_limits.MAX_HEAD - 100)
    with pytest.raises(TransportError):
        receive(_limits.MAX_HEAD + 1)


def test_a_body_has_a_length() -> None:
    def receive(length: int) -> HttpResponse | None:
        return sent().receive(OK + b"Content-Length: %d\r\n\r\n" % length + b"x" * length)

    assert receive(_limits.MAX_BODY)
    with pytest.raises(TransportError, match="more than 1048576 bytes"):
        receive(_limits.MAX_BODY + 1)


def test_a_tunnel() -> None:
    tunnel = Tunnel("a.example:443", (("Proxy-Authorization", "Basic x"),))
    assert (
        tunnel.send()
        == b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nProxy-Authorization: Basic x\r\n\r\n"
    )
    assert not tunnel.receive(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 20")
    assert tunnel.receive(b"0 OK\r\n\r\n")


@pytest.mark.parametrize(
    "response", [b"HTTP/1.1 407 Who?\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n\x16", b"\x15\x03\x03\0\0\r\n\r\n"]
)
def test_a_proxy_that_opens_no_tunnel(response: bytes) -> None:
    tunnel = Tunnel("a.example:443", ())
    tunnel.send()
    with pytest.raises(TransportError):
        tunnel.receive(response)
