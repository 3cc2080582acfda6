"""The kinds of record about users: those of a pool, and its decoy users."""

from collections.abc import Iterable
from typing import Final

from authflow.emulator._control.state.codec import decode_integer, decode_time, get_codec, require_list, require_object
from authflow.emulator._control.state.errors import Misfit
from authflow.emulator._control.state.kinds import (
    Json,
    Kind,
    World,
    find_pool,
    list_pools,
    require_same,
    share_token,
    split_key,
    take,
)
from authflow.emulator._records.user import User

CODEC: Final = get_codec(User)


def _list_users(world: World) -> Iterable[str]:
    return (f"{pool.id}/{sub}" for pool in list_pools(world) for sub in pool.users.list_subs())


def _encode_user(world: World, key: str) -> Json | None:
    pool_id, _, sub = key.partition("/")
    pool = find_pool(world, pool_id)
    user = pool.users.read(sub) if pool else None
    if pool is None or user is None:
        return None
    encoded = {"number": pool.users.all.number_of(user), **CODEC.encode(user)}
    if groups := pool.groups.list_of(user):
        encoded["groups"] = [[pool.groups.all.number_of(group), group.members.number_of(user)] for group in groups]
    return encoded


def _add_user(world: World, key: str, value: Json) -> None:
    pool, sub = split_key(world, key)
    given = {"groups": [], **require_object(value)}
    rest, (number, groups) = take(given, "number", "groups")
    user: User = CODEC.decode(rest)
    require_same(user.sub, sub)
    user.software_token = share_token(world, sub, user.software_token)
    user.pending_token = share_token(world, sub, user.pending_token)
    if pool.users.find_by_username(user.username) is not None:
        raise Misfit(f"another user has the username {user.username[:50]!a}")
    pool.users.restore(user, decode_integer(number))
    for identity in user.identities:
        pool.providers.restore_link(user, identity)
    world.memberships.extend((pool, user, entry) for entry in require_list(groups))


def _list_decoys(world: World) -> Iterable[str]:
    return [f"{pool.id}/{name}" for pool in list_pools(world) for name in pool.decoys.keys()]  # noqa: SIM118 -- no dict


def _encode_decoy(world: World, key: str) -> Json | None:
    pool_id, _, name = key.partition("/")
    pool = find_pool(world, pool_id)
    entry = pool.decoys.read(name) if pool else None
    return None if entry is None else {"until": entry[0].isoformat(), **CODEC.encode(entry[1])}


def _add_decoy(world: World, key: str, value: Json) -> None:
    pool, name = split_key(world, key)
    rest, (until,) = take(require_object(value), "until")
    user: User = CODEC.decode(rest)
    require_same(user.username, name)
    pool.decoys.restore(name, user, decode_time(until))


def add_memberships(world: World) -> None:
    """Put users into their groups, in the order in which they joined. Groups that no longer exist are left out.

    Raises:
        Misfit: a membership is not two numbers.
    """
    found = []
    for pool, user, entry in world.memberships:
        if len(require_list(entry)) != 2:
            raise Misfit(f"groups of {user.username[:50]!a} must have lists of two numbers")
        group = pool.groups.all.find(decode_integer(entry[0]))
        if group is not None:
            found.append((decode_integer(entry[1]), pool, user, group))
    for number, pool, user, group in sorted(found, key=lambda membership: membership[0]):
        pool.groups.restore_member(user, group, number)
    world.memberships.clear()


USER: Final = Kind("user", _list_users, _encode_user, _add_user, of_pool=True)
DECOY: Final = Kind("decoy", _list_decoys, _encode_decoy, _add_decoy, of_pool=True)
