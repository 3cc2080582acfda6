"""TokenVerifier: verifies tokens in threads."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from authflow.backends._process_local import ProcessLocal
from authflow.backends._single_flight import ThreadFlight
from authflow.core._coroutines import is_async, run_to_end
from authflow.core._opaque import ProcessBound
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput
from authflow.tokens._claims import AccessClaims, IdClaims
from authflow.tokens._issuers import Issuer
from authflow.tokens._key_cache import Fetch
from authflow.tokens._verification import DEFAULT_LEEWAY, Clock, Verification, read_system_clock


class TokenVerifier(ProcessBound):
    """Verifies the access tokens and id tokens of user pools. Threads may share it: make one, and keep it.

    A token is accepted if it is signed with RS256 by a key of its issuer, the issuer is one of the pools of ``apps``,
    the app client is one of ``apps`` of that pool, and the token is of the right kind and valid now. Whether it was
    revoked, a token can't tell: it is accepted until it expires.

    Keys are kept for an hour, and fetched again before that if a token names an unknown key, at most every 10 seconds.
    While an issuer can't be reached, the keys that are kept serve for 24 hours. Several threads that need keys at the
    same time make one fetch.

    Args:
        apps: the app client, or several, also of several pools.
        keys: the JSON Web Key Set of the pool, or a function that returns the one of an issuer; by default it is
            fetched from the issuer.
        issuer: the URL of the issuer if it is not Cognito, such as that of an emulator, with or without the pool's id
            at its end. Without ``https`` everybody on the network can sign tokens.
        leeway: how much the clocks may differ, up to 5 minutes.
        clock: returns the time as an aware datetime; for tests.

    Raises:
        InvalidInput: an argument is invalid, ``.field`` says which.
    """

    def __init__(
        self,
        apps: AppClient | Iterable[AppClient],
        *,
        keys: Mapping[str, Any] | Callable[[str], Mapping[str, Any]] | None = None,
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
            flight=ProcessLocal(ThreadFlight),
        )

    def access(
        self,
        token: str,
        *,
        groups: str | Collection[str] | None = None,
        scopes: str | Collection[str] | None = None,
    ) -> AccessClaims:
        """Return the claims of an access token.

        Args:
            token: the token, without ``Bearer``.
            groups: the user must be in at least one of these groups.
            scopes: the token must have at least one of these scopes.

        Raises:
            TokenRejected: the token is not valid here; ``.reason`` says why. Respond with ``.status``.
            BackendError: the keys can't be fetched, so that nothing is known of the token. Respond with HTTP 503.
            InvalidInput: ``token`` is no ``str``, or ``groups`` or ``scopes`` is empty.
        """
        return run_to_end(self._verification.verify_access(token, groups, scopes))

    def id(self, token: str, *, nonce: str | None = None) -> IdClaims:
        """Return the claims of an id token.

        Args:
            token: the token.
            nonce: the nonce that the token must have.

        Raises:
            TokenRejected, BackendError, InvalidInput: as ``access``.
        """
        return run_to_end(self._verification.verify_id(token, nonce))


def _make_fetcher(keys: Callable[[str], Mapping[str, Any]] | None) -> Callable[[Issuer], Fetch]:
    if keys is not None and (not callable(keys) or is_async(keys)):
        raise InvalidInput("keys", "must be a JSON Web Key Set, or a function that returns one, not a coroutine")
    if keys is None:
        from authflow.backends.http._documents import Documents  # noqa: PLC0415 - needed only if keys are fetched
        from authflow.backends.http._sockets import SocketNetwork  # noqa: PLC0415 - as above

        documents = Documents(SocketNetwork)
        return lambda issuer: lambda: documents.fetch(issuer.keys_url)
    return lambda issuer: lambda: _call(keys, issuer.url)


async def _call(keys: Callable[[str], Mapping[str, Any]], url: str) -> object:
    return keys(url)
