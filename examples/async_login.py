"""Many people sign in on one event loop, over two web requests each: ``python examples/async_login.py``.

The first request has the name and the password, the second the code that was sent. Between the two the flow waits in a
store, and the page holds only its handle. In one process the store may be in memory; several processes share Redis.

It brings its own emulator, so that it runs anywhere. Against AWS the backend is ``AsyncHttpxBackend()``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from authflow import (
    AppClient,
    AsyncAuthenticator,
    AsyncFlowStore,
    AsyncMemoryFlowStore,
    BackendError,
    Failed,
    Flow,
    FlowTaken,
    InvalidInput,
    SignedIn,
    Srp,
    UnexpectedReply,
)
from authflow.backends.httpx import AsyncHttpxBackend
from authflow.challenges import EmailOtp
from authflow.emulator import Emulator, client_at, running

PASSWORD = "Correct-Horse-9"
PEOPLE = [f"person-{number}" for number in range(20)]


@dataclass(frozen=True)
class Page:
    """What the browser shows, and the handle in its form."""

    text: str
    handle: str = ""


class Login:
    """A login service: two request handlers."""

    def __init__(self, auth: AsyncAuthenticator, store: AsyncFlowStore) -> None:
        self._auth = auth
        self._store = store

    async def post_password(self, username: str, password: str) -> Page:
        """The first request."""
        try:
            return await self._page(await self._auth.begin(Srp(username, password)))
        except InvalidInput:
            return Page("please type name and password")
        except (BackendError, UnexpectedReply):
            return Page("please try again")

    async def post_code(self, handle: str, code: str) -> Page:
        """The second request. Of two that come with one handle, one gets the flow."""
        try:
            flow = await self._store.take(handle)
        except FlowTaken:
            return Page("too late, or answered already: begin again")
        if not isinstance(flow.challenge, EmailOtp):
            return Page("that was not the question", await self._store.put(flow, handle=handle))
        try:
            return await self._page(await self._auth.answer(flow, flow.challenge.answer(code)))
        except (InvalidInput, BackendError):  # the flow is what it was: put it back, for the page that is open
            return Page("please try again", await self._store.put(flow, handle=handle))
        except UnexpectedReply:  # Cognito answered, and it makes no sense: there is nothing to go on with
            return Page("something went wrong: begin again")

    async def _page(self, flow: Flow) -> Page:
        match flow.state:
            case SignedIn(tokens):
                return Page(f"welcome {tokens.username}")
            case Failed(reason=reason):
                return Page(f"not signed in: {reason}")
            case EmailOtp(rejected=rejected):
                again = "that was not it; " if rejected else ""
                return Page(f"{again}type the code that was sent", await self._store.put(flow))
        return Page(f"this service can't ask for {flow.node}")


@asynccontextmanager
async def service(app: AppClient, url: str) -> AsyncIterator[Login]:
    """What a web framework's start-up and shutdown do."""
    async with AsyncHttpxBackend(endpoint_url=url) as backend, AsyncAuthenticator(app, backend) as auth:
        yield Login(auth, AsyncMemoryFlowStore())


async def browse(login: Login, emulator: Emulator, username: str) -> list[str]:
    """What a person does: types a wrong code first, then the right one, and clicks twice. What both clicks show."""
    page = await login.post_password(username, PASSWORD)
    page = await login.post_code(page.handle, "000000")
    code = next(message.code for message in reversed(emulator.outbox) if message.username == username)
    pages = await asyncio.gather(login.post_code(page.handle, code), login.post_code(page.handle, code))
    return sorted((page.text for page in pages), reverse=True)  # the welcome first, whichever click won


def make_app(url: str) -> AppClient:
    """Make a pool whose users are asked for a code sent by email, and some users."""
    cognito: Any = client_at(url)
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    email = {"Message": "{####}", "Subject": "Your code"}
    cognito.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="ON", EmailMfaConfiguration=email)
    for username in PEOPLE:
        attributes = {"email": f"{username}@example.com", "email_verified": "true"}
        given = [{"Name": name, "Value": value} for name, value in attributes.items()]
        cognito.admin_create_user(UserPoolId=pool, Username=username, UserAttributes=given)
        cognito.admin_set_user_password(UserPoolId=pool, Username=username, Password=PASSWORD, Permanent=True)
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    return AppClient(pool, client["ClientId"], client["ClientSecret"])


async def main(url: str, emulator: Emulator) -> None:
    """Everybody at once."""
    async with service(make_app(url), url) as login:
        clicks = await asyncio.gather(*(browse(login, emulator, username) for username in PEOPLE))
    print(f"{PEOPLE[0]} clicks twice")
    print(f"one click shows: {clicks[0][0]}")
    print(f"the other shows: {clicks[0][1]}")
    welcome = sum(one.startswith("welcome") and not other.startswith("welcome") for one, other in clicks)
    print(f"signed in, by one click each: {welcome} of {len(PEOPLE)} people")


emulator = Emulator()
with running(lambda _: emulator) as url:
    asyncio.run(main(url, emulator))
