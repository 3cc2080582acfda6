"""The claims of id tokens and access tokens.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.token_families import TokenFamily
from authflow.emulator._records.user import User
from authflow.emulator._tokens import group_claims
from authflow.emulator._tokens.pre_token_generation import ADMIN_SCOPE, ClaimOverrides


@dataclass(frozen=True, slots=True)
class ClaimsContext:
    """The input for the claims of one id token and one access token.

    Attributes:
        event_id: the ``event_id`` claim of both tokens.
        overrides: the changes that PreTokenGeneration requests.
    """

    issuer: str
    client: UserPoolClient
    user: User
    family: TokenFamily
    event_id: str
    now: datetime
    overrides: ClaimOverrides

    def make_common_claims(self, token: str, jti: str) -> dict[str, Any]:
        """Return the claims that both tokens have. ``token`` is ``AccessToken`` or ``IdToken``."""
        issued = int(self.now.timestamp())
        claims = {
            "sub": self.user.sub,
            "iss": self.issuer,
            "event_id": self.event_id,
            "auth_time": self.family.auth_time,
            "iat": issued,
            "exp": issued + int(self.client.get_token_validity(token).total_seconds()),
        }
        # https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html
        revocable = {"jti": jti, "origin_jti": self.family.id} if self.client.has_revocation else {}
        return {**claims, **revocable, **self.family.levels.make_claims()}


def make_access_claims(context: ClaimsContext, jti: str) -> dict[str, Any]:
    """Return the claims of an access token."""
    device = {"device_key": context.family.device_key} if context.family.device_key else {}
    claims = {
        **context.make_common_claims("AccessToken", jti),
        **device,
        "client_id": context.client.id,
        "username": context.user.username,
        "token_use": "access",
        "scope": ADMIN_SCOPE,
        **group_claims.make_groups(context.client.pool, context.user),
    }
    return context.overrides.apply_to_access_token(claims)


def make_id_claims(context: ClaimsContext, jti: str) -> dict[str, Any]:
    """Return the claims of an id token, with the user attributes that the client may read."""
    attributes = context.user.attributes.items()
    readable = {name: CONVERSIONS.get(name, str)(value) for name, value in attributes if context.client.may_read(name)}
    identities = [identity.describe() for identity in context.user.identities]
    claims = {
        **readable,
        **({"identities": [_as_text(identity) for identity in identities]} if identities else {}),
        **context.make_common_claims("IdToken", jti),
        "aud": context.client.id,
        "cognito:username": context.user.username,
        "token_use": "id",
        **group_claims.make_groups(context.client.pool, context.user),
        **group_claims.make_roles(context.client.pool, context.user),
    }
    return context.overrides.apply_to_id_token(claims)


def _as_text(identity: Mapping[str, object]) -> dict[str, str | None]:
    """Return an identity as tokens have it: everything is text."""
    texts = {name: str(value) for name, value in identity.items() if value is not None}
    return {**dict.fromkeys(identity), **texts, "primary": texts["primary"].lower()}


def _to_boolean(value: str) -> bool:
    return value.lower() == "true"


def _to_number(value: str) -> int | float | str:
    """Return the number that a text stands for; an empty text stays as it is."""
    if not value:
        return value
    return float(value) if "." in value else int(value)


def _to_address(value: str) -> dict[str, str]:
    return {"formatted": value}


#: the standard claims that are no text, by their attributes; custom attributes are text, whatever their type
#: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
CONVERSIONS: Final[Mapping[str, Callable[[str], object]]] = {
    "email_verified": _to_boolean,
    "phone_number_verified": _to_boolean,
    "updated_at": _to_number,
    "address": _to_address,
}
