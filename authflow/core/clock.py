"""The system's clock and random source. Drivers use them; the rest of the core receives a ``Stamp``."""

import secrets
from datetime import UTC, datetime

from authflow.core.stamp import ENTROPY_BYTES, Stamp

__all__ = ["stamp_now"]


def stamp_now() -> Stamp:
    """Return a Stamp for one event: the system's time, and 64 bytes of its cryptographic random source."""
    return Stamp(datetime.now(UTC), secrets.token_bytes(ENTROPY_BYTES))
