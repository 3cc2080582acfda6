"""Users' passwords: setting and checking them."""

from authflow.emulator import password
from authflow.emulator.password import StoredPassword
from authflow.emulator.pool import UserPool
from authflow.emulator.service import Service
from authflow.emulator.user import User


def identity(pool: UserPool, username: str) -> str:
    """Return the identity that SRP hashes: what follows the pool id's first underscore, and the canonical name."""
    return pool.srp_group + username


def stored(service: Service, pool: UserPool, username: str, chosen: str, *, temporary: bool = False) -> StoredPassword:
    """Return what is kept of a password that the policy permits.

    Raises:
        ServiceError: InvalidPasswordException.
    """
    password.check(pool.password_policy, chosen)
    expires = password.temporary_until(pool.password_policy, service.now()) if temporary else None
    return password.store(identity(pool, username), chosen, service.entropy, expires)


def matches(pool: UserPool, user: User, given: str) -> bool:
    """Return whether this is the user's password."""
    return user.password.matches(identity(pool, user.username), given)
