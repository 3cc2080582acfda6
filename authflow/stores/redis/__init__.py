"""Stores of flows and devices in Redis, shared by all processes of a service. The extra ``redis`` installs redis-py.

You need Redis 6.2 or newer, or a Redis Cluster: each command uses one key only. Nothing in Redis is readable: keys and
fields are digests, and values are encrypted and bound to their key and field.

Give each store a client that does not retry commands (``retry=Retry(NoBackoff(), 0)``). By default, redis-py 6 and
newer retry a command that got no reply. If the first try of a ``take`` removed the flow, the retry raises ``FlowTaken``
instead of ``StoreError``. If another request takes a flow between the tries of a ``put``, the retry stores it again.
"""

from authflow._extras import explain_missing

with explain_missing("authflow.stores.redis"):
    from authflow.stores.redis._commands import AsyncClient, Client
    from authflow.stores.redis._devices import AsyncRedisDeviceStore, RedisDeviceStore
    from authflow.stores.redis._flows import AsyncRedisFlowStore, RedisFlowStore

__all__ = [
    "AsyncClient",
    "AsyncRedisDeviceStore",
    "AsyncRedisFlowStore",
    "Client",
    "RedisDeviceStore",
    "RedisFlowStore",
]
