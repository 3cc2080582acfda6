"""Indexes of users by the value of an attribute."""

from collections.abc import Callable, Iterable
from itertools import islice, takewhile
from typing import TYPE_CHECKING, TypeAlias

from authflow.emulator._records.ascending import Ascending

if TYPE_CHECKING:
    from authflow.emulator._records.user import User

#: where a user stands in an index: the value, and the user's number in the directory
Place: TypeAlias = tuple[str, int]


class ValueIndex:
    """The users who have a value of one kind, in the order of the values.

    Args:
        read: returns a user's value, None or an empty text if there is none.
        users: the users of the pool, each with a number.
    """

    def __init__(self, read: "Callable[[User], str | None]", users: "Iterable[tuple[int, User]]") -> None:
        self._read = read
        places = sorted((value, number) for number, user in users if (value := read(user)))
        self._places: Ascending[Place] = Ascending(places)

    def add(self, user: "User", number: int) -> None:
        """Add a user, if they have a value."""
        if value := self._read(user):
            self._places.add((value, number))

    def remove(self, user: "User", number: int) -> None:
        """Remove a user, who still has the value with which they were added."""
        if value := self._read(user):
            self._places.remove((value, number))

    def find(self, value: str, *, is_prefix: bool, after: Place | None, count: int) -> list[Place]:
        """Return the first ``count`` places of a value, or of all values that begin with it.

        Args:
            value: what to look for.
            is_prefix: whether values that only begin with it are meant too.
            after: the last place that was read; None to begin.
            count: how many places to return.
        """
        places = self._places.read_from(after or (value, 0), inclusive=after is None)
        matching = takewhile(lambda place: place[0].startswith(value) if is_prefix else place[0] == value, places)
        return list(islice(matching, count))
