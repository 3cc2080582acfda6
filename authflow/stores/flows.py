"""Where flows wait for a person, each under a handle that the page in the browser has: taken once, by one request."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from threading import Lock
from typing import Protocol

from authflow.core._coroutines import run_to_end
from authflow.core.clock import stamp_now
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.snapshots._format import expires_at, require_resting
from authflow.stores._handles import flow_exists_error, flow_taken_error, new_handle, require_sent_handle

__all__ = ["AsyncFlowStore", "AsyncMemoryFlowStore", "FlowStore", "MemoryFlowStore"]


class FlowStore(Protocol):
    """Keeps flows at rest until they are taken, or Cognito's Session expires.

    Taking removes: of any number of requests that have the same handle, exactly one gets the flow. So a form that is
    sent twice is answered once, and an answer is never sent to a Session that another request is using up.
    """

    def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle, which is fit for a cookie or a form field and cannot be guessed.

        Args:
            flow: at a challenge, or failed.
            handle: puts a flow back that was taken under this handle, after a failure that consumed nothing: the page
                that the person has open still works then. A flow that is there is never overwritten.

        Raises:
            InvalidInput: ``handle``: a flow is there, or it is none.
            SnapshotError: ``not_at_rest``.
            StoreError: the store can't be reached.
        """

    def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more.

        You must put it back, or begin the sign-in anew, if it is not answered.

        Raises:
            FlowTaken: another request took it, it has expired, or the handle is none: the sign-in begins anew.
            SnapshotError: what is in the store can't be read; it is gone now.
            StoreError: the store can't be reached; whether the flow is still there is unknown.
        """


class AsyncFlowStore(Protocol):
    """A ``FlowStore`` whose methods are awaited."""

    async def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle; as ``FlowStore.put``."""

    async def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more; as ``FlowStore.take``."""


class AsyncMemoryFlowStore:
    """Keeps flows in this process; event loops and threads may share it.

    Args:
        stamp: says what time it is; for tests.
    """

    def __init__(self, *, stamp: Callable[[], Stamp] = stamp_now) -> None:
        self._stamp = stamp
        self._lock = Lock()
        self._flows: dict[str, tuple[datetime, Flow]] = {}
        self._expiries: list[tuple[datetime, str]] = []  # a heap: the next to expire is first

    async def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle."""
        now = self._stamp().at
        expires, handle = expires_at(require_resting(flow), now), new_handle(handle)
        with self._lock:
            self._drop_expired(now)
            if handle in self._flows:
                raise flow_exists_error()
            self._flows[handle] = expires, flow
            heappush(self._expiries, (expires, handle))
        return handle

    async def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more."""
        now = self._stamp().at
        with self._lock:
            self._drop_expired(now)
            kept = self._flows.pop(require_sent_handle(handle), None)
        if kept is None:
            raise flow_taken_error()
        return kept[1]

    def _drop_expired(self, now: datetime) -> None:
        while self._expiries and self._expiries[0][0] <= now:
            _, handle = heappop(self._expiries)
            if handle in self._flows and self._flows[handle][0] <= now:  # else taken, or put back with a later expiry
                del self._flows[handle]


class MemoryFlowStore:
    """Keeps flows in this process; threads may share it.

    Args:
        stamp: says what time it is; for tests.
    """

    def __init__(self, *, stamp: Callable[[], Stamp] = stamp_now) -> None:
        self._store = AsyncMemoryFlowStore(stamp=stamp)

    def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle."""
        return run_to_end(self._store.put(flow, handle=handle))

    def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more."""
        return run_to_end(self._store.take(handle))
