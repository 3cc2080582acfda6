"""Stamp: the time and the random bytes of one event. The core takes them as a value and reads no clock itself."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput

__all__ = ["Stamp"]

ENTROPY_BYTES = 64


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time of one event, and the random bytes that the event may use.

    You must make a new one for each event, as ``stamp_now()`` does, and never reuse one: SRP ephemerals and device
    secrets are derived from its entropy, and a reused ephemeral reveals a relation between two sign-ins.

    Attributes:
        at: the time, as an aware datetime.
        entropy: 64 random bytes from a cryptographic source.

    Raises:
        InvalidInput: ``at`` is no aware datetime, or ``entropy`` is not 64 bytes.
    """

    at: datetime
    entropy: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if require_instance("at", self.at, datetime).utcoffset() is None:
            raise InvalidInput("at", "must be an aware datetime, such as datetime.now(timezone.utc)")
        if len(require_instance("entropy", self.entropy, bytes)) != ENTROPY_BYTES:
            raise InvalidInput("entropy", f"must be {ENTROPY_BYTES} bytes, not {len(self.entropy)}")

    def derive(self, label: str, length: int = 32) -> bytes:
        """Return ``length`` bytes, at most 64, for one purpose: different labels give independent bytes."""
        return hmac.digest(self.entropy, label.encode(), "sha512")[:length]
