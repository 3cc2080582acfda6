"""The kinds of record that make up a pool, except for its users."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from authflow.emulator._control.state.codec import (
    decode_bytes,
    decode_integer,
    encode_bytes,
    get_codec,
    make_arguments_codec,
    require_list,
    require_object,
    require_text,
)
from authflow.emulator._control.state.errors import Misfit
from authflow.emulator._control.state.kinds import (
    Json,
    Kind,
    World,
    find_pool,
    list_pools,
    require_same,
    split_key,
    take,
)
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.domain import Domain
from authflow.emulator._records.group import Group
from authflow.emulator._records.import_job import ImportJob
from authflow.emulator._records.numbered import Numbered
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.provider import Provider

#: the fields of a pool that have records of their own
OWN_RECORDS: Final = (
    "keys", "decoys", "triggers", "groups", "providers", "import_jobs", "client_ids", "resource_servers",
)  # fmt: skip
POOL_CODEC: Final = make_arguments_codec(UserPool, **dict.fromkeys(OWN_RECORDS))
CLIENT_CODEC: Final = make_arguments_codec(UserPoolClient, pool=None)
DOMAIN_CODEC: Final = make_arguments_codec(Domain, pool=None)
GROUP_CODEC: Final = make_arguments_codec(Group, members=None)
JOB_CODEC: Final = make_arguments_codec(ImportJob, file=None)
PROVIDER_CODEC: Final = get_codec(Provider)
SERVERS_CODEC: Final = get_codec(list[Any])
#: the series of a pool whose records have numbers
SERIES: Final[dict[str, Callable[[UserPool], Any]]] = {
    "users": lambda pool: pool.users.all,
    "groups": lambda pool: pool.groups.all,
    "providers": lambda pool: pool.providers.all,
    "import_jobs": lambda pool: pool.import_jobs,
    "client_ids": lambda pool: pool.client_ids,
    "resource_servers": lambda pool: pool.resource_servers,
}


def _list_pool_ids(world: World) -> Iterable[str]:
    return [pool.id for pool in list_pools(world)]


def _encode_pool(world: World, key: str) -> Json | None:
    found = world.service.pools.read(key)
    if found is None:
        return None
    number, pool = found
    return {"number": number, **POOL_CODEC.encode(pool), "resource_servers": _encode_servers(pool.resource_servers)}


def _encode_servers(servers: Numbered[dict[str, Any]]) -> Json:
    return [[number, name, SERVERS_CODEC.encode([servers[name]])[0]] for number, name in servers.list_names()]


def _add_pool(world: World, key: str, value: Json) -> None:
    rest, (number, servers) = take(require_object(value), "number", "resource_servers")
    pool = UserPool(**POOL_CODEC.decode(rest))
    require_same(pool.id, key)
    for entry in require_list(servers):
        if len(require_list(entry)) != 3:
            raise Misfit("resource_servers must have lists of a number, an identifier and a description")
        number_of_server, name, description = entry
        server = require_object(SERVERS_CODEC.decode([description])[0])
        pool.resource_servers.restore(require_text(name), server, decode_integer(number_of_server))
    world.service.pools.restore(pool.id, pool, decode_integer(number))


def _encode_numbers(world: World, key: str) -> Json | None:
    pool = find_pool(world, key)
    return None if pool is None else {name: find(pool).next for name, find in SERIES.items()}


def _add_numbers(world: World, key: str, value: Json) -> None:
    pool = find_pool(world, key)
    if pool is None:
        raise Misfit("there is no such pool")
    for name, number in require_object(value).items():
        if name not in SERIES:
            raise Misfit(f"unknown member {name[:50]!a}")
        if decode_integer(number) < SERIES[name](pool).next:
            raise Misfit(f"{name} must be greater than the numbers in use")
        SERIES[name](pool).next = number


def _list_keys_of_pools(world: World) -> Iterable[str]:
    return [pool.id for pool in list_pools(world) if pool.keys is not None]


def _encode_keys(world: World, key: str) -> Json | None:
    pool = find_pool(world, key)
    return None if pool is None or pool.keys is None else pool.keys.export()


def _add_keys(world: World, key: str, value: Json) -> None:
    from authflow.emulator._crypto.jose import PoolKeys  # noqa: PLC0415 -- slow to import, see there

    pool = find_pool(world, key)
    if pool is None:
        raise Misfit("there is no such pool")
    try:
        pool.keys = PoolKeys(world.service.entropy, require_text(value))
    except ValueError as error:
        raise Misfit(f"must be the text of two private RSA keys: {error}") from None
    world.service.signers[pool.keys.access_token_key.kid] = pool


def _list_client_ids(world: World) -> Iterable[str]:
    return list(world.service.clients)


def _encode_client(world: World, key: str) -> Json | None:
    client = dict.get(world.service.clients, key)
    if client is None:
        return None
    found = client.pool.client_ids.read(key)
    return {"pool": client.pool.id, "number": found[0] if found else 0, **CLIENT_CODEC.encode(client)}


def _add_client(world: World, key: str, value: Json) -> None:
    rest, (pool_id, number) = take(require_object(value), "pool", "number")
    pool = find_pool(world, require_text(pool_id))
    if pool is None:
        raise Misfit("there is no such pool").inside(".pool")
    client = UserPoolClient(**CLIENT_CODEC.decode(rest), pool=pool)
    require_same(client.id, key)
    world.service.clients[key] = client
    pool.client_ids.restore(key, key, decode_integer(number))


def _list_domains(world: World) -> Iterable[str]:
    return list(world.service.domains)


def _encode_domain(world: World, key: str) -> Json | None:
    domain = dict.get(world.service.domains, key)
    return None if domain is None else {"pool": domain.pool.id, **DOMAIN_CODEC.encode(domain)}


def _add_domain(world: World, key: str, value: Json) -> None:
    rest, (pool_id,) = take(require_object(value), "pool")
    pool = find_pool(world, require_text(pool_id))
    if pool is None or key not in {pool.domain, pool.custom_domain}:
        raise Misfit("the pool has no such domain").inside(".pool")
    domain = Domain(**DOMAIN_CODEC.decode(rest), pool=pool)
    require_same(domain.name, key)
    world.service.domains[key] = domain


def _list_groups(world: World) -> Iterable[str]:
    return [f"{pool.id}/{name}" for pool in list_pools(world) for name in pool.groups.list_names()]


def _encode_group(world: World, key: str) -> Json | None:
    pool_id, _, name = key.partition("/")
    pool = find_pool(world, pool_id)
    group = pool.groups.read(name) if pool else None
    if pool is None or group is None:
        return None
    number = pool.groups.all.number_of(group)
    return {"number": number, "next_member": group.members.next, **GROUP_CODEC.encode(group)}


def _add_group(world: World, key: str, value: Json) -> None:
    pool, name = split_key(world, key)
    rest, (number, next_member) = take(require_object(value), "number", "next_member")
    group = Group(**GROUP_CODEC.decode(rest))
    require_same(group.name.lower(), name)
    pool.groups.restore(group, decode_integer(number))
    group.members.next = decode_integer(next_member)


def _list_providers(world: World) -> Iterable[str]:
    return [f"{pool.id}/{provider.name}" for pool in list_pools(world) for _, provider in pool.providers.all.read_all()]


def _encode_provider(world: World, key: str) -> Json | None:
    pool_id, _, name = key.partition("/")
    pool = find_pool(world, pool_id)
    found = pool.providers.all.read(name) if pool else None
    return None if found is None else {"number": found[0], **PROVIDER_CODEC.encode(found[1])}


def _add_provider(world: World, key: str, value: Json) -> None:
    pool, name = split_key(world, key)
    rest, (number,) = take(require_object(value), "number")
    provider = PROVIDER_CODEC.decode(rest)
    require_same(provider.name, name)
    pool.providers.all.restore(name, provider, decode_integer(number))
    pool.providers.put(provider)


def _list_jobs(world: World) -> Iterable[str]:
    return [f"{pool.id}/{job.id}" for pool in list_pools(world) for _, job in pool.import_jobs.read_all()]


def _find_job(world: World, key: str) -> tuple[int, ImportJob] | None:
    pool_id, _, name = key.partition("/")
    pool = find_pool(world, pool_id)
    return pool.import_jobs.read(name) if pool else None


def _encode_job(world: World, key: str) -> Json | None:
    found = _find_job(world, key)
    return None if found is None else {"number": found[0], **JOB_CODEC.encode(found[1])}


def _add_job(world: World, key: str, value: Json) -> None:
    pool, name = split_key(world, key)
    rest, (number,) = take(require_object(value), "number")
    job = ImportJob(**JOB_CODEC.decode(rest))
    require_same(job.id, name)
    pool.import_jobs.restore(name, job, decode_integer(number))


def _relate_numbers(_: World, key: str) -> Iterable[tuple[str, str]]:
    return [(NUMBERS.name, key)]


def _relate_file(world: World, key: str) -> Iterable[tuple[str, str]]:
    """Return the file of a job that has ended: it is gone."""
    found = _find_job(world, key)
    return [] if found is None or found[1].completed is None else [(FILE.name, key)]


def _list_files(world: World) -> Iterable[str]:
    jobs = ((pool.id, job) for pool in list_pools(world) for _, job in pool.import_jobs.read_all())
    return [f"{pool_id}/{job.id}" for pool_id, job in jobs if job.file]


def _encode_file(world: World, key: str) -> Json | None:
    found = _find_job(world, key)
    return encode_bytes(found[1].file) if found and found[1].file else None


def _add_file(world: World, key: str, value: Json) -> None:
    pool, name = split_key(world, key)
    found = pool.import_jobs.read(name)
    if found is None:
        raise Misfit("there is no such import job")
    found[1].file = decode_bytes(value)


POOL: Final = Kind("pool", _list_pool_ids, _encode_pool, _add_pool, _relate_numbers)
KEYS: Final = Kind("keys", _list_keys_of_pools, _encode_keys, _add_keys, of_pool=True)
CLIENT: Final = Kind("client", _list_client_ids, _encode_client, _add_client)
DOMAIN: Final = Kind("domain", _list_domains, _encode_domain, _add_domain)
GROUP: Final = Kind("group", _list_groups, _encode_group, _add_group, of_pool=True)
PROVIDER: Final = Kind("provider", _list_providers, _encode_provider, _add_provider, of_pool=True)
JOB: Final = Kind("import_job", _list_jobs, _encode_job, _add_job, _relate_file, of_pool=True)
FILE: Final = Kind("import_file", _list_files, _encode_file, _add_file, of_pool=True)
NUMBERS: Final = Kind("numbers", _list_pool_ids, _encode_numbers, _add_numbers, of_pool=True)
