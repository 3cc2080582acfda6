"""Records by name, in the order in which they were made."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, MutableMapping
from typing import TypeVar

Record = TypeVar("Record")


class Numbered(MutableMapping[str, Record]):
    """A mapping in which each record has a number that is never used again.

    A reader that remembers the last number it has seen goes on from there, whatever was added or removed since.
    """

    def __init__(self) -> None:
        self._next = 1
        self._order: list[int] = []
        self._names: dict[int, str] = {}
        self._records: dict[str, tuple[int, Record]] = {}

    def __getitem__(self, name: str) -> Record:
        return self._records[name][1]

    def __setitem__(self, name: str, record: Record) -> None:
        if name in self._records:
            number = self._records[name][0]
        else:
            number, self._next = self._next, self._next + 1
            self._order.append(number)
            self._names[number] = name
        self._records[name] = (number, record)

    def __delitem__(self, name: str) -> None:
        number, _ = self._records.pop(name)
        del self._names[number]
        del self._order[bisect_left(self._order, number)]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def read_before(self, number: int | None, count: int) -> list[tuple[int, Record]]:
        """Return the last ``count`` records before the one with this number (None: of all), the latest first."""
        end = len(self._order) if number is None else bisect_left(self._order, number)
        return [(found, self[self._names[found]]) for found in reversed(self._order[max(0, end - count) : end])]

    def read_after(self, number: int | None, count: int) -> list[tuple[int, Record]]:
        """Return the first ``count`` records after the one with this number (None: of all), each with its number."""
        start = bisect_right(self._order, number or 0)
        return [(found, self[self._names[found]]) for found in self._order[start : start + count]]
