"""Indexes of users by the value of an attribute."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from authflow.emulator._records.user import User

#: where a user stands in an index: the value, and the user's number in the directory
Place: TypeAlias = tuple[str, int]
#: greater than every text that begins with the same characters
AFTER_ALL: Final = chr(0x10FFFF)


class ValueIndex:
    """The users who have a value of one kind, in the order of the values.

    Args:
        read: returns a user's value, None or an empty text if there is none.
        users: the users of the pool, each with a number.
    """

    def __init__(self, read: "Callable[[User], str | None]", users: "Iterable[tuple[int, User]]") -> None:
        self._read = read
        self._places = sorted((value, number) for number, user in users if (value := read(user)))

    def add(self, user: "User", number: int) -> None:
        """Add a user, if they have a value."""
        if value := self._read(user):
            insort(self._places, (value, number))

    def remove(self, user: "User", number: int) -> None:
        """Remove a user, who still has the value with which they were added."""
        if value := self._read(user):
            del self._places[bisect_left(self._places, (value, number))]

    def find(self, value: str, *, is_prefix: bool, after: Place | None, count: int) -> list[Place]:
        """Return the first ``count`` places of a value, or of all values that begin with it.

        Args:
            value: what to look for.
            is_prefix: whether values that only begin with it are meant too.
            after: the last place that was read; None to begin.
            count: how many places to return.
        """
        start = bisect_left(self._places, (value, 0)) if after is None else bisect_right(self._places, after)
        end = bisect_right(self._places, (value + AFTER_ALL if is_prefix else value, 1 << 62))
        return self._places[start : min(end, start + count)]
