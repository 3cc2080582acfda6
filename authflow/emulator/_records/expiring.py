"""A mapping that removes its entries after they expire, so that its size stays bounded."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Generic, TypeVar

V = TypeVar("V")


class ExpiringMap(Generic[V]):
    """Values by key, each kept at least until its expiry. Callers pass the current time.

    Args:
        on_eviction: called with each value that is removed because it has expired.
    """

    __slots__ = ("_due", "_entries", "_on_eviction", "_scheduled")

    def __init__(self, on_eviction: Callable[[V], None] | None = None) -> None:
        self._on_eviction = on_eviction
        self._entries: dict[str, tuple[datetime, V]] = {}
        self._due: list[tuple[datetime, str]] = []  # one entry for each key of ``_scheduled``
        self._scheduled: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: str, value: V, *, until: datetime, now: datetime) -> None:
        """Keep ``value`` at least until ``until``, and remove the entries that expired before ``now``."""
        self._evict(now)
        self._entries[key] = (until, value)
        self._schedule(key, until)

    def read_latest(self, count: int) -> list[V]:
        """Return the last ``count`` values, that with the latest key first."""
        return [value for _, value in islice(reversed(self._entries.values()), count)]

    def get(self, key: str) -> V | None:
        """Return the value of ``key``, None if there is none. It may have expired, if it is not removed yet."""
        entry = self._entries.get(key)
        return entry[1] if entry else None

    def pop(self, key: str) -> V | None:
        """Remove ``key`` and return its value, None if there is none."""
        entry = self._entries.pop(key, None)
        return entry[1] if entry else None

    def values(self) -> list[V]:
        """Return all values."""
        return [value for _, value in self._entries.values()]

    def _evict(self, now: datetime) -> None:
        while self._due and self._due[0][0] < now:
            _, key = heapq.heappop(self._due)
            self._scheduled.remove(key)
            entry = self._entries.get(key)
            if entry and entry[0] < now:
                del self._entries[key]
                if self._on_eviction is not None:
                    self._on_eviction(entry[1])
            elif entry:  # it was put again with a later expiry
                self._schedule(key, entry[0])

    def _schedule(self, key: str, until: datetime) -> None:
        if key not in self._scheduled:
            self._scheduled.add(key)
            heapq.heappush(self._due, (until, key))
