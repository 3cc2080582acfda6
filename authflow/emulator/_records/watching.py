"""Collections that tell a watcher which of their records are looked up, added or removed.

A record that an operation has looked up may have changed when the operation is complete. Only an emulator whose state
is kept in a file watches them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias, TypeVar, overload

from authflow.emulator._records.expiring import ExpiringMap

V = TypeVar("V")
D = TypeVar("D")

#: called with the key of a record
Watcher: TypeAlias = Callable[[str], None]


class WatchedDict(dict[str, V]):
    """Records by key.

    Attributes:
        watcher: called with each key that is looked up, set or deleted. Iteration does not count. None by default.
    """

    watcher: Watcher | None = None

    def __getitem__(self, key: str) -> V:
        if self.watcher is not None:
            self.watcher(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: V) -> None:
        super().__setitem__(key, value)
        if self.watcher is not None:
            self.watcher(key)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        if self.watcher is not None:
            self.watcher(key)

    @overload
    def get(self, key: str, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: str, default: V, /) -> V: ...
    @overload
    def get(self, key: str, default: D, /) -> V | D: ...
    def get(self, key: str, default: Any = None, /) -> Any:
        """Return the value of a key, otherwise the default."""
        if self.watcher is not None and key in self:
            self.watcher(key)
        return super().get(key, default)


class WatchedMap(ExpiringMap[V]):
    """An ``ExpiringMap`` that tells which of its entries are looked up, put or removed.

    Attributes:
        watcher: called with each such key. None by default.
    """

    __slots__ = ("watcher",)

    def __init__(self, on_eviction: Callable[[V], None] | None = None) -> None:
        super().__init__(on_eviction)
        self.watcher: Watcher | None = None

    def get(self, key: str) -> V | None:
        """See ``ExpiringMap.get``."""
        if self.watcher is not None and key in self._entries:
            self.watcher(key)
        return super().get(key)

    def put(self, key: str, value: V, *, until: datetime, now: datetime) -> None:
        """See ``ExpiringMap.put``."""
        super().put(key, value, until=until, now=now)
        if self.watcher is not None:
            self.watcher(key)

    def pop(self, key: str) -> V | None:
        """See ``ExpiringMap.pop``."""
        if self.watcher is not None:
            self.watcher(key)
        return super().pop(key)

    def _evict_entry(self, key: str) -> None:
        if self.watcher is not None:
            self.watcher(key)
        super()._evict_entry(key)
