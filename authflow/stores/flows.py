"""Stores of flows that wait for a person. The browser has a handle; only one request can take the flow under it."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from threading import Lock
from typing import Any, Protocol, TypeAlias, TypeVar, overload

from authflow.core._coroutines import run_to_end
from authflow.core._opaque import ProcessBound
from authflow.core.clock import stamp_now
from authflow.core.flow import BaseFlow
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.snapshots._format import compute_expiry, require_resting
from authflow.stores._handles import make_flow_exists_error, make_flow_taken_error, make_handle, require_sent_handle

__all__ = ["AsyncFlowStore", "AsyncMemoryFlowStore", "FlowStore", "MemoryFlowStore"]

F = TypeVar("F", bound=BaseFlow[Any, Any])
AnyFlow: TypeAlias = BaseFlow[Any, Any]


class FlowStore(Protocol):
    """Stores resting flows until they are taken, or until their question expires.

    ``take`` removes the flow: if several requests have the same handle, exactly one of them gets the flow. So a form
    that is submitted twice is answered once, and no two requests use the same Session.
    """

    def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        """Store a flow and return its handle, which can't be guessed and is safe for a cookie or a form field.

        Args:
            flow: a flow at a question, or a failed one.
            handle: to put a flow back, the handle under which it was taken. Do this after a failure that did not
                consume the Session: the page that the person has open then still works.

        Raises:
            InvalidInput: the handle is malformed, or there is a flow under it. A flow is never overwritten.
            SnapshotError: ``not_at_rest``: the flow is calling Cognito, or complete.
            StoreError: the store can't be reached, or failed.
        """

    @overload
    def take(self, handle: str) -> Flow: ...
    @overload
    def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    def take(self, handle: str, kind: None) -> AnyFlow: ...
    def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        """Remove the flow under a handle and return it.

        If you don't answer the flow, you must put it back or begin again.

        Args:
            handle: what ``put`` returned.
            kind: the class of the flow, such as ``SignUpFlow``; None if all are welcome. By default it is a sign-in's.

        Raises:
            FlowTaken: another request took the flow, it has expired, the handle is malformed or unknown, or it is of
                another kind of flow, which stays: begin again.
            SnapshotError: the stored flow can't be read. It is removed all the same.
            StoreError: the store can't be reached, or failed. Whether the flow is still stored is unknown.
        """


class AsyncFlowStore(Protocol):
    """A ``FlowStore`` whose methods are coroutines; they must never block the event loop."""

    async def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        """Store a flow and return its handle; see ``FlowStore.put``."""

    @overload
    async def take(self, handle: str) -> Flow: ...
    @overload
    async def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    async def take(self, handle: str, kind: None) -> AnyFlow: ...
    async def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        """Remove the flow under a handle and return it; see ``FlowStore.take``."""


class AsyncMemoryFlowStore(ProcessBound):
    """Stores flows in the memory of this process. Event loops and threads may share it.

    Args:
        stamp: returns the current time; for tests.
    """

    def __init__(self, *, stamp: Callable[[], Stamp] = stamp_now) -> None:
        self._stamp = stamp
        self._lock = Lock()
        self._flows: dict[str, tuple[datetime, AnyFlow]] = {}
        self._expiries: list[tuple[datetime, str]] = []  # a heap: the first one expires next
        self._watched: set[tuple[datetime, str]] = set()  # the same, so that a flow put back has one entry

    async def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        """Store a flow and return its handle; see ``FlowStore.put``."""
        now = self._stamp().at
        expires, handle = compute_expiry(require_resting(flow), now), make_handle(handle)
        with self._lock:
            self._drop_expired(now)
            if handle in self._flows:
                raise make_flow_exists_error()
            self._flows[handle] = expires, flow
            if (expires, handle) not in self._watched:
                self._watched.add((expires, handle))
                heappush(self._expiries, (expires, handle))
        return handle

    @overload
    async def take(self, handle: str) -> Flow: ...
    @overload
    async def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    async def take(self, handle: str, kind: None) -> AnyFlow: ...
    async def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        """Remove the flow under a handle and return it; see ``FlowStore.take``."""
        now = self._stamp().at
        with self._lock:
            self._drop_expired(now)
            entry = self._flows.get(require_sent_handle(handle))
            if entry is None or not isinstance(entry[1], kind or BaseFlow):
                raise make_flow_taken_error()
            del self._flows[handle]
        return entry[1]

    def _drop_expired(self, now: datetime) -> None:
        while self._expiries and self._expiries[0][0] <= now:
            entry = heappop(self._expiries)
            self._watched.discard(entry)
            _, handle = entry
            if handle in self._flows and self._flows[handle][0] <= now:  # else taken, or put back with a later expiry
                del self._flows[handle]


class MemoryFlowStore(ProcessBound):
    """Stores flows in the memory of this process. Threads may share it.

    Args:
        stamp: returns the current time; for tests.
    """

    def __init__(self, *, stamp: Callable[[], Stamp] = stamp_now) -> None:
        self._store = AsyncMemoryFlowStore(stamp=stamp)

    def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        """Store a flow and return its handle; see ``FlowStore.put``."""
        return run_to_end(self._store.put(flow, handle=handle))

    @overload
    def take(self, handle: str) -> Flow: ...
    @overload
    def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    def take(self, handle: str, kind: None) -> AnyFlow: ...
    def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        """Remove the flow under a handle and return it; see ``FlowStore.take``."""
        return run_to_end(self._store.take(handle, kind))
