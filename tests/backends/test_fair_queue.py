"""Work that came all at once is done bit by bit: one task in each turn of the loop."""

import asyncio

from authflow.backends._fair_queue import FairQueue


async def passes(count: int, cancelled: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    """Return which tasks passed, each with the turn of the loop in which it did."""
    turns, passed, turnstile = 0, [], FairQueue()

    async def work(number: int) -> None:
        await turnstile.wait()
        passed.append((number, turns))

    tasks = [asyncio.create_task(work(number)) for number in range(count)]
    await asyncio.sleep(0)  # all of them wait now
    for number in cancelled:
        tasks[number].cancel()
    while not all(task.done() for task in tasks):
        turns += 1
        await asyncio.sleep(0)
    return passed


def test_one_in_each_turn_and_in_order() -> None:
    passed = asyncio.run(passes(20))
    assert [number for number, _ in passed] == list(range(20))
    assert len({turn for _, turn in passed}) == 20


def test_the_cancelled_hold_nobody_up() -> None:
    assert [number for number, _ in asyncio.run(passes(6, frozenset({0, 3, 5})))] == [1, 2, 4]


def test_it_can_be_used_again() -> None:
    async def main() -> None:
        turnstile = FairQueue()
        for _ in range(3):
            await turnstile.wait()
        await asyncio.gather(*(turnstile.wait() for _ in range(3)))

    asyncio.run(asyncio.wait_for(main(), 10))
