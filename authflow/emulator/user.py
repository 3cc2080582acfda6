"""A user's record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from authflow.emulator.limits import Attempts
from authflow.emulator.password import StoredPassword


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

    def described(self) -> dict[str, str]:
        """Return the attributes, ``sub`` among them."""
        return {**self.attributes, "sub": self.sub}
