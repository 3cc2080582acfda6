"""All backends have the same outcomes against the same servers, over real HTTP."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from authflow import (
    AppClient,
    AuthflowError,
    BackendError,
    Failed,
    Flow,
    Password,
    Refusal,
    SignedIn,
    Srp,
    Throttled,
    UnexpectedReply,
    begin,
    stamp_now,
)
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend
from authflow.backends.threads import Threaded
from authflow.core.openings import Opening
from authflow.emulator import Emulator, running
from tests.support.emulator.world import PASSWORD, TEMPORARY, Clock, World
from tests.support.servers import Server, error_body, serving

pytestmark = pytest.mark.slow  # mostly waiting
SOON = 0.3  # seconds: the time-out of a hurried backend
Drive = Callable[[Flow], Flow]
NAMES = ("Boto3Backend", "HttpxBackend", "AsyncHttpxBackend", "Threaded Boto3Backend", "Threaded HttpxBackend")


def through(backend: Any) -> Drive:
    def drive(flow: Flow) -> Flow:
        while flow.request is not None:
            try:
                flow = flow.receive(backend.call(flow.request), stamp_now())
            except Refusal as refusal:
                flow = flow.refuse(refusal, stamp_now())
        return flow

    return drive


def through_async(enter: Callable[[], AbstractAsyncContextManager[Any]]) -> Drive:
    async def drive(flow: Flow) -> Flow:
        async with enter() as backend:
            while flow.request is not None:
                try:
                    flow = flow.receive(await backend.call(flow.request), stamp_now())
                except Refusal as refusal:
                    flow = flow.refuse(refusal, stamp_now())
            return flow

    return lambda flow: asyncio.run(drive(flow))


@contextmanager
def boto3_backend(url: str, hurried: bool) -> Iterator[Boto3Backend]:
    config = Config(read_timeout=SOON, retries={"total_max_attempts": 1})
    given: Any = {"region_name": "eu-west-1", "endpoint_url": url, "config": config}
    yield Boto3Backend(boto3.client("cognito-idp", **given)) if hurried else Boto3Backend(endpoint_url=url)


@contextmanager
def httpx_backend(url: str, hurried: bool) -> Iterator[HttpxBackend]:
    with (
        httpx.Client(timeout=SOON) as client,
        HttpxBackend(endpoint_url=url, client=client if hurried else None) as backend,
    ):
        yield backend


@asynccontextmanager
async def async_httpx_backend(url: str, hurried: bool) -> AsyncIterator[AsyncHttpxBackend]:
    async with (
        httpx.AsyncClient(timeout=SOON) as client,
        AsyncHttpxBackend(endpoint_url=url, client=client if hurried else None) as backend,
    ):
        yield backend


Blocking = Callable[[str, bool], AbstractContextManager[Boto3Backend | HttpxBackend]]
BLOCKING: dict[str, Blocking] = {"Boto3Backend": boto3_backend, "HttpxBackend": httpx_backend}


@contextmanager
def driving(name: str, url: str, hurried: bool = False) -> Iterator[Drive]:
    """A driver through a backend; a hurried one has a client with a short time-out."""
    if name == "AsyncHttpxBackend":
        yield through_async(lambda: async_httpx_backend(url, hurried))
        return
    with BLOCKING[name.removeprefix("Threaded ")](url, hurried) as backend:
        yield through_async(lambda: Threaded(backend)) if name.startswith("Threaded") else through(backend)


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def world() -> World:
    clock = Clock(datetime.now(UTC))
    made = World(Emulator(clock), clock, "", "").make_pool()
    made.make_user("ada")
    made.invite("bob")
    return made


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    with running(lambda _: world.emulator) as address:
        yield address


every = pytest.mark.parametrize("name", [*NAMES, "emulator.backend()"])
over_http = pytest.mark.parametrize("name", NAMES)


def drive(name: str, world: World, url: str, opening: Opening) -> Flow:
    flow = begin(AppClient(world.pool_id, world.client_id), opening, stamp_now())
    if name == "emulator.backend()":
        return through(world.emulator.backend())(flow)
    with driving(name, url) as go_on:
        return go_on(flow)


@every
@pytest.mark.parametrize("opening", [Srp("ada", PASSWORD), Password("ada", PASSWORD)], ids=["srp", "password"])
def test_the_same_sign_in(world: World, url: str, name: str, opening: Opening) -> None:
    state = drive(name, world, url, opening).state
    assert isinstance(state, SignedIn)
    assert state.tokens.username == "ada"


@every
def test_the_same_challenge(world: World, url: str, name: str) -> None:
    assert drive(name, world, url, Password("bob", TEMPORARY)).node == "new_password_required"


@every
@pytest.mark.parametrize(
    "opening", [Srp("nobody", "Wr0ng-passw0rd"), Password("nobody", "Wr0ng-passw0rd")], ids=["srp", "password"]
)
def test_the_same_refusal(world: World, url: str, name: str, opening: Opening) -> None:
    state = drive(name, world, url, opening).state
    assert isinstance(state, Failed)
    assert (state.code, state.message) == ("UserNotFoundException", "User does not exist.")


def outcome(name: str, url: str, hurried: bool = False) -> type[AuthflowError]:
    flow = begin(AppClient("eu-west-1_Ab12Cd34E", "client"), Srp("ada", "pw"), stamp_now())
    with driving(name, url, hurried) as go_on, pytest.raises(AuthflowError) as caught:
        go_on(flow)
    return type(caught.value)


@over_http
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error_body("TooManyRequestsException"), Throttled),
        (429, b"", Throttled),
        (500, error_body("InternalErrorException"), BackendError),
        (503, b"<html>", BackendError),
        (403, b"<html>", BackendError),
        (400, b"{}", BackendError),
        (302, b"", BackendError),
    ],
)
def test_the_same_failure(name: str, status: int, body: bytes, kind: type[AuthflowError]) -> None:
    with serving(Server(status, body)) as server:
        assert outcome(name, server.url) is kind
    assert len(server.received) == 1, "nothing is sent twice"


@over_http
@pytest.mark.parametrize(
    "body", [b"", b"{garbled", b"<html>", b"[1]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"a": 1e']
)
def test_garbage_is_never_a_reply(name: str, body: bytes) -> None:
    with serving(Server(200, body)) as server:
        kind = outcome(name, server.url)
    # boto3 returns an empty reply for some bodies, which the flow refuses
    assert kind is BackendError or (kind is UnexpectedReply and "Boto3" in name)


@over_http
def test_a_refused_connection(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert outcome(name, f"http://127.0.0.1:{port}") is BackendError


@over_http
def test_a_server_that_does_not_speak_http(name: str) -> None:
    def serve() -> None:
        peer = listener.accept()[0]
        with peer:
            peer.recv(65536)
            peer.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        assert outcome(name, f"http://127.0.0.1:{listener.getsockname()[1]}") is BackendError
        thread.join()


@over_http
def test_a_time_out(name: str) -> None:
    server = Server(delay=threading.Event())
    assert server.delay
    with serving(server):
        assert outcome(name, server.url, hurried=True) is BackendError
        server.delay.set()
    assert len(server.received) == 1
