"""What each process has for itself: a connection that a fork inherits is the parent's, and its answers are too."""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

from authflow.core.errors import InvalidInput

T = TypeVar("T")


class ProcessLocal(Generic[T]):
    """Something that each process makes when it first needs it. Threads may share it.

    What is inherited is neither used nor closed, which might write to the parent's connections. It is kept as well:
    whatever is collected is closed.

    Args:
        make: makes it; called at once, and once more in each process that asks for it.
        given: whether it holds a client that was given, which can't be made anew.
    """

    def __init__(self, make: Callable[[], T], *, given: bool = False) -> None:
        self._make = make
        self._given = given
        self._made = {os.getpid(): make()}

    def __call__(self) -> T:
        """Return this process's own.

        Raises:
            InvalidInput: it holds a client that was given to another process.
        """
        mine = self.made()
        if mine is not None:
            return mine
        if self._given:
            raise InvalidInput("client", "was made in another process: make the backend after the fork")
        return self._made.setdefault(os.getpid(), self._make())

    def made(self) -> T | None:
        """Return this process's own, unless it has none yet."""
        return self._made.get(os.getpid())
