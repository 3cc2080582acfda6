from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow.emulator import Emulator
from authflow.emulator._control.clock import MovableClock
from tests.support.emulator.world import Clock

STEPS = st.lists(
    st.tuples(st.sampled_from(["base", "advance", "set", "stop", "start"]), st.integers(-(10**6), 10**6)), max_size=20
)


@given(STEPS)
def test_a_clock_shows_what_it_was_told(steps: list[tuple[str, int]]) -> None:
    base = Clock()
    clock, expected, stopped = MovableClock(base), base.now, False
    for step, seconds in steps:
        distance = timedelta(seconds=seconds)
        if step == "base":
            base.forward(seconds=seconds)
            expected += timedelta() if stopped else distance
        elif step == "advance":
            clock.advance(distance)
            expected += distance
        elif step == "set":
            expected = datetime(2026, 1, 1, tzinfo=UTC) + distance
            clock.set(expected)
        else:
            stopped = step == "stop"
            (clock.stop if stopped else clock.start)()
        assert (clock(), clock.is_stopped) == (expected, stopped)
    clock.reset()
    assert (clock(), clock.is_stopped, clock.distance) == (base.now, False, timedelta())


def test_times_have_a_zone() -> None:
    with pytest.raises(ValueError, match="now: must be an aware datetime"):
        Emulator().clock.set(datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is tested
    with pytest.raises(OverflowError):
        Emulator().clock.advance(timedelta(days=10**7))
