"""AsyncAuthenticator: drives flows on an event loop, which it never blocks."""

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from authflow.backends._process_local import ProcessLocal
from authflow.backends.base import AsyncBackend
from authflow.challenges import Challenge
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.context import Context
from authflow.core.errors import InvalidInput
from authflow.core.openings import Opening
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.drivers._checks import require_backend, require_devices
from authflow.drivers._runner import Runner
from authflow.drivers.backoff import Backoff
from authflow.drivers.options import Observe, Remember
from authflow.machines.remember_device import DeviceFlow
from authflow.machines.sign_in import Flow
from authflow.stores.devices import AsyncDeviceStore

__all__ = ["AsyncAuthenticator"]

T = TypeVar("T")


class AsyncAuthenticator:
    """Signs people in on an event loop: what ``Authenticator`` does, as coroutines.

    SRP values are computed on threads of its own, one fewer than there are processor cores, so that the loop keeps a
    core: the arithmetic runs without the GIL, and more threads would only add pauses. Everything else runs on the loop.

    A coroutine may be cancelled at any await: the flow that it was given is a value and still what it was. Whether
    Cognito saw the request that was under way is then unknown.

    Close it when it is no longer needed: ``async with``, or ``aclose``. It may serve several event loops, one after
    another or at once, if its backend and device store may.

    Args:
        app: the app client.
        backend: what carries requests; ``Threaded`` makes one of a blocking backend.
        admin: use the admin API, which needs AWS credentials.
        devices: where remembered devices are kept; used for sign-ins that name their ``holder``.
        remember: what to do with a new device.
        observe: told of every call, on the event loop.
        backoff: how often a throttled request is sent again, and when.
        stamp: makes the Stamp of each event; for tests.

    Raises:
        InvalidInput: an argument of the wrong kind, a backend of another region than the pool's, or one that can't sign
            what the admin API takes.
    """

    def __init__(
        self,
        app: AppClient,
        backend: AsyncBackend,
        *,
        admin: bool = False,
        devices: AsyncDeviceStore | None = None,
        remember: Remember = Remember.ALWAYS,
        observe: Observe | None = None,
        backoff: Backoff = Backoff(),
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        require_backend(app, backend, admin=admin)
        require_devices(devices, awaited=True)
        self._effects = _AsyncEffects(backend, devices)
        self._runner = Runner(
            app, self._effects, admin=admin, remember=remember, observe=observe, backoff=backoff, stamp=stamp
        )

    async def begin(self, opening: Opening, *, context: Context | None = None, holder: str | None = None) -> Flow:
        """Begin a sign-in and go on until it rests; see ``Authenticator.begin``."""
        with self._effects.step():
            return await self._runner.begin(opening, context=context, holder=holder)

    async def answer(self, flow: Flow, answer: Answer, *, context: Context | None = None) -> Flow:
        """Answer the flow's challenge and go on until it rests; see ``Authenticator.answer``."""
        with self._effects.step():
            return await self._runner.answer(flow, answer, context=context)

    async def run(self, flow: Flow) -> Flow:
        """Go on with a flow that is calling until it rests; see ``Authenticator.run``."""
        with self._effects.step():
            return await self._runner.run(flow)

    async def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Awaitable[Answer]],
        *,
        context: Context | None = None,
        holder: str | None = None,
    ) -> Tokens:
        """Sign a person in, all at once; ``ask`` is a coroutine function. See ``Authenticator.sign_in``."""
        with self._effects.step():
            return await self._runner.sign_in(opening, ask, context=context, holder=holder)

    async def remember_device(
        self,
        tokens: Tokens,
        holder: str,
        *,
        remembered: bool = True,
        entered_username: str | None = None,
        name: str | None = None,
    ) -> DeviceFlow:
        """Confirm the proposed device, and keep it; see ``Authenticator.remember_device``."""
        with self._effects.step():
            return await self._runner.remember_device(
                tokens, holder, remembered=remembered, entered_username=entered_username, name=name
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Take no more steps; those under way go on to their end. Backend and device store are yours to close."""
        self._effects.close()


class _Work:
    """A process's steps under way, and the threads for them, which start with the first."""

    def __init__(self) -> None:
        self.steps = 0
        self.threads = ThreadPoolExecutor(max(1, _cores() - 1), thread_name_prefix="authflow-srp")


class _AsyncEffects:
    """Coroutines that leave the event loop to others while they wait."""

    def __init__(self, backend: AsyncBackend, devices: AsyncDeviceStore | None) -> None:
        self._backend = backend
        self.devices = devices
        self._work = ProcessLocal(_Work)
        self._closed = False

    @contextmanager
    def step(self) -> Iterator[None]:
        """Be open for a step.

        Raises:
            InvalidInput: closed.
        """
        if self._closed:
            raise InvalidInput("authenticator", "is closed")
        work = self._work()
        work.steps += 1
        try:
            yield
        finally:
            work.steps -= 1
            self._end_threads()

    def close(self) -> None:
        """Take no more steps."""
        self._closed = True
        self._end_threads()

    def _end_threads(self) -> None:
        work = self._work.made()
        if self._closed and work and not work.steps:
            work.threads.shutdown(wait=False)

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Await the backend."""
        reply: Awaitable[Mapping[str, Any]] | object = self._backend.call(request)
        if not isinstance(reply, Awaitable):
            raise InvalidInput("backend", "call is not a coroutine: Threaded makes an AsyncBackend of a blocking one")
        return await reply

    async def compute(self, step: Callable[[], T]) -> T:
        """Take the step on a thread."""
        import asyncio  # noqa: PLC0415 - is there already where coroutines run; `import *` must not load it

        return await asyncio.get_running_loop().run_in_executor(self._work().threads, step)

    async def sleep(self, seconds: float) -> None:
        """Let the others go on."""
        import asyncio  # noqa: PLC0415 - as above

        await asyncio.sleep(seconds)


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
