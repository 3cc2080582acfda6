"""Sets and checks users' passwords."""

from authflow.emulator import _errors
from authflow.emulator._crypto import passwords
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service


def identity(pool: UserPool, username: str) -> str:
    """Return the identity that SRP hashes: the pool id after its first underscore, and the canonical username."""
    return pool.srp_pool_name + username


def make_stored_password(
    service: Service,
    pool: UserPool,
    username: str,
    chosen: str,
    *,
    temporary: bool = False,
    error: _errors.ErrorTemplate = _errors.PASSWORD_POLICY,
) -> StoredPassword:
    """Return the stored form of a password.

    Raises:
        ServiceError: ``error``: the password breaks the policy.
    """
    passwords.check_password_policy(pool.password_policy, chosen, error)
    expires = passwords.compute_expiry(pool.password_policy, service.now()) if temporary else None
    return passwords.StoredPassword.create(identity(pool, username), chosen, service.entropy, expires)


def replace_password(service: Service, pool: UserPool, user: User, chosen: str, *, temporary: bool = False) -> None:
    """Give a user another password.

    Raises:
        ServiceError: InvalidPasswordException: the password breaks the policy.
            PasswordHistoryPolicyViolationException: it is among the latest passwords, which the policy forbids.
    """
    password = make_stored_password(service, pool, user.username, chosen, temporary=temporary)
    size = pool.password_policy.get("PasswordHistorySize", 0)
    latest = user.permanent_passwords[-size:] if size else []
    if any(earlier.matches(identity(pool, user.username), chosen) for earlier in latest):
        raise _errors.PASSWORD_HISTORY()
    user.password = password
    if not temporary:
        user.permanent_passwords = [*user.permanent_passwords, password][-passwords.MAX_HISTORY :]


def matches(pool: UserPool, user: User, given: str) -> bool:
    """Return whether this is the user's password."""
    return user.password.matches(identity(pool, user.username), given)
