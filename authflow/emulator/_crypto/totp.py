"""Software tokens: authenticator apps that show time-based codes (RFC 6238)."""

import hmac
import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pyotp

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy

SECRET_LENGTH: Final = 52  # 32 bytes in base32, as the service's have
BASE32: Final = string.ascii_uppercase + "234567"
STEP: Final = 30  # seconds
WINDOW: Final = (0, -1, 1)  # steps that a user's clock may be off


@dataclass(slots=True, eq=False)
class SoftwareToken:
    """A secret that the service shares with an authenticator.

    Attributes:
        name: FriendlyDeviceName.
    """

    secret: str = field(repr=False)
    name: str = ""
    _used: frozenset[int] = frozenset()

    @classmethod
    def new(cls, entropy: Entropy) -> "SoftwareToken":
        """Return a token with a new secret."""
        return cls(entropy.text(BASE32, SECRET_LENGTH))

    def accepts(self, code: str, now: datetime) -> bool:
        """Return whether this is a code of now, which then does not count again.

        Raises:
            ServiceError: ExpiredCodeException: it is, and it has been used.
        """
        present = int(now.timestamp()) // STEP
        step = next((present + shift for shift in WINDOW if self._shows(code, present + shift)), None)
        if step is None:
            return False
        if step in self._used:
            raise _errors.SOFTWARE_TOKEN_USED()
        self._used = frozenset({step, *(used for used in self._used if used >= present - 1)})
        return True

    def enrols(self, code: str, name: str, now: datetime) -> bool:
        """Return whether a code shows that the user's authenticator has the secret; ``name`` is the authenticator's."""
        try:
            enrolled = self.accepts(code, now)
        except _errors.ServiceError:  # VerifySoftwareToken declares no ExpiredCodeException
            return False
        if enrolled:
            self.name = name
        return enrolled

    def _shows(self, code: str, step: int) -> bool:
        return hmac.compare_digest(pyotp.TOTP(self.secret).generate_otp(step).encode(), code.encode())


def code_at(secret: str, time: datetime) -> str:
    """Return the code that an authenticator with this secret shows at a time: for tests and demonstrations."""
    return pyotp.TOTP(secret).at(time)
