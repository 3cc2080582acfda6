"""The fair queue admits one task in each iteration of the event loop."""

import asyncio

from authflow.backends._fair_queue import FairQueue


async def admit(count: int, cancelled: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    """Return the number of each admitted task, and the iteration of the event loop in which it was admitted."""
    iteration, admitted, queue = 0, [], FairQueue()

    async def work(number: int) -> None:
        await queue.wait()
        admitted.append((number, iteration))

    tasks = [asyncio.create_task(work(number)) for number in range(count)]
    await asyncio.sleep(0)  # now all of them wait
    for number in cancelled:
        tasks[number].cancel()
    while not all(task.done() for task in tasks):
        iteration += 1
        await asyncio.sleep(0)
    return admitted


def test_one_task_in_each_iteration_and_in_order() -> None:
    admitted = asyncio.run(admit(20))
    assert [number for number, _ in admitted] == list(range(20))
    assert len({iteration for _, iteration in admitted}) == 20


def test_cancelled_tasks_do_not_delay_others() -> None:
    assert [number for number, _ in asyncio.run(admit(6, frozenset({0, 3, 5})))] == [1, 2, 4]


def test_an_empty_queue_can_be_used_again() -> None:
    async def main() -> None:
        queue = FairQueue()
        for _ in range(3):
            await queue.wait()
        await asyncio.gather(*(queue.wait() for _ in range(3)))

    asyncio.run(asyncio.wait_for(main(), 10))
