"""Sign-ins a second in one process, over HTTP: each way in a process of its own, pycognito beside it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import boto3
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from authflow import AppClient, AsyncAuthenticator, Authenticator, Flow, SignedIn
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend
from benchmarks import servers
from benchmarks.common import Grid, number, percentile, resident
from benchmarks.conversation import APP
from benchmarks.servers import OPENING

SECONDS: Final = 4.0  # that each way is measured
REGION: Final = "eu-west-1"
HEAD: Final = ("way", "sign-ins/s", "p50, ms", "p95, ms", "p99, ms", "memory, MiB")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to sign in: which client, and how many at once."""

    client: str
    at_once: int

    def __str__(self) -> str:
        """Return its name in the table."""
        many = "thread" if self.at_once == 1 else "threads"
        unit = "in flight" if self.client in _LOOPS else many
        return f"{self.client}, {self.at_once} {unit}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a way took: wall time of the whole, seconds of each sign-in, MiB at the end beside those at the start."""

    wall: float
    each: list[float]
    mebibytes: float

    def row(self, way: Way) -> tuple[str, ...]:
        """Return its row."""
        in_ms = (percentile(self.each, percent) * 1e3 for percent in (50, 95, 99))
        return (str(way), *map(number, (len(self.each) / self.wall, *in_ms, self.mebibytes)))


SYNC, BOTO3, ASYNC, PYCOGNITO = "Authenticator", "the same with boto3", "AsyncAuthenticator", "pycognito"
WAYS: Final = (
    *(Way(SYNC, threads) for threads in (1, 2, 8)),
    Way(BOTO3, 8),
    *(Way(ASYNC, flows) for flows in (1, 50, 200)),
    *(Way(PYCOGNITO, threads) for threads in (1, 2, 8)),
)


def measure() -> list[Grid]:
    """Measure the area."""
    with servers.stub() as stub:
        at_stub = _grid("A server that answers at once", stub.url, APP)
    with servers.emulator() as emulator:
        return [at_stub, _grid("The emulator", emulator.url, servers.make_pool(emulator.url))]


def _grid(title: str, url: str, app: AppClient) -> Grid:
    rows = []
    for way in WAYS:
        with get_context("spawn").Pool(1) as fresh:
            rows.append(fresh.apply(_measured, (way, url, app)).row(way))
    return Grid(title, HEAD, rows)


def _measured(way: Way, url: str, app: AppClient) -> Taken:
    """Measure one way, in a process of its own."""
    at_start = resident()
    wall, each = asyncio.run(_on_a_loop(way, url, app)) if way.client in _LOOPS else _in_threads(way, url, app)
    return Taken(wall, each, resident() - at_start)


def _in_threads(way: Way, url: str, app: AppClient) -> tuple[float, list[float]]:
    with _THREADS[way.client](url, app) as sign_in, ThreadPoolExecutor(way.at_once) as threads:
        sign_in()  # loads what the first one loads
        started = time.perf_counter()
        each = list(threads.map(lambda _: _repeated(sign_in, started + SECONDS), range(way.at_once)))
        return time.perf_counter() - started, [seconds for one in each for seconds in one]


def _repeated(sign_in: Callable[[], None], until: float) -> list[float]:
    taken = []
    while (begun := time.perf_counter()) < until:
        sign_in()
        taken.append(time.perf_counter() - begun)
    return taken


async def _on_a_loop(way: Way, url: str, app: AppClient) -> tuple[float, list[float]]:
    async with AsyncHttpxBackend(endpoint_url=url) as backend, AsyncAuthenticator(app, backend) as auth:
        require_signed_in(await auth.begin(OPENING))
        started = time.perf_counter()
        each = await asyncio.gather(*(_repeated_async(auth, started + SECONDS) for _ in range(way.at_once)))
        return time.perf_counter() - started, [seconds for one in each for seconds in one]


async def _repeated_async(auth: AsyncAuthenticator, until: float) -> list[float]:
    taken = []
    while (begun := time.perf_counter()) < until:
        require_signed_in(await auth.begin(OPENING))
        taken.append(time.perf_counter() - begun)
    return taken


@contextmanager
def _with_httpx(url: str, app: AppClient) -> Iterator[Callable[[], None]]:
    with HttpxBackend(endpoint_url=url) as backend:
        auth = Authenticator(app, backend)
        yield lambda: require_signed_in(auth.begin(OPENING))


@contextmanager
def _with_boto3(url: str, app: AppClient) -> Iterator[Callable[[], None]]:
    auth = Authenticator(app, Boto3Backend(region=REGION, endpoint_url=url))
    yield lambda: require_signed_in(auth.begin(OPENING))


@contextmanager
def _with_pycognito(url: str, app: AppClient) -> Iterator[Callable[[], None]]:
    client = boto3.client(
        "cognito-idp",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(max_pool_connections=50),
    )

    def sign_in() -> None:
        srp = AWSSRP(
            OPENING.username,
            OPENING.password,
            app.pool_id,
            app.client_id,
            client=client,
            client_secret=app.client_secret,
        )
        if "AuthenticationResult" not in srp.authenticate_user():
            raise TypeError("pycognito did not sign in")

    yield sign_in


_LOOPS: Final = (ASYNC,)
_THREADS: Final = {SYNC: _with_httpx, BOTO3: _with_boto3, PYCOGNITO: _with_pycognito}


def require_signed_in(flow: Flow) -> None:
    """Raise TypeError for a flow that ended otherwise."""
    if not isinstance(flow.state, SignedIn):
        raise TypeError(f"a sign-in ended in {flow.node}")
