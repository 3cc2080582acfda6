"""Time and entropy as a value: what the core has instead of a clock and a random source."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput

__all__ = ["Stamp"]

ENTROPY_BYTES = 64


@dataclass(frozen=True, slots=True)
class Stamp:
    """The moment of one event, and the randomness that the event may use.

    You must make a new one for each event (``stamp_now()`` does) and never use one twice: an SRP ephemeral that is
    used twice gives away a relation between two sign-ins.

    Attributes:
        at: an aware datetime.
        entropy: 64 random bytes from a cryptographic source.

    Raises:
        InvalidInput: a naive datetime, or other than 64 bytes.
    """

    at: datetime
    entropy: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if require_instance("at", self.at, datetime).utcoffset() is None:
            raise InvalidInput("at", "must be an aware datetime, such as datetime.now(timezone.utc)")
        if len(require_instance("entropy", self.entropy, bytes)) != ENTROPY_BYTES:
            raise InvalidInput("entropy", f"must be {ENTROPY_BYTES} bytes, not {len(self.entropy)}")

    def derive(self, label: str, length: int = 32) -> bytes:
        """Return ``length`` bytes (at most 64) for one use; different labels give independent bytes."""
        return hmac.digest(self.entropy, label.encode(), "sha512")[:length]
