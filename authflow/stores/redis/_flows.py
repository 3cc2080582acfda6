"""Flow stores in Redis."""

from collections.abc import Callable
from datetime import timedelta

from authflow.core._coroutines import run_to_end
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.snapshots._encryption import Keys, make_key_ring
from authflow.snapshots._format import expires_at, require_resting
from authflow.snapshots.sealed import seal, unseal
from authflow.stores._handles import flow_exists_error, flow_taken_error, new_handle, require_sent_handle
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
        self._flows = _Flows(blocking_execute(client, "AsyncRedisFlowStore"), app, key, prefix, stamp)

    def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle."""
        return run_to_end(self._flows.put(flow, handle))

    def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more."""
        return run_to_end(self._flows.take(handle))


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
        self._flows = _Flows(async_execute(client, "RedisFlowStore"), app, key, prefix, stamp)

    async def put(self, flow: Flow, *, handle: str | None = None) -> str:
        """Keep a flow and return its handle."""
        return await self._flows.put(flow, handle)

    async def take(self, handle: str) -> Flow:
        """Return the flow and keep it no more."""
        return await self._flows.take(handle)


class _Flows:
    """The operations of a flow store. A flow is a string with an expiry; its name is a digest of app and handle."""

    def __init__(self, execute: Execute, app: AppClient, key: Keys, prefix: str, stamp: Callable[[], Stamp]) -> None:
        self._execute = execute
        self._app, self._key = require_instance("app", app, AppClient), key
        self._prefix, self._stamp = require_prefix(prefix), stamp
        make_key_ring(key)  # a bad one is found here, and not when the first person signs in

    async def put(self, flow: Flow, old_handle: str | None) -> str:
        if self._ids(require_resting(flow).app) != self._ids(self._app):
            raise InvalidInput("flow", "belongs to another app client than the store")
        handle, stamp = new_handle(old_handle), self._stamp()
        name, value = self._name(handle), seal(flow, self._key, stamp=stamp, bound_to=handle)
        milliseconds = int((expires_at(flow, stamp.at) - stamp.at) / timedelta(milliseconds=1))
        if milliseconds <= 0:
            return handle  # has expired already
        stored = await self._execute("SET", name, value, "NX", "PX", milliseconds)
        # No two seals are alike: what equals this one is this one, stored by a command that redis-py sent twice.
        if not stored and text_or_none(await self._execute("GET", name)) != value:
            raise flow_exists_error()
        return handle

    async def take(self, handle: str) -> Flow:
        value = text_or_none(await self._execute("GETDEL", self._name(require_sent_handle(handle))))
        if value is None:
            raise flow_taken_error()
        try:
            return unseal(value, self._key, self._app, stamp=self._stamp(), bound_to=handle)
        except SnapshotError as error:
            if error.code == "expired":
                raise flow_taken_error() from None
            raise

    def _name(self, handle: str) -> str:
        return f"{self._prefix}flow:{digest(*self._ids(self._app), handle)}"

    @staticmethod
    def _ids(app: AppClient) -> tuple[str, str]:
        return app.pool_id, app.client_id
