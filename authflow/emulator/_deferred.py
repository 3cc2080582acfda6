"""Calls that follow when an operation is complete, in the same thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Call: TypeAlias = Callable[[], None]


class DeferredCalls(threading.local):
    """The calls that the operation of the current thread has asked for."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Make a call when the current operation is complete. It must not raise."""
        self._calls.append(call)

    @contextmanager
    def made_afterwards(self) -> Iterator[None]:
        """Make the calls that are added in the context at its end, also if it fails.

        An operation that a Lambda trigger calls has a context of its own inside that of the operation that waits.
        """
        outer, self._calls = self._calls, []
        try:
            yield
        finally:
            calls, self._calls = self._calls, outer
            for call in calls:
                call()
