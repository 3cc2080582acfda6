"""Flow stores in Redis."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar, overload

from authflow.core._coroutines import run_to_end
from authflow.core._frames import hides_frames
from authflow.core._opaque import ProcessBound
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.core.flow import BaseFlow
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.snapshots._encryption import Keys, make_key_ring
from authflow.snapshots._format import NAMES, compute_expiry, require_resting
from authflow.snapshots.sealed import seal, unseal
from authflow.stores._handles import make_flow_exists_error, make_flow_taken_error, make_handle, require_sent_handle
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
    warn_of_retries,
)

F = TypeVar("F", bound=BaseFlow[Any, Any])
AnyFlow: TypeAlias = BaseFlow[Any, Any]


class RedisFlowStore(ProcessBound):
    """A ``FlowStore`` in Redis. Threads and processes may share it.

    Args:
        client: a ``redis.Redis`` or ``redis.cluster.RedisCluster``.
        app: the app client of the flows.
        key: 32 random bytes that only your servers know; or several such keys: the first one encrypts, all decrypt.
        prefix: the prefix of all keys in Redis.
        stamp: returns the current time; for tests.

    Raises:
        InvalidInput: a key is not 32 bytes, the client is of the wrong kind, or another argument is invalid.
    """

    @hides_frames
    def __init__(
        self,
        client: Client,
        app: AppClient,
        key: Keys,
        *,
        prefix: str = PREFIX,
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        self._flows = _Flows(make_blocking_execute(client, "AsyncRedisFlowStore"), app, key, prefix, stamp)
        warn_of_retries(client)

    def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        """Store a flow and return its handle; see ``FlowStore.put``."""
        return run_to_end(self._flows.put(flow, handle))

    @overload
    def take(self, handle: str) -> Flow: ...
    @overload
    def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    def take(self, handle: str, kind: None) -> AnyFlow: ...
    def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        """Remove the flow under a handle and return it; see ``FlowStore.take``."""
        return run_to_end(self._flows.take(handle, kind))


class AsyncRedisFlowStore(ProcessBound):
    """An ``AsyncFlowStore`` in Redis.

    Args:
        client: a ``redis.asyncio.Redis`` or ``redis.asyncio.cluster.RedisCluster``.
        app: the app client of the flows.
        key: see ``RedisFlowStore``.
        prefix: the prefix of all keys in Redis.
        stamp: returns the current time; for tests.

    Raises:
        InvalidInput: a key is not 32 bytes, the client is of the wrong kind, or another argument is invalid.
    """

    @hides_frames
    def __init__(
        self,
        client: AsyncClient,
        app: AppClient,
        key: Keys,
        *,
        prefix: str = PREFIX,
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        self._flows = _Flows(make_async_execute(client, "RedisFlowStore"), app, key, prefix, stamp)
        warn_of_retries(client)

    async def put(self, flow: AnyFlow, *, handle: str | None = None) -> str:
        """Store a flow and return its handle; see ``FlowStore.put``."""
        return await self._flows.put(flow, handle)

    @overload
    async def take(self, handle: str) -> Flow: ...
    @overload
    async def take(self, handle: str, kind: type[F]) -> F: ...
    @overload
    async def take(self, handle: str, kind: None) -> AnyFlow: ...
    async def take(self, handle: str, kind: type[AnyFlow] | None = Flow) -> AnyFlow:
        """Remove the flow under a handle and return it; see ``FlowStore.take``."""
        return await self._flows.take(handle, kind)


class _Flows:
    """The operations of both flow stores. A flow is an encrypted string with an expiry; its key is a digest."""

    def __init__(self, execute: Execute, app: AppClient, key: Keys, prefix: str, stamp: Callable[[], Stamp]) -> None:
        self._execute = execute
        self._app, self._key = require_instance("app", app, AppClient), key
        self._prefix, self._stamp = require_prefix(prefix), stamp
        make_key_ring(key)  # so that an invalid key is found now, not when the first person signs in

    async def put(self, flow: AnyFlow, old_handle: str | None) -> str:
        if self._get_ids(require_resting(flow).app) != self._get_ids(self._app):
            raise InvalidInput("flow", "belongs to another app client than the store")
        handle, stamp = make_handle(old_handle), self._stamp()
        name, value = self._make_name(handle, flow.NAME), seal(flow, self._key, stamp=stamp, bound_to=handle)
        milliseconds = int((compute_expiry(flow, stamp.at) - stamp.at) / timedelta(milliseconds=1))
        if milliseconds <= 0:
            return handle  # the flow has already expired
        stored = await self._execute("SET", name, value, "NX", "PX", milliseconds)
        # Sealed values are unique: if Redis has this very value, redis-py sent our command twice.
        if not stored and require_text_or_none(await self._execute("GET", name)) != value:
            raise make_flow_exists_error()
        return handle

    async def take(self, handle: str, kind: type[AnyFlow] | None) -> AnyFlow:
        require_sent_handle(handle)
        for name in NAMES if kind is None else (kind.NAME,):
            value = require_text_or_none(await self._execute("GETDEL", self._make_name(handle, name)))
            if value is not None:
                return self._read(value, handle, kind)
        raise make_flow_taken_error()

    def _read(self, value: str, handle: str, kind: type[AnyFlow] | None) -> AnyFlow:
        try:
            return unseal(value, self._key, self._app, kind, stamp=self._stamp(), bound_to=handle)
        except SnapshotError as error:
            if error.code == "expired":
                raise make_flow_taken_error() from None
            raise

    def _make_name(self, handle: str, kind: str) -> str:
        """Return the key of a flow. Flows of other kinds than sign-ins have keys of their own."""
        of_kind = () if kind == Flow.NAME else (kind,)
        return f"{self._prefix}flow:{compute_digest(*self._get_ids(self._app), *of_kind, handle)}"

    @staticmethod
    def _get_ids(app: AppClient) -> tuple[str, str]:
        return app.pool_id, app.client_id
