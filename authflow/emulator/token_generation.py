"""PreTokenGeneration, version 1: what the trigger changes in tokens.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator import triggers
from authflow.emulator.client import UserPoolClient
from authflow.emulator.service import Service
from authflow.emulator.user import User

#: claims of an id token that the trigger can neither set nor suppress
RESERVED: Final = frozenset(
    "acr amr aud at_hash auth_time azp cognito:username exp iat identities iss jti nbf nonce origin_jti sub "
    "token_use".split()
)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the trigger wants to have in tokens.

    Attributes:
        added: claims of the id token.
        suppressed: claims that the id token is not to have.
        groups: claims that tell of groups, in both tokens.
        roles: claims that tell of roles, in the id token.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    groups: Mapping[str, list[str]] = field(default_factory=dict)
    roles: Mapping[str, Any] = field(default_factory=dict)

    def identity(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return an id token's claims as the trigger changes them."""
        changed = {**claims, **self.groups, **self.roles, **self.added}
        return {
            name: claims[name] if name in RESERVED else value
            for name, value in changed.items()
            if (name in claims if name in RESERVED else name not in self.suppressed)
        }

    def access(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return an access token's claims as the trigger changes them."""
        return {**claims, **self.groups}


def overrides(
    service: Service, client: UserPoolClient, user: User, source: str, metadata: Mapping[str, str]
) -> Overrides:
    """Run PreTokenGeneration, and return what it wants to have in the tokens that are about to be made.

    Args:
        service: the emulator's.
        client: whom the tokens are for.
        user: whom they are about.
        source: the event's ``triggerSource``.
        metadata: the ClientMetadata that came with the request.

    Raises:
        ServiceError: the trigger refuses, or what it returned is not of the documented form.
    """
    none_at_all = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}  # there are no groups here
    request = {"groupConfiguration": none_at_all}
    response = triggers.run(service, client, user, "PreTokenGeneration", source, request, metadata)
    details = triggers.section((response or {}).get("claimsOverrideDetails"))
    return Overrides(
        added=triggers.texts(details.get("claimsToAddOrOverride") or {}),
        suppressed=frozenset(triggers.text_list(details.get("claimsToSuppress") or [])),
        **_group_claims(triggers.section(details.get("groupOverrideDetails"))),
    )


def _group_claims(details: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    groups = triggers.text_list(details.get("groupsToOverride") or [])
    roles = triggers.text_list(details.get("iamRolesToOverride") or [])
    preferred = details.get("preferredRole")
    return {
        "groups": {"cognito:groups": groups} if groups else {},
        "roles": {
            **({"cognito:roles": roles} if roles else {}),
            **({"cognito:preferred_role": triggers.text(preferred)} if preferred is not None else {}),
        },
    }
