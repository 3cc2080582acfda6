"""Waiting on an event loop, with time limits that cost little."""

import asyncio
from collections import deque
from typing import Final

_TICK: Final = 0.05  # seconds between two checks of the time limits


class TimeLimits:
    """Time limits of futures, which one timer checks. A timer for each future would take a tenth of a call."""

    def __init__(self) -> None:
        self._limits: dict[asyncio.Future[None], float] = {}
        self._is_ticking = False

    async def wait_for(self, future: "asyncio.Future[None]", seconds: float) -> None:
        """Wait for a future.

        Raises:
            TimeoutError: the future had no result in time.
        """
        loop = future.get_loop()
        self._limits[future] = loop.time() + seconds
        if not self._is_ticking:
            self._is_ticking = True
            loop.call_later(min(_TICK, seconds), self._tick, loop)
        try:
            await future
        finally:
            del self._limits[future]

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for future, limit in self._limits.items():
            if limit <= now and not future.done():
                future.set_exception(TimeoutError())
        self._is_ticking = bool(self._limits)
        if self._is_ticking:
            loop.call_later(_TICK, self._tick, loop)


class Places:
    """A number of places, which are given to tasks in the order of arrival."""

    def __init__(self, count: int, limits: TimeLimits) -> None:
        self._free = count
        self._limits = limits
        self._waiters: deque[asyncio.Future[None]] = deque()

    async def acquire(self, seconds: float) -> None:
        """Wait for a place.

        Raises:
            TimeoutError: none was free in time.
        """
        if self._free:
            self._free -= 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await self._limits.wait_for(waiter, seconds)
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release()  # cancelled when it had a place already
            raise

    def release(self) -> None:
        """Give a place back: to the task that has waited longest, if there is one."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():  # a waiter that is done was cancelled or waited too long
                waiter.set_result(None)
                return
        self._free += 1
