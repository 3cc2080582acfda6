"""Issuing, renewing and verifying tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from authflow.emulator import _errors
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.device import Proposal
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.token_families import RefreshToken, TokenFamily
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply, Service
from authflow.emulator._tokens import claims, generation
from authflow.emulator._tokens.generation import Overrides
from authflow.emulator._triggers.registry import TriggerInvocation

if TYPE_CHECKING:
    from authflow.emulator._crypto.jose import PoolKeys

#: what PreTokenGeneration is told of a refresh
REFRESH: Final = "TokenGeneration_RefreshTokens"


def keys(service: Service, pool: UserPool) -> "PoolKeys":
    """Return a pool's keys; the first call makes them, which takes a moment."""
    if pool.keys is None:
        from authflow.emulator._crypto.jose import PoolKeys  # noqa: PLC0415 -- see there

        pool.keys = PoolKeys(service.entropy)
    return pool.keys


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Why tokens are made.

    Attributes:
        source: what PreTokenGeneration is told: the event's ``triggerSource``.
        metadata: the ClientMetadata that PreTokenGeneration is told.
        device_key: the device that they are for.
    """

    source: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    device_key: str | None = None


def sign_in(service: Service, client: UserPoolClient, user: User, request: TokenRequest) -> Reply:
    """Return the AuthenticationResult of a user who has proven all that is asked.

    Raises:
        ServiceError: PreTokenGeneration refuses.
    """
    overrides = generation.overrides(TriggerInvocation(service, client, user, request.metadata), request.source)
    family = service.token_families.open(client, user, service.now(), request.device_key)
    result = _issue(service, client, user, family, overrides)
    result["RefreshToken"] = service.token_families.issue_refresh_token(family, service.now())
    return result


def refresh(service: Service, client: UserPoolClient, text: str, request: TokenRequest) -> Reply:
    """Return the AuthenticationResult for a refresh token; holds another one if the client rotates them.

    Raises:
        ServiceError: the token is forged, revoked, expired, rotated out, its user is disabled or gone, the device is
            not the one that it is for, or PreTokenGeneration refuses.
    """
    token, user = find_refresh_token(service, client, text)
    if not user.enabled:
        raise _errors.USER_DISABLED()
    token.check(service.now())
    proposal = _device(service, client.pool, user, token.family, request.device_key)
    overrides = generation.overrides(TriggerInvocation(service, client, user, request.metadata), request.source)
    if proposal is not None:
        token.family.device_key = proposal.key
    result = _issue(service, client, user, token.family, overrides)
    if proposal is not None:
        result["NewDeviceMetadata"] = proposal.described()
    if client.rotation_grace is not None:
        token.retires = token.retires or service.now() + client.rotation_grace
        result["RefreshToken"] = service.token_families.issue_refresh_token(token.family, service.now())
    return result


def _device(service: Service, pool: UserPool, user: User, family: TokenFamily, key: str | None) -> Proposal | None:
    """Check the device at a refresh; return a new one where that makes up for its absence."""
    bound = pool.device_tracking and family.device_key
    if not bound or (key == family.device_key and user.devices.find(key)):
        return None
    if service.settings.refresh_needs_device:
        raise _errors.REFRESH_TOKEN_INVALID()
    return user.devices.propose(service.region, service.entropy, service.now())


def find_refresh_token(service: Service, client: UserPoolClient, text: str) -> tuple[RefreshToken, User]:
    """Return a refresh token and whose it is, whether or not it still works.

    Raises:
        ServiceError: NotAuthorizedException: it was not issued to this client, or its user is gone.
    """
    token = service.token_families.find(text, client)
    user = client.pool.by_sub(token.family.sub) if token else None
    if token is None or user is None:
        raise _errors.REFRESH_TOKEN_INVALID()
    return token, user


def verify_access(service: Service, token: str) -> tuple[UserPoolClient, User]:
    """Return whose access token this is: it was signed here, and is neither expired nor revoked.

    Raises:
        ServiceError: NotAuthorizedException.
    """
    verified = _signed_here(service, token)
    if verified is None:
        raise _errors.ACCESS_TOKEN_INVALID()
    pool, payload = verified
    if service.now().timestamp() >= payload["exp"]:
        raise _errors.ACCESS_TOKEN_EXPIRED()
    user, client = pool.by_sub(payload["sub"]), service.clients.get(payload["client_id"])
    if user is None or not user.enabled or client is None or _is_revoked(service, payload):
        raise _errors.ACCESS_TOKEN_REVOKED()
    return client, user


def is_jwt(token: str) -> bool:
    """Return whether a text looks like an id or access token."""
    return token.count(".") == 2


def _issue(service: Service, client: UserPoolClient, user: User, family: TokenFamily, overrides: Overrides) -> Reply:
    issuer = service.issuer_of(client.pool)
    issue = claims.ClaimsContext(issuer, client, user, family, service.entropy.uuid(), service.now(), overrides)
    pair = keys(service, client.pool)
    return {
        "AccessToken": pair.access.sign(claims.access(issue, service.entropy.uuid())),
        "IdToken": pair.identity.sign(claims.identity(issue, service.entropy.uuid())),
        "ExpiresIn": int(client.validity("AccessToken").total_seconds()),
        "TokenType": "Bearer",
    }


def _signed_here(service: Service, token: str) -> tuple[UserPool, dict[str, Any]] | None:
    for pool in service.pools.values():
        if pool.keys and (payload := pool.keys.access.verify(token)):
            return pool, payload
    return None


def _is_revoked(service: Service, payload: dict[str, Any]) -> bool:
    if "origin_jti" not in payload:
        return False
    family = service.token_families.get(payload["origin_jti"])
    return family is None or family.revoked
