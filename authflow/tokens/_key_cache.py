"""The keys of one issuer: fetched when they are needed, kept, and fetched again for an unknown ``kid``."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from authflow.backends._process_local import ProcessLocal
from authflow.backends._single_flight import SingleFlight
from authflow.core.errors import BackendError
from authflow.tokens._jose import KeySetError, PublicKey, import_key_set

Fetch: TypeAlias = Callable[[], Coroutine[Any, Any, object]]

REFETCH_AFTER: Final = timedelta(seconds=10)  # for an unknown kid, which anybody can send; as aws-jwt-verify
FRESH_FOR: Final = timedelta(hours=1)  # then they are fetched again, so that a removed key is not trusted for long
USABLE_FOR: Final = timedelta(hours=24)  # without a successful fetch
_LOGGER: Final = logging.getLogger("authflow")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the keys.

    Attributes:
        keys: the keys by their ``kid``; empty if none were ever fetched.
        fetched_at: when they were fetched.
        tried_at: when the last fetch ended, successful or not.
        failure: why the last fetch failed; None if it did not.
    """

    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    failure: str | None = None


class KeyCache:
    """Finds keys of one issuer. Threads may share it if they may share a flight.

    Args:
        issuer: the issuer, for errors and as the key of its flight.
        fetch: returns the issuer's JSON Web Key Set.
        flight: makes one fetch of many at the same time, in each process.
        clock: returns the time, as an aware datetime.
    """

    def __init__(
        self, issuer: str, fetch: Fetch, flight: ProcessLocal[SingleFlight[None]], clock: Callable[[], datetime]
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._flight = flight
        self._clock = clock
        self._known = _Known()

    async def find(self, kid: str) -> PublicKey | None:
        """Return the key with this ``kid``; None if the issuer has none.

        Raises:
            BackendError: there are no usable keys, or the fetch that would tell whether this one exists has failed.
        """
        known = self._known
        if (key := self._get_fresh(known, kid)) is not None:
            return key
        if self._may_fetch(known):
            await self._flight().run(self._issuer, lambda: self._refresh(known))
            known = self._known
        if not self._is_within(known.fetched_at, USABLE_FOR):
            raise BackendError(f"no keys of {self._issuer}: {known.failure or 'they are too old'}")
        key = known.keys.get(kid)
        if key is None and known.failure is not None:
            raise BackendError(f"the keys of {self._issuer} lack the token's, and can't be renewed: {known.failure}")
        return key

    def _get_fresh(self, known: _Known, kid: str) -> PublicKey | None:
        """Return the key if no fetch is due, or if another caller fetches and the key will do meanwhile."""
        key = known.keys.get(kid)
        if key is None or self._is_within(known.fetched_at, FRESH_FOR):
            return key
        is_usable = self._is_within(known.fetched_at, USABLE_FOR)
        return key if is_usable and self._flight().is_running(self._issuer) else None

    def _may_fetch(self, known: _Known) -> bool:
        has_usable_keys = self._is_within(known.fetched_at, USABLE_FOR)
        return not has_usable_keys or not self._is_within(known.tried_at, REFETCH_AFTER)

    async def _refresh(self, seen: _Known) -> None:
        """Fetch the keys, unless another caller has done so since this one looked."""
        if self._known is not seen:
            return
        failure = None
        try:
            keys = import_key_set(await self._fetch())
        except KeySetError as error:
            failure = f"the answer {error}"
        except BackendError as error:
            failure = str(error)
        except Exception as error:  # of the caller's function; its text may hold a secret
            failure = type(error).__name__
        now = self._clock()
        if failure is None:
            self._known = _Known(keys, now, now)
        else:
            self._known = replace(seen, tried_at=now, failure=failure)
            _LOGGER.warning("the keys of %s can't be fetched: %s", self._issuer, failure)

    def _is_within(self, since: datetime | None, limit: timedelta) -> bool:
        """Return whether less than ``limit`` has passed. A clock that was moved back says nothing."""
        return since is not None and timedelta(0) <= self._clock() - since < limit
