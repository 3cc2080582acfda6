"""Flows and devices in Redis, for all processes of a service. The home of redis-py, which the extra ``redis`` installs.

Redis 6.2 or newer, alone or as a Redis Cluster: each command names one key. Nothing readable is in it: names are
digests, contents are encrypted and bound to their place.

Each operation is written once, as a generator that yields commands and is sent Redis' replies. The blocking and the
async stores differ only in who carries them.

Give stores a client that does not repeat commands by itself (``retry=Retry(NoBackoff(), 0)``). redis-py's default,
since its version 6, is to repeat what got no reply. A repeated ``take`` may find that its first try took the flow, and
raise ``FlowTaken`` instead of ``StoreError``. A repeated ``put`` of a flow that was taken may put it back a second
time, if another request took it in between.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from redis import Redis
from redis.cluster import RedisCluster

from authflow.core._codec import FieldError, decode, encode
from authflow.core._validation import TOKEN_MOST, require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.devices import Device
from authflow.core.errors import InvalidInput, SnapshotError, StoreError
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.snapshots._encryption import Keys, from_base64url, key_ring, to_base64url
from authflow.snapshots.plain import expires_at, require_resting
from authflow.snapshots.sealed import seal, unseal
from authflow.stores.flows import flow_is_there, flow_taken, new_handle, require_sent_handle

T = TypeVar("T")
PREFIX: Final = "authflow:"
Operation: TypeAlias = Generator[tuple[str | int, ...], Any, T]
"""Yields commands, is sent their replies, and returns the outcome."""


class Client(Protocol):
    """What is used of ``redis.Redis`` and ``redis.cluster.RedisCluster``."""

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py has it
        """Send one command and return its reply."""


class AsyncClient(Protocol):
    """What is used of ``redis.asyncio.Redis`` and ``redis.asyncio.cluster.RedisCluster``."""

    def execute_command(self, *args: Any, **options: Any) -> Awaitable[Any]:  # noqa: ANN401 - as redis-py has it
        """Send one command and return its reply."""


class RedisFlowStore:
    """A ``FlowStore`` in Redis; threads and processes may share it.

    Args:
        client: a ``redis.Redis`` or ``redis.cluster.RedisCluster``.
        app: the app client of the flows.
        key: 32 random bytes that only your servers know; of several the first seals, and all open.
        prefix: of all names in Redis.
        stamp: says what time it is; for tests.

    Raises:
        InvalidInput: a key that is not 32 bytes, a client of the other kind, or another argument that can't be.
    """

    def __init__(
        self,
        client: Client,
        app: AppClient,
        key: Keys,
        *,
        prefix: str = PREFIX,
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        self._client, self._flows = _blocking(client, "AsyncRedisFlowStore"), _Flows(app, key, prefix, stamp)

    def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle."""
        return _run(self._client, self._flows.put(flow, handle))

    def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more."""
        return _run(self._client, self._flows.take(handle))


class AsyncRedisFlowStore:
    """An ``AsyncFlowStore`` in Redis.

    Args:
        client: a ``redis.asyncio.Redis`` or ``redis.asyncio.cluster.RedisCluster``.
        app: the app client of the flows.
        key: as ``RedisFlowStore``.
        prefix: of all names in Redis.
        stamp: says what time it is; for tests.

    Raises:
        InvalidInput: a key that is not 32 bytes, a client of the other kind, or another argument that can't be.
    """

    def __init__(
        self,
        client: AsyncClient,
        app: AppClient,
        key: Keys,
        *,
        prefix: str = PREFIX,
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        self._client, self._flows = _awaited(client, "RedisFlowStore"), _Flows(app, key, prefix, stamp)

    async def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle."""
        return await _run_async(self._client, self._flows.put(flow, handle))

    async def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more."""
        return await _run_async(self._client, self._flows.take(handle))


class RedisDeviceStore:
    """A ``DeviceStore`` in Redis; threads and processes may share it.

    A device whose key was rotated away is as good as none: the person is asked for the second factor.

    Args:
        client: a ``redis.Redis`` or ``redis.cluster.RedisCluster``.
        key: 32 random bytes that only your servers know; of several the first seals, and all open.
        prefix: of all names in Redis.
        lifetime: how long a holder's devices are kept after the last one was put there; for ever if None. It is set
            by a command of its own: a ``put`` that raises StoreError may have kept devices for ever, until the next.

    Raises:
        InvalidInput: a key that is not 32 bytes, a client of the other kind, or another argument that can't be.
        SnapshotError: ``altered`` or ``malformed``: what is in Redis is no device of this place.
        StoreError: Redis can't be reached.
    """

    def __init__(self, client: Client, key: Keys, *, prefix: str = PREFIX, lifetime: timedelta | None = None) -> None:
        self._client, self._devices = _blocking(client, "AsyncRedisDeviceStore"), _Devices(key, prefix, lifetime)

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return _run(self._client, self._devices.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device."""
        _run(self._client, self._devices.put(holder, username, device, typed))

    def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        _run(self._client, self._devices.drop(holder, username))


