"""Device stores in Redis."""

import json
from datetime import timedelta
from typing import Any

from authflow.core._codec import FieldError, decode, encode
from authflow.core._coroutines import run_to_end
from authflow.core._validation import TOKEN_MOST, require_instance, require_text
from authflow.core.devices import Device
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.snapshots._encryption import Keys, from_base64url, make_key_ring, to_base64url
from authflow.stores.redis._commands import (
    PREFIX,
    AsyncClient,
    Client,
    Execute,
    async_execute,
    blocking_execute,
    digest,
    require_prefix,
    text_or_none,
)


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
        self._devices = _Devices(blocking_execute(client, "AsyncRedisDeviceStore"), key, prefix, lifetime)

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return run_to_end(self._devices.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device."""
        run_to_end(self._devices.put(holder, username, device, entered_username))

    def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        run_to_end(self._devices.drop(holder, username))


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
        self._devices = _Devices(async_execute(client, "RedisDeviceStore"), key, prefix, lifetime)

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device of this person there."""
        return await self._devices.get(holder, username)

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Keep a device."""
        await self._devices.put(holder, username, device, entered_username)

    async def drop(self, holder: str, username: str) -> None:
        """Forget the device."""
        await self._devices.drop(holder, username)


class _Devices:
    """The operations of a device store. A holder is a hash, in which fields are digests, and values are boxes.

    There is a field for each device, and one for each name by which its owner is known there: the canonical one, and
    those that were typed. So one HSET writes all that belongs together.
    """

    def __init__(self, execute: Execute, key: Keys, prefix: str, lifetime: timedelta | None) -> None:
        self._execute = execute
        self._ring, self._prefix = make_key_ring(key), require_prefix(prefix)
        if lifetime is not None and require_instance("lifetime", lifetime, timedelta) < timedelta(seconds=1):
            raise InvalidInput("lifetime", "must be a second or more")
        self._lifetime = lifetime

    async def get(self, holder: str, username: str) -> Device | None:
        canonical = await self._canonical_name(holder, username)
        content = await self._read(holder, "device", canonical)
        try:
            return None if content is None else decode(Device, content, "device")
        except (FieldError, InvalidInput) as error:
            raise SnapshotError("malformed", f"what is in Redis is no device: {error}") from None

    async def put(self, holder: str, username: str, device: Device, entered_username: str | None) -> None:
        name = self._name(holder)
        fields = [*self._field(holder, "device", username, encode(require_instance("device", device, Device)))]
        for known_as in dict.fromkeys((username, entered_username or username)):
            fields += self._field(holder, "name", known_as, username)
        await self._execute("HSET", name, *fields)
        if self._lifetime is not None:
            await self._execute("EXPIRE", name, int(self._lifetime.total_seconds()))

    async def drop(self, holder: str, username: str) -> None:
        canonical = await self._canonical_name(holder, username)
        await self._execute("HDEL", self._name(holder), digest(holder, "device", canonical))

    async def _canonical_name(self, holder: str, username: str) -> str:
        known = await self._read(holder, "name", username)
        return known if isinstance(known, str) else username

    async def _read(self, holder: str, kind: str, username: str) -> Any:  # noqa: ANN401 - JSON
        """Return the content of a field; None if there is none, or none that these keys open."""
        name, field = self._name(holder), digest(holder, kind, username)
        value = text_or_none(await self._execute("HGET", name, field))
        try:
            return (
                None
                if value is None
                else json.loads(self._ring.decrypt(from_base64url(value), _associated_data(name, field)))
            )
        except SnapshotError as error:
            if error.code == "unknown_key":
                return None
            raise
        except ValueError:
            raise SnapshotError("malformed", "what is in Redis is no device") from None

    def _field(self, holder: str, kind: str, username: str, content: object) -> tuple[str, str]:
        name, field = self._name(holder), digest(holder, kind, username)
        return field, to_base64url(self._ring.encrypt(json.dumps(content).encode(), _associated_data(name, field)))

    def _name(self, holder: str) -> str:
        return f"{self._prefix}devices:{digest(require_text('holder', holder, at_most=TOKEN_MOST))}"


def _associated_data(name: str, field: str) -> bytes:
    return f"authflow device {name} {field}".encode()
