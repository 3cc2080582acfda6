"""Flows and devices in Redis, for all processes of a service. The extra ``redis`` installs redis-py.

You need Redis 6.2 or newer, alone or as a Redis Cluster: each command names one key. Redis holds nothing readable:
names are digests, and contents are encrypted and bound to their place.

Give stores a client that does not repeat commands by itself (``retry=Retry(NoBackoff(), 0)``). Since its version 6,
redis-py repeats commands that got no reply. A repeated ``take`` may find that its first try took the flow, and raise
``FlowTaken`` instead of ``StoreError``. A repeated ``put`` of a flow that was taken may store it a second time, if
another request took it in between.
"""

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
