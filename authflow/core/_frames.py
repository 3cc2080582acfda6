"""Errors without the frames that they came through, whose variables may hold secrets that error trackers would keep."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from authflow.core.errors import AuthflowError

E = TypeVar("E", bound=BaseException)
P = ParamSpec("P")
T = TypeVar("T")


def hide_frames(error: E) -> E:
    """Return an error without its traceback and suppressed context. Raise it outside of the ``except`` block.

    The frame that raises it must hold no secret as text.
    """
    if error.__suppress_context__:
        error.__context__ = None
    return error.with_traceback(None)


def hides_frames(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that takes or makes secrets as text: no frame of its errors holds them.

    It applies to the errors that callers expect, AuthflowError and OSError.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except (AuthflowError, OSError) as error:
            failure = hide_frames(error)
        del args, kwargs
        raise failure

    return call
