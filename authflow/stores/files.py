"""A store of remembered devices in files, for command lines and for services on one machine."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from authflow.core._codec import FieldError, decode, encode
from authflow.core.devices import Device
from authflow.core.errors import SnapshotError

__all__ = ["FileDeviceStore"]


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

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device."""
        self._write(self._path("device", holder, username), encode(device))
        self._path("name", holder, username).unlink(missing_ok=True)  # the name is its own from now on
        if entered_username and entered_username != username:
            self._write(self._path("name", holder, entered_username), username)

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
