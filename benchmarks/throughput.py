"""Sign-ins per second of one process over HTTP, in several ways, compared with pycognito."""

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
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from benchmarks import servers
from benchmarks.common import Figure, Grid, Spread, compute_percentile, format_number, read_resident_memory
from benchmarks.conversation import APP
from benchmarks.servers import OPENING

SECONDS: Final = 4.0  # how long each way is measured
SIGN_INS_PER_SECOND: Final = 260
REGION: Final = "eu-west-1"
HEAD: Final = ("way", "sign-ins/s", "p50, ms", "p95, ms", "p99, ms", "memory, MiB")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to sign in: the client, and the number of sign-ins at the same time."""

    client: str
    at_once: int

    def __str__(self) -> str:
        """Return its name in the table."""
        many = "thread" if self.at_once == 1 else "threads"
        unit = "in flight" if self.client in _LOOPS else many
        return f"{self.client}, {self.at_once} {unit}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A measurement: seconds in total, seconds of each sign-in, and the increase of memory in MiB."""

    wall: float
    each: list[float]
    mebibytes: float

    def format_row(self, way: Way) -> tuple[str, ...]:
        """Return the row of the table."""
        in_ms = (compute_percentile(self.each, percent) * 1e3 for percent in (50, 95, 99))
        return (str(way), *map(format_number, (len(self.each) / self.wall, *in_ms, self.mebibytes)))


SYNC, BOTO3, ASYNC, PYCOGNITO = "Authenticator", "the same with boto3", "AsyncAuthenticator", "pycognito"
WAYS: Final = (
    *(Way(SYNC, threads) for threads in (1, 2, 8)),
    Way(BOTO3, 8),
    *(Way(ASYNC, flows) for flows in (1, 50, 200)),
    *(Way(PYCOGNITO, threads) for threads in (1, 2, 8)),
)
WITH_GOAL: Final = (Way(SYNC, 8), Way(ASYNC, 200))


def measure() -> list[Figure | Grid]:
    """Measure the area."""
    with servers.stub() as stub:
        at_stub = _measure_ways(stub.url, APP)
    with servers.emulator() as emulator:
        at_emulator = _measure_ways(emulator.url, servers.make_pool(emulator.url))
    return [
        *(_make_figure(way, at_stub[way]) for way in WITH_GOAL),
        _make_grid("A server that responds without delay", at_stub),
        _make_grid("The emulator", at_emulator),
    ]


def _make_figure(way: Way, taken: Taken) -> Figure:
    rate = Spread.of([len(taken.each) / taken.wall])
    return Figure(name=f"{way}, a server without delay", value=rate, unit="sign-ins/s", at_least=SIGN_INS_PER_SECOND)


def _make_grid(title: str, measured: dict[Way, Taken]) -> Grid:
    return Grid(title, HEAD, [taken.format_row(way) for way, taken in measured.items()])


def _measure_ways(url: str, app: AppClient) -> dict[Way, Taken]:
    measured = {}
    secret = app.client_secret and app.client_secret.reveal()
    for way in WAYS:
        with get_context("spawn").Pool(1) as fresh:
            measured[way] = fresh.apply(_measure_way, (way, url, app.pool_id, app.client_id, secret))
    return measured


def _measure_way(way: Way, url: str, pool_id: str, client_id: str, client_secret: str | None) -> Taken:
    """Measure one way. This runs in a new process."""
    app = AppClient(pool_id, client_id, client_secret)
    at_start = read_resident_memory()
    wall, each = (
        asyncio.run(_measure_on_loop(way, url, app)) if way.client in _LOOPS else _measure_in_threads(way, url, app)
    )
    return Taken(wall, each, read_resident_memory() - at_start)


def _measure_in_threads(way: Way, url: str, app: AppClient) -> tuple[float, list[float]]:
    with _THREADS[way.client](url, app) as sign_in, ThreadPoolExecutor(way.at_once) as threads:
        sign_in()  # warm up
        started = time.perf_counter()
        each = list(threads.map(lambda _: _repeat(sign_in, started + SECONDS), range(way.at_once)))
        return time.perf_counter() - started, [seconds for one in each for seconds in one]


def _repeat(sign_in: Callable[[], None], until: float) -> list[float]:
    taken = []
    while (begun := time.perf_counter()) < until:
        sign_in()
        taken.append(time.perf_counter() - begun)
    return taken


async def _measure_on_loop(way: Way, url: str, app: AppClient) -> tuple[float, list[float]]:
    async with AsyncHttpBackend(endpoint_url=url) as backend, AsyncAuthenticator(app, backend) as auth:
        require_signed_in(await auth.begin(OPENING))
        started = time.perf_counter()
        each = await asyncio.gather(*(_repeat_async(auth, started + SECONDS) for _ in range(way.at_once)))
        return time.perf_counter() - started, [seconds for one in each for seconds in one]


async def _repeat_async(auth: AsyncAuthenticator, until: float) -> list[float]:
    taken = []
    while (begun := time.perf_counter()) < until:
        require_signed_in(await auth.begin(OPENING))
        taken.append(time.perf_counter() - begun)
    return taken


@contextmanager
def _with_http(url: str, app: AppClient) -> Iterator[Callable[[], None]]:
    with HttpBackend(endpoint_url=url) as backend:
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
            OPENING.password.reveal(),
            app.pool_id,
            app.client_id,
            client=client,
            client_secret=app.client_secret and app.client_secret.reveal(),
        )
        if "AuthenticationResult" not in srp.authenticate_user():
            raise TypeError("pycognito did not sign in")

    yield sign_in


_LOOPS: Final = (ASYNC,)
_THREADS: Final = {SYNC: _with_http, BOTO3: _with_boto3, PYCOGNITO: _with_pycognito}


def require_signed_in(flow: Flow) -> None:
    """Raise TypeError if the flow is not signed in."""
    if not isinstance(flow.state, SignedIn):
        raise TypeError(f"a sign-in ended at {flow.node}")
