"""Sign-ins with asyncio over HTTP: hundreds at the same time, and the admin API through threads."""

import asyncio
from collections.abc import Iterator

import pytest

from authflow import AsyncAuthenticator, AsyncMemoryFlowStore, FlowTaken, Refresh, SignedIn, Srp, Tokens
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.http import AsyncHttpBackend
from authflow.backends.threads import Threaded
from authflow.challenges import NewPasswordRequired
from authflow.emulator import Emulator, client_at, running
from tests.end_to_end.test_sign_in_over_http import NEW_PASSWORD, PoolServer
from tests.support.emulator.world import TEMPORARY


@pytest.fixture(scope="module")
def pool_server() -> Iterator[tuple[str, PoolServer]]:
    with running(lambda url: Emulator(issuer=url)) as url:
        yield url, PoolServer(url)


async def sign_in(auth: AsyncAuthenticator, store: AsyncMemoryFlowStore, name: str) -> Tokens:
    """Sign in with a new password, as over two web requests, and submit the second one twice."""
    flow = await auth.begin(Srp(name, TEMPORARY))
    assert isinstance(flow.challenge, NewPasswordRequired)
    handle = await store.put(flow)

    async def answer() -> Tokens:
        taken = await store.take(handle)
        assert isinstance(taken.challenge, NewPasswordRequired)
        flow = await auth.answer(taken, taken.challenge.answer(NEW_PASSWORD, family_name="Lovelace"))
        assert isinstance(flow.state, SignedIn), flow.state
        return flow.state.tokens

    first, second = await asyncio.gather(answer(), answer(), return_exceptions=True)
    if isinstance(first, FlowTaken):
        first, second = second, first
    assert isinstance(second, FlowTaken)
    assert isinstance(first, Tokens)
    return first


async def sign_in_all(auth: AsyncAuthenticator, names: list[str]) -> list[str]:
    """Sign in all users at the same time; return the usernames in the tokens."""
    store = AsyncMemoryFlowStore()
    tokens = await asyncio.gather(*(sign_in(auth, store, name) for name in names))
    again = await auth.begin(Refresh(tokens[0].refresh_token, tokens[0].username))
    assert isinstance(again.state, SignedIn)
    return [one.username for one in tokens]


@pytest.mark.slow
def test_two_hundred_users_sign_in_at_once(pool_server: tuple[str, PoolServer]) -> None:
    url, server = pool_server
    app, names = server.make_app(secret=True), [server.create_invited_user() for _ in range(200)]

    async def main() -> list[str]:
        async with AsyncHttpBackend(endpoint_url=url) as backend, AsyncAuthenticator(app, backend) as auth:
            return await sign_in_all(auth, names)

    assert asyncio.run(main()) == names


def test_users_sign_in_by_the_admin_api_through_threads(pool_server: tuple[str, PoolServer]) -> None:
    url, server = pool_server
    app, names = server.make_app(secret=True), [server.create_invited_user() for _ in range(20)]

    async def main() -> list[str]:
        backend = Threaded(Boto3Backend(client_at(url)))
        async with backend, AsyncAuthenticator(app, backend, admin=True) as auth:
            return await sign_in_all(auth, names)

    assert asyncio.run(main()) == names
