"""HttpBackend and AsyncHttpBackend: what they send where, and when connections open and close."""

import asyncio
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from authflow import BackendError, InvalidInput, Refusal, Srp, Throttled, __version__, begin
from authflow.backends import _limits, http
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.core.requests import GetTokensFromRefreshToken
from authflow.core.secret import Secret
from tests.support.hostile_server import HostileServer, Peer, Received, never
from tests.support.http_backends import both, opened
from tests.support.http_replies import ask_for, behave, find_username, respond
from tests.support.samples import APP, stamp
from tests.support.servers import Server, error_body, make_request, serving

SECRET = "5ecretMark"


@both
def test_the_request_and_the_reply(kind: Any) -> None:
    with serving(Server(body=b'{"ChallengeName":"SMS_MFA","Session":"s"}')) as server:
        with opened(kind, endpoint_url=server.url) as call:
            assert call(make_request()) == {"ChallengeName": "SMS_MFA", "Session": "s"}
        [(headers, body)] = server.received
    assert headers == {
        "Host": server.url.removeprefix("http://"),
        "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
        "Content-Type": "application/x-amz-json-1.1",
        "User-Agent": f"authflow/{__version__}",
        "Accept-Encoding": "identity",
        "Content-Length": headers["Content-Length"],
    }
    assert body == make_request().params()


@both
@pytest.mark.parametrize("path", ["/", "/stage?key=a%20b&x", "//a"])
def test_the_path_and_the_query_of_an_endpoint(kind: Any, server: HostileServer, path: str) -> None:
    with opened(kind, endpoint_url=server.url + path) as call:
        call(ask_for("ada"))
    [received] = server.requests
    assert received.target == path


@both
@pytest.mark.parametrize(
    ("region", "sent_to"),
    [(None, "cognito-idp.eu-west-1.amazonaws.com:443"), ("cn-north-1", "cognito-idp.cn-north-1.amazonaws.com.cn:443")],
)
def test_the_region_s_endpoint(kind: Any, server: HostileServer, region: str | None, sent_to: str) -> None:
    server.play(lambda peer, _: peer.send(respond(b"", "403 Forbidden")))
    refused = pytest.raises(BackendError, match=r"^InitiateAuth: not sent: the proxy responded with HTTP 403$")
    with opened(kind, region=region, proxy=server.url) as call, refused:
        call(ask_for("ada"))
    [received] = server.requests
    assert (received.method, received.target) == ("CONNECT", sent_to)


@both
def test_no_endpoint_is_known(kind: Any) -> None:
    with opened(kind) as call:
        for region in ("", "evil.example/", "local"):
            with pytest.raises(InvalidInput) as caught:
                call(replace(make_request(), region=region))
            assert caught.value.field == "region"


@both
def test_the_region_that_an_authenticator_compares(kind: Any) -> None:
    assert kind().region is None
    assert kind(region="eu-west-1").region == "eu-west-1"
    assert kind(region="eu-west-1", endpoint_url="http://127.0.0.1:1").region is None


@both
def test_the_admin_api_is_refused_before_anything_is_sent(kind: Any, server: HostileServer) -> None:
    server.play(never)
    request = begin(APP, Srp("ada", "pw"), stamp(), admin=True).request
    assert request
    with opened(kind, endpoint_url=server.url) as call, pytest.raises(InvalidInput, match="Threaded"):
        call(request)
    assert server.opened == 0


@both
def test_a_refusal_and_throttling(kind: Any) -> None:
    server = Server(400, error_body("NotAuthorizedException", "No."))
    with serving(server), opened(kind, endpoint_url=server.url) as call:
        with pytest.raises(Refusal) as caught:
            call(make_request())
        server.body = error_body("TooManyRequestsException")
        with pytest.raises(Throttled):
            call(make_request())
    assert (caught.value.code, caught.value.message) == ("NotAuthorizedException", "No.")


@both
def test_idle_connections_are_closed_after_a_time(
    kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_limits, "IDLE_TIMEOUT", 0.0)
    with opened(kind, endpoint_url=server.url) as call:
        for _ in range(3):
            call(ask_for("ada"))
        server.wait_until(lambda: server.connections == 1)
    assert server.opened == 3


