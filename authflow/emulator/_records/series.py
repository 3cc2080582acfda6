"""Records in the order in which they were made."""

from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

from authflow.emulator._records.ascending import Ascending

Record = TypeVar("Record")


class Series(Generic[Record]):
    """Records in the order in which they were added, each with a number that is never used again.

    A reader that remembers the last number it has seen goes on from there, whatever was added or removed since. No
    method but iteration goes through all records.

    Attributes:
        next: the number of the next record.
    """

    def __init__(self) -> None:
        self.next = 1
        self._numbers: Ascending[int] = Ascending()
        self._records: dict[int, Record] = {}
        self._places: dict[Record, int] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, record: Record) -> bool:
        return record in self._places

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def add(self, record: Record) -> None:
        """Add a record at the end. It must be hashable, and not be there already."""
        self.restore(record, self.next)

    def restore(self, record: Record, number: int) -> None:
        """Add a record that had this number, which no other one has."""
        self._numbers.add(number)
        self._records[number] = record
        self._places[record] = number
        self.next = max(self.next, number + 1)

    def remove(self, record: Record) -> None:
        """Remove a record, which must be there."""
        number = self._places.pop(record)
        del self._records[number]
        self._numbers.remove(number)

    def number_of(self, record: Record) -> int:
        """Return the number of a record, which must be there."""
        return self._places[record]

    def get(self, number: int) -> Record:
        """Return the record with this number, which must be there."""
        return self._records[number]

    def find(self, number: int) -> Record | None:
        """Return the record with this number, None if there is none."""
        return self._records.get(number)

    def read_after(self, number: int | None, count: int) -> list[tuple[int, Record]]:
        """Return the first ``count`` records after the one with this number (None: of all), each with its number."""
        later = self._numbers.read_from(number or 0, inclusive=False)
        return [(found, self._records[found]) for found in islice(later, count)]
