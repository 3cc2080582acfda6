"""Creates users, at sign-up and by administrators."""

import re
from collections.abc import Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service
from authflow.emulator._users import attributes, credentials, names

SUB: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def make_user(
    service: Service,
    pool: UserPool,
    username: str,
    given: Mapping[str, str],
    *,
    chosen: str | None,
    status: Status,
    taken: _errors.ErrorTemplate,
) -> User:
    """Return a new user. The caller adds them to the pool.

    If users of the pool sign in with an email address or phone number, the canonical username is the sub.

    Args:
        service: the service.
        pool: the user's pool.
        username: the requested username.
        given: the requested attributes.
        chosen: the password; None for a user without one.
        status: the user's status. With FORCE_CHANGE_PASSWORD the password is a temporary one.
        taken: the error to raise if another user has the username.

    Raises:
        ServiceError: the username is in use or not allowed, an attribute is invalid, or the password breaks the
            policy.
    """
    names.check_new_username(pool, username, service.settings.shortest_phone_username)
    if "sub" in given:
        raise _errors.ATTRIBUTE_READ_ONLY("sub")
    requested = attributes.drop_blanks({**given, **names.derive_attributes(pool, username, given)})
    user_attributes = attributes.normalize_case(pool, requested)
    attributes.check_values(pool, user_attributes)
    sub = service.take_id("Sub", pool.users.subs, SUB) or service.entropy.uuid()
    canonical = sub if pool.username_attributes else pool.users.normalize_case(username)
    if names.find_user(pool, canonical):  # it may also be another user's alias or sub
        raise taken()
    password, now = _make_password(service, pool, canonical, chosen, status), service.now()
    permanent = [password] if password.is_set and password.expires is None else []
    return User(
        canonical,
        sub,
        user_attributes,
        status,
        password,
        created=now,
        modified=now,
        permanent_passwords=permanent,
    )


def check_name_is_free(pool: UserPool, user: User, taken: _errors.ErrorTemplate) -> None:
    """Require that nobody has got the name of a user who is not in the pool yet: other requests were let in.

    Raises:
        ServiceError: ``taken``.
    """
    if names.find_user(pool, user.username):
        raise taken()


def _make_password(
    service: Service, pool: UserPool, username: str, chosen: str | None, status: Status
) -> StoredPassword:
    if chosen is None:
        return StoredPassword.create_unset(service.entropy)
    temporary = status is Status.FORCE_CHANGE_PASSWORD
    error = _errors.TEMPORARY_PASSWORD_POLICY if temporary else _errors.PASSWORD_POLICY
    return credentials.make_stored_password(service, pool, username, chosen, temporary=temporary, error=error)


def check_aliases(
    pool: UserPool, user: User, changed: Mapping[str, str], error: _errors.ErrorTemplate, *, force: bool = False
) -> None:
    """Require what ``resolve_alias_conflicts`` requires, and take no alias from anybody.

    Raises:
        ServiceError: ``error``: another user has the name.
    """
    for conflict in names.find_conflicts(pool, user, changed):
        same_kind = conflict.kind == conflict.alias
        if not (force and same_kind and pool.users.needs_verification(conflict.alias)):
            raise error(conflict.alias)


def resolve_alias_conflicts(
    pool: UserPool, user: User, changed: Mapping[str, str], error: _errors.ErrorTemplate, *, force: bool = False
) -> None:
    """Require that no alias which a user is about to get is a name of another user, or take it from the other user.

    Args:
        pool: the user's pool.
        user: the user, whose attributes are not changed yet.
        changed: all attributes that the user will have.
        error: the error to raise, with the name of the alias.
        force: take the alias from the other user if it is an alias of theirs too, and of a kind that needs
            verification. Their email address or phone number is then no longer verified.

    Raises:
        ServiceError: ``error``: another user has the name.
    """
    check_aliases(pool, user, changed, error, force=force)
    for conflict in list(names.find_conflicts(pool, user, changed)):
        held = {**conflict.holder.attributes, f"{conflict.alias}_verified": "false"}
        pool.users.set_attributes(conflict.holder, held)
