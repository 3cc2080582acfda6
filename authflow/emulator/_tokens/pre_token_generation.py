"""PreTokenGeneration, version 1: the Lambda trigger that changes claims.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator._tokens.group_claims import describe_configuration
from authflow.emulator._triggers import output
from authflow.emulator._triggers.registry import TriggerInvocation

#: claims of an id token that the Lambda trigger can neither set nor suppress
RESERVED: Final = frozenset(
    [
        *("acr", "amr", "at_hash", "aud", "auth_time", "azp", "cognito:username", "exp", "iat", "identities", "iss"),
        *("jti", "nbf", "nonce", "origin_jti", "sub", "token_use"),
    ]
)


@dataclass(frozen=True, slots=True)
class ClaimOverrides:
    """The changes that the Lambda trigger requests.

    Attributes:
        added: claims to add to the id token or to replace in it.
        suppressed: names of claims to remove from the id token.
        groups: group claims of both tokens.
        roles: role claims of the id token.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    groups: Mapping[str, list[str]] = field(default_factory=dict)
    roles: Mapping[str, Any] = field(default_factory=dict)

    def apply_to_id_token(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changed claims of an id token."""
        changed = {**claims, **self.groups, **self.roles, **self.added}
        return {
            name: claims[name] if name in RESERVED else value
            for name, value in changed.items()
            if (name in claims if name in RESERVED else name not in self.suppressed)
        }

    def apply_to_access_token(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changed claims of an access token."""
        return {**claims, **self.groups}


def request_overrides(invocation: TriggerInvocation, source: str) -> ClaimOverrides:
    """Run PreTokenGeneration and return the changes that it requests.

    Args:
        invocation: the client, the user and the ClientMetadata of the event.
        source: the event's ``triggerSource``.

    Raises:
        ServiceError: the Lambda trigger refused, or its response does not have the documented form.
    """
    groups = describe_configuration(invocation.client.pool, invocation.user)
    response = invocation.run("PreTokenGeneration", source, {"groupConfiguration": groups})
    details = output.require_structure((response or {}).get("claimsOverrideDetails"))
    return ClaimOverrides(
        added=output.require_string_map(details.get("claimsToAddOrOverride") or {}),
        suppressed=frozenset(output.require_string_list(details.get("claimsToSuppress") or [])),
        **_make_group_claims(output.require_structure(details.get("groupOverrideDetails"))),
    )


def _make_group_claims(details: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    groups = output.require_string_list(details.get("groupsToOverride") or [])
    roles = output.require_string_list(details.get("iamRolesToOverride") or [])
    preferred = details.get("preferredRole")
    return {
        "groups": {"cognito:groups": groups} if groups else {},
        "roles": {
            **({"cognito:roles": roles} if roles else {}),
            **({"cognito:preferred_role": output.require_string(preferred)} if preferred is not None else {}),
        },
    }
