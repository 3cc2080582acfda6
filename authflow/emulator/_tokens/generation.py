"""PreTokenGeneration, version 1: what the trigger changes in tokens.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator._triggers import output
from authflow.emulator._triggers.registry import TriggerInvocation

#: claims of an id token that the trigger can neither set nor suppress
RESERVED: Final = frozenset(
    [
        *("acr", "amr", "at_hash", "aud", "auth_time", "azp", "cognito:username", "exp", "iat", "identities", "iss"),
        *("jti", "nbf", "nonce", "origin_jti", "sub", "token_use"),
    ]
)
#: the emulator has no groups
NO_GROUPS: Final[Mapping[str, Any]] = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}


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


def overrides(invocation: TriggerInvocation, source: str) -> Overrides:
    """Run PreTokenGeneration, and return what it wants to have in the tokens that are about to be made.

    Args:
        invocation: whom the tokens are for, and about.
        source: the event's ``triggerSource``.

    Raises:
        ServiceError: the trigger refuses, or what it returned is not of the documented form.
    """
    response = invocation.run("PreTokenGeneration", source, {"groupConfiguration": NO_GROUPS})
    details = output.structure((response or {}).get("claimsOverrideDetails"))
    return Overrides(
        added=output.texts(details.get("claimsToAddOrOverride") or {}),
        suppressed=frozenset(output.text_list(details.get("claimsToSuppress") or [])),
        **_group_claims(output.structure(details.get("groupOverrideDetails"))),
    )


def _group_claims(details: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    groups = output.text_list(details.get("groupsToOverride") or [])
    roles = output.text_list(details.get("iamRolesToOverride") or [])
    preferred = details.get("preferredRole")
    return {
        "groups": {"cognito:groups": groups} if groups else {},
        "roles": {
            **({"cognito:roles": roles} if roles else {}),
            **({"cognito:preferred_role": output.text(preferred)} if preferred is not None else {}),
        },
    }
