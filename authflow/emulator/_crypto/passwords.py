"""Passwords: what is stored of one, the policy, and passwords that the service makes up."""

import hmac
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import srp
from authflow.emulator._crypto.entropy import Entropy

#: https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
SYMBOLS: Final = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-")
CLASSES: Final = (
    ("RequireUppercase", frozenset(string.ascii_uppercase), "uppercase"),
    ("RequireLowercase", frozenset(string.ascii_lowercase), "lowercase"),
    ("RequireNumbers", frozenset(string.digits), "numeric"),
    ("RequireSymbols", SYMBOLS, "symbol"),
)
#: of a pool that was made without a PasswordPolicy
DEFAULT_POLICY: Final[Mapping[str, Any]] = {
    "MinimumLength": 8,
    **{name: True for name, _, _ in CLASSES},
    "TemporaryPasswordValidityDays": 7,
}
MAX_LENGTH: Final = 256  # PasswordType in the service model


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """A salt and an SRP verifier; the password itself is never kept.

    Attributes:
        expires: when a temporary password ceases to count; None for one that the user chose.
    """

    salt: int = field(repr=False)
    verifier: int = field(repr=False)
    expires: datetime | None = None

    def matches(self, identity: str, password: str) -> bool:
        """Return whether this is the password, in constant time once the verifier is computed."""
        candidate = srp.verifier(identity, password, self.salt)
        return hmac.compare_digest(srp.pad(candidate), srp.pad(self.verifier))


def store(identity: str, password: str, entropy: Entropy, expires: datetime | None = None) -> StoredPassword:
    """Return what is kept of a password.

    Args:
        identity: what SRP hashes beside the password.
        password: any text.
        entropy: the source of the salt.
        expires: for a temporary password, its end.
    """
    salt = int.from_bytes(entropy.bytes(srp.SALT_BYTES), "big")
    return StoredPassword(salt, srp.verifier(identity, password, salt), expires)


def policy(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a complete PasswordPolicy; what a given one leaves out is not required."""
    if given is None:
        return dict(DEFAULT_POLICY)
    lenient = {"MinimumLength": 8, **{name: False for name, _, _ in CLASSES}}
    merged = {**lenient, **given}
    # 0 stands for the default, says the service model
    merged["TemporaryPasswordValidityDays"] = given.get("TemporaryPasswordValidityDays") or 7
    return merged


def check(policy: Mapping[str, Any], password: str) -> None:
    """Refuse a password that breaks the policy.

    Raises:
        ServiceError: InvalidPasswordException that names the first rule broken.
    """
    if len(password) < policy["MinimumLength"]:
        raise _errors.PASSWORD_POLICY("Password not long enough")
    if len(password) > MAX_LENGTH or any(character.isspace() for character in password):
        raise _errors.PASSWORD_POLICY(f"Password must have at most {MAX_LENGTH} characters and no spaces")
    for rule, characters, name in CLASSES:
        if policy[rule] and not characters & set(password):
            raise _errors.PASSWORD_POLICY(f"Password must have {name} characters")


def generate(policy: Mapping[str, Any], entropy: Entropy) -> str:
    """Return a random password that keeps the policy, whatever it requires."""
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!@#%*-+")
    length = max(int(policy["MinimumLength"]), 8)
    chosen = "".join(entropy.text(kind, 1) for kind in kinds) + entropy.text("".join(kinds), length - len(kinds))
    return entropy.shuffled(chosen)


def temporary_until(policy: Mapping[str, Any], now: datetime) -> datetime:
    """Return when a temporary password set now expires."""
    return now + timedelta(days=policy["TemporaryPasswordValidityDays"])
