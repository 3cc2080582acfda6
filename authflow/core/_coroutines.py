"""One idiom for blocking and asynchronous code: the logic is written once, as coroutines.

Asynchronous callers await them. Blocking callers pass in effects that never wait, and drive the coroutine to its end.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns that never waits. No event loop is involved.

    Raises:
        AssertionError: the coroutine waited for something.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise AssertionError("a coroutine that was driven without an event loop waited")
