"""Flow stores: put and take, in memory and in a Redis server on the same machine."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from authflow import AsyncFlowStore, FlowStore, MemoryFlowStore
from authflow.stores.redis import AsyncRedisFlowStore, RedisFlowStore
from benchmarks.common import Figure, Spread, compute_percentile, time_seconds
from benchmarks.conversation import APP, make_resting_flow
from tests.support.redis_server import RedisServer

KEY: Final = bytes(range(32))
COUNT: Final = 2_000
AT_ONCE: Final = 50


def measure() -> list[Figure]:
    """Measure the area."""
    memory = _measure_one_by_one(MemoryFlowStore())
    with _run_redis() as server:
        with server.client() as client:
            blocking = _measure_one_by_one(RedisFlowStore(client, APP, KEY))
        together = asyncio.run(_measure_concurrent(server))
    return [
        *_make_figures("in memory", *memory),
        *_make_figures("in Redis", *blocking),
        Figure(name=f"in Redis, {AT_ONCE} at once on a loop, put and take", value=together, unit="1/s"),
    ]


def _make_figures(where: str, puts: list[float], takes: list[float]) -> Iterator[Figure]:
    for what, taken in (("put", puts), ("take", takes)):
        for percent in (50, 99):
            value = Spread.of([compute_percentile(taken, percent) * 1e6])
            yield Figure(name=f"{where}, {what}, p{percent}", value=value, unit="µs")


def _measure_one_by_one(store: FlowStore) -> tuple[list[float], list[float]]:
    """Return the seconds of each put and of each take."""
    handles: list[str] = []
    flows = [make_resting_flow(number)[0] for number in range(COUNT)]
    puts = [time_seconds(lambda flow=flow: handles.append(store.put(flow))) for flow in flows]  # type: ignore[misc]  # mypy can't infer a lambda with a default
    return puts, [time_seconds(lambda handle=handle: store.take(handle)) for handle in handles]  # type: ignore[misc]  # as above


async def _measure_concurrent(server: RedisServer) -> Spread:
    """Return the number of puts followed by takes per second."""
    async with server.async_client() as client:
        store = AsyncRedisFlowStore(client, APP, KEY)
        rates = []
        for _ in range(5):
            left = iter(range(COUNT))
            started = asyncio.get_running_loop().time()
            await asyncio.gather(*(_put_and_take(store, left) for _ in range(AT_ONCE)))
            rates.append(COUNT / (asyncio.get_running_loop().time() - started))
    return Spread.of(rates)


async def _put_and_take(store: AsyncFlowStore, left: Iterator[int]) -> None:
    for number in left:
        await store.take(await store.put(make_resting_flow(number)[0]))


@contextmanager
def _run_redis() -> Iterator[RedisServer]:
    with TemporaryDirectory() as directory:
        server = RedisServer(Path(directory))
        try:
            server.start()
            yield server
        finally:
            server.kill()
