"""Places on an event loop are given in the order of arrival, and are never lost."""

import asyncio

import pytest

from authflow.backends.http._waiting import Places, wait_for


def test_places_are_given_in_the_order_of_arrival() -> None:
    async def main() -> list[int]:
        places, served = Places(2), []

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
        places = Places(1)
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
        places = Places(1)
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


def test_waiting_for_a_future() -> None:
    async def main() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, None)
        await wait_for(future, 10)
        with pytest.raises(TimeoutError):
            await wait_for(asyncio.get_running_loop().create_future(), 0)

    asyncio.run(main())
