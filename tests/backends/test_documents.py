"""Documents are fetched with GET, within the limits of the backends."""

import asyncio
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from authflow import BackendError, InvalidInput
from authflow.backends import _limits
from authflow.backends.http._documents import Documents
from authflow.backends.http._loop import LoopNetwork
from authflow.backends.http._sockets import SocketNetwork
from authflow.core._coroutines import run_to_end
from tests.support.hostile_server import HostileServer, hostile_server
from tests.support.http_replies import respond


def fetch(url: str) -> dict[str, Any]:
    return run_to_end(Documents(SocketNetwork).fetch(url))


def fetch_on_loop(url: str) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        try:
            return await Documents(LoopNetwork).fetch(url)
        finally:
            await asyncio.sleep(0)

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("get", [fetch, fetch_on_loop], ids=["sockets", "event loop"])


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as server:
        yield server


@BOTH
def test_the_request_and_the_document(get: Any, server: HostileServer) -> None:
    server.play(lambda peer, _: peer.send(respond(b'{"keys": []}')))
    assert get(f"{server.url}/pool/.well-known/jwks.json?x=1") == {"keys": []}
    [received] = server.requests
    assert (received.method, received.target, received.body) == ("GET", "/pool/.well-known/jwks.json?x=1", b"")
    assert received.headers["host"] == server.url.removeprefix("http://")
    assert received.headers["connection"] == "close"
    assert "content-length" not in received.headers


@BOTH
def test_each_document_has_a_connection_of_its_own(get: Any, server: HostileServer) -> None:
    server.play(lambda peer, _: peer.send(respond(b"{}") + respond(b'{"keys": ["of somebody else"]}')))
    assert get(server.url) == get(server.url) == {}
    assert server.opened == 2


RESPONSES = {
    "an error": respond(b"{}", "503 Service Unavailable"),
    "not found": respond(b"{}", "404 Not Found"),
    "a redirect": respond(b"{}", "302 Found", "Location: https://attacker.example/jwks.json"),
    "no content": respond(b"", "204 No Content"),
    "a list": respond(b"[]"),
    "a page": respond(b"<html>"),
    "not UTF-8": respond(b'{"keys": "\xff"}'),
    "deep": respond(b"[" * 100_000),
    "too long": respond(b" " * (_limits.MAX_BODY + 1)),
    "compressed": respond(b"{}", "200 OK", "Content-Encoding: gzip"),
    "not HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "cut": respond(b'{"keys": []}')[:-1],
}


@BOTH
@pytest.mark.parametrize("response", RESPONSES)
def test_anything_else_is_a_backend_error(get: Any, server: HostileServer, response: str) -> None:
    def play(peer: Any, _: object) -> None:
        peer.send(RESPONSES[response])
        peer.finish()

    server.play(play)
    with pytest.raises(BackendError, match=f"^GET {server.url}/secret: ") as caught:
        get(f"{server.url}/secret")
    assert "attacker" not in str(caught.value)
    assert len(server.requests) == 1


@BOTH
def test_a_slow_response_ends_in_time(get: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CALL_TIMEOUT", 0.3)
    server.play(lambda peer, _: peer.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n"[:1]))
    with pytest.raises(BackendError, match="no complete response within"):
        get(server.url)


@BOTH
def test_nobody_listens(get: Any) -> None:
    with pytest.raises(BackendError, match="not sent"):
        get("http://127.0.0.1:1")


@BOTH
def test_an_unknown_authority_is_not_trusted(get: Any) -> None:
    import trustme

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with hostile_server(context) as server:
        with pytest.raises(BackendError, match="not sent: SSLCertVerificationError"):
            get(server.url)
        assert server.requests == []


@BOTH
@pytest.mark.parametrize("url", ["localhost", "ftp://localhost", "http://user:password@localhost"])
def test_what_is_no_url(get: Any, url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        get(url)
    assert "password@" not in str(caught.value)
