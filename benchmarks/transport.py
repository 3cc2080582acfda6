"""Processor time of one call of each backend, without SRP arithmetic and without the server."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing import get_context
from typing import Any, Final

from authflow import begin, stamp_now
from authflow.backends.base import Backend
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.core.requests import Request
from benchmarks import servers
from benchmarks.common import Figure, Spread
from benchmarks.conversation import APP, OPENING

CALLS: Final = 6_000
RUNS: Final = 7
AT_MOST_MS: Final = 0.15  # with 200 calls in flight
_ASYNC: Final = {"1 call in flight": 1, "50 in flight": 50, "200 in flight": 200}
_THREADS: Final = {"1 thread": 1, "8 threads": 8}


def measure() -> list[Figure]:
    """Measure the area."""
    with servers.stub() as server, get_context("spawn").Pool(1) as fresh:
        measured: dict[str, Callable[[], Any]] = {
            **{f"`AsyncHttpBackend`, {name}": partial(_measure_on_loop, server.url, n) for name, n in _ASYNC.items()},
            **{f"`HttpBackend`, {name}": partial(_measure_http, server.url, n) for name, n in _THREADS.items()},
            **{f"`Boto3Backend`, {name}": partial(_measure_boto3, server.url, n) for name, n in _THREADS.items()},
        }
        return [
            Figure(
                name=name,
                value=Spread.of(fresh.apply(action) * 1e3 for _ in range(RUNS)),
                unit="ms",
                at_most=AT_MOST_MS if name.endswith("200 in flight") else None,
            )
            for name, action in measured.items()
        ]


def _measure_on_loop(url: str, in_flight: int) -> float:
    """Return the processor time of a call in seconds."""
    return asyncio.run(_measure_calls(url, in_flight))


async def _measure_calls(url: str, in_flight: int) -> float:
    request, left = _make_request(), iter(range(CALLS))

    async def repeat(backend: AsyncHttpBackend) -> None:
        for _ in left:
            await backend.call(request)

    async with AsyncHttpBackend(endpoint_url=url) as backend:
        await asyncio.gather(*(backend.call(request) for _ in range(in_flight)))  # opens the connections
        started = time.process_time()
        await asyncio.gather(*(repeat(backend) for _ in range(in_flight)))
        return (time.process_time() - started) / CALLS


def _measure_http(url: str, threads: int) -> float:
    return _measure_in_threads(HttpBackend(endpoint_url=url), threads)


def _measure_boto3(url: str, threads: int) -> float:
    return _measure_in_threads(Boto3Backend(endpoint_url=url), threads)


def _measure_in_threads(opened: AbstractContextManager[Backend], threads: int) -> float:
    request = _make_request()
    with opened as backend, ThreadPoolExecutor(threads) as executor:
        backend.call(request)
        started = time.process_time()
        for _ in executor.map(lambda _: backend.call(request), range(CALLS)):
            pass
        return (time.process_time() - started) / CALLS


def _make_request() -> Request:
    request = begin(APP, OPENING, stamp_now()).request
    assert request is not None  # noqa: S101 - for the type
    return request
