"""The claims of verified tokens.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from authflow.tokens._rejection import Rejection, TokenRejected

_CUSTOM: Final = "custom:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims that both kinds of tokens have.

    Attributes:
        sub: the user's id, which never changes.
        client_id: the app client that the token was issued to.
        pool_id: the user pool.
        issuer: ``iss``.
        groups: the user's groups, by precedence; empty if there are none.
        expires_at: when the token expires, by the service's clock.
        issued_at: when it was issued, by the service's clock; None if the token does not say so.
        auth_time: when the person signed in; None if the token does not say so.
        raw: all claims, as JSON values. They are personal data.
    """

    sub: str
    client_id: str
    pool_id: str
    issuer: str
    groups: tuple[str, ...]
    expires_at: datetime
    issued_at: datetime | None
    auth_time: datetime | None
    raw: Mapping[str, Any] = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims(Claims):
    """The claims of an access token: those of ``Claims``, and these.

    Attributes:
        username: the user's canonical name; None in a token that an app client got for itself
            (``client_credentials``), which stands for no person.
        scopes: the scopes; empty if there are none.
    """

    username: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdClaims(Claims):
    """The claims of an id token: those of ``Claims``, and these.

    Attributes:
        username: the user's canonical name.
        custom: the custom attributes, by their names without ``custom:``.
    """

    username: str
    custom: Mapping[str, Any] = field(repr=False, hash=False)


def read_access_claims(claims: Mapping[str, Any], pool_id: str) -> AccessClaims:
    """Return the claims of an access token whose signature, ``iss``, ``token_use`` and ``client_id`` are right.

    Raises:
        TokenRejected: ``CLAIMS``.
    """
    return AccessClaims(
        **_read_common(claims, pool_id, "client_id"),
        username=_require_text(claims, "username") if "username" in claims else None,
        scopes=tuple(_require_text(claims, "scope", at_least=0).split()) if "scope" in claims else (),
    )


def read_id_claims(claims: Mapping[str, Any], pool_id: str) -> IdClaims:
    """Return the claims of an id token whose signature, ``iss``, ``token_use`` and ``aud`` are right.

    Raises:
        TokenRejected: ``CLAIMS``.
    """
    custom = {name.removeprefix(_CUSTOM): value for name, value in claims.items() if name.startswith(_CUSTOM)}
    return IdClaims(
        **_read_common(claims, pool_id, "aud"),
        username=_require_text(claims, "cognito:username"),
        custom=custom,
    )


def read_time(claims: Mapping[str, Any], name: str) -> datetime | None:
    """Return a time, which is a number of seconds since 1970; None if the claim is absent.

    Raises:
        TokenRejected: ``CLAIMS``: it is no such number, or a number of milliseconds.
    """
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRejected(Rejection.CLAIMS, name)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):  # infinite, or after the year 9999
        raise TokenRejected(Rejection.CLAIMS, name) from None


def require_time(claims: Mapping[str, Any], name: str) -> datetime:
    """Return a time that the token must have.

    Raises:
        TokenRejected: ``CLAIMS``.
    """
    if (time := read_time(claims, name)) is None:
        raise TokenRejected(Rejection.CLAIMS, name)
    return time


def _read_common(claims: Mapping[str, Any], pool_id: str, client_claim: str) -> dict[str, Any]:
    return {
        "sub": _require_text(claims, "sub"),
        "client_id": _require_text(claims, client_claim),
        "pool_id": pool_id,
        "issuer": _require_text(claims, "iss"),
        "groups": _read_texts(claims, "cognito:groups"),
        "expires_at": require_time(claims, "exp"),
        "issued_at": read_time(claims, "iat"),
        "auth_time": read_time(claims, "auth_time"),
        "raw": claims,
    }


def _require_text(claims: Mapping[str, Any], name: str, *, at_least: int = 1) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or len(value) < at_least:
        raise TokenRejected(Rejection.CLAIMS, name)
    return value


def _read_texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TokenRejected(Rejection.CLAIMS, name)
    return tuple(value)
