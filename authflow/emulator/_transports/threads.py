"""Runs operations in threads, so that one which waits for a Lambda trigger does not stop the event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


async def run_in_thread(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a thread of its own and return its result.

    A pool of threads could be full of Lambda triggers that wait for an operation, which would wait for a thread. The
    threads are daemons: a Lambda trigger that never returns does not keep the process from ending.
    """
    future: Future[Result] = Future()

    def run() -> None:
        future.set_running_or_notify_cancel()
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wrap_future(future)
