"""The record of a user."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.auth_event import AuthEvent
from authflow.emulator._records.device import Devices
from authflow.emulator._records.lockout import Lockout
from authflow.emulator._records.passkey import Passkey, PendingRegistration
from authflow.emulator._records.rate_limits import Attempts

#: shared by all users who wait for none
NO_CODES: Final[Mapping[str, "Code"]] = MappingProxyType({})


class Status(StrEnum):
    """The values of UserStatusType that the emulator uses."""

    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    RESET_REQUIRED = "RESET_REQUIRED"
    FORCE_CHANGE_PASSWORD = "FORCE_CHANGE_PASSWORD"
    EXTERNAL_PROVIDER = "EXTERNAL_PROVIDER"


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was sent to a user.

    Attributes:
        attribute: the attribute that the code verifies.
        address: the value of the attribute when the code was sent.
        expires: when the code expires.
    """

    text: str = field(repr=False)
    attribute: str
    address: str = field(repr=False)
    expires: datetime

    def proves_address_of(self, attributes: Mapping[str, str]) -> bool:
        """Return whether the address that the code was sent to is still the one in these attributes."""
        return attributes.get(self.attribute) == self.address


@dataclass(frozen=True, slots=True)
class Identity:
    """What a user is at another identity provider.

    Attributes:
        user_id: the id there.
        provider: the provider's name.
        kind: the provider's type.
        issuer: the issuer of an OpenID Connect provider.
    """

    user_id: str
    provider: str
    kind: str
    issuer: str | None
    linked: datetime

    def describe(self) -> dict[str, object]:
        """Return the entry of the attribute ``identities``."""
        return {
            "userId": self.user_id,
            "providerName": self.provider,
            "providerType": self.kind,
            "issuer": self.issuer,
            "primary": False,
            "dateCreated": int(self.linked.timestamp() * 1000),
        }


def _no_codes() -> Mapping[str, Code]:
    return NO_CODES


@dataclass(slots=True, eq=False)
class User:
    """A user.

    Attributes:
        username: the canonical username; it never changes.
        sub: the user's unique id; it is never used again.
        attributes: set them through the pool's ``Directory``, which finds users by them.
        status: set it through the ``Directory`` too.
        enabled: whether the user may sign in; set it through the ``Directory`` too.
        confirmation: the code that confirms the sign-up, if one was sent and not used.
        reset_code: the code with which a forgotten password can be replaced.
        attribute_codes: the codes that verify new addresses, by attribute; replaced, never modified.
        attempts: the calls of operations that are limited per hour.
        devices: the user's devices.
        events: the latest events, the newest last, in pools with threat protection.
        identities: the identities at other providers that are linked to the user.
        lockout: limits attempts to guess the user's password and codes.
        mfa: the second factors that the user has turned on.
        mfa_options: MFAOptions as the obsolete SetUserSettings set them.
        preferred_mfa: the factor that Cognito asks for without offering a choice.
        software_token: the authenticator app that the user has verified.
        pending_token: an authenticator app that was associated with an access token and not verified yet.
        permanent_passwords: the latest permanent passwords, the newest last.
        passkeys: the user's passkeys, in the order in which they were registered; change them through the pool.
        pending_passkey: the registration that StartWebAuthnRegistration began last and that is not completed.
        passkey_mfa: whether the user has turned on that a passkey counts as both factors.
        auto_confirmed: True if an administrator confirmed the sign-up and the user has not signed in since.
    """

    username: str
    sub: str
    attributes: Mapping[str, str] = field(repr=False)
    status: Status
    password: StoredPassword = field(repr=False)
    created: datetime
    modified: datetime
    enabled: bool = True
    confirmation: Code | None = None
    reset_code: Code | None = None
    attribute_codes: Mapping[str, Code] = field(default_factory=_no_codes, repr=False)
    attempts: Attempts = field(default_factory=Attempts, repr=False)
    devices: Devices = field(default_factory=Devices, repr=False)
    lockout: Lockout = field(default_factory=Lockout, repr=False)
    mfa: frozenset[str] = frozenset()
    mfa_options: tuple[Mapping[str, str], ...] = ()
    preferred_mfa: str | None = None
    software_token: SoftwareToken | None = None
    pending_token: SoftwareToken | None = None
    permanent_passwords: list[StoredPassword] = field(default_factory=list, repr=False)
    auto_confirmed: bool = False
    identities: tuple[Identity, ...] = ()
    events: tuple[AuthEvent, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    pending_passkey: PendingRegistration | None = None
    passkey_mfa: bool = False

    def find_event(self, event_id: str) -> AuthEvent | None:
        """Return the event with this id, None if it is not kept."""
        return next((event for event in reversed(self.events) if event.id == event_id), None)

    def note_passkey_counter(self, passkey: Passkey, counter: int) -> None:
        """Record the signature counter that one of the user's passkeys has reached."""
        used = replace(passkey, counter=counter)
        self.passkeys = tuple(used if kept is passkey else kept for kept in self.passkeys)

    def note_sign_in(self) -> None:
        """Record that the user has signed in: earlier failures are no longer counted."""
        self.auto_confirmed = False
        self.lockout.reset()

    @property
    def has_resettable_password(self) -> bool:
        """Whether the user can replace a forgotten password: not before the first one of their own is set."""
        return self.status not in {Status.FORCE_CHANGE_PASSWORD, Status.EXTERNAL_PROVIDER}

    def get_all_attributes(self) -> dict[str, str]:
        """Return all attributes, including ``sub`` and ``identities``."""
        linked = {"identities": json.dumps([identity.describe() for identity in self.identities])}
        return {**self.attributes, "sub": self.sub, **(linked if self.identities else {})}
