"""A store of remembered devices in files, for command-line tools and for services on one machine."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from authflow.core._codec import FieldError, decode, encode
from authflow.core._frames import hides_frames
from authflow.core._validation import require_holder
from authflow.core.devices import Device
from authflow.core.errors import SnapshotError

__all__ = ["FileDeviceStore"]


class FileDeviceStore:
    """Stores each device in a file of its own, which only the file's owner can read. Processes may share it.

    Files are replaced atomically. They contain the secrets of the devices: with such a secret and the password, no
    second factor is needed to sign in.

    Args:
        directory: the directory of the files. If it is missing, it is created with access for its owner only.

    Raises:
        OSError: the directory or a file can't be read or written.
        SnapshotError: ``malformed``: a file does not contain a device.
    """

    def __init__(self, directory: Path | str) -> None:
        self._directory = Path(directory)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    @hides_frames
    def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none."""
        content = self._read(self._make_path("device", holder, self._find_canonical_name(holder, username)))
        try:
            return None if content is None else decode(Device, content, "device")
        except (FieldError, ValueError) as error:
            raise SnapshotError("malformed", f"the file of a device is invalid: {error}") from None

    @hides_frames
    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device under this holder and username."""
        require_holder(holder, username, entered_username)
        self._write(self._make_path("device", holder, username), encode(device))
        self._make_path("name", holder, username).unlink(missing_ok=True)  # this name is now a canonical username
        if entered_username and entered_username != username:
            self._write(self._make_path("name", holder, entered_username), username)

    @hides_frames
    def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username."""
        self._make_path("device", holder, self._find_canonical_name(holder, username)).unlink(missing_ok=True)

    def _find_canonical_name(self, holder: str, username: str) -> str:
        known = self._read(self._make_path("name", holder, username))
        return known if isinstance(known, str) else username

    def _make_path(self, kind: str, holder: str, name: str) -> Path:
        # A digest, so that no name can lead out of the directory. JSON keeps the three parts apart.
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
        # mkstemp creates files that only their owner can access.
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
