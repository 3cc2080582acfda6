"""Values in chunks, against a sorted list."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from authflow.emulator._records import ascending
from authflow.emulator._records.ascending import Ascending

VALUES = st.integers(0, 30)


class AscendingMachine(RuleBasedStateMachine):
    """Adds and removes values, and reads from any of them on."""

    @initialize(first=st.sets(VALUES))
    def make(self, first: set[int]) -> None:
        self.model = sorted(first)
        self.values = Ascending(self.model)

    @rule(value=VALUES)
    def add(self, value: int) -> None:
        if value not in self.model:
            self.values.add(value)
            self.model = sorted([*self.model, value])

    @rule(choice=VALUES)
    def remove(self, choice: int) -> None:
        if self.model:
            self.values.remove(self.model.pop(choice % len(self.model)))

    @rule(value=st.integers(-1, 31), inclusive=st.booleans())
    def read(self, value: int, inclusive: bool) -> None:
        expected = [found for found in self.model if found > value or (inclusive and found == value)]
        assert list(self.values.read_from(value, inclusive=inclusive)) == expected

    @invariant()
    def chunks_stay_short(self) -> None:
        if hasattr(self, "values"):
            assert all(0 < len(chunk) <= 2 * ascending.CHUNK for chunk in self.values._chunks)


@pytest.fixture(autouse=True, scope="module")
def short_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ascending, "CHUNK", 3)
        yield


TestAscending = AscendingMachine.TestCase


def test_values_that_only_grow_fill_every_chunk_by_half() -> None:
    values: Ascending[int] = Ascending()
    for value in range(100):
        values.add(value)
    assert all(len(chunk) >= ascending.CHUNK for chunk in values._chunks)
    assert all(first < second for first, second in pairwise(values.read_from(0)))
