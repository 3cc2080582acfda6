"""Places on an event loop are given in the order of arrival, and are never lost."""

import asyncio

import pytest

from authflow.backends.http._waiting import Places, TimeLimits


def test_places_are_given_in_the_order_of_arrival() -> None:
    async def main() -> list[int]:
        places, served = Places(2, TimeLimits()), []

        async def work(number: int) -> None:
            await places.acquire(10)
            served.append(number)
            await asyncio.sleep(0)
            places.release()

        await asyncio.gather(*(work(number) for number in range(7)))
        return served

    assert asyncio.run(main()) == list(range(7))


def test_a_place_is_not_lost_with_a_task_that_is_cancelled_when_it_receives_it() -> None:
    async def main() -> None:
        places = Places(1, TimeLimits())
        await places.acquire(10)
        waiting = asyncio.create_task(places.acquire(10))
        await asyncio.sleep(0)
        places.release()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await places.acquire(0.1)

    asyncio.run(main())


def test_a_task_that_waited_too_long_has_no_place() -> None:
    async def main() -> None:
        places = Places(1, TimeLimits())
        await places.acquire(10)
        late = [asyncio.create_task(places.acquire(0.01)) for _ in range(2)]
        with pytest.raises(TimeoutError):
            await late[0]
        late[1].cancel()  # at the moment at which its time is over
        await asyncio.wait(late)
        with pytest.raises(TimeoutError):
            await places.acquire(0.01)
        places.release()
        await places.acquire(0.1)

    asyncio.run(main())


def test_the_time_limit_of_each_future() -> None:
    async def main() -> list[str]:
        loop, limits, ended = asyncio.get_running_loop(), TimeLimits(), []

        async def wait(name: str, seconds: float, result_after: float | None) -> None:
            future: asyncio.Future[None] = loop.create_future()
            if result_after is not None:
                loop.call_later(result_after, future.set_result, None)
            try:
                await limits.wait_for(future, seconds)
                ended.append(f"{name}: result")
            except TimeoutError:
                ended.append(f"{name}: time-out")

        for _ in range(2):  # the timer stops in between, and starts again
            await asyncio.gather(wait("a", 10, 0), wait("b", 0.2, None), wait("c", 0.01, None), wait("d", 10, 0.3))
            await asyncio.sleep(0.1)
        return ended

    assert asyncio.run(main()) == ["a: result", "c: time-out", "b: time-out", "d: result"] * 2
