"""Effects: everything that a driver does outside of pure computation."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from authflow.core.devices import Device
from authflow.core.requests import Request
from authflow.stores.devices import AsyncDeviceStore, DeviceStore

T = TypeVar("T")


class Effects(Protocol):
    """What a driver can do: call Cognito, compute, and sleep. Authenticator blocks, AsyncAuthenticator awaits."""

    @property
    def devices(self) -> AsyncDeviceStore | None:
        """The store of remembered devices, if there is one."""

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request through the backend and return the reply."""

    async def compute(self, step: Callable[[], T]) -> T:
        """Return the result of a step that computes SRP values, which takes milliseconds of CPU time."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class ImmediateDeviceStore:
    """The methods of a blocking device store as coroutines that never suspend.

    Args:
        store: the blocking device store.
    """

    def __init__(self, store: DeviceStore) -> None:
        self._store = store

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none."""
        return self._store.get(holder, username)

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device under this holder and username."""
        self._store.put(holder, username, device, entered_username=entered_username)

    async def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username."""
        self._store.drop(holder, username)
