"""Where remembered devices are kept, by who holds them and whose they are."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Protocol

from authflow.core._codec import FieldError, decode, encode
from authflow.core.devices import Device
from authflow.core.errors import SnapshotError


class DeviceStore(Protocol):
    """Keeps devices by holder and username.

    The holder is whatever holds the device: a browser (say, a random cookie of its own), an installation. Never take
    the username for it: else any browser of that person would skip the second factor.
    """

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there; the name may be the canonical one or one that was typed."""

    def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device under the canonical name, and remember which typed name meant it."""

    def drop(self, holder: str, username: str) -> None:
        """Forget the device; nothing happens if there is none."""


class AsyncDeviceStore(Protocol):
    """The same for an event loop, which it never blocks."""

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there, as ``DeviceStore.get``."""

    async def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device, as ``DeviceStore.put``."""

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device, as ``DeviceStore.drop``."""


class MemoryDeviceStore:
    """Keeps devices in this process."""

    def __init__(self) -> None:
        self._devices: dict[tuple[str, str], Device] = {}
        self._names: dict[tuple[str, str], str] = {}

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        canonical = self._names.get((holder, username), username)
        return self._devices.get((holder, canonical))

    def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device."""
        self._devices[holder, username] = device
        self._names.pop((holder, username), None)  # the name is its own from now on
        if typed and typed != username:
            self._names[holder, typed] = username

    def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        self._devices.pop((holder, self._names.get((holder, username), username)), None)


class ImmediateDeviceStore:
    """A device store's methods as coroutines that never wait: right for one that does not block.

    Args:
        store: in memory, or used where blocking is meant.
    """

    def __init__(self, store: DeviceStore) -> None:
        self._store = store

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return self._store.get(holder, username)

    async def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device."""
        self._store.put(holder, username, device, typed=typed)

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        self._store.drop(holder, username)


class AsyncMemoryDeviceStore(ImmediateDeviceStore):
    """Keeps devices in this process, as ``MemoryDeviceStore`` does."""

    def __init__(self) -> None:
        super().__init__(MemoryDeviceStore())


class FileDeviceStore:
    """Keeps devices in a directory: a file for each, readable by its owner only, written whole or not at all.

    Files of several processes do not disturb each other. The files hold the devices' secrets: whoever reads one, and
    knows the person's password, needs no second factor.

    Args:
        directory: made if it is missing, for its owner only.

    Raises:
        OSError: the directory or a file can't be read or written.
        SnapshotError: ``malformed``: a file there is not a device.
    """

    def __init__(self, directory: Path | str) -> None:
        self._directory = Path(directory)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        content = self._read(self._path("device", holder, self._canonical(holder, username)))
        try:
            return None if content is None else decode(Device, content, "device")
        except (FieldError, ValueError) as error:
            raise SnapshotError("malformed", f"a device's file can't be read: {error}") from None

    def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device."""
        self._write(self._path("device", holder, username), encode(device))
        self._path("name", holder, username).unlink(missing_ok=True)  # the name is its own from now on
        if typed and typed != username:
            self._write(self._path("name", holder, typed), username)

    def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        self._path("device", holder, self._canonical(holder, username)).unlink(missing_ok=True)

    def _canonical(self, holder: str, username: str) -> str:
        known = self._read(self._path("name", holder, username))
        return known if isinstance(known, str) else username

    def _path(self, kind: str, holder: str, name: str) -> Path:
        # A digest, so that neither can lead out of the directory; JSON keeps the two apart.
        digest = hashlib.sha256(json.dumps([kind, holder, name]).encode()).hexdigest()
        return self._directory / f"{kind}-{digest}.json"

    def _read(self, path: Path) -> Any:  # noqa: ANN401 - JSON
        try:
            return json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError):
            raise SnapshotError("malformed", f"{path.name} is not JSON") from None

    def _write(self, path: Path, content: object) -> None:
        # mkstemp makes files for their owner only
        handle, temporary = tempfile.mkstemp(dir=self._directory, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