class AsyncRedisDeviceStore:
    """An ``AsyncDeviceStore`` in Redis; all else as ``RedisDeviceStore``.

    Args:
        client: a ``redis.asyncio.Redis`` or ``redis.asyncio.cluster.RedisCluster``.
        key: as ``RedisDeviceStore``.
        prefix: of all names in Redis.
        lifetime: as ``RedisDeviceStore``.
    """

    def __init__(
        self, client: AsyncClient, key: Keys, *, prefix: str = PREFIX, lifetime: timedelta | None = None
    ) -> None:
        self._client, self._devices = _awaited(client, "RedisDeviceStore"), _Devices(key, prefix, lifetime)

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return await _run_async(self._client, self._devices.get(holder, username))

    async def put(self, holder: str, username: str, device: Device, *, typed: str | None = None) -> None:
        """Keep a device."""
        await _run_async(self._client, self._devices.put(holder, username, device, typed))

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        await _run_async(self._client, self._devices.drop(holder, username))


class _Flows:
    """The operations of a flow store. A flow is a string with an expiry; its name is a digest of app and handle."""

    def __init__(self, app: AppClient, key: Keys, prefix: str, stamp: Callable[[], Stamp]) -> None:
        self._app, self._key = require_instance("app", app, AppClient), key
        self._prefix, self._stamp = _require_prefix(prefix), stamp
        key_ring(key)  # a bad one is found here, and not when the first person signs in

    def put(self, flow: Flow, old_handle: str | None) -> Operation[str]:
        if self._ids(require_resting(flow).app) != self._ids(self._app):
            raise InvalidInput("flow", "belongs to another app client than the store")
        handle, stamp = new_handle(old_handle), self._stamp()
        name, value = self._name(handle), seal(flow, self._key, stamp=stamp, bound_to=handle)
        milliseconds = int((expires_at(flow, stamp.at) - stamp.at) / timedelta(milliseconds=1))
        if milliseconds <= 0:
            return handle  # has expired already
        stored = yield "SET", name, value, "NX", "PX", milliseconds
        # No two seals are alike: what equals this one is this one, stored by a command that redis-py sent twice.
        if not stored and _content((yield "GET", name)) != value:
            raise flow_is_there()
        return handle

    def take(self, handle: str) -> Operation[Flow]:
        value = _content((yield "GETDEL", self._name(require_sent_handle(handle))))
        if value is None:
            raise flow_taken()
        try:
            return unseal(value, self._key, self._app, stamp=self._stamp(), bound_to=handle)
        except SnapshotError as error:
            if error.code == "expired":
                raise flow_taken() from None
            raise

    def _name(self, handle: str) -> str:
        return f"{self._prefix}flow:{_digest(*self._ids(self._app), handle)}"

    @staticmethod
    def _ids(app: AppClient) -> tuple[str, str]:
        return app.pool_id, app.client_id


