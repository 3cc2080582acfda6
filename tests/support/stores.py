"""Flow stores and device stores for tests: async ones with blocking interfaces, and time that the test controls."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeAlias, TypeVar, overload

import pytest

from authflow import (
    AsyncDeviceStore,
    AsyncFlowStore,
    AsyncMemoryDeviceStore,
    AsyncMemoryFlowStore,
    Device,
    DeviceStore,
    FileDeviceStore,
    Flow,
    FlowStore,
    FlowTaken,
    MemoryDeviceStore,
    MemoryFlowStore,
    Stamp,
)
from authflow.core.flow import BaseFlow
from authflow.stores.redis import AsyncRedisDeviceStore, AsyncRedisFlowStore, Client, RedisDeviceStore, RedisFlowStore
from tests.support.redis_server import RedisServer
from tests.support.samples import AT, SECRET_APP, stamp

KEY = bytes(range(32))
IN_REDIS = ["redis", "redis decoded", "cluster", "async redis", "async redis decoded", "async cluster"]
F = TypeVar("F", bound=BaseFlow[Any, Any])
T = TypeVar("T")
AnyFlow: TypeAlias = BaseFlow[Any, Any]


class Time:
    """Makes stamps. The time changes only when the test changes ``passed``."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> Stamp:
        return Stamp(AT + self.passed, stamp().entropy)


class Loop:
    """Runs coroutines one after another on one event loop."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def close(self) -> None:
        self._runner.close()


class BlockingFlowStore:
    """An async flow store as a ``FlowStore``."""

    def __init__(self, store: AsyncFlowStore, loop: Loop) -> None:
        self._store, self._loop = store, loop

    def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        return self._loop.run(self._store.put(flow, handle=handle))

    @overload
    def take(self, handle: str) -> Flow: ...
    @overload
    def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    def take(self, handle: str, kind: None) -> AnyFlow: ...
    def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        return self._loop.run(self._store.take(handle, kind))


class BlockingDeviceStore:
    """An async device store as a ``DeviceStore``."""

    def __init__(self, store: AsyncDeviceStore, loop: Loop) -> None:
        self._store, self._loop = store, loop

    def get(self, holder: str, username: str) -> Device | None:
        return self._loop.run(self._store.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        self._loop.run(self._store.put(holder, username, device, entered_username=entered_username))

    def drop(self, holder: str, username: str) -> None:
        self._loop.run(self._store.drop(holder, username))


@contextmanager
def redis_client(name: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Yield the client that a name such as ``async cluster decoded`` describes."""
    kind = "cluster" if "cluster" in name else "redis"
    server: RedisServer = request.getfixturevalue(f"{kind}_server")
    options = {"decode_responses": "decoded" in name}
    if not name.startswith("async"):
        with server.cluster_client(**options) if kind == "cluster" else server.client(**options) as client:
            yield client
        return
    loop = request.getfixturevalue("loop")
    made = server.async_cluster_client(**options) if kind == "cluster" else server.async_client(**options)
    try:
        yield made
    finally:
        loop.run(made.aclose())


@contextmanager
def flow_store(name: str, request: pytest.FixtureRequest, time: Time) -> Iterator[FlowStore]:
    """Yield the flow store of a name: ``memory``, ``async memory``, or one of IN_REDIS."""
    loop = request.getfixturevalue("loop")
    if name == "memory":
        yield MemoryFlowStore(stamp=time)
    elif name == "async memory":
        yield BlockingFlowStore(AsyncMemoryFlowStore(stamp=time), loop)
    else:
        with redis_client(name, request) as client:
            if name.startswith("async"):
                yield BlockingFlowStore(AsyncRedisFlowStore(client, SECRET_APP, KEY, stamp=time), loop)
            else:
                yield RedisFlowStore(client, SECRET_APP, KEY, stamp=time)


@contextmanager
def device_store(name: str, request: pytest.FixtureRequest) -> Iterator[DeviceStore]:
    """Yield the device store of a name: ``memory``, ``async memory``, ``file``, or one of IN_REDIS."""
    loop = request.getfixturevalue("loop")
    if name == "memory":
        yield MemoryDeviceStore()
    elif name == "async memory":
        yield BlockingDeviceStore(AsyncMemoryDeviceStore(), loop)
    elif name == "file":
        yield FileDeviceStore(request.getfixturevalue("tmp_path") / "devices")
    else:
        prefix = request.node.name  # other tests use the same server
        with redis_client(name, request) as client:
            if name.startswith("async"):
                yield BlockingDeviceStore(AsyncRedisDeviceStore(client, KEY, prefix=prefix), loop)
            else:
                yield RedisDeviceStore(client, KEY, prefix=prefix)


def race(store: FlowStore, handle: str, takers: int) -> list[Flow | None]:
    """Take a flow in many threads at the same time; return what each of them got."""
    start = Barrier(takers)

    def take(_: int) -> Flow | None:
        start.wait()
        try:
            return store.take(handle)
        except FlowTaken:
            return None

    with ThreadPoolExecutor(takers) as pool:
        return list(pool.map(take, range(takers)))


class RepeatingClient:
    """A client that sends each command twice, as after a lost reply."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def execute_command(self, *command: Any) -> Any:
        self._client.execute_command(*command)
        return self._client.execute_command(*command)


class RecordingClient:
    """A client that records the names of its commands."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.sent: list[str] = []

    def execute_command(self, *command: Any) -> Any:
        self.sent.append(command[0])
        return self._client.execute_command(*command)
