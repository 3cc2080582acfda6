"""A login service in several processes that share flows and devices through Redis.

Run it with ``python examples/many_processes.py``. It uses an emulator, so it needs no AWS account, and it starts a
redis-server, which must be installed. For AWS, use ``HttpBackend()`` without an endpoint.

Each request can reach any process: the process takes the flow from Redis, answers the challenge, and puts the next flow
back. No process keeps anything between two requests, so you can add, stop and restart processes at any time.

Only the browser that began a sign-in can continue it: ``browser`` is a random id that the service keeps in a cookie
(``HttpOnly``, ``Secure``, ``SameSite``).
"""

import itertools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from authflow import (
    AppClient,
    Authenticator,
    BackendError,
    Failed,
    Flow,
    FlowTaken,
    InvalidInput,
    SignedIn,
    Srp,
    UnexpectedReply,
)
from authflow.backends.http import HttpBackend
from authflow.challenges import EmailOtp
from authflow.emulator import Emulator, client_at, running
from authflow.stores.redis import RedisDeviceStore, RedisFlowStore

PASSWORD = "Correct-Horse-9"
SENDER = "arn:aws:ses:eu-west-1:123456789012:identity/people@example.com"
USERS = [f"user-{number}" for number in range(6)]
PROCESSES = 3


@dataclass(frozen=True)
class Page:
    """A page: its text, the handle in its form, and the process that made it."""

    text: str
    handle: str = ""
    process: int = field(default_factory=os.getpid)


@dataclass(frozen=True)
class Config:
    """The configuration of all processes: the app client, addresses, and the key that encrypts what Redis stores."""

    app: tuple[str, str, str] = field(repr=False)  # pool id, client id and client secret
    cognito_url: str
    redis_port: int
    key: bytes = field(repr=False)


def make_holder(browser: str) -> str:
    """Return the holder of a browser's flows and devices: a digest, so that no store contains the cookie."""
    return sha256(browser.encode()).hexdigest()


class Login:
    """The two request handlers of a login service. Each process has one instance."""

    def __init__(self, config: Config) -> None:
        app = AppClient(*config.app)
        no_retries = Retry(NoBackoff(), 0)  # the Redis client must not repeat a command, and must not block for ever
        self._redis = Redis(port=config.redis_port, retry=no_retries, socket_timeout=5, socket_connect_timeout=2)
        self._backend = HttpBackend(endpoint_url=config.cognito_url)
        self._flows = RedisFlowStore(self._redis, app, config.key)
        self._auth = Authenticator(app, self._backend, devices=RedisDeviceStore(self._redis, config.key))

    def close(self) -> None:
        """Close the connections, as a web framework does at shutdown."""
        self._backend.close()
        self._redis.close()

    def post_password(self, username: str, password: str, browser: str) -> Page:
        """Handle the first request."""
        try:
            return self._page(self._auth.begin(Srp(username, password), holder=make_holder(browser)))
        except (InvalidInput, BackendError, UnexpectedReply):
            return Page("please try again")

    def post_code(self, handle: str, code: str, browser: str) -> Page:
        """Handle the second request. If a form is submitted twice, only one of the processes gets the flow."""
        try:
            flow = self._flows.take(handle)
        except FlowTaken:
            return Page("expired or already answered")
        if flow.holder != make_holder(browser):  # answered here, the device would be remembered for another browser
            self._flows.put(flow, handle=handle)
            return Page("please start again in this browser")
        if not isinstance(flow.challenge, EmailOtp):
            return Page("this page can't answer that challenge", self._flows.put(flow, handle=handle))
        try:
            return self._page(self._auth.answer(flow, flow.challenge.answer(code)))
        except (InvalidInput, BackendError):  # the flow has not changed: put it back for the user's open page
            return Page("please try again", self._flows.put(flow, handle=handle))
        except UnexpectedReply:  # Cognito's reply is not valid, so this sign-in can't continue
            return Page("something went wrong: please start again")

    def _page(self, flow: Flow) -> Page:
        match flow.state:
            case SignedIn(tokens):
                return Page(f"welcome {tokens.username}")
            case Failed(reason=reason):
                return Page(f"not signed in: {reason}")
            case EmailOtp():
                return Page("please enter the code from the email", self._flows.put(flow))
        return Page(f"this service does not support {flow.node}")


