"""Threaded: any blocking backend on an event loop, in threads of its own."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Self

from authflow.backends._limits import CONNECTIONS
from authflow.backends._process_local import ProcessLocal
from authflow.backends.base import Backend
from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput
from authflow.core.requests import Request

__all__ = ["Threaded"]


class Threaded:
    """Carries requests through a blocking backend without blocking the event loop.

    Cancelled, ``call`` ends at once. A request that no thread has begun is then never sent; one that a thread has begun
    runs to its end, and what it brings is dropped.

    Args:
        backend: what carries them; threads share it.
        threads: how many requests may be under way at once; as many as ``Boto3Backend`` has connections, so that none
            waits for one and none is made in vain. Threads are started as they are needed.

    Attributes:
        region: the backend's, where it has one.
        signs: whether it signs what the admin API takes.

    Raises:
        InvalidInput: not a number of threads.
    """

    def __init__(self, backend: Backend, threads: int = CONNECTIONS) -> None:
        if require_instance("threads", threads, int) < 1:
            raise InvalidInput("threads", "must be 1 or more")
        self._backend = backend
        self.region: str | None = getattr(backend, "region", None)
        self.signs: bool = getattr(backend, "signs", True)
        # Not the event loop's own threads: those are few, and others wait for them.
        self._threads = ProcessLocal(lambda: ThreadPoolExecutor(threads, thread_name_prefix="authflow"))
        self._closed = False

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request; see ``AsyncBackend.call``. It is sent with the caller's context variables.

        Raises:
            InvalidInput: it is closed; also what the backend says.
        """
        if self._closed:
            raise InvalidInput("backend", "is closed")
        run = copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._threads(), run, self._asked, request)

    def _asked(self, request: Request) -> Mapping[str, Any]:
        try:
            return self._backend.call(request)
        except StopIteration as error:  # which no future can hold: Python 3.11 would wait for ever
            raise RuntimeError("the backend raised StopIteration") from error

    async def aclose(self) -> None:
        """Wait for the requests under way, then end the threads. The backend itself stays open."""
        self._closed = True
        if threads := self._threads.made():
            await asyncio.to_thread(threads.shutdown)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
