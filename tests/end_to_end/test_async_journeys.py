"""Whole sign-ins on an event loop over real HTTP: hundreds in flight, and the admin API through threads."""

import asyncio
from collections.abc import Iterator

import pytest

from authflow import AsyncAuthenticator, AsyncMemoryFlowStore, FlowTaken, Refresh, SignedIn, Srp, Tokens
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.httpx import AsyncHttpxBackend
from authflow.backends.threads import Threaded
from authflow.challenges import NewPasswordRequired
from authflow.emulator import Emulator, client_at, running
from tests.end_to_end.test_journeys import NEW_PASSWORD, Site
from tests.support.emulator.world import TEMPORARY


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, Site]]:
    with running(lambda url: Emulator(issuer=url)) as url:
        yield url, Site(url)


async def come_in(auth: AsyncAuthenticator, store: AsyncMemoryFlowStore, name: str) -> Tokens:
    """Sign in with a new password, as over two web requests, of which the second comes twice."""
    flow = await auth.begin(Srp(name, TEMPORARY))
    assert isinstance(flow.challenge, NewPasswordRequired)
    handle = await store.put(flow)

    async def answer() -> Tokens:
        taken = await store.take(handle)
        assert isinstance(taken.challenge, NewPasswordRequired)
        done = await auth.answer(taken, taken.challenge.answer(NEW_PASSWORD, family_name="Lovelace"))
        assert isinstance(done.state, SignedIn), done.state
        return done.state.tokens

    first, second = await asyncio.gather(answer(), answer(), return_exceptions=True)
    if isinstance(first, FlowTaken):
        first, second = second, first
    assert isinstance(second, FlowTaken)
    assert isinstance(first, Tokens)
    return first


async def all_at_once(auth: AsyncAuthenticator, names: list[str]) -> list[str]:
    """Return the usernames in the tokens."""
    store = AsyncMemoryFlowStore()
    tokens = await asyncio.gather(*(come_in(auth, store, name) for name in names))
    again = await auth.begin(Refresh(tokens[0].refresh_token, tokens[0].username))
    assert isinstance(again.state, SignedIn)
    return [one.username for one in tokens]


@pytest.mark.slow
def test_two_hundred(place: tuple[str, Site]) -> None:
    url, site = place
    app, names = site.app(secret=True), [site.invited() for _ in range(200)]

    async def main() -> list[str]:
        async with AsyncHttpxBackend(endpoint_url=url) as backend, AsyncAuthenticator(app, backend) as auth:
            return await all_at_once(auth, names)

    assert asyncio.run(main()) == names


def test_the_admin_api(place: tuple[str, Site]) -> None:
    url, site = place
    app, names = site.app(secret=True), [site.invited() for _ in range(20)]

    async def main() -> list[str]:
        backend = Threaded(Boto3Backend(client_at(url)))
        async with backend, AsyncAuthenticator(app, backend, admin=True) as auth:
            return await all_at_once(auth, names)

    assert asyncio.run(main()) == names
