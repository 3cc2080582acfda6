"""Device stores in Redis."""

import json
from datetime import timedelta
from typing import Any

from authflow.core._codec import FieldError, decode, encode
from authflow.core._coroutines import run_to_end
from authflow.core._frames import hide_frames, hides_frames
from authflow.core._opaque import ProcessBound
from authflow.core._validation import MAX_STRING_LENGTH, require_holder, require_instance, require_text
from authflow.core.devices import Device
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.snapshots._encryption import Keys, from_base64url, make_key_ring, to_base64url
from authflow.stores.redis._commands import (
    PREFIX,
    AsyncClient,
    Client,
    Execute,
    compute_digest,
    make_async_execute,
    make_blocking_execute,
    require_prefix,
    require_text_or_none,
)


class RedisDeviceStore(ProcessBound):
    """A ``DeviceStore`` in Redis. Threads and processes may share it.

    A device that was encrypted with a key that you have removed counts as missing: Cognito asks for the second factor.

    Args:
        client: a ``redis.Redis`` or ``redis.cluster.RedisCluster``.
        key: 32 random bytes that only your servers know; or several such keys: the first one encrypts, all decrypt.
        prefix: the prefix of all keys in Redis.
        lifetime: how long a holder's devices are kept after the last ``put``; without limit if None. A second command
            sets the expiry: after a ``put`` that raised StoreError, the devices may have none until the next ``put``.

    Raises:
        InvalidInput: a key is not 32 bytes, the client is of the wrong kind, or another argument is invalid.
        SnapshotError: ``altered`` or ``malformed``: the value in Redis is not a device that was stored under its key.
        StoreError: Redis can't be reached, or failed.
    """

    @hides_frames
    def __init__(self, client: Client, key: Keys, *, prefix: str = PREFIX, lifetime: timedelta | None = None) -> None:
        self._devices = _Devices(make_blocking_execute(client, "AsyncRedisDeviceStore"), key, prefix, lifetime)

    def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none."""
        return run_to_end(self._devices.get(holder, username))

    def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device under this holder and username."""
        run_to_end(self._devices.put(holder, username, device, entered_username))

    def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username."""
        run_to_end(self._devices.drop(holder, username))


class AsyncRedisDeviceStore(ProcessBound):
    """An ``AsyncDeviceStore`` in Redis; see ``RedisDeviceStore`` for details and errors.

    Args:
        client: a ``redis.asyncio.Redis`` or ``redis.asyncio.cluster.RedisCluster``.
        key: see ``RedisDeviceStore``.
        prefix: the prefix of all keys in Redis.
        lifetime: see ``RedisDeviceStore``.
    """

    @hides_frames
    def __init__(
        self, client: AsyncClient, key: Keys, *, prefix: str = PREFIX, lifetime: timedelta | None = None
    ) -> None:
        self._devices = _Devices(make_async_execute(client, "RedisDeviceStore"), key, prefix, lifetime)

    async def get(self, holder: str, username: str) -> Device | None:
        """Return the device under this holder and username; None if there is none."""
        return await self._devices.get(holder, username)

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        """Store a device under this holder and username."""
        await self._devices.put(holder, username, device, entered_username)

    async def drop(self, holder: str, username: str) -> None:
        """Delete the device under this holder and username."""
        await self._devices.drop(holder, username)


class _Devices:
    """The operations of both device stores. Each holder has a Redis hash of digests and encrypted values.

    The hash has a field for each device, and one for each name of the device's owner: the canonical username and the
    entered ones. So one HSET writes everything that belongs together.
    """

    def __init__(self, execute: Execute, key: Keys, prefix: str, lifetime: timedelta | None) -> None:
        self._execute = execute
        self._ring, self._prefix = make_key_ring(key), require_prefix(prefix)
        if lifetime is not None and require_instance("lifetime", lifetime, timedelta) < timedelta(seconds=1):
            raise InvalidInput("lifetime", "must be a second or more")
        self._lifetime = lifetime

    async def get(self, holder: str, username: str) -> Device | None:
        canonical = await self._find_canonical_name(holder, username)
        content = await self._read(holder, "device", canonical)
        try:
            return None if content is None else decode(Device, content, "device")
        except FieldError as error:
            failure = SnapshotError("malformed", f"the value in Redis is not a device: {error}")
        del content  # this frame stays in the traceback
        raise hide_frames(failure)

    async def put(self, holder: str, username: str, device: Device, entered_username: str | None) -> None:
        name = self._make_name(require_holder(holder, username, entered_username))
        fields = [*self._make_field(holder, "device", username, encode(require_instance("device", device, Device)))]
        for alias in dict.fromkeys((username, entered_username or username)):
            fields += self._make_field(holder, "name", alias, username)
        await self._execute("HSET", name, *fields)
        if self._lifetime is not None:
            await self._execute("EXPIRE", name, int(self._lifetime.total_seconds()))

    async def drop(self, holder: str, username: str) -> None:
        canonical = await self._find_canonical_name(holder, username)
        await self._execute("HDEL", self._make_name(holder), compute_digest(holder, "device", canonical))

    async def _find_canonical_name(self, holder: str, username: str) -> str:
        known = await self._read(holder, "name", username)
        return known if isinstance(known, str) else username

    async def _read(self, holder: str, kind: str, username: str) -> Any:  # noqa: ANN401 - JSON
        """Return the content of a field; None if it is missing or encrypted with an unknown key."""
        name, field = self._make_name(holder), compute_digest(holder, kind, username)
        value = require_text_or_none(await self._execute("HGET", name, field))
        if value is None:
            return None
        try:
            return json.loads(self._ring.decrypt(from_base64url(value), _make_associated_data(name, field)))
        except SnapshotError as error:
            if error.code == "unknown_key":
                return None
            raise
        except ValueError:
            raise SnapshotError("malformed", "the value in Redis is not a device") from None

    def _make_field(self, holder: str, kind: str, username: str, content: object) -> tuple[str, str]:
        name, field = self._make_name(holder), compute_digest(holder, kind, username)
        return field, to_base64url(self._ring.encrypt(json.dumps(content).encode(), _make_associated_data(name, field)))

    def _make_name(self, holder: str) -> str:
        return f"{self._prefix}devices:{compute_digest(require_text('holder', holder, at_most=MAX_STRING_LENGTH))}"


def _make_associated_data(name: str, field: str) -> bytes:
    return f"authflow device {name} {field}".encode()
