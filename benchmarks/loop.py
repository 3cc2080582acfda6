"""How long the event loop is blocked during many sign-ins, depending on where SRP values are computed."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import Any, Final
from unittest.mock import patch

from authflow import AsyncAuthenticator
from authflow.backends.http import AsyncHttpBackend
from benchmarks import servers
from benchmarks.common import Figure, Spread, compute_percentile
from benchmarks.conversation import APP
from benchmarks.servers import OPENING
from benchmarks.throughput import require_signed_in

IN_FLIGHT: Final = 200
SIGN_INS: Final = 1_000
RUNS: Final = 7
P99_MS: Final = 3.0
LONGEST_MS: Final = 15.0
TICK: Final = 0.001  # seconds
_COMPUTE: Final = "authflow.drivers.asynchronous._AsyncEffects.compute"


async def _inline(_: object, step: Callable[[], Any]) -> Any:  # noqa: ANN401 - any step
    return step()


async def _on_default_threads(_: object, step: Callable[[], Any]) -> Any:  # noqa: ANN401 - any step
    return await asyncio.get_running_loop().run_in_executor(None, step)


# What replaces the driver's threads, and how often it is measured. None: the threads themselves, which have goals.
_WAYS: Final[dict[str, tuple[Callable[..., Awaitable[Any]] | None, int]]] = {
    "the driver's own threads": (None, RUNS),
    "asyncio's default threads": (_on_default_threads, 3),
    "on the loop itself": (_inline, 3),
}


def measure() -> list[Figure]:
    """Measure the area."""
    figures = []
    with servers.stub() as server:
        for way, (_, runs) in _WAYS.items():
            with get_context("spawn").Pool(1) as fresh:
                taken = [fresh.apply(_measure_pauses, (way, server.url)) for _ in range(runs)]
            figures += _make_figures(way, taken)
    return figures


def _make_figures(way: str, taken: list[tuple[list[float], float]]) -> list[Figure]:
    ours = _WAYS[way][0] is None
    p99 = Spread.of(compute_percentile(pauses, 99) * 1e3 for pauses, _ in taken)
    longest = Spread.of(max(pauses) * 1e3 for pauses, _ in taken)
    return [
        Figure(name=f"{way}: 99 % of the pauses", value=p99, unit="ms", at_most=P99_MS if ours else None),
        Figure(name=f"{way}: the longest", value=longest, unit="ms", at_most=LONGEST_MS if ours else None),
        Figure(name=f"{way}: sign-ins", value=Spread.of(SIGN_INS / wall for _, wall in taken), unit="1/s"),
    ]


def _measure_pauses(way: str, url: str) -> tuple[list[float], float]:
    """Return the delay of each tick in seconds, and the seconds of all sign-ins."""
    gc.collect()
    gc.freeze()  # as a service does after its startup
    replacement = _WAYS[way][0]
    if replacement is None:
        return asyncio.run(_run(url))
    with patch(_COMPUTE, replacement):
        return asyncio.run(_run(url))


async def _run(url: str) -> tuple[list[float], float]:
    late: list[float] = []
    left = iter(range(SIGN_INS))

    async def sign_in(auth: AsyncAuthenticator) -> None:
        for _ in left:
            require_signed_in(await auth.begin(OPENING))

    async with AsyncHttpBackend(endpoint_url=url) as backend, AsyncAuthenticator(APP, backend) as auth:
        require_signed_in(await auth.begin(OPENING))
        ticker = asyncio.create_task(_tick(late))
        started = time.perf_counter()
        await asyncio.gather(*(sign_in(auth) for _ in range(IN_FLIGHT)))
        wall = time.perf_counter() - started
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker
    return late, wall


async def _tick(late: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - before - TICK)
