"""Stores of remembered devices, by who holds a device and whose it is."""

from typing import Protocol

from authflow.core._coroutines import run_to_end
from authflow.core.devices import Device

__all__ = ["AsyncDeviceStore", "AsyncMemoryDeviceStore", "DeviceStore", "MemoryDeviceStore"]


class DeviceStore(Protocol):
    """Keeps devices by holder and username.

    The holder is whatever holds the device: a browser (say, a random cookie of its own), an installation. Never take
    the username for it: else any browser of that person would skip the second factor.
    """

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there; the name may be the canonical one or one that was typed."""

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device under the canonical name, and remember which typed name meant it."""

    def drop(self, holder: str, username: str) -> None:
        """Forget the device; nothing happens if there is none."""


class AsyncDeviceStore(Protocol):
    """The same for an event loop, which it never blocks."""

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there, as ``DeviceStore.get``."""

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device, as ``DeviceStore.put``."""

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device, as ``DeviceStore.drop``."""


class AsyncMemoryDeviceStore:
    """Keeps devices in this process."""

    def __init__(self) -> None:
        self._devices: dict[tuple[str, str], Device] = {}
        self._names: dict[tuple[str, str], str] = {}

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        canonical = self._names.get((holder, username), username)
        return self._devices.get((holder, canonical))

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device."""
        self._devices[holder, username] = device
        self._names.pop((holder, username), None)  # the name is its own from now on
        if entered_username and entered_username != username:
            self._names[holder, entered_username] = username

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        self._devices.pop((holder, self._names.get((holder, username), username)), None)


class MemoryDeviceStore:
    """Keeps devices in this process; threads may share it."""

    def __init__(self) -> None:
        self._store = AsyncMemoryDeviceStore()

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return run_to_end(self._store.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device."""
        run_to_end(self._store.put(holder, username, device, entered_username=entered_username))

    def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        run_to_end(self._store.drop(holder, username))
