"""A fair queue for an event loop: one waiting task continues in each iteration of the loop."""

import asyncio
from collections import deque


class FairQueue:
    """Lets one waiting task continue in each iteration of the event loop, in the order of arrival.

    Without it, replies that arrive together would be processed in one go, and all other tasks would have to wait.
    """

    def __init__(self) -> None:
        self._waiters: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait until the queue admits this task, which happens in a later iteration of the event loop."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiters.append(waiter)
        if len(self._waiters) == 1:
            loop.call_soon(self._admit_next)
        await waiter

    def _admit_next(self) -> None:
        waiter = self._waiters.popleft()
        if not waiter.done():  # a cancelled task has a waiter that is done
            waiter.set_result(None)
        if self._waiters:
            waiter.get_loop().call_soon(self._admit_next)
