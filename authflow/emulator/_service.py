"""The state of the service, and the look-ups that its operations share."""

import re
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock
from typing import Any, Final, Protocol, TypeAlias

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.sealed import SealedTexts
from authflow.emulator._deferred import DeferredCalls
from authflow.emulator._outbox import Outbox
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.domain import Domain
from authflow.emulator._records.functions import Functions
from authflow.emulator._records.numbered import Numbered
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.secret_blocks import SecretBlocks
from authflow.emulator._records.sessions import Sessions
from authflow.emulator._records.token_families import TokenFamilies
from authflow.emulator._records.watching import WatchedDict
from authflow.emulator._service_model.model import ServiceModel
from authflow.emulator._settings import Settings

Clock: TypeAlias = Callable[[], datetime]
Params: TypeAlias = dict[str, Any]
Reply: TypeAlias = dict[str, Any]
NEVER: Final = datetime.min.replace(tzinfo=UTC)
#: stands for an emulator that no server serves
NO_ADDRESS: Final = "https://emulator.invalid"


class Keeper(Protocol):
    """What keeps the records of a service in a file, as the service uses it."""

    def note(self, kind: str, key: str) -> None:
        """Note that the operation in progress may have changed a record."""

    def watch_pool(self, pool: UserPool) -> None:
        """Note from now on which records of a pool operations look up."""

    def pause(self, *, forget: bool) -> Any:  # noqa: ANN401 -- for resume
        """Write what the operation in progress has changed, and return what it may still change."""

    def resume(self, paused: Any) -> None:  # noqa: ANN401 -- what pause has returned
        """Go on with the operation that was in progress."""


class Service:
    """The pools of one account in one Region, with their app clients, Sessions and tokens.

    Args:
        clock: the only source of the current time.
        entropy: the source of all random values.
        region: the prefix of the pools' ids.
        issuer: the prefix of the tokens' ``iss``, which ends in the pool's id.
        settings: how to behave where sources disagree about Cognito's behaviour.

    Attributes:
        latest_shown: the latest time that the clock had shown when somebody asked last.
        address: the URL of the server that serves it, for the URLs that it gives to clients.
        pins: ids that the next operation is to use instead of random ones, by name; for seeding.
        signers: the pools whose access tokens are signed with a key, by the key's id.
        functions: the Lambda functions that do not belong to one pool.
        deferred: the calls that follow when an operation is complete.
        lock: held by each operation, except while it waits for a Lambda trigger.
        keeper: what keeps the records in a file; None if they are in memory only.
    """

    def __init__(self, clock: Clock, entropy: Entropy, region: str, issuer: str, settings: Settings) -> None:
        self._clock = clock
        self.latest_shown: datetime = NEVER
        self.entropy = entropy
        self.region = region
        self.settings = settings
        self._issuer = issuer
        self.model: ServiceModel = ServiceModel()
        self.pools: Numbered[UserPool] = Numbered()
        self.clients: WatchedDict[UserPoolClient] = WatchedDict()
        self.signers: dict[str, UserPool] = {}
        self.domains: WatchedDict[Domain] = WatchedDict()
        self.outbox: Outbox = Outbox()
        self.sessions: Sessions = Sessions(entropy)
        self.secret_blocks: SecretBlocks = SecretBlocks(entropy)
        self.token_families: TokenFamilies = TokenFamilies(entropy)
        self.page_tokens: SealedTexts = SealedTexts(entropy)
        self.address: str = NO_ADDRESS
        self.pins: dict[str, str] = {}
        self.functions: Functions = Functions()
        self.deferred: DeferredCalls = DeferredCalls()
        self.lock: RLock = RLock()
        self.keeper: Keeper | None = None

    def now(self) -> datetime:
        """Return the current time."""
        now = self._clock()
        self.latest_shown = max(self.latest_shown, now)
        return now

    @property
    def latest(self) -> datetime:
        """The latest time that the clock has shown: what has ended by then does not begin again if it is set back."""
        return max(self.now(), self.latest_shown)

    @contextmanager
    def unlocked(self, *, forget: bool = False) -> Iterator[None]:
        """Let other requests in for the duration of the context. Check again afterwards what was read before.

        Args:
            forget: whether the operation looks up again whatever it changes afterwards.
        """
        keeper = self.keeper
        paused = keeper.pause(forget=forget) if keeper else None
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()
            if keeper and self.keeper is keeper:
                keeper.resume(paused)

    def note(self, kind: str, key: str) -> None:
        """Note that the operation in progress may have changed a record that it did not look up."""
        if self.keeper is not None:
            self.keeper.note(kind, key)

    def issuer_of(self, pool: UserPool) -> str:
        """Return the ``iss`` of a pool's tokens."""
        return f"{self._issuer}/{pool.id}"

    @property
    def alias_exists(self) -> _errors.ErrorTemplate:
        """The error for an alias that another user has."""
        return _errors.ALIAS_EXISTS.with_text(self.settings.alias_exists_text)

    def get_pool(self, pool_id: str) -> UserPool:
        """Return the pool with this id.

        Raises:
            ServiceError: ResourceNotFoundException: there is no such pool.
        """
        pool = self.pools.get(pool_id)
        if pool is None:
            raise _errors.NO_POOL(pool_id)
        return pool

    def take_id(self, name: str, taken: Container[str], pattern: re.Pattern[str]) -> str | None:
        """Return the id that was pinned under a name, None if there is none.

        Raises:
            ServiceError: InvalidParameterException: it is in use, or malformed.
        """
        pinned = self.pins.pop(name, None)
        if pinned is None:
            return None
        if not isinstance(pinned, str) or not pattern.fullmatch(pinned):
            raise _errors.INVALID(f"The {name} is malformed; it must match {pattern.pattern}")
        if pinned in taken:
            raise _errors.INVALID(f"The {name} is in use")
        return pinned

    def add_pool(self, pool: UserPool) -> None:
        """Add a new pool."""
        self.pools[pool.id] = pool
        if self.keeper is not None:
            self.keeper.watch_pool(pool)

    def delete_pool(self, pool: UserPool) -> None:
        """Delete a pool with its app clients, domains and users."""
        for client_id in pool.client_ids:
            self.delete_client(self.clients[client_id])
        for name in filter(None, (pool.domain, pool.custom_domain)):
            del self.domains[name]
        if pool.keys is not None:
            self.signers.pop(pool.keys.access_token_key.kid, None)
        del self.pools[pool.id]

    def add_client(self, client: UserPoolClient) -> None:
        """Add a new app client to its pool."""
        self.clients[client.id] = client
        client.pool.client_ids[client.id] = client.id

    def delete_client(self, client: UserPoolClient) -> None:
        """Delete an app client. Its tokens are no longer valid."""
        del self.clients[client.id], client.pool.client_ids[client.id]
        client.pool.looks.pop(client.id, None)

    def get_client(self, client_id: str, pool_id: str | None = None) -> UserPoolClient:
        """Return the app client with this id. If ``pool_id`` is given, the client must belong to that pool.

        Raises:
            ServiceError: ResourceNotFoundException: there is no such pool, or it has no such client.
        """
        if pool_id is not None:
            self.get_pool(pool_id)
        client = self.clients.get(client_id)
        if client is None or pool_id not in {None, client.pool.id}:
            raise _errors.NO_CLIENT(client_id)
        return client


def system_clock() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)
