"""Threaded: runs a blocking backend on threads of its own, for use on an event loop."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Self

from authflow.backends._checks import require_call
from authflow.backends._event_loop import require_event_loop
from authflow.backends._limits import CONNECTIONS
from authflow.backends._process_local import ProcessLocal
from authflow.backends.base import Backend
from authflow.core._opaque import ProcessBound
from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput
from authflow.core.requests import Request

__all__ = ["Threaded"]


class Threaded(ProcessBound):
    """An ``AsyncBackend`` that sends its requests through a blocking backend, on threads of its own.

    If ``call`` is cancelled, it ends at once. A request that still waits for a thread is then never sent. A request
    that a thread is sending is completed, and its reply is discarded.

    Close it when you no longer need it: use ``async with``, or call ``aclose``.

    Args:
        backend: sends the requests. It must allow calls from several threads.
        threads: how many requests may be in progress at once. The default is the number of connections that
            ``Boto3Backend`` has, so that no thread waits for a connection. Threads start when they are needed.

    Attributes:
        region: the region of the backend; None if it has none.
        signs: whether the backend can sign requests, as the admin API requires.

    Raises:
        InvalidInput: ``backend`` is no blocking backend, or ``threads`` is not a positive number.
    """

    def __init__(self, backend: Backend, threads: int = CONNECTIONS) -> None:
        require_call(backend, asynchronous=False)
        if require_instance("threads", threads, int) < 1:
            raise InvalidInput("threads", "must be 1 or more")
        self._backend = backend
        self.region: str | None = getattr(backend, "region", None)
        self.signs: bool = getattr(backend, "signs", True)
        # Not the event loop's default executor: it has few threads, and other code needs them.
        self._threads = ProcessLocal(lambda: ThreadPoolExecutor(threads, thread_name_prefix="authflow"))
        self._closed = False

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``AsyncBackend.call``. The backend sees the context variables of the caller.

        Raises:
            InvalidInput: this backend is closed.
        """
        if self._closed:
            raise InvalidInput("backend", "is closed")
        run = copy_context().run
        return await require_event_loop().run_in_executor(self._threads(), run, self._call_backend, request)

    def _call_backend(self, request: Request) -> Mapping[str, Any]:
        try:
            return self._backend.call(request)
        except StopIteration as error:  # a future can't hold it: Python 3.11 would hang
            raise RuntimeError("the backend raised StopIteration") from error

    async def aclose(self) -> None:
        """Wait for the requests in progress, then end the threads. The wrapped backend stays open."""
        self._closed = True
        if threads := self._threads.get_existing():
            await asyncio.to_thread(threads.shutdown)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
