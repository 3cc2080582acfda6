"""Stamp: the time and the random bytes of one event. The core takes them as a value and reads no clock itself."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret

__all__ = ["Stamp"]

ENTROPY_BYTES = 64


@dataclass(frozen=True, slots=True, init=False)
class Stamp:
    """The time of one event, and the random bytes that the event may use.

    You must make a new one for each event, as ``stamp_now()`` does, and never reuse one: SRP ephemerals and device
    secrets are derived from its entropy, and a reused ephemeral reveals a relation between two sign-ins.

    Attributes:
        at: the time, as an aware datetime.

    Raises:
        InvalidInput: ``at`` is no aware datetime, or ``entropy`` is not 64 bytes.
    """

    at: datetime
    _entropy: Secret = field(repr=False)

    @hides_frames
    def __init__(self, at: datetime, entropy: bytes) -> None:
        if require_instance("at", at, datetime).utcoffset() is None:
            raise InvalidInput("at", "must be an aware datetime, such as datetime.now(timezone.utc)")
        if len(require_instance("entropy", entropy, bytes)) != ENTROPY_BYTES:
            raise InvalidInput("entropy", f"must be {ENTROPY_BYTES} bytes, not {len(entropy)}")
        assign(self, at=at, _entropy=Secret(entropy.hex()))

    @property
    def entropy(self) -> bytes:
        """64 random bytes from a cryptographic source."""
        return bytes.fromhex(self._entropy.reveal())

    def derive(self, label: str, length: int = 32) -> bytes:
        """Return ``length`` bytes, at most 64, for one purpose: different labels give independent bytes."""
        return hmac.digest(self.entropy, label.encode(), "sha512")[:length]
