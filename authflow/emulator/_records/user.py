"""A user's record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.device import Devices
from authflow.emulator._records.lockout import Lockout
from authflow.emulator._records.rate_limits import Attempts


class Status(StrEnum):
    """UserStatusType, as far as the emulator brings users there."""

    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    RESET_REQUIRED = "RESET_REQUIRED"
    FORCE_CHANGE_PASSWORD = "FORCE_CHANGE_PASSWORD"


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was sent to a user, and until when it counts."""

    text: str = field(repr=False)
    attribute: str
    expires: datetime


@dataclass(slots=True, eq=False)
class User:
    """A user.

    Attributes:
        username: the canonical name; never changes.
        sub: the identifier that no other user ever has.
        confirmation: the code that confirms the sign-up, while one is out.
        attempts: when the user did what is limited by the hour.
        devices: where the user has signed in from.
        lockout: keeps people from guessing the user's password and codes.
        mfa: the MFA preference: the factors that are on.
        preferred_mfa: the one of them that is asked without a choice.
        software_token: the authenticator whose code was verified.
        pending_token: one that was associated with an access token, and not verified so far.
        auto_confirmed: an administrator confirmed the sign-up, and there was no sign-in since.
    """

    username: str
    sub: str
    attributes: dict[str, str] = field(repr=False)
    status: Status
    password: StoredPassword = field(repr=False)
    created: datetime
    modified: datetime
    enabled: bool = True
    confirmation: Code | None = None
    attempts: Attempts = field(default_factory=Attempts, repr=False)
    devices: Devices = field(default_factory=Devices, repr=False)
    lockout: Lockout = field(default_factory=Lockout, repr=False)
    mfa: frozenset[str] = frozenset()
    preferred_mfa: str | None = None
    software_token: SoftwareToken | None = None
    pending_token: SoftwareToken | None = None
    auto_confirmed: bool = False

    def note_sign_in(self) -> None:
        """Note that the user has signed in: what went wrong before does not count any more."""
        self.auto_confirmed = False
        self.lockout.reset()

    def described(self) -> dict[str, str]:
        """Return the attributes, ``sub`` among them."""
        return {**self.attributes, "sub": self.sub}
