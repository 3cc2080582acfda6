"""Errors without the frames that they came through, whose variables may hold secrets that error trackers would keep."""

from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def hide_frames(error: E) -> E:
    """Return an error without its traceback and suppressed context. Raise it outside of the ``except`` block.

    The frame that raises it must hold no secret as text.
    """
    if error.__suppress_context__:
        error.__context__ = None
    return error.with_traceback(None)
