"""The ID of this installation, which ``authflow sign-in`` uses as the holder of remembered devices."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from authflow.core.errors import InvalidInput


def load_holder(directory: Path) -> str:
    """Return the installation's ID: 32 random hex digits, stored in a file that only its owner can read.

    The first call creates the file.

    Raises:
        InvalidInput: the file does not hold an ID.
        OSError: the file can't be read or written.
    """
    path = directory / "installation"
    if not path.exists():
        _create_file(path)
    holder = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-f]{32}", holder):
        raise InvalidInput("--devices", f"{path.name} in that directory does not hold an installation ID")
    return holder


def _create_file(path: Path) -> None:
    # Write a temporary file and link it: if two processes start at once, one of them creates the file, and neither
    # ever reads a partial one.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
