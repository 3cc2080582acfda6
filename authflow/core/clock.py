"""Where real time and real randomness come in: drivers only."""

import secrets
from datetime import UTC, datetime

from authflow.core.stamp import ENTROPY_BYTES, Stamp

__all__ = ["stamp_now"]


def stamp_now() -> Stamp:
    """Return a Stamp of the system's clock and 64 bytes of its random source, for one event."""
    return Stamp(datetime.now(UTC), secrets.token_bytes(ENTROPY_BYTES))
