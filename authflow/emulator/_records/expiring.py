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

    def keys(self) -> list[str]:
        """Return all keys, in the order in which they were put first."""
        return list(self._entries)

    def read(self, key: str) -> tuple[datetime, V] | None:
        """Return until when a value is kept, and the value; None if there is none."""
        return self._entries.get(key)

    def restore(self, key: str, value: V, until: datetime) -> None:
        """Add an entry that was read from another map."""
        self._entries[key] = (until, value)
        self._schedule(key, until)

    def _evict(self, now: datetime) -> None:
        while self._due and self._due[0][0] < now:
            _, key = heapq.heappop(self._due)
            self._scheduled.remove(key)
            entry = self._entries.get(key)
            if entry and entry[0] < now:
                self._evict_entry(key)
            elif entry:  # it was put again with a later expiry
                self._schedule(key, entry[0])

    def _evict_entry(self, key: str) -> None:
        _, value = self._entries.pop(key)
        if self._on_eviction is not None:
            self._on_eviction(value)

    def _schedule(self, key: str, until: datetime) -> None:
        if key not in self._scheduled:
            self._scheduled.add(key)
            heapq.heappush(self._due, (until, key))
