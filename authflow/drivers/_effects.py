"""Effects: all that a driver does to the world outside of its process."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from authflow.core.devices import Device
from authflow.core.requests import Request
from authflow.stores.devices import AsyncDeviceStore, DeviceStore

T = TypeVar("T")


class Effects(Protocol):
    """One Authenticator has effects that block, the other has effects that wait on an event loop."""

    @property
    def devices(self) -> AsyncDeviceStore | None:
        """Where remembered devices are kept."""

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Have the backend carry a request."""

    async def compute(self, step: Callable[[], T]) -> T:
        """Return what a step returns that computes SRP values, which takes milliseconds."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""


class ImmediateDeviceStore:
    """A blocking device store's methods as coroutines that never wait.

    Args:
        store: the blocking device store.
    """

    def __init__(self, store: DeviceStore) -> None:
        self._store = store

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return self._store.get(holder, username)

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device."""
        self._store.put(holder, username, device, entered_username=entered_username)

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        self._store.drop(holder, username)
