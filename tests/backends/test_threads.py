"""Threaded: a blocking backend on an event loop."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import pytest

from authflow import BackendError, InvalidInput, Refusal, Throttled
from authflow.backends._limits import CONNECTIONS
from authflow.backends.http import HttpBackend
from authflow.backends.threads import Threaded
from authflow.core.requests import Request
from tests.support.servers import make_request

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


class Does:
    """A backend whose ``call`` is a given function."""

    def __init__(self, what: Callable[[], Mapping[str, Any]]) -> None:
        self._what = what

    def call(self, _: Request) -> Mapping[str, Any]:
        return self._what()


def called(what: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    async def run() -> Mapping[str, Any]:
        async with Threaded(Does(what)) as backend:
            return await backend.call(make_request())

    return asyncio.run(run())


def test_the_backend_is_called_on_another_thread() -> None:
    name = called(lambda: {"thread": threading.current_thread().name})["thread"]
    assert name.startswith("authflow")


@pytest.mark.parametrize("error", [Refusal("X", "y"), Throttled("z"), BackendError("z"), KeyError("a bug's")])
def test_errors_of_the_backend_are_raised_as_they_are(error: Exception) -> None:
    def fail() -> Mapping[str, Any]:
        raise error

    with pytest.raises(type(error)) as caught:
        called(fail)
    assert caught.value is error


def test_a_stop_iteration_becomes_a_runtime_error_as_in_a_coroutine() -> None:
    async def run() -> None:
        nothing: Iterator[dict[str, Any]] = iter(())
        async with Threaded(Does(lambda: next(nothing))) as backend, asyncio.timeout(10):
            await backend.call(make_request())

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(run())


def test_the_backend_sees_the_callers_context_variables() -> None:
    WHO.set("ada")
    assert called(lambda: {"who": WHO.get()}) == {"who": "ada"}


def test_the_region_is_the_backend_s() -> None:
    assert Threaded(HttpBackend(region="eu-west-1")).region == "eu-west-1"
    assert Threaded(Does(dict)).region is None


@pytest.mark.parametrize("threads", [0, -1, "2", None, 1.5])
def test_an_invalid_number_of_threads(threads: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Threaded(Does(dict), threads=threads)
    assert caught.value.field == "threads"


def test_as_many_calls_at_once_as_there_are_connections() -> None:
    barrier = threading.Barrier(CONNECTIONS)

    def meet() -> Mapping[str, Any]:
        barrier.wait(20)
        return {}

    async def run() -> list[Mapping[str, Any]]:
        async with Threaded(Does(meet)) as backend:
            return await asyncio.gather(*(backend.call(make_request()) for _ in range(CONNECTIONS)))

    assert asyncio.run(run()) == [{}] * CONNECTIONS


def test_a_cancelled_call_ends_at_once_and_a_waiting_request_is_never_sent() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), []

    def wait() -> Mapping[str, Any]:
        begun.set()
        assert go_on.wait(20)
        ended.append(1)
        raise BackendError("discarded")

    async def run() -> None:
        async with Threaded(Does(wait), threads=1) as backend:
            calls = [asyncio.create_task(backend.call(make_request())) for _ in range(3)]
            while not begun.is_set():
                await asyncio.sleep(0.001)
            for one in calls:
                one.cancel()
            assert [type(one) for one in await asyncio.gather(*calls, return_exceptions=True)] == [
                asyncio.CancelledError
            ] * 3
            assert not ended
            go_on.set()
        assert ended == [1], "aclose waits for the request in progress"

    asyncio.run(run(), debug=True)


def test_the_event_loop_is_not_blocked() -> None:
    go_on = threading.Event()

    def wait() -> Mapping[str, Any]:
        assert go_on.wait(20)
        return {}

    async def run() -> None:
        async with Threaded(Does(wait)) as backend:
            one = asyncio.create_task(backend.call(make_request()))
            for _ in range(5):
                await asyncio.sleep(0.001)
            assert not one.done()
            go_on.set()
            assert await one == {}

    asyncio.run(run())


def test_a_closed_backend_refuses_calls() -> None:
    async def run() -> None:
        backend = Threaded(Does(dict))
        assert await backend.call(make_request()) == {}
        await backend.aclose()
        await backend.aclose()
        with pytest.raises(InvalidInput, match="is closed"):
            await backend.call(make_request())

    asyncio.run(run())


def test_it_serves_one_event_loop_after_another() -> None:
    backend = Threaded(Does(dict))
    for _ in range(2):
        assert asyncio.run(backend.call(make_request())) == {}
    asyncio.run(backend.aclose())


def test_importing_the_module_imports_no_transport() -> None:
    code = "import authflow.backends.threads, sys; print({'boto3', 'botocore', 'h11'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
