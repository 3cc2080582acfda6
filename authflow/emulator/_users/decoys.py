"""Decoy users: the users whom a client that hides its users seems to have.

A decoy is asked like a user and locked out like one, but nothing proves to be them.
"""

import uuid
from datetime import timedelta
from typing import Final

from authflow.emulator._crypto import srp
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service
from authflow.emulator._users import names

#: longer than any lock and any Session: real users are back to their first state by then, too
RETENTION: Final = timedelta(hours=1)


def get_decoy(service: Service, pool: UserPool, name: str) -> User:
    """Return a user of a name that nobody has: the same one each time, who is not among the pool's users.

    Args:
        service: makes up what is random.
        pool: which the user is not in.
        name: as it was typed, or the canonical name that the decoy of it has.
    """
    name, now = pool.normalize_case(name), service.now()
    username = names.derive_decoy_username(pool, name)
    user = pool.decoys.get(name) or pool.decoys.get(username) or _make_decoy(service, pool, name, username)
    pool.decoys.put(user.username, user, until=now + RETENTION, now=now)
    return user


def derive_contacts(pool: UserPool, name: str) -> dict[str, str]:
    """Return the address and the number that the user of a name seems to have."""
    simulated = names.derive_decoy_bytes(pool, "contact", name)
    letters = "".join(chr(ord("a") + octet % 26) for octet in simulated)
    digits = "".join(str(octet % 10) for octet in simulated)
    return {
        "email": f"{letters[0]}@{letters[1]}",
        "phone_number": f"+1{digits[:10]}",
        **names.parse_contact(pool.normalize_case(name)),
    }


def _make_decoy(service: Service, pool: UserPool, name: str, username: str) -> User:
    salt = int.from_bytes(names.derive_decoy_bytes(pool, "salt", name), "big")
    password = StoredPassword(salt, verifier=service.entropy.bits(srp.GROUP_BITS - 1))  # of no password
    sub = str(uuid.UUID(bytes=names.derive_decoy_bytes(pool, "sub", name), version=4))
    now = service.now()
    return User(username, sub, derive_contacts(pool, name), Status.CONFIRMED, password, created=now, modified=now)
