"""Software tokens: the time-based codes of authenticator apps (RFC 6238)."""

import hmac
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pyotp

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy

SECRET_BYTES: Final = 32  # as in Cognito: 52 characters in base32
STEP: Final = 30  # seconds
WINDOW: Final = (0, -1, 1)  # steps by which the user's clock may differ


@dataclass(slots=True, eq=False)
class SoftwareToken:
    """A secret that the service shares with an authenticator app.

    Attributes:
        secret: the secret, in base32 without padding.
        name: the app's FriendlyDeviceName.
    """

    secret: str = field(repr=False)
    name: str = ""
    _used: set[int] = field(default_factory=set, repr=False)

    @classmethod
    def new(cls, entropy: Entropy) -> "SoftwareToken":
        """Return a token with a new secret."""
        return cls(b32encode(entropy.bytes(SECRET_BYTES)).decode().rstrip("="))

    def redeem_code(self, code: str, now: datetime) -> bool:
        """Return whether the code is valid now. A valid code can't be used again, even if the clock is set back.

        Raises:
            ServiceError: ExpiredCodeException: the code is valid but was used before.
        """
        present = int(now.timestamp()) // STEP
        step = next((present + shift for shift in WINDOW if self._is_code_of_step(code, present + shift)), None)
        if step is None:
            return False
        if step in self._used:
            raise _errors.SOFTWARE_TOKEN_USED()
        self._used.add(step)
        return True

    def verify_enrolment(self, code: str, name: str, now: datetime) -> bool:
        """Return whether the code proves that the user's app has the secret. If so, keep the app's name."""
        try:
            is_valid = self.redeem_code(code, now)
        except _errors.ServiceError:  # VerifySoftwareToken declares no ExpiredCodeException
            return False
        if is_valid:
            self.name = name
        return is_valid

    def merge(self, other: "SoftwareToken") -> None:
        """Take over what another record of the same secret knows: codes that were used, and the name."""
        self._used |= other._used
        self.name = self.name or other.name

    def _is_code_of_step(self, code: str, step: int) -> bool:
        return hmac.compare_digest(pyotp.TOTP(self.secret).generate_otp(step).encode(), code.encode())


def compute_code(secret: str, time: datetime) -> str:
    """Return the code that an authenticator app with this secret shows at a time. For tests and demonstrations."""
    return pyotp.TOTP(secret).at(time)
