"""Decoy users: they stand in for users who do not exist, if the client hides which users exist.

A decoy user gets challenges and lockouts like any other user, but no credential ever authenticates it.
"""

import uuid
from datetime import timedelta
from typing import Final

from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service
from authflow.emulator._users import names

#: longer than any lockout and any Session: by then the state of a real user has been reset too
RETENTION: Final = timedelta(hours=1)


def get_decoy(service: Service, pool: UserPool, name: str) -> User:
    """Return the decoy user with this name. The same name gives the same user, who is not in the pool.

    Args:
        service: the service.
        pool: the pool that has no user with this name.
        name: the username as it was entered, or the decoy user's canonical username.
    """
    name, now = pool.users.normalize_case(name), service.now()
    username = names.derive_decoy_username(pool, name)
    user = pool.decoys.get(name) or pool.decoys.get(username) or _make_decoy(service, pool, name, username)
    pool.decoys.put(user.username, user, until=now + RETENTION, now=now)
    return user


def derive_contacts(pool: UserPool, name: str) -> dict[str, str]:
    """Return the email address and the phone number of the decoy user with this name."""
    simulated = names.derive_decoy_bytes(pool, "contact", name)
    letters = "".join(chr(ord("a") + octet % 26) for octet in simulated)
    digits = "".join(str(octet % 10) for octet in simulated)
    return {
        "email": f"{letters[0]}@{letters[1]}",
        "phone_number": f"+1{digits[:10]}",
        **names.parse_contact(pool.users.normalize_case(name)),
    }


def _make_decoy(service: Service, pool: UserPool, name: str, username: str) -> User:
    salt = int.from_bytes(names.derive_decoy_bytes(pool, "salt", name), "big")
    password = StoredPassword(salt, salted_hash=service.entropy.bits(256))  # random: it belongs to no password
    sub = str(uuid.UUID(bytes=names.derive_decoy_bytes(pool, "sub", name), version=4))
    now = service.now()
    return User(username, sub, derive_contacts(pool, name), Status.CONFIRMED, password, created=now, modified=now)
