"""Users' passwords: setting and checking them."""

from authflow.emulator._crypto import passwords
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service


def identity(pool: UserPool, username: str) -> str:
    """Return the identity that SRP hashes: what follows the pool id's first underscore, and the canonical name."""
    return pool.srp_pool_name + username


def make_stored_password(
    service: Service, pool: UserPool, username: str, chosen: str, *, temporary: bool = False
) -> StoredPassword:
    """Return what is kept of a password that the policy permits.

    Raises:
        ServiceError: InvalidPasswordException.
    """
    passwords.check_password_policy(pool.password_policy, chosen)
    expires = passwords.compute_expiry(pool.password_policy, service.now()) if temporary else None
    return passwords.StoredPassword.create(identity(pool, username), chosen, service.entropy, expires)


def matches(pool: UserPool, user: User, given: str) -> bool:
    """Return whether this is the user's password."""
    return user.password.matches(identity(pool, user.username), given)
