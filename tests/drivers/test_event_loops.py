"""Under another event loop than asyncio's, the asynchronous classes say what they need."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
import trio
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from authflow import AsyncAuthenticator, Authenticator, BackendError, InvalidInput, Opening, Password, Srp, Throttled
from authflow.backends.base import AsyncBackend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.threads import Threaded
from authflow.core.requests import Request
from authflow.emulator import Emulator
from authflow.stores.redis import AsyncRedisDeviceStore, AsyncRedisFlowStore
from tests.support.samples import APP


async def over_http(opening: Opening) -> None:
    async with AsyncHttpBackend(endpoint_url="http://127.0.0.1:9") as backend:
        await begin(backend, opening)


async def over_threads(opening: Opening) -> None:
    await begin(Threaded(Emulator().backend()), opening)


async def begin(backend: AsyncBackend, opening: Opening) -> None:
    async with AsyncAuthenticator(APP, backend) as auth:
        await auth.begin(opening)


@pytest.mark.parametrize("opening", [Password("ada", "pw"), Srp("ada", "pw")], ids=["Password", "Srp"])
@pytest.mark.parametrize("way", [over_http, over_threads])
def test_under_trio(way: Callable[[Opening], Awaitable[None]], opening: Opening) -> None:
    with pytest.raises(InvalidInput, match="event loop: is not asyncio's: run this under asyncio"):
        trio.run(way, opening)


class Throttling:
    """A backend of any event loop, which is throttled."""

    async def call(self, _: Request) -> Mapping[str, Any]:
        raise Throttled("slow down")


@pytest.mark.parametrize("opening", [Password("ada", "pw"), Srp("ada", "pw")], ids=["Password", "Srp"])
def test_a_backend_of_another_event_loop_under_trio(opening: Opening) -> None:
    with pytest.raises(InvalidInput, match="event loop: is not asyncio's: run this under asyncio"):
        trio.run(begin, Throttling(), opening)


@pytest.mark.parametrize("make", [AsyncRedisDeviceStore, lambda client, key: AsyncRedisFlowStore(client, APP, key)])
def test_redis_under_trio(make: Any) -> None:
    async def use() -> None:
        store = make(Redis(port=9, retry=Retry(NoBackoff(), 0)), bytes(32))
        await (store.get("browser", "ada") if hasattr(store, "get") else store.take("h" * 43))

    with pytest.raises(InvalidInput, match="event loop: is not asyncio's: run this under asyncio"):
        trio.run(use)


def test_what_the_error_advises_works_under_trio() -> None:
    with HttpBackend(endpoint_url="http://127.0.0.1:9") as backend:
        auth = Authenticator(APP, backend)

        async def ask_in_a_thread() -> None:
            await trio.to_thread.run_sync(auth.begin, Password("ada", "pw"))

        with pytest.raises(BackendError, match="InitiateAuth: not sent: ConnectionRefusedError"):
            trio.run(ask_in_a_thread)
