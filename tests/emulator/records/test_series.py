"""Records in order, against a list."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from authflow.emulator._records.series import Series


class SeriesMachine(RuleBasedStateMachine):
    """Adds and removes records, and reads pages of them."""

    def __init__(self) -> None:
        super().__init__()
        self.series: Series[str] = Series()
        self.model: list[tuple[int, str]] = []
        self.added = 0

    @rule()
    def add(self) -> None:
        self.added += 1
        self.series.add(f"record {self.added}")
        self.model.append((self.added, f"record {self.added}"))

    @rule(choice=st.integers(0, 20))
    def remove(self, choice: int) -> None:
        if self.model:
            _, record = self.model.pop(choice % len(self.model))
            self.series.remove(record)
            assert record not in self.series

    @rule(number=st.integers(0, 25) | st.none(), count=st.integers(0, 5))
    def read(self, number: int | None, count: int) -> None:
        expected = [entry for entry in self.model if entry[0] > (number or 0)][:count]
        assert self.series.read_after(number, count) == expected

    @invariant()
    def same(self) -> None:
        assert list(self.series) == [record for _, record in self.model]
        assert len(self.series) == len(self.model)
        assert all(record in self.series and self.series.number_of(record) == number for number, record in self.model)


TestSeries = SeriesMachine.TestCase
