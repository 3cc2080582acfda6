"""One execution for all callers that want the same result at the same time: for threads, and on an event loop."""

import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class SingleFlight(Protocol[T]):
    """Runs work once for all callers with the same key that come before it is done."""

    async def run(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of ``work``, which may be that of another caller.

        Args:
            key: tells different work apart.
            work: must return its expected errors as values: all callers would raise the same exception object.
        """

    def is_running(self, key: str) -> bool:
        """Return whether work with this key is in progress."""


@dataclass(slots=True)
class _Flight(Generic[T]):
    done: threading.Event = field(default_factory=threading.Event)
    results: list[T] = field(default_factory=list, repr=False)


class ThreadFlight(Generic[T]):
    """A ``SingleFlight`` for threads, whose coroutines block. Each process needs one of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[str, _Flight[T]] = {}

    async def run(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run the work in the first caller's thread; the others wait. If it raises, the next one runs its own."""
        while True:
            with self._lock:
                flight = self._flights.get(key)
                if flight is None:
                    flight = own = self._flights[key] = _Flight()
                    break
            flight.done.wait()
            if flight.results:
                return flight.results[0]
        try:
            own.results.append(await work())
            return own.results[0]
        finally:
            with self._lock:
                del self._flights[key]
            own.done.set()

    def is_running(self, key: str) -> bool:
        """Return whether a thread runs work with this key."""
        return key in self._flights


class LoopFlight(Generic[T]):
    """A ``SingleFlight`` for tasks of asyncio: once for each event loop.

    The work is a task of its own. It continues if its callers are cancelled, so that its result is not lost.
    """

    def __init__(self) -> None:
        self._tasks: dict[tuple[int, str], asyncio.Task[T]] = {}

    async def run(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run the work in a task; all callers wait for it.

        Raises:
            InvalidInput: the event loop is not asyncio's.
        """
        import asyncio  # noqa: PLC0415 - `import *` must not load asyncio

        from authflow.backends._event_loop import require_event_loop  # noqa: PLC0415 - as above

        loop = require_event_loop()
        place = (id(loop), key)
        task = self._tasks.get(place)
        if task is None or task.done() or task.get_loop() is not loop:  # that of a closed loop had the same id
            task = self._tasks[place] = loop.create_task(work())
            task.add_done_callback(lambda done: self._forget(place, done))
        return await asyncio.shield(task)

    def is_running(self, key: str) -> bool:
        """Return whether a task of this event loop runs work with this key."""
        from authflow.backends._event_loop import require_event_loop  # noqa: PLC0415 - as above

        task = self._tasks.get((id(require_event_loop()), key))
        return task is not None and not task.done()

    def _forget(self, place: tuple[int, str], done: "asyncio.Task[T]") -> None:
        if self._tasks.get(place) is done:
            del self._tasks[place]
        if not done.cancelled():
            done.exception()  # retrieved, so that asyncio does not report it if all callers were cancelled
