"""Pauses between the tries of a throttled request: their limit doubles and is capped; the jitter is full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import BackendError, Backoff, InvalidInput, Throttled
from authflow.core._coroutines import run_to_end


def pauses(backoff: Backoff, *, through_after: int) -> list[float]:
    """Return the pauses before a request is let through."""
    slept: list[float] = []
    left = through_after

    async def send() -> str:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Throttled(f"{left} to go")
        return "through"

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    assert run_to_end(backoff.run(send, sleep)) == "through"
    return slept


@given(
    tries=st.integers(min_value=1, max_value=12),
    first=st.floats(min_value=0, max_value=10),
    longest=st.floats(min_value=0, max_value=20),
    data=st.data(),
)
def test_pauses(tries: int, first: float, longest: float, data: st.DataObject) -> None:
    throttled = data.draw(st.integers(min_value=0, max_value=tries - 1))
    slept = pauses(Backoff(tries, first, longest), through_after=throttled)
    assert len(slept) == throttled
    for turn, seconds in enumerate(slept):
        assert 0 <= seconds <= min(longest, first * 2**turn)


def test_full_jitter() -> None:
    """The whole range is used: about half of the pauses are shorter than half of the limit."""
    slept = [pauses(Backoff(2, 1.0), through_after=1)[0] for _ in range(200)]
    assert 50 < sum(seconds < 0.5 for seconds in slept) < 150
    assert min(slept) < 0.1
    assert max(slept) > 0.9


def test_the_last_throttled_is_raised() -> None:
    with pytest.raises(Throttled, match=r"^1 to go$"):
        pauses(Backoff(3, 0), through_after=4)


def test_other_errors_end_the_retries() -> None:
    errors = iter([Throttled("slow down"), BackendError("lost")])

    async def send() -> None:
        raise next(errors)

    async def sleep(_: float) -> None: ...

    with pytest.raises(BackendError, match=r"^lost$"):
        run_to_end(Backoff(5).run(send, sleep))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"tries": 0}, "tries"),
        ({"tries": 101}, "tries"),
        ({"tries": "3"}, "tries"),
        ({"first": -1}, "first"),
        ({"first": float("nan")}, "first"),
        ({"longest": float("inf")}, "longest"),
        ({"longest": "5"}, "longest"),
    ],
)
def test_invalid_values(values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Backoff(**values)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.field == field
