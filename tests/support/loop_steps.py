"""The steps of an event loop, so that a test can do something at each of them."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class Steps(selectors.DefaultSelector):
    """Counts the steps of an event loop, and does something at the beginning of one of them."""

    def __init__(self) -> None:
        super().__init__()
        self._left = 0
        self._action: Callable[[], Any] = lambda: None

    def after(self, steps: int, action: Callable[[], Any]) -> None:
        """Call ``action`` so many steps later."""
        self._left, self._action = steps, action

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._left -= 1
        if self._left == 0:
            self._action()
            timeout = 0  # it may have made something ready
        return super().select(timeout)

    def make_loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop whose steps are counted."""
        return asyncio.SelectorEventLoop(self)