login: Login  # one for each process


def start(config: Config) -> None:
    """Set up a process, as a web framework does at startup."""
    global login  # noqa: PLW0603 - one for each process, like a web framework's application object
    login = Login(config)


def post_password(username: str, browser: str) -> Page:
    """Handle a first request in this process."""
    return login.post_password(username, PASSWORD, browser)


def post_code(handle: str, code: str, browser: str) -> Page:
    """Handle a second request in this process."""
    return login.post_code(handle, code, browser)


@contextmanager
def processes(config: Config) -> Iterator[list[ProcessPoolExecutor]]:
    """Run the service: each pool is one new process that shares no memory with this one."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), start, (config,)))
            for _ in range(PROCESSES)
        ]


def browse(service: list[ProcessPoolExecutor], emulator: Emulator, username: str) -> str:
    """Act as a user who enters a wrong code, then submits the right one twice, and later signs in again.

    Each request goes to the next process. The two submissions go to two processes at the same time.
    """
    workers = itertools.cycle(service)
    browser = secrets.token_urlsafe()
    first = next(workers).submit(post_password, username, browser).result()
    second = next(workers).submit(post_code, first.handle, "000000", browser).result()
    code = next(message.code for message in reversed(emulator.outbox) if message.username == username)
    submissions = [next(workers).submit(post_code, second.handle, code, browser) for _ in range(2)]
    pages = sorted((submission.result() for submission in submissions), key=lambda page: page.text)
    later = next(workers).submit(post_password, username, browser).result()
    used = {page.process for page in (first, second, *pages, later)}
    texts = "; ".join(page.text for page in pages)
    return f"{username}, {len(used)} processes: submitted twice: {texts}; later, without a code: {later.text}"


@contextmanager
def redis_server() -> Iterator[int]:
    """Run a redis-server that saves nothing to disk; yield its port."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("redis-server is not installed (Debian: apt-get install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]  # a free port
    with TemporaryDirectory() as directory:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", directory, "--save", ""]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - a command of our own
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int) -> None:
    """Wait until Redis answers."""
    with Redis(port=port, retry=Retry(NoBackoff(), 0)) as client:
        for _ in range(200):
            with suppress(RedisConnectionError):
                client.ping()
                return
            time.sleep(0.05)
    sys.exit("redis-server does not answer")


def make_app(url: str) -> tuple[str, str, str]:
    """Create some users and a pool that sends them a code by email, unless they use a remembered browser.

    Return the pool's id, the app client's id and its secret.
    """
    cognito: Any = client_at(url)
    settings = {
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True},
        "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": SENDER},
    }
    pool_id = cognito.create_user_pool(PoolName="people", **settings)["UserPool"]["Id"]
    email = {"Message": "{####}", "Subject": "Your code"}
    cognito.set_user_pool_mfa_config(UserPoolId=pool_id, MfaConfiguration="ON", EmailMfaConfiguration=email)
    for username in USERS:
        attributes = {"email": f"{username}@example.com", "email_verified": "true"}
        given = [{"Name": name, "Value": value} for name, value in attributes.items()]
        cognito.admin_create_user(UserPoolId=pool_id, Username=username, UserAttributes=given)
        cognito.admin_set_user_password(UserPoolId=pool_id, Username=username, Password=PASSWORD, Permanent=True)
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    return pool_id, client["ClientId"], client["ClientSecret"]


def main() -> None:
    """Let all users sign in at the same time."""
    emulator = Emulator()
    with redis_server() as redis_port, running(lambda _: emulator) as url:
        config = Config(make_app(url), url, redis_port, key=secrets.token_bytes(32))
        with processes(config) as service, ThreadPoolExecutor(len(USERS)) as browsers:
            for line in browsers.map(partial(browse, service, emulator), USERS):
                print(line)


if __name__ == "__main__":
    main()
