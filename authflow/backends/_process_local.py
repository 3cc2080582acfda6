"""Objects that each process has for itself: after a fork, the child must not use its parent's connections."""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

from authflow.core.errors import InvalidInput

T = TypeVar("T")


class ProcessLocal(Generic[T]):
    """An object that each process makes when it first needs it. Threads may share it.

    After a fork, the child neither uses nor closes its parent's object: both could write to the parent's connections.
    The child keeps a reference to it, because garbage collection would close the connections.

    Args:
        make: makes the object. It is called at once, and again in each other process that needs the object.
        given: whether the object holds a client that the caller supplied. Such an object is never made again.
    """

    def __init__(self, make: Callable[[], T], *, given: bool = False) -> None:
        self._make = make
        self._given = given
        self._objects = {os.getpid(): make()}

    def __call__(self) -> T:
        """Return the object of this process; make it if necessary.

        Raises:
            InvalidInput: the object holds a client that was supplied in another process.
        """
        existing = self.get_existing()
        if existing is not None:
            return existing
        if self._given:
            raise InvalidInput("client", "was made in another process: make the backend after the fork")
        return self._objects.setdefault(os.getpid(), self._make())

    def get_existing(self) -> T | None:
        """Return the object of this process; None if it has not been made yet."""
        return self._objects.get(os.getpid())
