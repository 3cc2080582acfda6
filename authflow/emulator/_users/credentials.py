"""Sets and checks users' passwords."""

from authflow.emulator._crypto import passwords
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service


def identity(pool: UserPool, username: str) -> str:
    """Return the identity that SRP hashes: the pool id after its first underscore, and the canonical username."""
    return pool.srp_pool_name + username


def make_stored_password(
    service: Service, pool: UserPool, username: str, chosen: str, *, temporary: bool = False
) -> StoredPassword:
    """Return the stored form of a password.

    Raises:
        ServiceError: InvalidPasswordException: the password breaks the policy.
    """
    passwords.check_password_policy(pool.password_policy, chosen)
    expires = passwords.compute_expiry(pool.password_policy, service.now()) if temporary else None
    return passwords.StoredPassword.create(identity(pool, username), chosen, service.entropy, expires)


def matches(pool: UserPool, user: User, given: str) -> bool:
    """Return whether this is the user's password."""
    return user.password.matches(identity(pool, user.username), given)
