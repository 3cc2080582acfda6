"""An error's traceback holds no secret: error trackers keep the variables of its frames."""

import asyncio
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

import authflow
from authflow import (
    AppClient,
    AsyncAuthenticator,
    Authenticator,
    BackendError,
    Backoff,
    InvalidInput,
    Password,
    Remember,
    Srp,
    UnexpectedReply,
)
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.core.requests import Request
from authflow.drivers._runner import Runner
from authflow.drivers.asynchronous import _AsyncEffects
from tests.support.replies import challenge, password_verifier, tokens

PASSWORD, SESSION, REFRESH_TOKEN = "Pass-Mark-1", "SessionMark" * 3, "RefreshMark"
APP = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado", "ClientSecretMark")
MARKS = (PASSWORD, SESSION, REFRESH_TOKEN, "ClientSecretMark")
CASES: dict[str, tuple[Any, Any]] = {
    "tokens": (tokens(REFRESH_TOKEN, ExpiresIn=-1), Password("ada", PASSWORD)),
    "a proof": (password_verifier(SRP_B="zz"), Srp("ada", PASSWORD)),
    "a challenge": (challenge("SMS_MFA", SESSION, x=5), Password("ada", PASSWORD)),  # type: ignore[arg-type]
    "a foreign challenge": (challenge("FREE_BEER", SESSION), Password("ada", PASSWORD)),
    "no answer": (BackendError("lost"), Password("ada", PASSWORD)),
}


class Script:
    """A backend that gives one reply."""

    def __init__(self, reply: Any) -> None:
        self._reply = reply

    def call(self, request: Request) -> Mapping[str, Any]:
        sent = request.params()  # as a backend does, in a frame of its own
        if isinstance(self._reply, BackendError):
            raise self._reply from None
        return self._reply if sent else {}


class AsyncScript(Script):
    """The same on a loop."""

    async def call(self, request: Request) -> Mapping[str, Any]:  # type: ignore[override]  # an AsyncBackend
        return super().call(request)


def begin_blocking(case: str) -> None:
    reply, opening = CASES[case]
    Authenticator(APP, Script(reply)).begin(opening)


def begin_on_a_loop(case: str) -> None:
    async def begin() -> None:
        reply, opening = CASES[case]
        async with AsyncAuthenticator(APP, AsyncScript(reply)) as auth:
            await auth.begin(opening)

    asyncio.run(begin())


def list_frames(error: BaseException) -> list[str]:
    """Return authflow's frames, with their variables, of an error and of all that it is linked to."""
    here = authflow.__path__[0]
    shown = []
    while error is not None:
        summary = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=True)
        shown += [f"{frame.name} {frame.locals}" for frame in summary if frame.filename.startswith(here)]
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return shown


@pytest.mark.parametrize("begin", [begin_blocking, begin_on_a_loop])
@pytest.mark.parametrize("case", CASES)
def test_no_frame_of_a_driver_holds_a_secret(case: str, begin: Callable[[str], None]) -> None:
    with pytest.raises((UnexpectedReply, BackendError)) as caught:
        begin(case)
    frames = list_frames(caught.value)
    assert frames, "those that hold none"
    assert [frame for frame in frames if any(mark in frame for mark in MARKS)] == []


@pytest.mark.parametrize("case", [case for case in CASES if case != "no answer"])
def test_no_frame_of_a_flow_holds_a_secret(case: str) -> None:
    reply, opening = CASES[case]
    flow = authflow.begin(APP, opening, authflow.stamp_now())
    with pytest.raises(UnexpectedReply) as caught:
        flow.receive(reply, authflow.stamp_now())
    assert [frame for frame in list_frames(caught.value) if any(mark in frame for mark in MARKS)] == []


@contextmanager
def serve_nothing() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_call_that_is_cancelled_shows_no_secret() -> None:
    async def begin(url: str) -> None:
        async with AsyncHttpBackend(endpoint_url=url) as backend, AsyncAuthenticator(APP, backend) as auth:
            async with asyncio.timeout(0.2):
                await auth.begin(Password("ada", PASSWORD))

    with serve_nothing() as url, pytest.raises(TimeoutError) as caught:
        asyncio.run(begin(url))
    frames = list_frames(caught.value)
    assert frames
    assert [frame for frame in frames if any(mark in frame for mark in MARKS)] == []


def test_a_step_that_is_cancelled_in_its_computation_shows_no_secret() -> None:
    async def begin() -> None:
        started = asyncio.Event()

        class Effects(_AsyncEffects):
            async def compute(self, step: Callable[[], Any]) -> Any:
                if started.is_set():  # the second computation: of the reply
                    await asyncio.sleep(60)
                started.set()
                return step()

        effects = Effects(AsyncScript(tokens(REFRESH_TOKEN)), None)
        runner = Runner(
            APP,
            effects,
            admin=False,
            remember=Remember.NEVER,
            observe=None,
            backoff=Backoff(),
            stamp=authflow.stamp_now,
        )
        async with asyncio.timeout(0.2):
            await runner.begin(Srp("ada", PASSWORD), context=None, holder=None)

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(begin())
    assert [frame for frame in list_frames(caught.value) if any(mark in frame for mark in MARKS)] == []


@pytest.mark.parametrize("kind", [HttpBackend, Boto3Backend])
def test_a_closed_backend_shows_no_secret(kind: type[HttpBackend] | type[Boto3Backend]) -> None:
    with serve_nothing() as url:
        backend = kind(endpoint_url=url)
        backend.close()
        with pytest.raises(InvalidInput) as caught:
            Authenticator(APP, backend).begin(Password("ada", PASSWORD))
    assert [frame for frame in list_frames(caught.value) if any(mark in frame for mark in MARKS)] == []
