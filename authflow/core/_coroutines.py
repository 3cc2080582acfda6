"""Run coroutines from blocking code, so that blocking and asynchronous code share one implementation.

The logic is written once, as coroutines. Asynchronous callers await them. Blocking callers give them effects that never
wait, and call ``run_to_end``.
"""

from collections.abc import Coroutine
from inspect import iscoroutinefunction
from typing import Any, TypeVar

T = TypeVar("T")


def is_async(function: object) -> bool:
    """Return whether calling ``function`` makes a coroutine: a coroutine function, or an object with such a method."""
    return iscoroutinefunction(function) or (callable(function) and iscoroutinefunction(type(function).__call__))


def run_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop, and return its result.

    Raises:
        AssertionError: the coroutine waited for something.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise AssertionError("the coroutine waited, but it was run without an event loop")
