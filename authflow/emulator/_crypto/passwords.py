"""Passwords: their stored form, the password policy, and generated passwords."""

import hmac
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import srp
from authflow.emulator._crypto.entropy import Entropy

#: a space inside a password counts; the service model refuses white space at its ends
#: https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
SYMBOLS: Final = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
CHARACTER_CLASSES: Final = (
    ("RequireUppercase", frozenset(string.ascii_uppercase), "uppercase"),
    ("RequireLowercase", frozenset(string.ascii_lowercase), "lowercase"),
    ("RequireNumbers", frozenset(string.digits), "numeric"),
    ("RequireSymbols", SYMBOLS, "symbol"),
)
#: the policy of a pool that is created without a PasswordPolicy
DEFAULT_POLICY: Final[Mapping[str, Any]] = {
    "MinimumLength": 8,
    **{name: True for name, _, _ in CHARACTER_CLASSES},
    "TemporaryPasswordValidityDays": 7,
}
MAX_HISTORY: Final = 24  # PasswordHistorySizeType in the service model


@dataclass(slots=True, eq=False)
class StoredPassword:
    """The stored form of a password: a salt and SRP's salted hash x. The password itself is not stored.

    The verifier g^x is computed when SRP first needs it, because the power takes most of the time of a sign-in with
    USER_PASSWORD_AUTH. Unlike a verifier, x is enough to sign in.

    Attributes:
        salt: the random salt; each stored password has its own.
        salted_hash: SRP's x.
        expires: when a temporary password expires; None for a permanent one.
        is_set: False for a user without a password. No password has the hash then.
    """

    salt: int = field(repr=False)
    salted_hash: int = field(repr=False)
    expires: datetime | None = None
    is_set: bool = True
    _verifier: int | None = field(default=None, init=False, repr=False)

    @classmethod
    def create(
        cls, identity: str, password: str, entropy: Entropy, expires: datetime | None = None
    ) -> "StoredPassword":
        """Return the stored form of a password, with a new salt.

        Args:
            identity: the identity that SRP hashes with the password.
            password: the password; it is not checked against a policy.
            entropy: the source of the salt.
            expires: when a temporary password expires.
        """
        salt = int.from_bytes(entropy.bytes(srp.SALT_BYTES), "big")
        return cls(salt, srp.salted_hash(identity, password, salt), expires)

    @classmethod
    def create_unset(cls, entropy: Entropy) -> "StoredPassword":
        """Return what is stored for a user without a password: random numbers, so that SRP rounds look alike."""
        return cls(int.from_bytes(entropy.bytes(srp.SALT_BYTES), "big"), entropy.bits(256), is_set=False)

    @property
    def verifier(self) -> int:
        """The SRP verifier."""
        if self._verifier is None:
            self._verifier = srp.verifier(self.salted_hash)
        return self._verifier

    def matches(self, identity: str, password: str) -> bool:
        """Return whether this is the password. The hashes are compared in constant time."""
        candidate = srp.salted_hash(identity, password, self.salt)
        return hmac.compare_digest(srp.pad(candidate), srp.pad(self.salted_hash))


def complete_policy(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a complete PasswordPolicy. Rules that the given policy leaves out are off."""
    if given is None:
        return dict(DEFAULT_POLICY)
    lenient = {"MinimumLength": 8, **{name: False for name, _, _ in CHARACTER_CLASSES}}
    merged = {**lenient, **given}
    # the service model says that 0 stands for the default
    merged["TemporaryPasswordValidityDays"] = given.get("TemporaryPasswordValidityDays") or 7
    return merged


def check_password_policy(
    policy: Mapping[str, Any], password: str, error: _errors.ErrorTemplate = _errors.PASSWORD_POLICY
) -> None:
    """Require that a password conforms to the policy.

    Raises:
        ServiceError: ``error``, which names the first rule that the password breaks.
    """
    if len(password) < policy["MinimumLength"]:
        raise error("Password not long enough")
    for rule, characters, name in CHARACTER_CLASSES:
        if policy[rule] and not characters & set(password):
            raise error(f"Password must have {name} characters")


def generate_password(policy: Mapping[str, Any], entropy: Entropy) -> str:
    """Return a random password with characters of all kinds, which conforms to any policy of this minimum length."""
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!@#%*-+")
    length = max(int(policy["MinimumLength"]), 8)
    chosen = "".join(entropy.text(kind, 1) for kind in kinds) + entropy.text("".join(kinds), length - len(kinds))
    return entropy.shuffle(chosen)


def compute_expiry(policy: Mapping[str, Any], now: datetime) -> datetime:
    """Return when a temporary password that is set now expires."""
    return now + timedelta(days=policy["TemporaryPasswordValidityDays"])
