"""Stores in Redis: properties that depend on a server shared by many processes."""

import asyncio
import subprocess
import sys
import time as real_time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from authflow import (
    AppClient,
    Device,
    Flow,
    FlowTaken,
    InvalidInput,
    Password,
    SnapshotError,
    StoreError,
    begin,
    stamp_now,
)
from authflow.snapshots._encryption import from_base64url
from authflow.stores.redis import AsyncRedisDeviceStore, AsyncRedisFlowStore, RedisDeviceStore, RedisFlowStore
from tests.snapshots.test_plain import asked, flows
from tests.support.redis_server import RedisServer
from tests.support.samples import SECRET_APP, stamp
from tests.support.stores import KEY, RecordingClient, RepeatingClient, Time, race

OLD_KEY = bytes(range(1, 33))
DEVICE = Device("eu-west-1_0a1b", "-group-7", "the secret")
HOLDER = "browser-1"


@pytest.fixture
def server(redis_server: RedisServer) -> RedisServer:
    """An empty server."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    with server.client() as client:
        yield client


@pytest.fixture
def store(client: redis.Redis, time: Time) -> RedisFlowStore:
    return RedisFlowStore(client, SECRET_APP, KEY, stamp=time)


def names(client: redis.Redis) -> list[bytes]:
    return list(client.scan_iter())


def only_name(client: redis.Redis) -> bytes:
    [name] = names(client)
    return name


# A flow is taken exactly once


def test_one_of_many_threads_gets_the_flow(store: RedisFlowStore) -> None:
    for _ in range(10):
        got = race(store, store.put(asked()), 16)
        assert [flow for flow in got if flow] == [asked()]


def test_one_of_many_tasks_gets_the_flow(server: RedisServer, time: Time) -> None:
    async def run() -> list[Flow | BaseException]:
        async with server.async_client() as client:
            store = AsyncRedisFlowStore(client, SECRET_APP, KEY, stamp=time)
            handle = await store.put(asked())
            return await asyncio.gather(*(store.take(handle) for _ in range(30)), return_exceptions=True)

    got = asyncio.run(run())
    assert [flow for flow in got if not isinstance(flow, FlowTaken)] == [asked()]


TAKER = """
import sys, redis
from authflow import AppClient, FlowTaken
from authflow.snapshots._encryption import from_base64url
from authflow.stores.redis import RedisFlowStore

port, key, handle, pool, app_client = sys.argv[1:]
client = redis.Redis(host="127.0.0.1", port=int(port))
store = RedisFlowStore(client, AppClient(pool, app_client), bytes.fromhex(key))
client.rpush("ready", "1")
client.blpop("go", timeout=60)
try:
    print(store.take(handle).node)
except FlowTaken:
    print("taken")
