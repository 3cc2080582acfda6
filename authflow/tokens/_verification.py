"""The verification of tokens, written once as coroutines. Both verifiers document their arguments.

The order is that of trust: the text, the issuer, its key, the signature, and only then what the token says.
"""

import hmac
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from authflow.backends._process_local import ProcessLocal
from authflow.backends._single_flight import SingleFlight
from authflow.core._coroutines import is_async
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput
from authflow.tokens._claims import AccessClaims, IdClaims, read_access_claims, read_id_claims, read_time, require_time
from authflow.tokens._compact import parse
from authflow.tokens._issuers import Issuer, find_issuers, list_apps
from authflow.tokens._jose import KeySetError, PublicKey, import_key_set
from authflow.tokens._key_cache import Fetch, KeyCache
from authflow.tokens._rejection import Rejection, TokenRejected

DEFAULT_LEEWAY: Final = timedelta(seconds=10)
_MAX_LEEWAY: Final = timedelta(minutes=5)
Clock: TypeAlias = Callable[[], datetime]
FetchKeys: TypeAlias = Callable[[Issuer], Fetch]


def read_system_clock() -> datetime:
    """Return the system's time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of token: its ``token_use``, and the claim that names the app client."""

    token_use: str
    client_claim: str


_ACCESS: Final = _Kind("access", "client_id")
_ID: Final = _Kind("id", "aud")


class Verification:
    """Verifies tokens of the user pools of some app clients.

    Args:
        apps, issuer, leeway, clock: as the verifiers'.
        keys: the keys if they were given.
        fetch_keys: fetches the keys of an issuer if they were not.
        flight: makes one fetch of many at the same time, in each process.
    """

    def __init__(
        self,
        apps: AppClient | Iterable[AppClient],
        *,
        keys: Mapping[str, Any] | None,
        issuer: str | None,
        leeway: timedelta,
        clock: Clock,
        fetch_keys: FetchKeys,
        flight: ProcessLocal[SingleFlight[None]],
    ) -> None:
        listed = list_apps(apps)
        self._issuers = find_issuers(listed, issuer)
        self._leeway = _require_leeway(leeway)
        self._clock = _require_clock(clock)
        self._given = None if keys is None else _import_given(keys, listed)
        self._caches = {
            url: KeyCache(url, fetch_keys(each), flight, self._clock) for url, each in self._issuers.items()
        }

    async def verify_access(
        self, token: str, groups: str | Collection[str] | None, scopes: str | Collection[str] | None
    ) -> AccessClaims:
        """Return the claims of an access token, or raise TokenRejected."""
        wanted_groups, wanted_scopes = _list_wanted("groups", groups), _list_wanted("scopes", scopes)
        claims, issuer = await self._verify(token, _ACCESS)
        accepted = read_access_claims(claims, issuer.pool_id)
        if wanted_groups and not wanted_groups.intersection(accepted.groups):
            raise TokenRejected(Rejection.GROUPS, "cognito:groups")
        if wanted_scopes and not wanted_scopes.intersection(accepted.scopes):
            raise TokenRejected(Rejection.SCOPES, "scope")
        return accepted

    async def verify_id(self, token: str, nonce: str | None) -> IdClaims:
        """Return the claims of an id token, or raise TokenRejected."""
        expected = None if nonce is None else require_instance("nonce", nonce, str).encode(errors="surrogatepass")
        claims, issuer = await self._verify(token, _ID)
        accepted = read_id_claims(claims, issuer.pool_id)
        if expected is not None:
            given = claims.get("nonce")
            if not isinstance(given, str) or not hmac.compare_digest(given.encode(errors="surrogatepass"), expected):
                raise TokenRejected(Rejection.NONCE, "nonce")
        return accepted

    async def _verify(self, token: str, kind: _Kind) -> tuple[dict[str, Any], Issuer]:
        unverified = parse(token)
        url = unverified.claims.get("iss")
        issuer = self._issuers.get(url) if isinstance(url, str) else None
        if issuer is None:
            raise TokenRejected(Rejection.ISSUER, "iss")
        if self._given is not None:
            key = self._given.get(unverified.kid)
        else:
            key = await self._caches[issuer.url].find(unverified.kid)
        if key is None:
            raise TokenRejected(Rejection.UNKNOWN_KEY, "kid")
        if not key.has_signed(unverified.text):
            raise TokenRejected(Rejection.SIGNATURE)
        self._check_claims(unverified.claims, issuer, kind)
        return unverified.claims, issuer

    def _check_claims(self, claims: Mapping[str, Any], issuer: Issuer, kind: _Kind) -> None:
        """Check the claims that both kinds have, of a token whose signature is right."""
        if claims.get("token_use") != kind.token_use:
            raise TokenRejected(Rejection.TOKEN_USE, "token_use")
        client_id = claims.get(kind.client_claim)
        if not isinstance(client_id, str) or client_id not in issuer.client_ids:
            raise TokenRejected(Rejection.CLIENT, kind.client_claim)
        now, expires_at, starts_at = self._clock(), require_time(claims, "exp"), read_time(claims, "nbf")
        if now - self._leeway >= expires_at:
            raise TokenRejected(Rejection.EXPIRED, "exp")
        if starts_at is not None and now + self._leeway < starts_at:
            raise TokenRejected(Rejection.NOT_YET_VALID, "nbf")


def _list_wanted(field: str, names: str | Collection[str] | None) -> frozenset[str]:
    """Return the wanted names; none if anything will do."""
    if names is None:
        return frozenset()
    if not isinstance(names, Collection):
        raise InvalidInput(field, "must be a name or several")
    listed = frozenset((names,) if isinstance(names, str) else names)
    if not listed or not all(isinstance(name, str) and name for name in listed):
        raise InvalidInput(field, "must be a name or several; omit it if any user may pass")
    return listed


def _require_leeway(leeway: timedelta) -> timedelta:
    if not timedelta(0) <= require_instance("leeway", leeway, timedelta) <= _MAX_LEEWAY:
        raise InvalidInput("leeway", "must be from 0 to 5 minutes")
    return leeway


def _require_clock(clock: Clock) -> Clock:
    if not callable(clock) or is_async(clock):
        raise InvalidInput("clock", "must be a function that returns an aware datetime")
    now = clock()
    if not isinstance(now, datetime) or now.utcoffset() is None:
        raise InvalidInput("clock", "must return an aware datetime, such as datetime.now(timezone.utc)")
    return clock


def _import_given(keys: Mapping[str, Any], apps: tuple[AppClient, ...]) -> Mapping[str, PublicKey]:
    if len({app.pool_id for app in apps}) > 1:
        problem = "a mapping has the keys of one pool, and a pool must not sign for another: pass a function"
        raise InvalidInput("keys", f"{problem} that returns the keys of each issuer")
    try:
        return import_key_set(keys)
    except KeySetError as error:
        raise InvalidInput("keys", str(error)) from None
