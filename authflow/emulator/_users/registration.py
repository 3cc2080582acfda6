"""New users, whoever makes them."""

from collections.abc import Mapping

from authflow.emulator import _errors
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service
from authflow.emulator._users import attributes, credentials, names


def make_user(
    service: Service, pool: UserPool, username: str, given: Mapping[str, str], *, chosen: str, status: Status
) -> User:
    """Return a new user, who is not in the pool yet; where people sign in by email or phone, the username is the sub.

    Raises:
        ServiceError: the name is taken or not permitted, an attribute is wrong, or the policy refuses the password.
    """
    names.check_new_username(pool, username)
    if "sub" in given:
        raise _errors.ATTRIBUTE_READ_ONLY("sub")
    having = {**given, **names.derive_attributes(pool, username)}
    attributes.check_values(pool, having)
    sub = service.entropy.uuid()
    canonical = sub if pool.username_attributes else username
    if names.find_user(pool, canonical):  # also as an alias or a sub
        raise _errors.USERNAME_EXISTS()
    temporary = status is Status.FORCE_CHANGE_PASSWORD
    password = credentials.make_stored_password(service, pool, canonical, chosen, temporary=temporary)
    now = service.now()
    return User(canonical, sub, having, status, password, created=now, modified=now)


def resolve_alias_conflicts(
    pool: UserPool, user: User, having: Mapping[str, str], fault: _errors.ErrorTemplate, *, force: bool = False
) -> None:
    """Refuse if an alias that the attributes ``having`` give this user is a name of another one.

    Args:
        pool: the user's.
        user: keeps what they have.
        having: the attributes that the user is about to have.
        fault: how to refuse.
        force: take the alias from the other user instead, where proof makes an address or a number theirs.
    """
    taken = list(names.find_conflicts(pool, user, having))
    for name in taken:
        if not (force and name.kind == name.alias and names.needs_verification(pool, name.alias)):
            raise fault(name.alias)
    for name in taken:
        name.holder.attributes[f"{name.alias}_verified"] = "false"
