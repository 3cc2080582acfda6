"""Calls that are cancelled at every step of the event loop: nothing is lost, nothing stays open."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import pytest

from authflow.backends import _limits
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.threads import Threaded
from tests.backends.conformance.places import ASYNC
from tests.backends.conformance.remaining import TCP, TLS
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import ask_for, find_username, make_body, respond
from tests.support.loop_steps import Steps

PLACES = 2  # connections
WRAPPED: dict[str, Callable[[str], Any]] = {
    "Threaded(HttpBackend)": lambda url: HttpBackend(endpoint_url=url),
    "Threaded(Boto3Backend)": lambda url: Boto3Backend(endpoint_url=url),
}


@contextmanager
def no_resource_warnings() -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        yield
        gc.collect()
    assert not [str(each.message) for each in caught]


async def ask(backend: Any, username: str) -> str:
    return find_username(await backend.call(ask_for(username)))


async def wait_until_idle() -> None:
    """Wait until no task but this one is left."""
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.001)


async def cancel_after(steps: Steps, number: int, backend: Any) -> bool:
    """Cancel calls after a number of steps of the loop. Return whether they were complete before."""
    # one more than there are connections, so that one waits
    calls = [asyncio.create_task(ask(backend, f"user-{number}-{each}")) for each in range(PLACES + 1)]
    steps.after(number, lambda: [call.cancel() for call in calls])
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for each, outcome in enumerate(outcomes):
        assert isinstance(outcome, asyncio.CancelledError) or outcome == f"user-{number}-{each}"
    await wait_until_idle()
    return not any(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def cancel_everywhere(steps: Steps, backend: Any) -> None:
    number = 0
    while not await cancel_after(steps, number := number + 1, backend):
        async with asyncio.timeout(5):
            assert await ask(backend, f"next-{number}") == f"next-{number}"
    assert number > 3, "the calls were never cancelled while they waited"
    async with asyncio.timeout(5):
        users = [f"last-{each}" for each in range(2 * PLACES)]
        assert await asyncio.gather(*(ask(backend, username) for username in users)) == users


@asynccontextmanager
async def make(name: str, url: str) -> AsyncIterator[Any]:
    if name in WRAPPED:
        with closing(WRAPPED[name](url)) as wrapped:
            async with Threaded(wrapped, PLACES) as backend:
                yield backend
    else:
        async with AsyncHttpBackend(endpoint_url=url) as backend:
            yield backend


async def run(steps: Steps, name: str, url: str) -> None:
    async with asyncio.timeout(20), make(name, url) as backend:
        await cancel_everywhere(steps, backend)


@pytest.mark.parametrize("name", ASYNC)
@pytest.mark.parametrize("transport", [TCP, TLS])
@pytest.mark.parametrize("is_fresh", [False, True], ids=["idle connection", "new connection"])
def test_cancelled_at_every_step(
    servers: dict[str, HostileServer], monkeypatch: pytest.MonkeyPatch, name: str, transport: str, is_fresh: bool
) -> None:
    def script(peer: Peer, received: Received) -> None:
        ending = ["Connection: close"] if is_fresh else []
        response = respond(make_body(received.username), "200 OK", *ending)
        for part in (response[:20], response[20:-1], response[-1:]):
            peer.send(part)

    monkeypatch.setattr(_limits, "CONNECTIONS", PLACES)
    server, steps = servers[transport], Steps()
    server.play(script)
    with no_resource_warnings(), asyncio.Runner(loop_factory=steps.make_loop) as runner:
        runner.run(run(steps, name, server.url))
    server.wait_until(lambda: server.connections == 0)
    server.stop()
