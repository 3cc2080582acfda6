"""AsyncAuthenticator: runs flows on an event loop, without blocking it."""

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self, TypeVar, overload

from authflow.backends._process_local import ProcessLocal
from authflow.backends._single_flight import LoopFlight
from authflow.backends.base import AsyncBackend
from authflow.challenges import Challenge
from authflow.core._opaque import ProcessBound
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.context import Context
from authflow.core.errors import InvalidInput
from authflow.core.flow import BaseFlow, Opens
from authflow.core.openings import Opening
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.drivers._checks import require_ask, require_backend, require_device_store, require_no_holder
from authflow.drivers._refresher import Refresher
from authflow.drivers._runner import Runner
from authflow.drivers.backoff import Backoff
from authflow.drivers.options import Observe, Remember
from authflow.machines.remember_device import DeviceFlow
from authflow.machines.sign_in import Flow
from authflow.stores.devices import AsyncDeviceStore

__all__ = ["AsyncAuthenticator"]

F = TypeVar("F", bound=BaseFlow[Any, Any])
T = TypeVar("T")


class AsyncAuthenticator(ProcessBound):
    """Signs people in on an event loop: ``Authenticator`` with coroutines.

    SRP values are computed on threads, without the GIL; everything else runs on the event loop. There is one thread
    fewer than there are processor cores, which leaves a core to the event loop.

    You may cancel its coroutines at any await. The flow that you passed is immutable and still valid; whether Cognito
    received the request in progress is unknown.

    Close it when you no longer need it: use ``async with``, or call ``aclose``. It may be used on several event loops,
    one after another or at once, if its backend and device store may be.

    Args:
        app: the app client.
        backend: sends the requests. ``Threaded`` adapts a blocking backend.
        admin: use the admin API (AdminInitiateAuth, AdminRespondToAuthChallenge), which needs AWS credentials.
        devices: the store of remembered devices. It is used in sign-ins that have a ``holder``.
        remember: what to do with a new device that Cognito proposes to remember.
        observe: called on the event loop after each request; it must not block.
        backoff: how throttled requests are retried.
        stamp: returns the Stamp (time and entropy) of each event; for tests.

    Raises:
        InvalidInput: an argument has the wrong type, the backend is for another region than the user pool's, or it
            can't sign requests as the admin API requires.
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
        require_backend(app, backend, admin=admin, asynchronous=True)
        require_device_store(devices, asynchronous=True)
        self._effects = _AsyncEffects(backend, devices)
        self._runner = Runner(
            app, self._effects, admin=admin, remember=remember, observe=observe, backoff=backoff, stamp=stamp
        )
        self._refresher = Refresher(self._runner, stamp, LoopFlight)

    @overload
    async def begin(self, opening: Opening, *, context: Context | None = None, holder: str | None = None) -> Flow: ...
    @overload
    async def begin(self, opening: Opens[F], *, context: Context | None = None) -> F: ...
    async def begin(
        self, opening: Opening | Opens[F], *, context: Context | None = None, holder: str | None = None
    ) -> Flow | F:
        """Begin a sign-in or another flow, and run it until it pauses or has ended; see ``Authenticator.begin``."""
        with self._effects.track_call():
            if isinstance(opening, Opens):
                require_no_holder(holder)
                return await self._runner.begin_other(opening, context=context)
            return await self._runner.begin(opening, context=context, holder=holder)

    async def answer(self, flow: F, answer: Answer, *, context: Context | None = None) -> F:
        """Answer the question of a flow, and run the flow on; see ``Authenticator.answer``."""
        with self._effects.track_call():
            return await self._runner.answer(flow, answer, context=context)

    async def run(self, flow: F) -> F:
        """Run a flow that has a request to send; see ``Authenticator.run``."""
        with self._effects.track_call():
            return await self._runner.run(flow)

    def cancel(self, flow: F) -> F:
        """Give up a flow: return it as ``Failed`` with ``Reason.CANCELLED``. Nothing is sent.

        It is no coroutine, since it does no I/O; see ``Authenticator.cancel``.
        """
        return self._runner.cancel(flow)

    async def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Awaitable[Answer]],
        *,
        context: Context | None = None,
        holder: str | None = None,
    ) -> Tokens:
        """Sign a person in from begin to end; ``ask`` is a coroutine function. See ``Authenticator.sign_in``."""
        require_ask(ask, asynchronous=True)
        with self._effects.track_call():
            return await self._runner.sign_in(opening, ask, context=context, holder=holder)

    async def fresh(
        self, tokens: Tokens, *, margin: timedelta = timedelta(seconds=60), holder: str | None = None
    ) -> Tokens:
        """Return tokens that are valid for longer than ``margin``; see ``Authenticator.fresh``.

        A refresh in progress continues if its callers are cancelled, so that a rotated refresh token is not lost: a
        call within 60 s gets its result.
        """
        with self._effects.track_call():
            return await self._refresher.fresh(tokens, margin=margin, holder=holder)

    async def sign_out(self, tokens: Tokens) -> None:
        """End one sign-in; see ``Authenticator.sign_out``."""
        with self._effects.track_call():
            await self._runner.sign_out(tokens)

    async def sign_out_everywhere(self, tokens: Tokens) -> None:
        """End all sign-ins of a person; see ``Authenticator.sign_out_everywhere``."""
        with self._effects.track_call():
            await self._refresher.sign_out_everywhere(tokens)

    async def remember_device(
        self,
        tokens: Tokens,
        holder: str,
        *,
        remembered: bool = True,
        entered_username: str | None = None,
        name: str | None = None,
    ) -> DeviceFlow:
        """Confirm a new device, and store it; see ``Authenticator.remember_device``."""
        with self._effects.track_call():
            return await self._runner.remember_device(
                tokens, holder, remembered=remembered, entered_username=entered_username, name=name
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Refuse further calls; calls in progress are completed.

        The backend and the device store stay open: close them yourself.
        """
        self._effects.close()


