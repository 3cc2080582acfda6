"""Flow stores: put and take, in memory and in a Redis on the same machine."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from authflow import AsyncFlowStore, FlowStore, MemoryFlowStore
from authflow.stores.redis import AsyncRedisFlowStore, RedisFlowStore
from benchmarks.common import Figure, Spread, percentile, seconds
from benchmarks.conversation import APP, resting_flow
from tests.support.redis_server import RedisServer

KEY: Final = bytes(range(32))
COUNT: Final = 2_000
AT_ONCE: Final = 50


def measure() -> list[Figure]:
    """Measure the area."""
    memory = _one_by_one(MemoryFlowStore())
    with _redis() as server:
        with server.client() as client:
            blocking = _one_by_one(RedisFlowStore(client, APP, KEY))
        together = asyncio.run(_together(server))
    return [
        *_figures("in memory", *memory),
        *_figures("in Redis", *blocking),
        Figure(name=f"in Redis, {AT_ONCE} at once on a loop, put and take", value=together, unit="1/s"),
    ]


def _figures(where: str, puts: list[float], takes: list[float]) -> Iterator[Figure]:
    for what, taken in (("put", puts), ("take", takes)):
        for percent in (50, 99):
            value = Spread.of([percentile(taken, percent) * 1e6])
            yield Figure(name=f"{where}, {what}, p{percent}", value=value, unit="µs")


def _one_by_one(store: FlowStore) -> tuple[list[float], list[float]]:
    """Return the seconds of each put and of each take."""
    handles: list[str] = []
    flows = [resting_flow(number)[0] for number in range(COUNT)]
    puts = [seconds(lambda flow=flow: handles.append(store.put(flow))) for flow in flows]  # type: ignore[misc]  # mypy can't infer a lambda with a default
    return puts, [seconds(lambda handle=handle: store.take(handle)) for handle in handles]  # type: ignore[misc]  # as above


async def _together(server: RedisServer) -> Spread:
    """Return pairs of a put and a take in each second."""
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
        await store.take(await store.put(resting_flow(number)[0]))


@contextmanager
def _redis() -> Iterator[RedisServer]:
    with TemporaryDirectory() as directory:
        server = RedisServer(Path(directory))
        try:
            server.start()
            yield server
        finally:
            server.kill()
