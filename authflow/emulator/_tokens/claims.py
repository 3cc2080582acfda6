"""What stands in id and access tokens.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.token_families import TokenFamily
from authflow.emulator._records.user import User
from authflow.emulator._tokens.generation import Overrides

#: what the API's own sign-in grants: the operations that take an access token
SCOPE: Final = "aws.cognito.signin.user.admin"


@dataclass(frozen=True, slots=True)
class ClaimsContext:
    """One issue of tokens: at a sign-in or a refresh.

    Attributes:
        event_id: the same in both tokens.
        overrides: what PreTokenGeneration changes.
    """

    issuer: str
    client: UserPoolClient
    user: User
    family: TokenFamily
    event_id: str
    now: datetime
    overrides: Overrides

    def common(self, token: str, jti: str) -> dict[str, Any]:
        """Return the claims that both tokens have; ``token`` is ``AccessToken`` or ``IdToken``."""
        issued = int(self.now.timestamp())
        claims = {
            "sub": self.user.sub,
            "iss": self.issuer,
            "event_id": self.event_id,
            "auth_time": self.family.auth_time,
            "iat": issued,
            "exp": issued + int(self.client.validity(token).total_seconds()),
            "jti": jti,
        }
        if self.client.revocation:
            claims["origin_jti"] = self.family.id
        return claims


def access(issue: ClaimsContext, jti: str) -> dict[str, Any]:
    """Return an access token's claims."""
    device = {"device_key": issue.family.device_key} if issue.family.device_key else {}
    claims = {
        **issue.common("AccessToken", jti),
        **device,
        "client_id": issue.client.id,
        "username": issue.user.username,
        "token_use": "access",
        "scope": SCOPE,
    }
    return issue.overrides.access(claims)


def identity(issue: ClaimsContext, jti: str) -> dict[str, Any]:
    """Return an id token's claims: the user's attributes as far as the client may read them are among them."""
    attributes = issue.user.attributes.items()
    readable = {name: _typed(name, value) for name, value in attributes if issue.client.may_read(name)}
    claims = {
        **readable,
        **issue.common("IdToken", jti),
        "aud": issue.client.id,
        "cognito:username": issue.user.username,
        "token_use": "id",
    }
    return issue.overrides.identity(claims)


def _typed(name: str, value: str) -> str | bool:
    return value.lower() == "true" if name.endswith("_verified") else value
