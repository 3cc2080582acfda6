"""This installation, as the holder of remembered devices: a random id in a file of its own."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from authflow.core.errors import InvalidInput


def holder_in(directory: Path) -> str:
    """Return the installation's id, which is made the first time; its file is readable by its owner only.

    Raises:
        InvalidInput: the file holds something else.
        OSError: it can't be read or written.
    """
    path = directory / "installation"
    if not path.exists():
        _make(path)
    holder = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-f]{32}", holder):
        raise InvalidInput("--devices", f"{path.name} in that directory does not hold an installation's id")
    return holder


def _make(path: Path) -> None:
    # Written elsewhere and linked, so that of two processes one makes it, and neither ever reads half of it.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
