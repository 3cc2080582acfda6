"""Issuing, refreshing and verifying tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from authflow.emulator import _errors
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.token_families import NO_LEVELS, Levels, RefreshToken, TokenFamily
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply, Service
from authflow.emulator._tokens import claims, pre_token_generation, user_sessions
from authflow.emulator._tokens.pre_token_generation import ADMIN_SCOPE, ClaimOverrides
from authflow.emulator._triggers.registry import TriggerInvocation

if TYPE_CHECKING:
    from authflow.emulator._crypto.jose import PoolKeys

#: PreTokenGeneration's ``triggerSource`` at REFRESH_TOKEN_AUTH
REFRESH_SOURCE: Final = "TokenGeneration_RefreshTokens"


def get_pool_keys(service: Service, pool: UserPool) -> "PoolKeys":
    """Return a pool's keys. The first call generates them, which is slow."""
    if pool.keys is None:
        from authflow.emulator._crypto.jose import PoolKeys  # noqa: PLC0415 -- see there

        pool.keys = PoolKeys(service.entropy)
    service.signers[pool.keys.access_token_key.kid] = pool
    service.note("keys", pool.id)
    return pool.keys


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for tokens, at a sign-in or a refresh.

    Attributes:
        source: PreTokenGeneration's ``triggerSource``.
        metadata: PreTokenGeneration's ClientMetadata.
        device_key: the device that gets the tokens.
        address: the IP address that the client named, if it named one.
        levels: how strongly the user has authenticated.
        event_id: the id of the sign-in's event; None for a refresh, which gets a new one.
        invalid: the error for an unknown refresh token, and for one of another device.
        reused: the error for a refresh token that was rotated out. Not every operation declares
            RefreshTokenReuseException.
    """

    source: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    device_key: str | None = None
    address: str | None = None
    levels: Levels = NO_LEVELS
    event_id: str | None = None
    invalid: _errors.ErrorTemplate = _errors.REFRESH_TOKEN_INVALID
    reused: _errors.ErrorTemplate = _errors.REFRESH_TOKEN_REUSED


def issue_for_sign_in(
    service: Service,
    client: UserPoolClient,
    user: User,
    request: TokenRequest,
    check: Callable[[], None] = lambda: None,
) -> Reply:
    """Return the AuthenticationResult of a completed sign-in.

    Args:
        service: the service.
        client: the app client.
        user: the user.
        request: the request for tokens.
        check: called when no Lambda trigger runs any more. It raises if the user may no longer sign in.

    Raises:
        ServiceError: PreTokenGeneration refused, or what ``check`` raises.
    """
    overrides = pre_token_generation.request_overrides(
        TriggerInvocation(service, client, user, request.metadata), request.source
    )
    check()
    now = service.now()
    family = service.token_families.create(client, user, now, request.device_key)
    family.address, family.levels = request.address, request.levels
    user_sessions.track(service, client.pool, user, family)
    result = _sign_tokens(service, client, user, family, overrides, event_id=request.event_id, now=now)
    result["RefreshToken"] = service.token_families.issue_refresh_token(family, now)
    return result


def refresh_tokens(service: Service, client: UserPoolClient, text: str, request: TokenRequest) -> Reply:
    """Return the AuthenticationResult for a refresh token, with a new refresh token if the client rotates them.

    Raises:
        ServiceError: the token is forged, revoked, expired or rotated out, its user is disabled or deleted, the device
            is not the one that got the token, or PreTokenGeneration refused.
    """
    token, user = _find_usable(service, client, text, request)
    overrides = pre_token_generation.request_overrides(
        TriggerInvocation(service, client, user, request.metadata), request.source
    )
    _find_usable(service, client, text, request)  # still
    token.family.last_used = service.now()
    token.family.address = request.address or token.family.address
    proposal = None
    if not _is_bound_device(client.pool, user, token.family, request):
        proposal = user.devices.propose(service.region, service.entropy, service.now())
        token.family.device_key = proposal.key
    result = _sign_tokens(service, client, user, token.family, overrides, event_id=None, now=service.now())
    if proposal is not None:
        result["NewDeviceMetadata"] = proposal.describe()
    if client.rotation_grace is not None:
        token.rotate(client.rotation_grace, service.now())
        result["RefreshToken"] = service.token_families.issue_refresh_token(token.family, service.now())
    return result


def _find_usable(
    service: Service, client: UserPoolClient, text: str, request: TokenRequest
) -> tuple[RefreshToken, User]:
    """Return a refresh token that works for this device, and its user."""
    token, user = find_refresh_token(service, client, text, request)
    if not user.enabled:
        raise _errors.USER_DISABLED()
    token.require_usable(service.now(), service.latest, request.reused)
    if service.settings.refresh_needs_device and not _is_bound_device(client.pool, user, token.family, request):
        raise request.invalid()
    return token, user


def _is_bound_device(pool: UserPool, user: User, family: TokenFamily, request: TokenRequest) -> bool:
    """Return whether a refresh comes from the device that its tokens belong to, or needs none."""
    bound, key = pool.device_tracking and family.device_key, request.device_key
    return not bound or (key == family.device_key and user.devices.find(key) is not None)


def find_refresh_token(
    service: Service, client: UserPoolClient, text: str, request: TokenRequest
) -> tuple[RefreshToken, User]:
    """Return a refresh token and its user. The token may be revoked, expired or rotated out.

    Raises:
        ServiceError: NotAuthorizedException if it is unknown, expired long ago, was issued to another client or its
            user is deleted.
    """
    token = service.token_families.find(text)
    if token is None:
        raise (_errors.REFRESH_TOKEN_EXPIRED if service.token_families.has_issued(text) else request.invalid)()
    if token.family.client_id != client.id:
        raise _errors.REFRESH_TOKEN_OF_OTHER_CLIENT()
    user = client.pool.users.find_by_sub(token.family.sub)
    if user is None:
        raise request.invalid.with_text(service.settings.deleted_user_refresh)()
    return token, user


def verify_access_token(
    service: Service, token: str, gone: _errors.ErrorTemplate = _errors.NO_USER
) -> tuple[UserPoolClient, User]:
    """Verify an access token and return its app client and its user.

    Args:
        service: the service.
        token: the access token.
        gone: the error for the token of a deleted user. Not every operation declares UserNotFoundException.

    Raises:
        ServiceError: NotAuthorizedException if the token is forged, expired or revoked, or its user is disabled;
            ``gone`` if its user is deleted; NotAuthorizedException if it does not have the scope that permits the
            operations of a user on their own account.
    """
    client, user, _ = _verify(service, token, gone)
    return client, user


def verify_session(service: Service, token: str) -> tuple[UserPoolClient, User, TokenFamily]:
    """Verify an access token, and return its token family too.

    Raises:
        ServiceError: as ``verify_access_token``.
    """
    return _verify(service, token, _errors.NO_USER)


def _verify(service: Service, token: str, gone: _errors.ErrorTemplate) -> tuple[UserPoolClient, User, TokenFamily]:
    pool, payload = _verify_signature(service, token)
    if service.now().timestamp() >= payload["exp"]:
        raise _errors.ACCESS_TOKEN_EXPIRED()
    user, client = pool.users.find_by_sub(payload["sub"]), service.clients.get(payload["client_id"])
    if user is None:
        raise gone()
    family = _find_family(service, payload)
    if not user.enabled or client is None or family is None or family.revoked:
        raise _errors.ACCESS_TOKEN_REVOKED()
    if ADMIN_SCOPE not in payload.get("scope", "").split():
        raise _errors.ACCESS_TOKEN_SCOPES()
    return client, user, family


def is_jwt(token: str) -> bool:
    """Return whether a text looks like an id or access token."""
    return token.count(".") == 2


def _sign_tokens(
    service: Service,
    client: UserPoolClient,
    user: User,
    family: TokenFamily,
    overrides: ClaimOverrides,
    *,
    event_id: str | None,
    now: datetime,
) -> Reply:
    issuer, event_id = service.issuer_of(client.pool), event_id or service.entropy.uuid()
    if not client.has_revocation:
        service.token_families.note_event(event_id, family, now)
    context = claims.ClaimsContext(issuer, client, user, family, event_id, now, overrides)
    pair = get_pool_keys(service, client.pool)
    return {
        "AccessToken": pair.access_token_key.sign(claims.make_access_claims(context, service.entropy.uuid())),
        "IdToken": pair.id_token_key.sign(claims.make_id_claims(context, service.entropy.uuid())),
        "ExpiresIn": int(client.get_token_validity("AccessToken").total_seconds()),
        "TokenType": "Bearer",
    }


def _verify_signature(service: Service, token: str) -> tuple[UserPool, dict[str, Any]]:
    from authflow.emulator._crypto.jose import read_key_id  # noqa: PLC0415 -- see there

    pool = service.signers.get(read_key_id(token) or "")
    if pool is None or pool.keys is None:
        raise _errors.ACCESS_TOKEN_INVALID()
    payload = pool.keys.access_token_key.verify(token)
    if payload is None:
        raise _errors.ACCESS_TOKEN_FORGED()
    return pool, payload


def _find_family(service: Service, payload: dict[str, Any]) -> TokenFamily | None:
    """Return the family of a token, also if its client has no token revocation: a sign-out revokes such tokens too."""
    families = service.token_families
    known = "origin_jti" in payload
    return families.get(payload["origin_jti"]) if known else families.find_by_event(payload["event_id"])
