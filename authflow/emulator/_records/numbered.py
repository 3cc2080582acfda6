"""Records by name, in the order in which they were made."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, MutableMapping
from typing import TypeVar

Record = TypeVar("Record")


class Numbered(MutableMapping[str, Record]):
    """A mapping in which each record has a number that is never used again.

    A reader that remembers the last number it has seen goes on from there, whatever was added or removed since.

    Attributes:
        next: the number of the next record.
        watcher: called with each name that is looked up, set or deleted. None by default.
    """

    def __init__(self) -> None:
        self.watcher: Callable[[str], None] | None = None
        self.next = 1
        self._order: list[int] = []
        self._names: dict[int, str] = {}
        self._records: dict[str, tuple[int, Record]] = {}

    def __getitem__(self, name: str) -> Record:
        if self.watcher is not None:
            self.watcher(name)
        return self._records[name][1]

    def __setitem__(self, name: str, record: Record) -> None:
        if name in self._records:
            number = self._records[name][0]
        else:
            number, self.next = self.next, self.next + 1
            self._order.append(number)
            self._names[number] = name
        self._records[name] = (number, record)
        if self.watcher is not None:
            self.watcher(name)

    def __delitem__(self, name: str) -> None:
        number, _ = self._records.pop(name)
        del self._names[number]
        del self._order[bisect_left(self._order, number)]
        if self.watcher is not None:
            self.watcher(name)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def read_all(self) -> list[tuple[int, Record]]:
        """Return all records, each with its number. They must not be changed."""
        return list(self._records.values())

    def read(self, name: str) -> tuple[int, Record] | None:
        """Return the number of a record and the record, None if there is none. It must not be changed."""
        return self._records.get(name)

    def list_names(self) -> list[tuple[int, str]]:
        """Return the name of each record, with its number."""
        return [(number, name) for name, (number, _) in self._records.items()]

    def restore(self, name: str, record: Record, number: int) -> None:
        """Add a record that had this number, which no other one has."""
        insort(self._order, number)
        self._names[number] = name
        self._records[name] = (number, record)
        self.next = max(self.next, number + 1)

    def read_before(self, number: int | None, count: int) -> list[tuple[int, Record]]:
        """Return the last ``count`` records before the one with this number (None: of all), the latest first."""
        end = len(self._order) if number is None else bisect_left(self._order, number)
        return [(found, self[self._names[found]]) for found in reversed(self._order[max(0, end - count) : end])]

    def read_after(self, number: int | None, count: int) -> list[tuple[int, Record]]:
        """Return the first ``count`` records after the one with this number (None: of all), each with its number."""
        start = bisect_right(self._order, number or 0)
        return [(found, self[self._names[found]]) for found in self._order[start : start + count]]
