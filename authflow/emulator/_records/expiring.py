"""A mapping whose entries go when their time has come, so that memory stays bounded."""

import heapq
from datetime import datetime
from typing import Generic, TypeVar

V = TypeVar("V")


class Expiring(Generic[V]):
    """Entries by key, each kept until a given time. Time passes only as callers say it does."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[datetime, V]] = {}
        self._due: list[tuple[datetime, str]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: str, value: V, *, until: datetime, now: datetime) -> None:
        """Keep ``value`` at least until ``until``, and let go of what was due before ``now``."""
        self._evict(now)
        self._entries[key] = (until, value)
        heapq.heappush(self._due, (until, key))

    def get(self, key: str) -> V | None:
        """Return the value kept under ``key``; entries that are due may be there still."""
        entry = self._entries.get(key)
        return entry[1] if entry else None

    def pop(self, key: str) -> V | None:
        """Return the value kept under ``key``, and let it go."""
        entry = self._entries.pop(key, None)
        return entry[1] if entry else None

    def values(self) -> list[V]:
        """Return all that is kept."""
        return [value for _, value in self._entries.values()]

    def _evict(self, now: datetime) -> None:
        while self._due and self._due[0][0] < now:
            _, key = heapq.heappop(self._due)
            entry = self._entries.get(key)
            if entry and entry[0] < now:  # else it was put again, for longer
                del self._entries[key]