"""


def test_one_of_several_processes_gets_the_flow(client: redis.Redis) -> None:
    takers, store = 4, RedisFlowStore(client, SECRET_APP, KEY)
    failed = begin(SECRET_APP, Password("ada", "pw"), stamp_now()).cancel(stamp_now())
    handle, port = store.put(failed), client.connection_pool.connection_kwargs["port"]
    arguments = [str(port), KEY.hex(), handle, SECRET_APP.pool_id, SECRET_APP.client_id]
    command = [sys.executable, "-c", TAKER, *arguments]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(takers)]
    try:
        for _ in range(takers):
            assert client.blpop(["ready"], timeout=60)
        client.rpush("go", *["1"] * takers)
        said = [process.communicate(timeout=60)[0].strip() for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert sorted(said) == ["failed"] + ["taken"] * (takers - 1)


def test_commands_of_a_flow_store_that_are_sent_twice(client: redis.Redis, store: RedisFlowStore, time: Time) -> None:
    repeating = RedisFlowStore(RepeatingClient(client), SECRET_APP, KEY, stamp=time)
    handle = repeating.put(asked())
    assert store.take(handle) == asked()
    assert repeating.put(asked(), handle=handle) == handle
    with pytest.raises(InvalidInput):
        repeating.put(asked(), handle=handle)
    with pytest.raises(FlowTaken):
        repeating.take(handle)


# Expiry


def test_redis_forgets_a_flow_when_its_session_expires(client: redis.Redis, store: RedisFlowStore, time: Time) -> None:
    handle = store.put(asked())
    assert 170_000 < client.pttl(only_name(client)) <= 180_000
    flow = store.take(handle)
    time.passed = timedelta(minutes=2)
    store.put(flow, handle=handle)
    assert 50_000 < client.pttl(only_name(client)) <= 60_000


def test_an_expired_flow_is_deleted(client: redis.Redis) -> None:
    store = RedisFlowStore(client, SECRET_APP, KEY)
    challenge = asked().challenge
    assert challenge
    begun = datetime.now(UTC) - SECRET_APP.session_validity
    almost = replace(asked(), state=replace(challenge, asked_at=begun + timedelta(seconds=2)))
    handle = store.put(almost)
    assert client.exists(only_name(client))
    deadline = real_time.monotonic() + 20
    while names(client) and real_time.monotonic() < deadline:
        real_time.sleep(0.05)
    assert not names(client)
    with pytest.raises(FlowTaken):
        store.take(handle)
    store.put(replace(asked(), state=replace(challenge, asked_at=begun)))
    assert not names(client), "an expired flow is not stored"


# What is in Redis


def test_nothing_readable_is_in_redis(server: RedisServer, client: redis.Redis, time: Time) -> None:
    secrets = {
        HOLDER,
        DEVICE.key,
        DEVICE.group_key,
        DEVICE.secret.reveal(),
        "ada@example.com",
        "ada-sub",
        "JBSWY3DPEHPK3PXP",
    }
    secrets |= {"AYABeSession", "+****", "asked_at", SECRET_APP.pool_id, SECRET_APP.client_id}
    for flow in flows().values():
        handle = RedisFlowStore(client, flow.app, KEY, stamp=time).put(flow)
        secrets |= {handle, handle[:12], flow.id, str(flow.node)}
    RedisDeviceStore(client, KEY).put(HOLDER, "ada-sub", DEVICE, entered_username="ada@example.com")
    content = server.read_all()
    assert sum(one.startswith(b"authflow:flow:") for one in content) == len(flows())
    assert sum(one.startswith(b"authflow:devices:") for one in content) == 1
    raw = [from_base64url(one.decode()) for one in content if not one.startswith(b"authflow:")]
    assert {secret for secret in secrets if any(secret.encode() in one for one in (*content, *raw))} == set()


def test_a_value_that_was_altered_moved_or_sealed_with_another_key_is_refused(
    client: redis.Redis, store: RedisFlowStore, time: Time
) -> None:
    def refused(value: Any = None, key: bytes = KEY) -> str:
        handle = store.put(asked())
        name = only_name(client)
        if value is not None:
            client.set(name, value)
        with pytest.raises(SnapshotError) as caught:
            RedisFlowStore(client, SECRET_APP, key, stamp=time).take(handle)
        assert not names(client), "it is removed all the same"
        return caught.value.code

    first = store.put(asked())
    value = client.getdel(only_name(client))
    assert isinstance(value, bytes)
    with pytest.raises(FlowTaken):
        store.take(first)
    assert refused(value) == "altered", "it was stored under another handle"
    assert refused(value[:-8] + b"AAAAAAAA") == "altered"
    assert refused(value[:-12]) == "truncated"
    assert refused(b"\xff\x00") == "malformed"
    assert refused(b"") == "malformed"
    assert refused(key=OLD_KEY) == "unknown_key"


def test_a_store_never_takes_the_flow_of_another_app_client(
    client: redis.Redis, store: RedisFlowStore, time: Time
) -> None:
    other = AppClient(SECRET_APP.pool_id, "another")
    handle = store.put(asked())
    with pytest.raises(FlowTaken):
        RedisFlowStore(client, other, KEY, stamp=time).take(handle)
    with pytest.raises(InvalidInput, match="flow: belongs to another app client"):
        store.put(asked(other))
    assert store.take(handle) == asked()


def test_keys_rotate(client: redis.Redis, time: Time) -> None:
    before = RedisFlowStore(client, SECRET_APP, OLD_KEY, stamp=time)
    after = RedisFlowStore(client, SECRET_APP, [KEY, OLD_KEY], stamp=time)
    assert after.take(before.put(asked())) == asked()
    with pytest.raises(SnapshotError):
        before.take(after.put(asked()))


def test_prefixes_separate_stores(client: redis.Redis, store: RedisFlowStore, time: Time) -> None:
    other = RedisFlowStore(client, SECRET_APP, KEY, prefix="staging:", stamp=time)
    handle = other.put(asked())
    assert only_name(client).startswith(b"staging:flow:")
    with pytest.raises(FlowTaken):
        store.take(handle)
    assert other.take(handle) == asked()


@pytest.mark.parametrize(
    "options",
    [{"key": b"short"}, {"key": []}, {"prefix": ""}, {"prefix": 5}, {"lifetime": timedelta()}, {"lifetime": 5}],
)
def test_invalid_arguments(client: redis.Redis, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        RedisDeviceStore(client, **({"key": KEY} | options))
    if "lifetime" not in options:
        with pytest.raises(InvalidInput):
            RedisFlowStore(client, SECRET_APP, **({"key": KEY} | options))
    with pytest.raises(InvalidInput):
        RedisFlowStore(client, "app", KEY)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("cluster", [False, True])
def test_a_client_of_the_wrong_kind(client: redis.Redis, cluster: bool) -> None:
    awaited: Any = object.__new__(redis.asyncio.RedisCluster) if cluster else redis.asyncio.Redis()
    blocking: Any = object.__new__(redis.RedisCluster) if cluster else client
    for make, instead in (
        (lambda: RedisFlowStore(awaited, SECRET_APP, KEY), "use AsyncRedisFlowStore"),
        (lambda: RedisDeviceStore(awaited, KEY), "use AsyncRedisDeviceStore"),
        (lambda: AsyncRedisFlowStore(blocking, SECRET_APP, KEY), "use RedisFlowStore"),
        (lambda: AsyncRedisDeviceStore(blocking, KEY), "use RedisDeviceStore"),
    ):
        with pytest.raises(InvalidInput, match=instead) as caught:
            make()
        assert caught.value.field == "client"


@pytest.mark.parametrize("client", [None, 5, "redis://localhost"])
def test_an_object_that_is_not_a_client(client: Any) -> None:
    for store in (RedisDeviceStore, AsyncRedisDeviceStore):
        with pytest.raises(InvalidInput):
            store(client, KEY)


def test_a_wrapped_client_of_the_wrong_kind(client: redis.Redis, time: Time) -> None:
    """A wrapper may hide which kind of client it has."""

    class Logging:
        def __init__(self, client: Any) -> None:
            self.client = client

        def execute_command(self, *command: Any) -> Any:
            return self.client.execute_command(*command)

    with pytest.raises(InvalidInput, match="client: is for an event loop"):
        RedisFlowStore(Logging(redis.asyncio.Redis()), SECRET_APP, KEY, stamp=time).put(asked())
    with pytest.raises(StoreError):
        asyncio.run(AsyncRedisFlowStore(Logging(client), SECRET_APP, KEY, stamp=time).put(asked()))


def test_a_server_that_is_full_or_has_a_value_of_another_type(client: redis.Redis, store: RedisFlowStore) -> None:
    handle = store.put(asked())
    name = only_name(client)
    client.delete(name)
    client.rpush(name, "a list")
    with pytest.raises(StoreError, match="ResponseError"):
        store.take(handle)
    client.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(StoreError, match="OutOfMemoryError"):
            store.put(asked())
    finally:
        client.config_set("maxmemory", "0")


# Devices


def test_devices_are_kept_for_their_lifetime(client: redis.Redis) -> None:
    RedisDeviceStore(client, KEY).put(HOLDER, "ada", DEVICE)
    assert client.ttl(only_name(client)) == -1
    RedisDeviceStore(client, KEY, lifetime=timedelta(days=30)).put(HOLDER, "ada", DEVICE)
    assert 0 < timedelta(days=30).total_seconds() - client.ttl(only_name(client)) + 1 < 60


def test_a_device_is_decrypted_only_under_its_own_key_and_field(client: redis.Redis) -> None:
    store = RedisDeviceStore(client, KEY)
    store.put(HOLDER, "ada", DEVICE)
    name = only_name(client)
    client.rename(name, "aside")
    store.put("browser-2", "ada", DEVICE)
    other_name = next(one for one in names(client) if one != b"aside")
    client.copy("aside", name.decode())
    client.copy("aside", other_name.decode(), replace=True)
    assert read(store, HOLDER, "ada") == DEVICE
    assert read(store, "browser-2", "ada") is None, "the names of fields depend on the holder"
    fields = client.hgetall(name)
    assert len(fields) == 2, "a device, and the name of its owner"
    client.hset(name, mapping=dict(zip(fields, reversed(fields.values()), strict=True)))
    assert read(store, HOLDER, "ada") == "altered", "each value is in the field of the other"


def read(store: RedisDeviceStore, holder: str, username: str) -> Device | str | None:
    """Return the device, or the code of the error."""
    try:
        return store.get(holder, username)
    except SnapshotError as error:
        return error.code


@pytest.mark.parametrize(
    ("value", "means"),
    [
        (b"", None),  # not encrypted with one of our keys, so it counts as missing
        (b"AAAA" * 20, None),
        (b"\xff", "malformed"),
        (b"not base64url!", "malformed"),
    ],
)
def test_a_value_that_is_not_a_device(client: redis.Redis, value: bytes, means: str | None) -> None:
    store = RedisDeviceStore(client, KEY)
    store.put(HOLDER, "ada", DEVICE)
    name = only_name(client)
    client.hset(name, mapping=dict.fromkeys(client.hgetall(name), value))
    assert read(store, HOLDER, "ada") == means


def test_a_device_whose_key_was_removed_counts_as_missing(client: redis.Redis) -> None:
    old, both, new = (RedisDeviceStore(client, keys) for keys in (OLD_KEY, [KEY, OLD_KEY], KEY))
    old.put(HOLDER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert both.get(HOLDER, "ada@example.com") == DEVICE
    assert new.get(HOLDER, "ada-sub") is None
    both.put(HOLDER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert new.get(HOLDER, "ada@example.com") == DEVICE


def test_one_command_stores_a_device(client: redis.Redis) -> None:
    counting = RecordingClient(client)
    store = RedisDeviceStore(counting, KEY)
    store.put(HOLDER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert counting.sent == ["HSET"]
    store.get(HOLDER, "ada-sub")
    assert counting.sent == ["HSET", "HGET", "HGET"]


def test_an_entered_username_may_become_the_username_of_another_person(client: redis.Redis) -> None:
    """It then finds the device of that person, whatever name that person entered."""
    store, other = RedisDeviceStore(client, KEY), Device("eu-west-1_2c3d", "-group-8", "another secret")
    store.put(HOLDER, "ada-sub", DEVICE, entered_username="ada")
    store.put(HOLDER, "ada", other, entered_username="ada@example.com")
    assert [store.get(HOLDER, name) for name in ("ada-sub", "ada", "ada@example.com")] == [DEVICE, other, other]


def test_commands_of_a_device_store_that_are_sent_twice(client: redis.Redis) -> None:
    store = RedisDeviceStore(RepeatingClient(client), KEY)
    store.put(HOLDER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert store.get(HOLDER, "ada@example.com") == DEVICE
    store.drop(HOLDER, "ada@example.com")
    assert store.get(HOLDER, "ada-sub") is None


def test_invalid_arguments_of_put(client: redis.Redis) -> None:
    store = RedisDeviceStore(client, KEY)
    for wrong in ("", 5, "\ud800"):
        with pytest.raises(InvalidInput):
            store.put(wrong, "ada", DEVICE)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInput):
        store.put(HOLDER, "ada", stamp())  # type: ignore[arg-type]  # wrong on purpose
