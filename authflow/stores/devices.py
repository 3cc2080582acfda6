"""Stores of remembered devices, by holder and username."""

from typing import Protocol

from authflow.core._coroutines import run_to_end
from authflow.core._opaque import ProcessBound
from authflow.core._validation import require_holder
from authflow.core.devices import Device

__all__ = ["AsyncDeviceStore", "AsyncMemoryDeviceStore", "DeviceStore", "MemoryDeviceStore"]


class DeviceStore(Protocol):
    """Stores remembered devices by holder and username.

    The holder identifies what holds the device: a browser (for example by a random cookie of its own), or an
    installation of an app. Never use the username as the holder: then a sign-in from any browser could use the device
    and skip the second factor.
    """

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none.

        The username may be the canonical one or a name with which the person signed in.
        """

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device, replacing an earlier one.

        Args:
            holder: who holds the device.
            username: the canonical username.
            device: the device.
            entered_username: the name with which the person signed in, if it was another one. ``get`` and ``drop``
                then find the device under this name too.

        Raises:
            InvalidInput: the holder is one of these names.
        """

    def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username; do nothing if there is none."""


class AsyncDeviceStore(Protocol):
    """A ``DeviceStore`` whose methods are coroutines; they must never block the event loop."""

    async def get(self, holder: str, username: str) -> Device | None:
        """Return a device; see ``DeviceStore.get``."""

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device; see ``DeviceStore.put``."""

    async def drop(self, holder: str, username: str) -> None:
        """Delete a device; see ``DeviceStore.drop``."""


class AsyncMemoryDeviceStore(ProcessBound):
    """Stores devices in the memory of this process."""

    def __init__(self) -> None:
        self._devices: dict[tuple[str, str], Device] = {}
        self._names: dict[tuple[str, str], str] = {}

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none."""
        canonical = self._names.get((holder, username), username)
        return self._devices.get((holder, canonical))

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device under this holder and username."""
        require_holder(holder, username, entered_username)
        self._devices[holder, username] = device
        self._names.pop((holder, username), None)  # this name is now a canonical username
        if entered_username and entered_username != username:
            self._names[holder, entered_username] = username

    async def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username."""
        self._devices.pop((holder, self._names.get((holder, username), username)), None)


class MemoryDeviceStore(ProcessBound):
    """Stores devices in the memory of this process. Threads may share it."""

    def __init__(self) -> None:
        self._store = AsyncMemoryDeviceStore()

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none."""
        return run_to_end(self._store.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device under this holder and username."""
        run_to_end(self._store.put(holder, username, device, entered_username=entered_username))

    def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username."""
        run_to_end(self._store.drop(holder, username))
