"""HttpxBackend and AsyncHttpxBackend: what is sent where, and what becomes of every way to fail."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from authflow import BackendError, InvalidInput, Refusal, Srp, Throttled, __version__, begin
from authflow.backends import _limits
from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend
from authflow.core.requests import GetTokensFromRefreshToken, Request
from authflow.core.secret import Secret
from tests.support.samples import APP, stamp
from tests.support.servers import Server, error_body, make_request, serving

SECRET = "5ecretMark"
Call = Callable[..., Mapping[str, Any]]
Handler = Callable[[httpx.Request], httpx.Response]


def call(sent: Request | None = None, *, handler: Handler | None = None, **where: Any) -> Mapping[str, Any]:
    client = httpx.Client(transport=httpx.MockTransport(handler)) if handler else None
    with HttpxBackend(client=client, **where) as backend:
        return backend.call(sent or make_request())


def async_call(sent: Request | None = None, *, handler: Handler | None = None, **where: Any) -> Mapping[str, Any]:
    async def run() -> Mapping[str, Any]:
        client = httpx.AsyncClient(transport=httpx.MockTransport(handler)) if handler else None
        async with AsyncHttpxBackend(client=client, **where) as backend:
            return await backend.call(sent or make_request())

    return asyncio.run(run())


both = pytest.mark.parametrize("call", [call, async_call], ids=["blocking", "async"])
kinds = pytest.mark.parametrize("kind", [HttpxBackend, AsyncHttpxBackend])


@both
def test_what_is_sent_and_what_comes(call: Call) -> None:
    with serving(Server(body=b'{"ChallengeName":"SMS_MFA","Session":"s"}')) as server:
        assert call(endpoint_url=server.url) == {"ChallengeName": "SMS_MFA", "Session": "s"}
    [(headers, body)] = server.received
    assert headers["X-Amz-Target"] == "AWSCognitoIdentityProviderService.InitiateAuth"
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert headers["User-Agent"] == f"authflow/{__version__}"
    assert headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in headers
    assert body == make_request().params()


@both
@pytest.mark.parametrize(
    ("where", "url"),
    [
        ({}, "https://cognito-idp.eu-west-1.amazonaws.com"),
        ({"region": "us-west-2"}, "https://cognito-idp.us-west-2.amazonaws.com"),
        ({"region": "us-west-2", "endpoint_url": "http://127.0.0.1:1/"}, "http://127.0.0.1:1/"),
        ({"endpoint_url": "https://vpce.example"}, "https://vpce.example"),
    ],
)
def test_where_it_is_sent(call: Call, where: dict[str, str], url: str) -> None:
    seen = []

    def handler(sent: httpx.Request) -> httpx.Response:
        seen.append(sent.url)
        return httpx.Response(200, content=b"{}")

    call(handler=handler, **where)
    assert seen == [httpx.URL(url)]


@both
def test_nowhere_to_send_it(call: Call) -> None:
    for region in ("", "evil.example/", "local"):
        with pytest.raises(InvalidInput) as caught:
            call(replace(make_request(), region=region))
        assert caught.value.field == "region"


@kinds
def test_the_region_that_an_authenticator_checks(kind: Any) -> None:
    assert kind().region is None
    assert kind(region="eu-west-1").region == "eu-west-1"
    assert kind(region="eu-west-1", endpoint_url="http://127.0.0.1:1").region is None


@kinds
@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("region", {"region": "evil.example/"}),
        ("region", {"region": ""}),
        ("endpoint_url", {"endpoint_url": ""}),
        ("endpoint_url", {"endpoint_url": 1}),
        ("endpoint_url", {"endpoint_url": "nonsense"}),
        ("endpoint_url", {"endpoint_url": "http://"}),
        ("endpoint_url", {"endpoint_url": "ftp://a"}),
        ("endpoint_url", {"endpoint_url": "http://a:b"}),
        ("client", {"client": object()}),
    ],
)
def test_arguments_that_cannot_be(kind: Any, field: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        kind(**arguments)
    assert caught.value.field == field


@kinds
def test_an_environment_that_httpx_cannot_use(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"nonsense://ada:{SECRET}@proxy")
    with pytest.raises(InvalidInput, match="environment") as caught:
        kind()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@both
def test_the_admin_api_is_refused_before_anything_is_sent(call: Call) -> None:
    found = begin(APP, Srp("ada", "pw"), stamp(), admin=True).request
    with serving(Server()) as server, pytest.raises(InvalidInput, match="Threaded"):
        call(found, endpoint_url=server.url)
    assert not server.received


@both
def test_a_redirect_is_not_followed_even_by_a_client_that_does(call: Call) -> None:
    seen = []

    def handler(sent: httpx.Request) -> httpx.Response:
        seen.append(sent)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example"})

    with pytest.raises(BackendError, match="InitiateAuth: HTTP 307"):
        call(handler=handler)
    assert len(seen) == 1


def exceptions() -> list[type[Exception]]:
    found = (getattr(httpx, name) for name in httpx.__all__)
    return [one for one in found if isinstance(one, type) and issubclass(one, Exception)]


def made(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    error.args = (f"quoted {SECRET}",)
    return error


@both
@pytest.mark.parametrize("kind", exceptions())
def test_every_exception_of_httpx_is_a_backend_error(call: Call, kind: type[Exception]) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise made(kind)

    with pytest.raises(BackendError) as caught:
        call(handler=handler)
    assert str(caught.value).startswith(f"InitiateAuth: {kind.__name__}")
    assert kind is httpx.ConnectError or SECRET not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None, "it would hold the request"


@both
@pytest.mark.parametrize("error", [OSError("x"), RuntimeError("x"), UnicodeError("x")])
def test_so_are_those_of_the_libraries_underneath(call: Call, error: Exception) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(BackendError, match=f"InitiateAuth: {type(error).__name__}"):
        call(handler=handler)


@both
def test_a_body_is_read_up_to_a_length(call: Call) -> None:
    sent = 0

    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield b"x" * 65536

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in self:
                yield piece

    with pytest.raises(BackendError, match="InitiateAuth: a response of more than 1048576 bytes"):
        call(handler=lambda _: httpx.Response(200, stream=Endless()))
    assert sent == 17


@both
def test_a_packed_body_is_not_unpacked(call: Call) -> None:
    with pytest.raises(BackendError, match="InitiateAuth: HTTP 200, a compressed response"):
        call(
            handler=lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"{}x"))
        )


@both
def test_a_body_that_drips(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CALL_TIMEOUT", 0.3)

    class Dripping(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                time.sleep(0.05)
                yield b"x"

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.05)
                yield b"x"

    began = time.monotonic()
    with pytest.raises(BackendError, match="InitiateAuth: no complete response within 0"):
        call(handler=lambda _: httpx.Response(200, stream=Dripping()))
    assert time.monotonic() - began < 5


@both
def test_no_secret_is_logged_or_shown(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent = GetTokensFromRefreshToken(client_id="c", refresh_token=Secret(SECRET), region="eu-west-1")
    reply = json.dumps({"AuthenticationResult": {"AccessToken": SECRET}}).encode()
    with serving(Server(body=reply)) as server:
        call(sent, endpoint_url=server.url)
        server.body = reply[:-9]
        with pytest.raises(BackendError) as caught:
            call(sent, endpoint_url=server.url)
    for error in (caught.value, lost(call, sent)):
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert SECRET not in "".join(frame for frame in shown.format() if "tests" not in frame)
    assert SECRET not in caplog.text
    assert "send_request_body" in caplog.text


def lost(call: Call, sent: Request) -> BackendError:
    with serving(Server()) as server:
        url = server.url
    with pytest.raises(BackendError, match="GetTokensFromRefreshToken: ConnectError: ") as caught:
        call(sent, endpoint_url=url)
    return caught.value


@kinds
def test_the_clients_it_makes_have_sane_settings(kind: Any) -> None:
    client = kind()._clients()._make()
    assert 0 < client.timeout.connect <= 5
    assert 5 < client.timeout.read <= 30
    assert client.trust_env
    assert not client.follow_redirects


def test_a_client_of_your_own() -> None:
    seen = []

    def handler(sent: httpx.Request) -> httpx.Response:
        seen.append(sent.headers["X-Yours"])
        return httpx.Response(200, content=b"{}")

    client = httpx.Client(transport=httpx.MockTransport(handler), headers={"X-Yours": "1"})
    with HttpxBackend(client=client) as backend:
        backend.call(make_request())
    assert not client.is_closed
    assert seen == ["1"]


def test_threads_share_it_and_reuse_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONNECTIONS", 3)
    together, most = 0, 0

    def handler(_: httpx.Request) -> httpx.Response:
        nonlocal together, most
        together += 1
        most = max(most, together)
        time.sleep(0.01)
        together -= 1
        return httpx.Response(200, content=b"{}")

    backend = HttpxBackend(client=httpx.Client(transport=httpx.MockTransport(handler)))
    threads = [threading.Thread(target=backend.call, args=(make_request(),)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3
    assert len(backend._clients()._idle) == 3


@both
def test_no_connection_becomes_free(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONNECTIONS", 1)
    monkeypatch.setattr(_limits, "FREE_TIMEOUT", 0.1)
    within: list[BackendError] = []

    async def both_at_once(backend: AsyncHttpxBackend) -> None:
        first = asyncio.create_task(backend.call(make_request()))
        await asyncio.sleep(0)
        with pytest.raises(BackendError) as caught:
            await backend.call(make_request())
        within.append(caught.value)
        first.cancel()

    async def slowly(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        raise AssertionError

    def meanwhile(_: httpx.Request) -> httpx.Response:
        with pytest.raises(BackendError) as caught:
            backend.call(make_request())
        within.append(caught.value)
        return httpx.Response(200, content=b"{}")

    if call is async_call:
        asyncio.run(both_at_once(AsyncHttpxBackend(client=httpx.AsyncClient(transport=httpx.MockTransport(slowly)))))
    else:
        backend = HttpxBackend(client=httpx.Client(transport=httpx.MockTransport(meanwhile)))
        backend.call(make_request())
    [error] = within
    assert str(error) == "InitiateAuth: not sent, no connection was free for 0.1 s"


def test_closed_it_sends_nothing() -> None:
    with serving(Server()) as server:
        backend = HttpxBackend(endpoint_url=server.url)
        backend.call(make_request())
        backend.close()
        backend.close()
        with pytest.raises(InvalidInput, match="is closed"):
            backend.call(make_request())
    assert len(server.received) == 1


def test_a_connection_in_use_is_closed_when_its_call_ends() -> None:
    server = Server(delay=threading.Event())
    with serving(server):
        assert server.delay
        backend = HttpxBackend(endpoint_url=server.url)
        [client] = backend._clients()._idle

        def fails() -> None:
            with pytest.raises(BackendError):
                backend.call(make_request())

        late = threading.Thread(target=fails)
        late.start()
        while not server.received:
            time.sleep(0.001)
        backend.close()
        assert not client.is_closed
        server.delay.set()
        late.join()
    assert client.is_closed


def test_one_event_loop() -> None:
    backend = AsyncHttpxBackend(client=httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(429))))
    for kind in (Throttled, InvalidInput):
        with pytest.raises(kind):
            asyncio.run(backend.call(make_request()))
    with pytest.raises(InvalidInput, match="event loop"):
        asyncio.run(backend.aclose())


@both
def test_a_refusal(call: Call) -> None:
    with pytest.raises(Refusal) as caught:
        call(handler=lambda _: httpx.Response(400, content=error_body("NotAuthorizedException", "No.")))
    assert (caught.value.code, caught.value.message) == ("NotAuthorizedException", "No.")


def test_it_needs_no_sdk() -> None:
    code = """
import sys, authflow.backends.httpx as ours
from tests.support.servers import Server, make_request, serving
with serving(Server()) as server, ours.HttpxBackend(endpoint_url=server.url) as backend:
    backend.call(make_request())
print({"boto3", "botocore"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
