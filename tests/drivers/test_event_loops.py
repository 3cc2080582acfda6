"""Under another event loop than asyncio's, the asynchronous classes say what they need."""

from collections.abc import Awaitable, Callable

import pytest
import trio

from authflow import AsyncAuthenticator, Authenticator, BackendError, InvalidInput, Opening, Password, Srp
from authflow.backends.base import AsyncBackend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.threads import Threaded
from authflow.emulator import Emulator
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


def test_what_the_error_advises_works_under_trio() -> None:
    with HttpBackend(endpoint_url="http://127.0.0.1:9") as backend:
        auth = Authenticator(APP, backend)

        async def ask_in_a_thread() -> None:
            await trio.to_thread.run_sync(auth.begin, Password("ada", "pw"))

        with pytest.raises(BackendError, match="InitiateAuth: not sent: ConnectionRefusedError"):
            trio.run(ask_in_a_thread)
