"""A login service in several processes that share Redis: ``python examples/many_processes.py``.

Whichever process a request reaches takes the flow from Redis, answers, and puts the next one there. Nothing is kept in
a process between two requests, so processes may come and go, and any number of servers may share the work.

It starts a redis-server of its own, which must be installed, and brings its own emulator. Against AWS the backend is
``HttpxBackend()``.
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
from authflow.backends.httpx import HttpxBackend
from authflow.challenges import EmailOtp
from authflow.emulator import Emulator, client_at, running
from authflow.stores.redis import RedisDeviceStore, RedisFlowStore

PASSWORD = "Correct-Horse-9"
PEOPLE = [f"person-{number}" for number in range(6)]
PROCESSES = 3


@dataclass(frozen=True)
class Page:
    """What the browser shows, the handle in its form, and which process made it."""

    text: str
    handle: str = ""
    process: int = field(default_factory=os.getpid)


@dataclass(frozen=True)
class Config:
    """What all processes of the service are given: addresses, and the key that seals what they put into Redis."""

    app: AppClient
    cognito_url: str
    redis_port: int
    key: bytes


class Login:
    """A login service: two request handlers. Each process has one."""

    def __init__(self, config: Config) -> None:
        never = Retry(NoBackoff(), 0)  # it must not repeat commands by itself, nor wait for ever
        redis = Redis(port=config.redis_port, retry=never, socket_timeout=5, socket_connect_timeout=2)
        self._flows = RedisFlowStore(redis, config.app, config.key)
        devices = RedisDeviceStore(redis, config.key)
        self._auth = Authenticator(config.app, HttpxBackend(endpoint_url=config.cognito_url), devices=devices)

    def post_password(self, username: str, password: str, browser: str) -> Page:
        """The first request."""
        try:
            return self._page(self._auth.begin(Srp(username, password), holder=browser))
        except (InvalidInput, BackendError, UnexpectedReply):
            return Page("please try again")

    def post_code(self, handle: str, code: str) -> Page:
        """The second request. Of two that come with one handle, to whichever processes, one gets the flow."""
        try:
            flow = self._flows.take(handle)
        except FlowTaken:
            return Page("too late, or answered already")
        if not isinstance(flow.challenge, EmailOtp):
            return Page("that was not the question", self._flows.put(flow, handle=handle))
        try:
            return self._page(self._auth.answer(flow, flow.challenge.answer(code)))
        except (InvalidInput, BackendError):  # the flow is what it was: put it back, for the page that is open
            return Page("please try again", self._flows.put(flow, handle=handle))
        except UnexpectedReply:  # Cognito answered, and it makes no sense: there is nothing to go on with
            return Page("something went wrong: begin again")

    def _page(self, flow: Flow) -> Page:
        match flow.state:
            case SignedIn(tokens):
                return Page(f"welcome {tokens.username}")
            case Failed(reason=reason):
                return Page(f"not signed in: {reason}")
            case EmailOtp():
                return Page("type the code that was sent", self._flows.put(flow))
        return Page(f"this service can't ask for {flow.node}")


login: Login  # of this process


def start(config: Config) -> None:
    """What a web framework does when a process starts."""
    global login  # noqa: PLW0603 - one for each process, as a web framework's application object is
    login = Login(config)


def post_password(username: str, browser: str) -> Page:
    """Have this process handle a first request."""
    return login.post_password(username, PASSWORD, browser)


def post_code(handle: str, code: str) -> Page:
    """Have this process handle a second request."""
    return login.post_code(handle, code)


@contextmanager
def processes(config: Config) -> Iterator[list[ProcessPoolExecutor]]:
    """The service: each pool is one process, with nothing of this one's."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), start, (config,)))
            for _ in range(PROCESSES)
        ]


def browse(service: list[ProcessPoolExecutor], emulator: Emulator, username: str) -> str:
    """What a person does: types a wrong code, then the right one, and clicks twice; another day, comes again.

    Each request goes to the next process; the two clicks go to two processes at the same moment.
    """
    turns = itertools.cycle(service)
    browser = secrets.token_urlsafe()
    asked = next(turns).submit(post_password, username, browser).result()
    again = next(turns).submit(post_code, asked.handle, "000000").result()
    code = next(message.code for message in reversed(emulator.outbox) if message.username == username)
    clicks = [next(turns).submit(post_code, again.handle, code) for _ in range(2)]
    pages = sorted((click.result() for click in clicks), key=lambda page: page.text)
    later = next(turns).submit(post_password, username, browser).result()
    served = {page.process for page in (asked, again, *pages, later)}
    told = "; ".join(page.text for page in pages)
    return f"{username}, by {len(served)} processes: two clicks: {told}; another day, without a code: {later.text}"


@contextmanager
def redis_server() -> Iterator[int]:
    """Run a redis-server that keeps nothing; yields its port."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("redis-server is not installed (Debian: apt-get install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]  # free a moment ago
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
    """Return when Redis answers."""
    with Redis(port=port, retry=Retry(NoBackoff(), 0)) as client:
        for _ in range(200):
            with suppress(RedisConnectionError):
                client.ping()
                return
            time.sleep(0.05)
    sys.exit("redis-server does not answer")


def make_app(url: str) -> AppClient:
    """Make a pool that asks for a code sent by email, unless the browser is remembered; and some users."""
    cognito: Any = client_at(url)
    pool = cognito.create_user_pool(PoolName="people", DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    pool_id = pool["UserPool"]["Id"]
    email = {"Message": "{####}", "Subject": "Your code"}
    cognito.set_user_pool_mfa_config(UserPoolId=pool_id, MfaConfiguration="ON", EmailMfaConfiguration=email)
    for username in PEOPLE:
        attributes = {"email": f"{username}@example.com", "email_verified": "true"}
        given = [{"Name": name, "Value": value} for name, value in attributes.items()]
        cognito.admin_create_user(UserPoolId=pool_id, Username=username, UserAttributes=given)
        cognito.admin_set_user_password(UserPoolId=pool_id, Username=username, Password=PASSWORD, Permanent=True)
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    return AppClient(pool_id, client["ClientId"], client["ClientSecret"])


def main() -> None:
    """Several people at once."""
    emulator = Emulator()
    with redis_server() as redis_port, running(lambda _: emulator) as url:
        config = Config(make_app(url), url, redis_port, key=secrets.token_bytes(32))
        with processes(config) as service, ThreadPoolExecutor(len(PEOPLE)) as people:
            for line in people.map(partial(browse, service, emulator), PEOPLE):
                print(line)


if __name__ == "__main__":
    main()
