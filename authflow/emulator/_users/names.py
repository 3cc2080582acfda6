"""The names of users: usernames, subs, and the aliases that the pool allows."""

import hmac
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._users import attributes

#: what a username must be, by UsernameAttributes
NAME_KINDS: Final[Mapping[frozenset[str], str]] = {
    frozenset({"email"}): "an email",
    frozenset({"phone_number"}): "a phone number",
    frozenset({"email", "phone_number"}): "either an email or a phone number",
}


def find_user(pool: UserPool, name: str) -> User | None:
    """Return the user with this username, sub or alias, None if there is none."""
    users = pool.users
    return users.find_by_username(name) or users.find_by_sub(name) or users.find_by_alias(name)


def find_user_to_sign_in(pool: UserPool, name: str) -> User | None:
    """Return the user with this username or alias, None if there is none.

    A sub signs in only where it is the username, in pools whose users sign in with an email address or phone number.
    """
    return pool.users.find_by_username(name) or pool.users.find_by_alias(name)


def get_user(pool: UserPool, name: str) -> User:
    """Return the user with this username, sub or alias.

    Raises:
        ServiceError: UserNotFoundException: there is none.
    """
    user = find_user(pool, name)
    if user is None:
        raise _errors.NO_USER()
    return user


@dataclass(frozen=True, slots=True)
class NameConflict:
    """An alias that is already a name of another user.

    Attributes:
        alias: the attribute that would become the alias.
        kind: the kind of the other user's name, as ``Directory.find_by_any_name`` has it.
        holder: the other user.
    """

    alias: str
    kind: str
    holder: User


def find_conflicts(pool: UserPool, user: User | None, given: Mapping[str, str]) -> Iterator[NameConflict]:
    """Yield each alias that the attributes would give ``user`` and that is a name of another user, of any kind."""
    for alias, value in pool.users.iterate_aliases(given):
        for kind, other in pool.users.find_by_any_name(value):
            if other is not user:
                yield NameConflict(alias, kind, other)


def check_new_username(pool: UserPool, username: str, shortest_number: int) -> None:
    """Require that the pool's configuration allows this username for a new user.

    Args:
        pool: the user's pool.
        username: the requested username.
        shortest_number: the least number of digits of a phone number that is a username.

    Raises:
        ServiceError: InvalidParameterException: it does not.
    """
    kind = _detect_contact(username)
    too_short = kind == "phone_number" and len(username) <= shortest_number  # it begins with a plus sign
    if pool.username_attributes and (kind not in pool.username_attributes or too_short):
        raise _errors.NAME_IS_NO_ALIAS(NAME_KINDS[pool.username_attributes])
    if kind in pool.aliases:
        shown = kind.replace("_", " ")
        raise _errors.NAME_LOOKS_LIKE_ALIAS(shown, shown)


def derive_attributes(pool: UserPool, username: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the attribute that a new username sets, if users sign in with an email address or phone number.

    Raises:
        ServiceError: InvalidParameterException: the given attributes have another value.
    """
    derived = {kind: name for kind, name in parse_contact(username).items() if kind in pool.username_attributes}
    for kind, name in derived.items():
        if pool.users.normalize_case(given.get(kind) or name) != pool.users.normalize_case(name):
            raise _errors.NAME_IS_OTHER(kind, kind)
    return derived


def derive_decoy_username(pool: UserPool, name: str) -> str:
    """Return the canonical username of the decoy user with this name. It is always the same."""
    if not pool.username_attributes and _detect_contact(name) not in pool.aliases:
        return pool.users.normalize_case(name)
    return str(uuid.UUID(bytes=derive_decoy_bytes(pool, "name", name), version=4))


def derive_decoy_bytes(pool: UserPool, label: str, name: str) -> bytes:
    """Return 16 bytes that are always the same for a pool, label and name."""
    return hmac.digest(pool.decoy_key, f"{label}:{pool.users.normalize_case(name)}".encode(), "sha256")[:16]


def parse_contact(name: str) -> dict[str, str]:
    """Return the attribute that a name has the format of, with the name as its value; empty if there is none."""
    kind = _detect_contact(name)
    return {kind: name} if kind else {}


def _detect_contact(name: str) -> str | None:
    return next((kind for kind, (format_, _) in attributes.FORMATS.items() if format_.fullmatch(name)), None)
