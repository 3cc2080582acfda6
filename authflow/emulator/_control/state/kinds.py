"""What every kind of record in the state has in common."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from authflow.emulator._control.clock import MovableClock
from authflow.emulator._control.state.errors import Misfit
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service

#: a JSON value
Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class World:
    """All that the state describes.

    Attributes:
        service: the service, with its records.
        clock: the emulator's clock.
        tokens: the software tokens that were added, by the user's sub and the secret: several records may share one.
        memberships: what users say about their groups while records are added, until all users are there.
    """

    service: Service
    clock: MovableClock
    tokens: dict[tuple[str, str], SoftwareToken] = field(default_factory=dict)
    memberships: list[tuple[UserPool, User, Json]] = field(default_factory=list)


def share_token(world: World, sub: str, token: SoftwareToken | None) -> SoftwareToken | None:
    """Return the software token that a user's records share, with what this record of it knows."""
    if token is None:
        return None
    known = world.tokens.setdefault((sub, token.secret), token)
    known.merge(token)
    return known


def no_relatives(_: World, __: str) -> Iterable[tuple[str, str]]:
    """Return the further records that change with one: none."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record.

    Attributes:
        name: the name in documents and files.
        list_keys: returns the keys of all records, in the order in which they were made.
        encode: returns the JSON value of the record with a key, None if there is none.
        add: adds a record to a world that has none with its key; raises ``Misfit``.
        relatives: returns the kinds and keys of further records that may have changed with one.
        of_pool: whether keys begin with the id of a pool: the records are deleted with it.
    """

    name: str
    list_keys: Callable[[World], Iterable[str]]
    encode: Callable[[World, str], Json | None]
    add: Callable[[World, str, Json], None]
    relatives: Callable[[World, str], Iterable[tuple[str, str]]] = field(default=no_relatives)
    of_pool: bool = False


def split_key(world: World, key: str) -> tuple[UserPool, str]:
    """Return the pool in a key, and the rest of the key.

    Raises:
        Misfit: there is no such pool.
    """
    pool_id, slash, rest = key.partition("/")
    pool = find_pool(world, pool_id)
    if pool is None or not slash:
        raise Misfit(f"the key names no pool: {pool_id[:60]!a}")
    return pool, rest


def find_pool(world: World, pool_id: str) -> UserPool | None:
    """Return the pool with this id, None if there is none. It is not noted as changed."""
    found = world.service.pools.read(pool_id)
    return found[1] if found else None


def list_pools(world: World) -> list[UserPool]:
    """Return all pools, in the order in which they were made."""
    return [pool for _, pool in world.service.pools.read_all()]


def require_same(found: object, key: str) -> None:
    """Require that a record has the name that its key says."""
    if found != key:
        raise Misfit(f"the key must be {str(found)[:80]!a}")


def take(value: Mapping[str, Json], *names: str) -> tuple[dict[str, Json], list[Json]]:
    """Return an object without some members, and these members.

    Raises:
        Misfit: one is missing.
    """
    for name in names:
        if name not in value:
            raise Misfit(f"{name} is missing")
    rest = {name: item for name, item in value.items() if name not in names}
    return rest, [value[name] for name in names]
