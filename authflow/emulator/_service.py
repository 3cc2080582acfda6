"""The service's state, and the look-ups that all operations share."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._outbox import Outbox
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.secret_blocks import SecretBlocks
from authflow.emulator._records.sessions import Sessions
from authflow.emulator._records.token_families import TokenFamilies
from authflow.emulator._service_model.model import ServiceModel
from authflow.emulator._settings import Settings

Clock: TypeAlias = Callable[[], datetime]
Params: TypeAlias = dict[str, Any]
Reply: TypeAlias = dict[str, Any]


class Service:
    """All pools of one account in one Region, and what is under way in them.

    Args:
        clock: says what time it is; nothing else does.
        entropy: the source of everything random.
        region: begins the pools' ids.
        issuer: begins the tokens' ``iss``, which ends in the pool's id.
        settings: how to behave where sources disagree.
    """

    def __init__(self, clock: Clock, entropy: Entropy, region: str, issuer: str, settings: Settings) -> None:
        self._clock = clock
        self.entropy = entropy
        self.region = region
        self.settings = settings
        self._issuer = issuer
        self.model = ServiceModel()
        self.pools: dict[str, UserPool] = {}
        self.clients: dict[str, UserPoolClient] = {}
        self.outbox = Outbox()
        self.sessions = Sessions(entropy)
        self.secret_blocks = SecretBlocks(entropy)
        self.token_families = TokenFamilies(entropy)

    def now(self) -> datetime:
        """Return the present time."""
        return self._clock()

    def issuer_of(self, pool: UserPool) -> str:
        """Return the ``iss`` of a pool's tokens."""
        return f"{self._issuer}/{pool.id}"

    def pool(self, pool_id: str) -> UserPool:
        """Return a pool by its id.

        Raises:
            ServiceError: ResourceNotFoundException.
        """
        pool = self.pools.get(pool_id)
        if pool is None:
            raise _errors.NO_POOL(pool_id)
        return pool

    def client(self, client_id: str, pool_id: str | None = None) -> UserPoolClient:
        """Return an app client by its id; where the request names a pool too, it must be that pool's.

        Raises:
            ServiceError: ResourceNotFoundException.
        """
        if pool_id is not None:
            self.pool(pool_id)
        client = self.clients.get(client_id)
        if client is None or pool_id not in {None, client.pool.id}:
            raise _errors.NO_CLIENT(client_id)
        return client


def system_clock() -> datetime:
    """Return the present time, in UTC."""
    return datetime.now(UTC)
