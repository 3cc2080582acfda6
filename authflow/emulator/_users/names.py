"""Which user a name means: the username, the sub, or an alias as the pool is configured.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html#user-pool-settings-aliases
Names are compared character by character: the service does not normalise Unicode.
"""

import hmac
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from authflow.emulator import _errors
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._users import attributes


def find_user(pool: UserPool, name: str) -> User | None:
    """Return the user whom a typed name means."""
    return pool.find_by_username(name) or pool.find_by_sub(name) or _find_by_alias(pool, name)


def get_user(pool: UserPool, name: str) -> User:
    """Return the user whom a typed name means.

    Raises:
        ServiceError: UserNotFoundException.
    """
    user = find_user(pool, name)
    if user is None:
        raise _errors.NO_USER()
    return user


def list_aliases(pool: UserPool, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield attribute and value of each alias that such attributes give a user."""
    for alias in sorted(pool.username_attributes | pool.aliases):
        value = given.get(alias)
        if value and (not needs_verification(pool, alias) or attributes.is_verified(given, alias)):
            yield alias, value


def needs_verification(pool: UserPool, alias: str) -> bool:
    """Return whether an alias counts only once it is verified: so no name that people have in place of a username."""
    return alias in attributes.CONTACT_MEDIUMS and alias not in pool.username_attributes


@dataclass(frozen=True, slots=True)
class NameConflict:
    """A name that somebody has already.

    Attributes:
        alias: the attribute that would give it to somebody else, too.
        kind: what it is of its holder: ``username``, ``sub`` or an alias.
    """

    alias: str
    kind: str
    holder: User


def find_conflicts(pool: UserPool, user: User | None, given: Mapping[str, str]) -> Iterator[NameConflict]:
    """Yield the names that such attributes would give ``user`` and that mean another user already, as whatever."""
    for alias, value in list_aliases(pool, given):
        for other in pool.users:
            kinds = (kind for kind, name in _collect_names(pool, other) if name == pool.normalize_case(value))
            yield from (NameConflict(alias, kind, other) for kind in kinds if other is not user)


def check_new_username(pool: UserPool, username: str) -> None:
    """Refuse a username for a new user that the pool's configuration does not permit.

    Raises:
        ServiceError: InvalidParameterException.
    """
    kind = _detect_contact(username)
    if pool.username_attributes and kind not in pool.username_attributes:
        wanted = {"email": "an email", "phone_number": "a phone number"}
        raise _errors.NAME_IS_NO_ALIAS(" or ".join(wanted[name] for name in sorted(pool.username_attributes)))
    if kind in pool.aliases:
        raise _errors.NAME_LOOKS_LIKE_ALIAS(kind, kind)


def derive_attributes(pool: UserPool, username: str) -> dict[str, str]:
    """Return the attribute that a new user's name stands for where people sign in by email or phone number."""
    return {kind: name for kind, name in parse_contact(username).items() if kind in pool.username_attributes}


def derive_decoy_username(pool: UserPool, name: str) -> str:
    """Return the canonical name that a user who does not exist seems to have: the same one each time."""
    if not pool.username_attributes and _detect_contact(name) not in pool.aliases:
        return pool.normalize_case(name)
    return str(uuid.UUID(bytes=derive_decoy_bytes(pool, "name", name), version=4))


def derive_decoy_bytes(pool: UserPool, label: str, name: str) -> bytes:
    """Return 16 bytes that are always the same for a name."""
    return hmac.digest(pool.decoy_key, f"{label}:{pool.normalize_case(name)}".encode(), "sha256")[:16]


def parse_contact(name: str) -> dict[str, str]:
    """Return the attribute that a name seems to be the value of: an address or a number."""
    kind = _detect_contact(name)
    return {kind: name} if kind else {}


def _detect_contact(name: str) -> str | None:
    return next((kind for kind, (format_, _) in attributes.FORMATS.items() if format_.fullmatch(name)), None)


def _collect_aliases(pool: UserPool, user: User) -> set[tuple[str, str]]:
    return {(alias, pool.normalize_case(value)) for alias, value in list_aliases(pool, user.attributes)}


def _collect_names(pool: UserPool, user: User) -> set[tuple[str, str]]:
    """Return all names that mean a user, and what each is."""
    return {("username", pool.normalize_case(user.username)), ("sub", user.sub), *_collect_aliases(pool, user)}


def _find_by_alias(pool: UserPool, name: str) -> User | None:
    if not pool.aliases and not pool.username_attributes:
        return None
    wanted = pool.normalize_case(name)
    holders = (user for user in pool.users if any(value == wanted for _, value in _collect_aliases(pool, user)))
    return next(holders, None)
