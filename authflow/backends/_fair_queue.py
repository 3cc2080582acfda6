"""Turns on an event loop: what came all at once is done bit by bit."""

import asyncio
from collections import deque


class FairQueue:
    """Lets one task pass in each turn of the event loop, in the order in which they came.

    Answers that arrive together would else be worked off together, while everything else on the loop waits.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait for the task's turn, which is never the present one."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            loop.call_soon(self._let_pass)
        await turn

    def _let_pass(self) -> None:
        turn = self._waiting.popleft()
        if not turn.done():  # else it was cancelled
            turn.set_result(None)
        if self._waiting:
            turn.get_loop().call_soon(self._let_pass)
