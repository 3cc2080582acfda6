"""The issuers of a verifier: the ``iss`` claims that it accepts, and the app clients of each one's pool."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from authflow.backends._endpoints import find_endpoint
from authflow.core._validation import require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput

_PREFIX: Final = "https://cognito-idp."
_UPDATED_PREFIX: Final = "https://issuer-cognito-idp."
_POOL_ID: Final = re.compile(r"[0-9A-Za-z-]+_[0-9A-Za-z]+")
_MAX_URL_LENGTH: Final = 2048  # characters


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of tokens.

    Attributes:
        url: the ``iss`` claim of its tokens.
        pool_id: its user pool.
        client_ids: the app clients of that pool whose tokens are accepted.
    """

    url: str
    pool_id: str
    client_ids: frozenset[str]

    @property
    def keys_url(self) -> str:
        """Where its keys are."""
        return f"{self.url}/.well-known/jwks.json"


def list_apps(apps: AppClient | Iterable[AppClient]) -> tuple[AppClient, ...]:
    """Return one app client or several as a tuple.

    Raises:
        InvalidInput: there is none, or something else is among them.
    """
    listed = (apps,) if isinstance(apps, AppClient) else tuple(apps) if isinstance(apps, Iterable) else ()
    if not listed:
        raise InvalidInput("apps", "must be an AppClient or several: tokens of any other app client are rejected")
    return tuple(require_instance("apps", app, AppClient) for app in listed)


def find_issuers(apps: tuple[AppClient, ...], url: str | None) -> dict[str, Issuer]:
    """Return the issuers of the pools of these app clients, by their ``iss``.

    Args:
        apps: the app clients.
        url: the issuer of an emulator; None for Cognito's, of which each pool has two.

    Raises:
        InvalidInput: the URL can't be the issuer of these pools, or a pool's region is unknown.
    """
    clients: dict[str, set[str]] = {}
    for app in apps:
        clients.setdefault(app.pool_id, set()).add(app.client_id)
    found = (
        Issuer(each, pool_id, frozenset(client_ids))
        for pool_id, client_ids in clients.items()
        for each in _list_urls(pool_id, url, is_only=len(clients) == 1)
    )
    return {issuer.url: issuer for issuer in found}


def _list_urls(pool_id: str, url: str | None, *, is_only: bool) -> tuple[str, ...]:
    if url is None:
        original = f"{find_endpoint(pool_id.partition('_')[0])}/{pool_id}"
        return original, original.replace(_PREFIX, _UPDATED_PREFIX, 1)
    base = require_text("issuer", url, at_most=_MAX_URL_LENGTH).rstrip("/")
    try:
        parts = urlsplit(base)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        is_url = False
    if not is_url:
        raise InvalidInput("issuer", "must be an http:// or https:// URL")
    last = parts.path.rpartition("/")[2]
    if last == pool_id and is_only:
        return (base,)
    if _POOL_ID.fullmatch(last):
        raise InvalidInput("issuer", "ends in a pool's id, but not in that of all app clients: pass the part before it")
    return (f"{base}/{pool_id}",)