class _Work:
    """The calls in progress in one process, and the threads for them, which start when they are needed."""

    def __init__(self) -> None:
        self.calls = 0
        self.threads = ThreadPoolExecutor(max(1, _count_cores() - 1), thread_name_prefix="authflow-srp")


class _AsyncEffects:
    """Effects whose coroutines never block the event loop."""

    def __init__(self, backend: AsyncBackend, devices: AsyncDeviceStore | None) -> None:
        self._backend = backend
        self.devices = devices
        self._work = ProcessLocal(_Work)
        self._closed = False

    @contextmanager
    def track_call(self) -> Iterator[None]:
        """Keep the threads available until a call of the Authenticator is completed.

        Raises:
            InvalidInput: the Authenticator is closed.
        """
        if self._closed:
            raise InvalidInput("authenticator", "is closed")
        work = self._work()
        work.calls += 1
        try:
            yield
        finally:
            work.calls -= 1
            self._end_idle_threads()

    def close(self) -> None:
        """Refuse further calls, and end the threads after the last call in progress."""
        self._closed = True
        self._end_idle_threads()

    def _end_idle_threads(self) -> None:
        work = self._work.get_existing()
        if self._closed and work and not work.calls:
            work.threads.shutdown(wait=False)

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Await the backend's reply."""
        return await self._backend.call(request)

    async def compute(self, step: Callable[[], T]) -> T:
        """Run the step on a thread."""
        from authflow.backends._event_loop import require_event_loop  # noqa: PLC0415 - `import *` must not load asyncio

        return await require_event_loop().run_in_executor(self._work().threads, step)

    async def sleep(self, seconds: float) -> None:
        """Suspend this task."""
        import asyncio  # noqa: PLC0415 - as above

        from authflow.backends._event_loop import require_event_loop  # noqa: PLC0415 - as above

        require_event_loop()
        await asyncio.sleep(seconds)


def _count_cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