@both
def test_calls_share_a_number_of_connections(kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONNECTIONS", 3)
    together = threading.Barrier(3)

    def script(peer: Peer, received: Received) -> None:
        together.wait(10)
        behave(peer, received)

    server.play(script)
    with opened(kind, endpoint_url=server.url) as call:
        threads = [threading.Thread(target=call, args=(ask_for(f"user-{number}"),)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 12
    assert server.opened == 3


@both
def test_no_connection_becomes_free(kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONNECTIONS", 1)
    monkeypatch.setattr(_limits, "FREE_TIMEOUT", 0.1)
    may_reply = threading.Event()

    def script(peer: Peer, received: Received) -> None:
        may_reply.wait(10)
        behave(peer, received)

    server.play(script)
    with opened(kind, endpoint_url=server.url) as call:
        first = threading.Thread(target=call, args=(ask_for("ada"),))
        first.start()
        server.wait_until(lambda: len(server.requests) == 1)
        with pytest.raises(BackendError, match=r"^InitiateAuth: not sent, no connection was free for 0\.1 s$"):
            call(ask_for("grace"))
        may_reply.set()
        first.join()
        assert find_username(call(ask_for("edith"))) == "edith"


@both
def test_a_time_out_says_what_did_not_happen(kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.play(lambda peer, _: peer.hold())
    with opened(kind, endpoint_url=server.url) as call:
        monkeypatch.setattr(_limits, "READ_TIMEOUT", 0.1)
        with pytest.raises(BackendError, match=r"^InitiateAuth: nothing was received for 0\.1 s$"):
            call(ask_for("ada"))
        monkeypatch.setattr(_limits, "CALL_TIMEOUT", 0.05)
        with pytest.raises(BackendError, match=r"^InitiateAuth: no complete response within 0\.05 s$"):
            call(ask_for("ada"))


@both
def test_a_host_that_does_not_accept_connections_in_time(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONNECT_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listening, crowded(listening.getsockname()):
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        began = time.monotonic()
        with (
            opened(kind, endpoint_url=url) as call,
            pytest.raises(BackendError, match="not sent, no connection in time"),
        ):
            call(ask_for("ada"))
    assert time.monotonic() - began < 5


@contextmanager
def crowded(address: tuple[str, int]) -> Iterator[None]:
    """Fill the queue of a server that accepts nobody."""
    waiting = [socket.socket() for _ in range(8)]
    try:
        for each in waiting:
            each.setblocking(False)
            with suppress(BlockingIOError):
                each.connect(address)
        yield
    finally:
        for each in waiting:
            each.close()


@both
def test_nothing_is_logged_or_shown_that_is_secret(kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    request = GetTokensFromRefreshToken(client_id="c", refresh_token=Secret(SECRET), region="eu-west-1")
    reply = f'{{"AuthenticationResult": {{"AccessToken": "{SECRET}"}}}}'.encode()
    with serving(Server(body=reply)) as server, opened(kind, endpoint_url=server.url) as call:
        call(request)
        server.body = reply[:-9]
        with pytest.raises(BackendError) as broken:
            call(request)
    refused = pytest.raises(BackendError, match="GetTokensFromRefreshToken: not sent: ConnectionRefusedError: ")
    with opened(kind, endpoint_url=server.url) as call, refused as lost:
        call(request)
    for error in (broken.value, lost.value):
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert SECRET not in "".join(frame for frame in shown.format() if "tests" not in frame)
        assert error.__cause__ is error.__context__ is None
    assert SECRET not in caplog.text


def test_a_closed_backend_sends_nothing(server: HostileServer) -> None:
    backend = HttpBackend(endpoint_url=server.url)
    backend.call(ask_for("ada"))
    backend.close()
    backend.close()
    server.wait_until(lambda: server.connections == 0)
    with pytest.raises(InvalidInput, match="is closed"):
        backend.call(ask_for("ada"))
    assert len(server.requests) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the server's threads, which the child does not use
def test_what_was_closed_before_a_fork_is_closed_after_it(server: HostileServer) -> None:
    backend = HttpBackend(endpoint_url=server.url)
    backend.close()
    child = os.fork()
    if not child:
        try:
            backend.call(ask_for("ada"))
        except InvalidInput:
            os._exit(7)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert server.opened == 0


def test_a_connection_in_use_is_closed_when_its_call_ends(server: HostileServer) -> None:
    may_reply = threading.Event()

    def script(peer: Peer, received: Received) -> None:
        may_reply.wait(10)
        behave(peer, received)

    server.play(script)
    backend = HttpBackend(endpoint_url=server.url)
    replies: list[str] = []
    late = threading.Thread(target=lambda: replies.append(find_username(backend.call(ask_for("ada")))))
    late.start()
    server.wait_until(lambda: len(server.requests) == 1)
    backend.close()
    assert server.connections == 1
    may_reply.set()
    late.join()
    assert replies == ["ada"]
    server.wait_until(lambda: server.connections == 0)


def test_a_forgotten_backend_closes_its_connections(server: HostileServer) -> None:
    HttpBackend(endpoint_url=server.url).call(ask_for("ada"))
    gc.collect()
    server.wait_until(lambda: server.connections == 0)


def test_closing_waits_for_the_calls_in_progress(server: HostileServer) -> None:
    async def run() -> None:
        backend = AsyncHttpBackend(endpoint_url=server.url)
        first = asyncio.create_task(backend.call(ask_for("ada")))
        await asyncio.to_thread(server.wait_until, lambda: len(server.requests) == 1)
        closing = asyncio.create_task(backend.aclose())
        await asyncio.sleep(0)
        with pytest.raises(InvalidInput, match="is closed"):
            await backend.call(ask_for("grace"))
        assert not closing.done()
        may_reply.set()
        await closing
        assert first.done()
        assert find_username(await first) == "ada"
        await backend.aclose()

    def script(peer: Peer, received: Received) -> None:
        may_reply.wait(10)
        behave(peer, received)

    may_reply = threading.Event()
    server.play(script)
    asyncio.run(run())
    server.wait_until(lambda: server.connections == 0)


def test_a_call_that_is_cancelled_before_it_is_sent_is_never_sent(server: HostileServer) -> None:
    async def run() -> None:
        async with AsyncHttpBackend(endpoint_url=server.url) as backend:
            call = asyncio.create_task(backend.call(ask_for("ada")))
            await asyncio.sleep(0)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            await backend.call(ask_for("grace"))

    asyncio.run(run())
    assert [received.username for received in server.requests] == ["grace"]


def test_one_event_loop(server: HostileServer) -> None:
    backend = AsyncHttpBackend(endpoint_url=server.url)

    async def run() -> None:
        await backend.call(ask_for("ada"))
        await backend.aclose()

    asyncio.run(run())
    for coroutine in (backend.call(ask_for("ada")), backend.aclose()):
        with pytest.raises(InvalidInput, match="event loop"):
            asyncio.run(coroutine)


def test_the_blocking_backend_needs_neither_the_sdk_nor_asyncio() -> None:
    code = """
import sys
from authflow.backends.http import HttpBackend
from authflow.core.requests import GetTokensFromRefreshToken
try:
    request = GetTokensFromRefreshToken(client_id="c", refresh_token="t", region="eu-west-1")
    HttpBackend(endpoint_url="http://127.0.0.1:1").call(request)
except Exception as error:
    print(type(error).__name__, {"boto3", "botocore", "httpx", "asyncio"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "BackendError set()"


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Client'"):
        _ = http.Client  # type: ignore[attr-defined]  # wrong on purpose


@pytest.mark.parametrize("name", ["HttpBackend", "AsyncHttpBackend"])
def test_a_missing_extra_names_itself(name: str) -> None:
    code = f"import sys; sys.modules['h11'] = None; from authflow.backends.http import {name}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.endswith(f'ModuleNotFoundError: {name} needs h11: pip install "cognito-authflow[http]"\n')