class _Devices:
    """The operations of a device store. A holder is a hash, in which fields are digests, and values are boxes.

    There is a field for each device, and one for each name by which its owner is known there: the canonical one, and
    those that were typed. So one HSET writes all that belongs together.
    """

    def __init__(self, key: Keys, prefix: str, lifetime: timedelta | None) -> None:
        self._ring, self._prefix = key_ring(key), _require_prefix(prefix)
        if lifetime is not None and require_instance("lifetime", lifetime, timedelta) < timedelta(seconds=1):
            raise InvalidInput("lifetime", "must be a second or more")
        self._lifetime = lifetime

    def get(self, holder: str, username: str) -> Operation[Device | None]:
        canonical = yield from self._canonical(holder, username)
        content = yield from self._read(holder, "device", canonical)
        try:
            return None if content is None else decode(Device, content, "device")
        except (FieldError, InvalidInput) as error:
            raise SnapshotError("malformed", f"what is in Redis is no device: {error}") from None

    def put(self, holder: str, username: str, device: Device, typed: str | None) -> Operation[None]:
        name = self._name(holder)
        fields = [*self._field(holder, "device", username, encode(require_instance("device", device, Device)))]
        for known_as in dict.fromkeys((username, typed or username)):
            fields += self._field(holder, "name", known_as, username)
        yield "HSET", name, *fields
        if self._lifetime is not None:
            yield "EXPIRE", name, int(self._lifetime.total_seconds())

    def drop(self, holder: str, username: str) -> Operation[None]:
        canonical = yield from self._canonical(holder, username)
        yield "HDEL", self._name(holder), _digest(holder, "device", canonical)

    def _canonical(self, holder: str, username: str) -> Operation[str]:
        known = yield from self._read(holder, "name", username)
        return known if isinstance(known, str) else username

    def _read(self, holder: str, kind: str, username: str) -> Operation[Any]:
        """Return the content of a field; None if there is none, or none that these keys open."""
        name, field = self._name(holder), _digest(holder, kind, username)
        value = _content((yield "HGET", name, field))
        try:
            return None if value is None else json.loads(self._ring.open(from_base64url(value), _place(name, field)))
        except SnapshotError as error:
            if error.code == "unknown_key":
                return None
            raise
        except ValueError:
            raise SnapshotError("malformed", "what is in Redis is no device") from None

    def _field(self, holder: str, kind: str, username: str, content: object) -> tuple[str, str]:
        name, field = self._name(holder), _digest(holder, kind, username)
        return field, to_base64url(self._ring.close(json.dumps(content).encode(), _place(name, field)))

    def _name(self, holder: str) -> str:
        return f"{self._prefix}devices:{_digest(require_text('holder', holder, at_most=TOKEN_MOST))}"


def _content(reply: object) -> str | None:
    """Return what Redis has under a name; None if there is nothing."""
    if reply is None or isinstance(reply, str):
        return reply
    raise StoreError(f"Redis answered nonsense: not a string, but {type(reply).__name__}")


def _place(name: str, field: str) -> bytes:
    return f"authflow device {name} {field}".encode()


def _digest(*texts: str) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()  # JSON keeps them apart


def _require_prefix(prefix: object) -> str:
    return require_text("prefix", prefix, at_most=128)


def _blocking(client: Client, instead: str) -> Client:
    if iscoroutinefunction(_commands_of(client)):
        raise InvalidInput("client", f"is for an event loop: use {instead}")
    return client


def _awaited(client: AsyncClient, instead: str) -> AsyncClient:
    _commands_of(client)
    if isinstance(client, Redis | RedisCluster):  # what may be awaited need not be a coroutine
        raise InvalidInput("client", f"is not for an event loop: use {instead}")
    return client


def _commands_of(client: object) -> object:
    execute = getattr(client, "execute_command", None)
    if not callable(execute):
        raise InvalidInput("client", f"must be a client of redis-py, not {type(client).__name__}")
    return execute


def _run(client: Client, operation: Operation[T]) -> T:
    reply = None
    while True:
        try:
            command = operation.send(reply)
        except StopIteration as done:
            outcome: T = done.value
            return outcome
        with _store_errors():
            reply = client.execute_command(*command)
        reply = _text(_here(reply))


async def _run_async(client: AsyncClient, operation: Operation[T]) -> T:
    reply = None
    while True:
        try:
            command = operation.send(reply)
        except StopIteration as done:
            outcome: T = done.value
            return outcome
        with _store_errors():
            reply = await client.execute_command(*command)
        reply = _text(reply)


def _here(reply: object) -> object:
    """Return a reply that has come: what wraps a client may hide that it is for an event loop."""
    if isawaitable(reply):
        if iscoroutine(reply):
            reply.close()  # nothing was sent, nor will be
        raise InvalidInput("client", "is for an event loop: use a store whose name begins with Async")
    return reply


def _text(reply: object) -> object:
    """Return a reply as a client with ``decode_responses`` has it; all that the stores write is ASCII."""
    return reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # redis-py raises ValueError, RecursionError and others where a reply makes no sense
        raise StoreError(f"Redis can't be reached, or did not do what it was asked: {type(error).__name__}") from error
