"""Values in ascending order, among which adding and removing take little time however many there are."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Generic, TypeVar

#: the values of a new chunk. A longer one takes longer to change; with shorter ones, there are more to choose from
CHUNK: Final = 500

Value = TypeVar("Value", bound=Any)  # its values are comparable with each other


class Ascending(Generic[Value]):
    """Different values, kept in ascending order in chunks, because a change of a list moves all that is behind it.

    Args:
        values: the first values, in ascending order.
    """

    __slots__ = ("_chunks", "_firsts")

    def __init__(self, values: Iterable[Value] = ()) -> None:
        given = list(values)
        self._chunks: list[list[Value]] = [given[at : at + CHUNK] for at in range(0, len(given), CHUNK)]
        self._firsts: list[Value] = [chunk[0] for chunk in self._chunks]

    def add(self, value: Value) -> None:
        """Add a value, which must not be there."""
        if not self._chunks:
            self._chunks.append([value])
            self._firsts.append(value)
            return
        at = self._choose_chunk(value)
        chunk = self._chunks[at]
        insort(chunk, value)
        self._firsts[at] = chunk[0]
        if len(chunk) > 2 * CHUNK:
            self._chunks.insert(at + 1, chunk[CHUNK:])
            self._firsts.insert(at + 1, chunk[CHUNK])
            del chunk[CHUNK:]

    def remove(self, value: Value) -> None:
        """Remove a value, which must be there."""
        at = self._choose_chunk(value)
        chunk = self._chunks[at]
        del chunk[bisect_left(chunk, value)]
        if chunk:
            self._firsts[at] = chunk[0]
        else:
            del self._chunks[at], self._firsts[at]

    def read_from(self, value: Value, *, inclusive: bool = True) -> Iterator[Value]:
        """Yield the values from this one on, in ascending order. Do not change anything meanwhile."""
        at = self._choose_chunk(value)
        for chunk in self._chunks[at : at + 1]:
            yield from chunk[(bisect_left if inclusive else bisect_right)(chunk, value) :]
        for chunk in islice(self._chunks, at + 1, None):
            yield from chunk

    def _choose_chunk(self, value: Value) -> int:
        """Return the place of the last chunk that does not begin after a value; 0 if each of them does."""
        return max(0, bisect_right(self._firsts, value) - 1)
