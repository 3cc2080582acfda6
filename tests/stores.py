"""Flow stores and device stores as the tests use them: the async ones behind blocking faces, time that tests set."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from authflow import AsyncDeviceStore, AsyncFlowStore, Device, Flow, Stamp
from tests.playbook import AT, stamp

T = TypeVar("T")


class Time:
    """Makes stamps; stands still until it is told to pass."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> Stamp:
        return Stamp(AT + self.passed, stamp().entropy)


class Loop:
    """Runs coroutines one after another on a loop of its own."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def close(self) -> None:
        self._runner.close()


class BlockingFlows:
    """An async flow store as a ``FlowStore``."""

    def __init__(self, store: AsyncFlowStore, loop: Loop) -> None:
        self._store, self._loop = store, loop

    def put(self, flow: Flow, *, handle: str | None = None) -> str:
        return self._loop.run(self._store.put(flow, handle=handle))

    def take(self, handle: str) -> Flow:
        return self._loop.run(self._store.take(handle))


class BlockingDevices:
    """An async device store as a ``DeviceStore``."""

    def __init__(self, store: AsyncDeviceStore, loop: Loop) -> None:
        self._store, self._loop = store, loop

    def get(self, holder: str, username: str) -> Device | None:
        return self._loop.run(self._store.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        self._loop.run(self._store.put(holder, username, device, typed=typed))

    def drop(self, holder: str, username: str) -> None:
        self._loop.run(self._store.drop(holder, username))
