"""Stores in Redis when the server crashes, is unreachable, or sends invalid replies."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from authflow import Device, FlowTaken, StoreError
from authflow.stores.redis import AsyncRedisDeviceStore, AsyncRedisFlowStore, RedisDeviceStore, RedisFlowStore
from tests.snapshots.test_plain import asked
from tests.support.redis_server import APPENDING, running
from tests.support.samples import SECRET_APP
from tests.support.stores import KEY, Loop, Time

OLD_KEY = bytes(range(1, 33))
DEVICE = Device("eu-west-1_0a1b", "-group-7", "the secret")
HOLDER = "browser-1"


def test_flows_and_devices_survive_a_crash_of_the_server(tmp_path: Path) -> None:
    with running(tmp_path, APPENDING) as server:
        with server.client() as client:
            handle = RedisFlowStore(client, SECRET_APP, KEY, stamp=Time()).put(asked())
            RedisDeviceStore(client, KEY).put(HOLDER, "ada", DEVICE)
        server.kill()
        server.start()
        with server.client() as client:
            store = RedisFlowStore(client, SECRET_APP, KEY, stamp=Time())
            assert store.take(handle) == asked()
            with pytest.raises(FlowTaken):
                store.take(handle)
            assert RedisDeviceStore(client, KEY).get(HOLDER, "ada") == DEVICE


@pytest.mark.parametrize(("retries", "is_warned"), [(0, False), (3, True)])
def test_a_client_that_retries_is_warned_of(retries: int, is_warned: bool, caplog: pytest.LogCaptureFixture) -> None:
    client = redis.Redis(port=9, retry=Retry(NoBackoff(), retries))
    if not hasattr(client.get_retry(), "get_retries"):
        pytest.skip("this version of redis-py does not tell")
    RedisFlowStore(client, SECRET_APP, KEY)
    RedisDeviceStore(client, KEY)
    assert ["retries commands" in record.message for record in caplog.records] == [True] * is_warned


def test_an_unreachable_server(tmp_path: Path) -> None:
    with running(tmp_path) as server, server.client() as client:
        store, devices = RedisFlowStore(client, SECRET_APP, KEY, stamp=Time()), RedisDeviceStore(client, KEY)
        handle = store.put(asked())
        server.kill()
        for use in (
            lambda: store.put(asked()),
            lambda: store.take(handle),
            lambda: devices.put(HOLDER, "ada", DEVICE, entered_username="a@b"),
            lambda: devices.get(HOLDER, "ada"),
            lambda: devices.drop(HOLDER, "ada"),
        ):
            require_unreachable(use, handle)


def test_an_unreachable_server_with_the_async_stores(tmp_path: Path) -> None:
    with running(tmp_path) as server:

        async def run() -> None:
            async with server.async_client() as client:
                store = AsyncRedisFlowStore(client, SECRET_APP, KEY, stamp=Time())
                handle = await store.put(asked())
                server.kill()
                for use in (store.take(handle), AsyncRedisDeviceStore(client, KEY).get(HOLDER, "ada")):
                    await require_unreachable_async(use, handle)

        asyncio.run(run())


def require_unreachable(use: Callable[[], object], handle: str) -> None:
    with pytest.raises(StoreError) as caught:
        use()
    require_no_secrets(caught.value, handle)


async def require_unreachable_async(use: Awaitable[object], handle: str) -> None:
    with pytest.raises(StoreError) as caught:
        await use
    require_no_secrets(caught.value, handle)


class Replying:
    """A client that returns or raises the same for each command."""

    def __init__(self, reply: object) -> None:
        self._reply = reply

    def execute_command(self, *_: Any) -> Any:
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply


class AsyncReplying(Replying):
    async def execute_command(self, *_: Any) -> Any:
        return super().execute_command()


@pytest.mark.parametrize(
    "reply",
    [
        5,
        True,
        1.5,
        [b"a"],
        {},
        OSError("gone"),
        UnicodeDecodeError("ascii", b"\xff", 0, 1, "not in range"),
        ValueError("invalid literal for int()"),
        RecursionError("a list in a list in a list"),
        TypeError("a callback"),
        redis.exceptions.RedisClusterException("no slot"),
    ],
)
def test_invalid_replies(reply: object, loop: Loop) -> None:
    store, devices = RedisFlowStore(Replying(reply), SECRET_APP, KEY), RedisDeviceStore(Replying(reply), KEY)
    uses: list[Callable[[], object]] = [lambda: store.take("A" * 43), lambda: devices.get(HOLDER, "ada")]
    uses.append(lambda: devices.drop(HOLDER, "ada"))
    if isinstance(reply, Exception):
        uses += [lambda: devices.put(HOLDER, "ada", DEVICE)]
    client = AsyncReplying(reply)
    uses.append(lambda: loop.run(AsyncRedisFlowStore(client, SECRET_APP, KEY).take("A" * 43)))
    uses.append(lambda: loop.run(AsyncRedisDeviceStore(client, KEY).get(HOLDER, "ada")))
    for use in uses:
        with pytest.raises(StoreError) as caught:
            use()
        assert len(str(caught.value)) < 100


@pytest.mark.parametrize("reply", [0, [], False, {}])
def test_an_invalid_reply_to_a_put(reply: object) -> None:
    with pytest.raises(StoreError):
        RedisFlowStore(Replying(reply), SECRET_APP, KEY, stamp=Time()).put(asked())


@pytest.mark.parametrize("reply", [b":x\r\n", b"$x\r\n", b"*1\r\n" * 5_000, b"?\r\n", b"$2\r\n\xff\xff\r\n"])
def test_bytes_that_are_not_a_reply(reply: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = redis.Redis(port=port, protocol=2, retry=Retry(NoBackoff(), 0), decode_responses=True)
        with client, ThreadPoolExecutor(1) as pool:
            pool.submit(reply_once, server, reply)
            with pytest.raises(StoreError):
                RedisFlowStore(client, SECRET_APP, KEY).take("A" * 43)


def reply_once(server: socket.socket, reply: bytes) -> None:
    """Accept the CLIENT commands of a client, and send ``reply`` to its GETDEL."""
    connection, _ = server.accept()
    with connection:
        while b"GETDEL" not in (said := connection.recv(65_536)):
            connection.sendall(b"+OK\r\n" * said.count(b"CLIENT"))
        connection.sendall(reply)


def require_no_secrets(error: StoreError, handle: str) -> None:
    assert isinstance(error.__cause__, redis.RedisError)
    assert not any(secret in f"{error} {error.__cause__}" for secret in (handle, HOLDER, "ada", DEVICE.secret.reveal()))
