"""A login service with asyncio, where many users sign in at once, over two web requests each.

Run it with ``python examples/async_login.py``. It uses an emulator, so it needs no AWS account. For AWS, use
``AsyncHttpBackend()`` without an endpoint.

The first request sends the username and the password, the second one the code that the user got by email. Between the
requests the flow is kept in a store, and the browser gets only a handle to it. A store in memory is enough for one
process; several processes need a shared one, such as ``AsyncRedisFlowStore``.

Only the browser that began a sign-in can continue it: ``browser`` is a random id that the service keeps in a cookie
(``HttpOnly``, ``Secure``, ``SameSite``).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
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
from authflow.backends.http import AsyncHttpBackend
from authflow.challenges import EmailOtp
from authflow.emulator import Emulator, client_at, running

PASSWORD = "Correct-Horse-9"
SENDER = "arn:aws:ses:eu-west-1:123456789012:identity/people@example.com"
USERS = [f"user-{number}" for number in range(20)]


@dataclass(frozen=True)
class Page:
    """A page: its text, and the handle in its form."""

    text: str
    handle: str = ""


def make_holder(browser: str) -> str:
    """Return the holder of a browser's flows and devices: a digest, so that no store contains the cookie."""
    return sha256(browser.encode()).hexdigest()


class Login:
    """The two request handlers of a login service."""

    def __init__(self, auth: AsyncAuthenticator, store: AsyncFlowStore) -> None:
        self._auth = auth
        self._store = store

    async def post_password(self, username: str, password: str, browser: str) -> Page:
        """Handle the first request."""
        try:
            return await self._page(await self._auth.begin(Srp(username, password), holder=make_holder(browser)))
        except InvalidInput:
            return Page("please enter your username and password")
        except (BackendError, UnexpectedReply):
            return Page("please try again")

    async def post_code(self, handle: str, code: str, browser: str) -> Page:
        """Handle the second request. If a form is submitted twice, only one of the requests gets the flow."""
        try:
            flow = await self._store.take(handle)
        except FlowTaken:
            return Page("expired or already answered: please start again")
        if flow.holder != make_holder(browser):  # somebody else's sign-in
            await self._store.put(flow, handle=handle)
            return Page("please start again in this browser")
        if not isinstance(flow.challenge, EmailOtp):
            return Page("this page can't answer that challenge", await self._store.put(flow, handle=handle))
        try:
            return await self._page(await self._auth.answer(flow, flow.challenge.answer(code)))
        except (InvalidInput, BackendError):  # the flow has not changed: put it back for the user's open page
            return Page("please try again", await self._store.put(flow, handle=handle))
        except UnexpectedReply:  # Cognito's reply is not valid, so this sign-in can't continue
            return Page("something went wrong: please start again")
        except asyncio.CancelledError:  # the browser has gone: the next request finds the flow
            await asyncio.shield(self._store.put(flow, handle=handle))
            raise

    async def _page(self, flow: Flow) -> Page:
        match flow.state:
            case SignedIn(tokens):
                return Page(f"welcome {tokens.username}")
            case Failed(reason=reason):
                return Page(f"not signed in: {reason}")
            case EmailOtp(rejected=rejected):
                error = "wrong code; " if rejected else ""
                return Page(f"{error}please enter the code from the email", await self._store.put(flow))
        return Page(f"this service does not support {flow.node}")


@asynccontextmanager
async def service(app: AppClient, url: str) -> AsyncIterator[Login]:
    """Open and close the service, as a web framework does at startup and shutdown."""
    async with AsyncHttpBackend(endpoint_url=url) as backend, AsyncAuthenticator(app, backend) as auth:
        yield Login(auth, AsyncMemoryFlowStore())


async def browse(login: Login, emulator: Emulator, username: str) -> list[str]:
    """Act as a user who enters a wrong code, then submits the right one twice; return the text of both last pages."""
    browser = token_urlsafe()
    page = await login.post_password(username, PASSWORD, browser)
    page = await login.post_code(page.handle, "000000", browser)
    code = next(message.code for message in reversed(emulator.outbox) if message.username == username)
    pages = await asyncio.gather(*(login.post_code(page.handle, code, browser) for _ in range(2)))
    return sorted((page.text for page in pages), reverse=True)  # the welcome page first


def make_app(url: str) -> AppClient:
    """Create some users and a pool that sends them a code by email; return its app client."""
    cognito: Any = client_at(url)
    sender = {"EmailSendingAccount": "DEVELOPER", "SourceArn": SENDER}
    pool = cognito.create_user_pool(PoolName="people", EmailConfiguration=sender)["UserPool"]["Id"]
    email = {"Message": "{####}", "Subject": "Your code"}
    cognito.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="ON", EmailMfaConfiguration=email)
    for username in USERS:
        attributes = {"email": f"{username}@example.com", "email_verified": "true"}
        given = [{"Name": name, "Value": value} for name, value in attributes.items()]
        cognito.admin_create_user(UserPoolId=pool, Username=username, UserAttributes=given)
        cognito.admin_set_user_password(UserPoolId=pool, Username=username, Password=PASSWORD, Permanent=True)
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    return AppClient(pool, client["ClientId"], client["ClientSecret"])


async def main(url: str, emulator: Emulator) -> None:
    """Let all users sign in at the same time."""
    async with service(make_app(url), url) as login:
        texts = await asyncio.gather(*(browse(login, emulator, username) for username in USERS))
    print(f"{USERS[0]} submits the code twice")
    print(f"one page says: {texts[0][0]}")
    print(f"the other says: {texts[0][1]}")
    welcome = sum(one.startswith("welcome") and not other.startswith("welcome") for one, other in texts)
    print(f"signed in exactly once: {welcome} of {len(USERS)} users")


if __name__ == "__main__":
    cognito = Emulator()
    with running(lambda _: cognito) as address:
        asyncio.run(main(address, cognito))
