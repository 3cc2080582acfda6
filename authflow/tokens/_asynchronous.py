"""AsyncTokenVerifier: verifies tokens on an event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import timedelta
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias

from authflow.backends._process_local import ProcessLocal
from authflow.backends._single_flight import LoopFlight
from authflow.core._opaque import ProcessBound
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput
from authflow.tokens._claims import AccessClaims, IdClaims
from authflow.tokens._issuers import Issuer
from authflow.tokens._key_cache import Fetch
from authflow.tokens._verification import DEFAULT_LEEWAY, Clock, Verification, read_system_clock

if TYPE_CHECKING:
    from authflow.backends.http._documents import Documents

KeyFunction: TypeAlias = Callable[[str], Awaitable[Mapping[str, Any]] | Mapping[str, Any]]


class AsyncTokenVerifier(ProcessBound):
    """``TokenVerifier`` with coroutines: keys are fetched without blocking the event loop.

    Several event loops may use it. A signature is checked on the loop, which takes some 50 µs.

    Args:
        apps: the app client, or several, also of several pools.
        keys: the JSON Web Key Set of the pool, or a function that returns the one of an issuer. It may be a coroutine
            function; a plain one must not block. By default the set is fetched from the issuer.
        issuer, leeway, clock: as in ``TokenVerifier``.

    Raises:
        InvalidInput: an argument is invalid, ``.field`` says which.
    """

    def __init__(
        self,
        apps: AppClient | Iterable[AppClient],
        *,
        keys: Mapping[str, Any] | KeyFunction | None = None,
        issuer: str | None = None,
        leeway: timedelta = DEFAULT_LEEWAY,
        clock: Clock = read_system_clock,
    ) -> None:
        self._verification = Verification(
            apps,
            keys=keys if isinstance(keys, Mapping) else None,
            issuer=issuer,
            leeway=leeway,
            clock=clock,
            fetch_keys=_make_fetcher(None if isinstance(keys, Mapping) else keys),
            flight=ProcessLocal(LoopFlight),
        )

    async def access(
        self,
        token: str,
        *,
        groups: str | Collection[str] | None = None,
        scopes: str | Collection[str] | None = None,
    ) -> AccessClaims:
        """Return the claims of an access token; see ``TokenVerifier.access``.

        Raises:
            TokenRejected, BackendError, InvalidInput: as ``TokenVerifier.access``. InvalidInput, too, if keys must be
                fetched and the event loop is not asyncio's.
        """
        return await self._verification.verify_access(token, groups, scopes)

    async def id(self, token: str, *, nonce: str | None = None) -> IdClaims:
        """Return the claims of an id token; see ``TokenVerifier.id``.

        Raises:
            TokenRejected, BackendError, InvalidInput: as ``access``.
        """
        return await self._verification.verify_id(token, nonce)


def _make_fetcher(keys: KeyFunction | None) -> Callable[[Issuer], Fetch]:
    if keys is None:
        from authflow.backends.http._documents import Documents  # noqa: PLC0415 - needed only if keys are fetched
        from authflow.backends.http._loop import LoopNetwork  # noqa: PLC0415 - as above

        documents = Documents(LoopNetwork)
        return lambda issuer: lambda: _fetch(documents, issuer.keys_url)
    if not callable(keys):
        raise InvalidInput("keys", "must be a JSON Web Key Set, or a function that returns one")
    return lambda issuer: lambda: _call(keys, issuer.url)


async def _fetch(documents: "Documents", url: str) -> object:
    try:
        return await documents.fetch(url)
    finally:
        await asyncio.sleep(0)  # asyncio closes sockets in the next iteration of the loop


async def _call(keys: KeyFunction, url: str) -> object:
    answer = keys(url)
    return await answer if isawaitable(answer) else answer
