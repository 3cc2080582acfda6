"""Passkeys of a seed document. They have public keys only: the emulator never makes a passkey."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from authflow.emulator._control.seed_errors import SeedError
from authflow.emulator._crypto.credential_json import ATTACHMENTS, CredentialRefused, decode
from authflow.emulator._records.passkey import MAX_PASSKEYS, Passkey
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User

NEEDED: Final = ("CredentialId", "PublicKey", "RelyingPartyId")
MEMBERS: Final = frozenset(
    {*NEEDED, "SignCount", "BackupEligible", "AuthenticatorAttachment", "AuthenticatorTransports"}
)
MAX_COUNTER: Final = 2**32 - 1


def add_passkey(pool: UserPool, user: User, given: Mapping[str, Any], place: str, now: datetime) -> None:
    """Give a user of a seed document a passkey.

    Args:
        pool: the user's pool.
        user: the user.
        given: the entry of the document.
        place: where the document has it.
        now: when it is created.

    Raises:
        SeedError: the entry is invalid, the user has as many passkeys as possible, or another user has this one.
    """
    if unknown := sorted(given.keys() - MEMBERS):
        raise SeedError(f"{place}: unknown member {unknown[0]!r}; known: {', '.join(sorted(MEMBERS))}")
    for name in NEEDED:
        if not isinstance(given.get(name), str) or not given[name]:
            raise SeedError(f"{place}.{name} must be a text")
    _read_bytes(given, "CredentialId", place)
    if given["CredentialId"] in pool.passkey_owners:
        raise SeedError(f"{place}.CredentialId: there is another passkey with this id")
    if len(user.passkeys) >= MAX_PASSKEYS:
        raise SeedError(f"{place}: a user can have {MAX_PASSKEYS} passkeys")
    number = max((passkey.number for passkey in user.passkeys), default=0) + 1
    passkey = Passkey(
        given["CredentialId"],
        number,
        _read_key(given, place),
        given["RelyingPartyId"],
        _read_counter(given, place),
        _read_flag(given, place),
        _read_attachment(given, place),
        _read_transports(given, place),
        now,
    )
    pool.add_passkey(user, passkey)


def _read_bytes(given: Mapping[str, Any], name: str, place: str) -> bytes:
    try:
        return decode(given[name])
    except CredentialRefused:
        raise SeedError(f"{place}.{name} must be a text in base64url, without padding") from None


def _read_key(given: Mapping[str, Any], place: str) -> bytes:
    from authflow.emulator._crypto.webauthn import read_key  # noqa: PLC0415 -- see there

    encoded = _read_bytes(given, "PublicKey", place)
    try:
        read_key(encoded)
    except CredentialRefused:
        raise SeedError(f"{place}.PublicKey must be a COSE_Key for ES256 or RS256, in CBOR") from None
    return encoded


def _read_counter(given: Mapping[str, Any], place: str) -> int:
    value = given.get("SignCount", 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNTER:
        raise SeedError(f"{place}.SignCount must be a number of uses, from 0 to {MAX_COUNTER}")
    return value


def _read_flag(given: Mapping[str, Any], place: str) -> bool:
    value = given.get("BackupEligible", False)
    if not isinstance(value, bool):
        raise SeedError(f"{place}.BackupEligible must be true or false")
    return value


def _read_attachment(given: Mapping[str, Any], place: str) -> str | None:
    value = given.get("AuthenticatorAttachment")
    if value not in ATTACHMENTS:
        raise SeedError(f"{place}.AuthenticatorAttachment must be one of: {', '.join(filter(None, ATTACHMENTS))}")
    return str(value) if value else None


def _read_transports(given: Mapping[str, Any], place: str) -> tuple[str, ...]:
    value = given.get("AuthenticatorTransports", [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise SeedError(f"{place}.AuthenticatorTransports must be a list of texts")
    return tuple(value)
