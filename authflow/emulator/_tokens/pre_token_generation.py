"""PreTokenGeneration, versions 1 to 3: the Lambda trigger that changes claims and scopes.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._tokens.group_claims import describe_configuration
from authflow.emulator._triggers import output
from authflow.emulator._triggers.registry import TriggerInvocation

#: the scope of every sign-in through the API: it permits the operations that take an access token
ADMIN_SCOPE: Final = "aws.cognito.signin.user.admin"
#: claims that the Lambda trigger can neither set nor suppress
RESERVED: Final = frozenset(
    [
        *("acr", "amr", "at_hash", "aud", "auth_time", "azp", "cognito:username", "exp", "iat", "identities", "iss"),
        *("jti", "nbf", "nonce", "origin_jti", "sub", "token_use"),
    ]
)
#: the same for access tokens: the service reads these when a client sends one; ``scope`` has members of its own
RESERVED_IN_ACCESS_TOKENS: Final = RESERVED | {"client_id", "device_key", "event_id", "scope", "username", "version"}
#: the beginning of claims that an id token has from attributes for developers, which are reserved too
RESERVED_PREFIX: Final = "dev:"
#: the claims that ``groupOverrideDetails`` replaces: of both tokens, and of the id token only
GROUPS: Final = ("cognito:groups",)
ROLES: Final = ("cognito:roles", "cognito:preferred_role")
#: claims that have a type of their own
#: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
SIMPLE_CLAIMS: Final = frozenset({"email_verified", "phone_number_verified", "updated_at", "address"})


@dataclass(frozen=True, slots=True)
class TokenChanges:
    """The changes of one token.

    Attributes:
        added: claims to add or to replace.
        suppressed: names of claims to remove.
        scopes_added: scopes to add.
        scopes_suppressed: scopes to remove.
    """

    added: Mapping[str, Any] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    scopes_added: Sequence[str] = ()
    scopes_suppressed: frozenset[str] = frozenset()

    def apply_to(self, claims: Mapping[str, Any], reserved: Callable[[str], bool]) -> dict[str, Any]:
        """Return the changed claims, with those that are reserved as they were."""
        if not self.added and not self.suppressed:
            return dict(claims)
        changed = {**claims, **self.added}
        return {
            name: claims[name] if reserved(name) else value
            for name, value in changed.items()
            if (name in claims if reserved(name) else name not in self.suppressed)
        }

    def change_scopes(self, scopes: Sequence[str]) -> list[str]:
        """Return the changed scopes."""
        return [scope for scope in dict.fromkeys([*scopes, *self.scopes_added]) if scope not in self.scopes_suppressed]


@dataclass(frozen=True, slots=True)
class ClaimOverrides:
    """The changes that the Lambda trigger requests.

    Attributes:
        id_token: the changes of the id token.
        access_token: the changes of the access token.
        groups: the claims that take the place of those about groups and roles; None if they stay.
    """

    id_token: TokenChanges = field(default_factory=TokenChanges)
    access_token: TokenChanges = field(default_factory=TokenChanges)
    groups: Mapping[str, Any] | None = None

    def apply_to_id_token(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changed claims of an id token."""
        return self.id_token.apply_to(self._replace_groups(claims, (*GROUPS, *ROLES)), _is_reserved)

    def apply_to_access_token(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changed claims of an access token. One without any scope has no ``scope``."""
        scopes = self.access_token.change_scopes(str(claims.get("scope", "")).split())
        others = {name: value for name, value in claims.items() if name != "scope"}
        scope = {"scope": " ".join(scopes)} if scopes else {}
        replaced = self._replace_groups({**others, **scope}, GROUPS)
        return self.access_token.apply_to(replaced, RESERVED_IN_ACCESS_TOKENS.__contains__)

    def _replace_groups(self, claims: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        if self.groups is None:
            return dict(claims)
        others = {name: value for name, value in claims.items() if name not in names}
        return {**others, **{name: self.groups[name] for name in names if name in self.groups}}


def request_overrides(
    invocation: TriggerInvocation, source: str, scopes: Sequence[str] = (ADMIN_SCOPE,)
) -> ClaimOverrides:
    """Run PreTokenGeneration and return the changes that it requests.

    The version that LambdaConfig names decides what the Lambda trigger gets and what is read of its response: members
    of another version are ignored.

    Args:
        invocation: the client, the user and the ClientMetadata of the event.
        source: the event's ``triggerSource``.
        scopes: the scopes of the access token.

    Raises:
        ServiceError: the Lambda trigger refused, or its response does not have the documented form.
    """
    version = invocation.client.pool.token_event_version
    member, parse = PARSERS[version]
    groups = describe_configuration(invocation.client.pool, invocation.user)
    known = {} if version == "1" else {"scopes": list(scopes)}
    response = invocation.run(
        "PreTokenGeneration",
        source,
        {"groupConfiguration": groups, **known},
        response={member: None},
        version=version,
    )
    details = output.require_structure((response or {}).get(member))
    return parse(details)


def _parse_claims_override(details: Mapping[str, Any]) -> ClaimOverrides:
    """Parse ``claimsOverrideDetails``: texts for the id token, and groups for both."""
    return ClaimOverrides(
        id_token=TokenChanges(
            output.require_string_map(details.get("claimsToAddOrOverride") or {}),
            frozenset(output.require_string_list(details.get("claimsToSuppress") or [])),
        ),
        access_token=TokenChanges(),
        groups=_parse_groups(details),
    )


def _parse_claims_and_scope_override(details: Mapping[str, Any]) -> ClaimOverrides:
    """Parse ``claimsAndScopeOverrideDetails``: values of any type for both tokens, groups, and scopes."""
    changes = {}
    for member in ("idTokenGeneration", "accessTokenGeneration"):
        given = output.require_structure(details.get(member))
        added = output.require_structure(given.get("claimsToAddOrOverride"))
        lists = {
            name: output.require_string_list(given.get(name) or [])
            for name in ("claimsToSuppress", "scopesToAdd", "scopesToSuppress")
        }
        if any(" " in scope for scope in lists["scopesToAdd"]):
            raise _errors.TRIGGER_OUTPUT()
        changes[member] = TokenChanges(
            added, frozenset(lists["claimsToSuppress"]), lists["scopesToAdd"], frozenset(lists["scopesToSuppress"])
        )
    if any(isinstance(changes["idTokenGeneration"].added.get(name), list | dict) for name in SIMPLE_CLAIMS):
        raise _errors.TRIGGER_OUTPUT()
    return ClaimOverrides(
        changes["idTokenGeneration"],
        changes["accessTokenGeneration"],
        _parse_groups(details),
    )


def _parse_groups(details: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the claims about groups and roles; None if ``groupOverrideDetails`` is absent.

    If it is empty or null, there are none: it replaces what the tokens would have.
    """
    if "groupOverrideDetails" not in details:
        return None
    given = output.require_structure(details["groupOverrideDetails"])
    preferred = given.get("preferredRole")
    claims = {
        "cognito:groups": output.require_string_list(given.get("groupsToOverride") or []),
        "cognito:roles": output.require_string_list(given.get("iamRolesToOverride") or []),
        "cognito:preferred_role": None if preferred is None else output.require_string(preferred),
    }
    return {name: value for name, value in claims.items() if value}


def _is_reserved(name: str) -> bool:
    return name in RESERVED or name.startswith(RESERVED_PREFIX)


#: the member of the response that each version reads, and how
PARSERS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], ClaimOverrides]]]] = {
    "1": ("claimsOverrideDetails", _parse_claims_override),
    "2": ("claimsAndScopeOverrideDetails", _parse_claims_and_scope_override),
    "3": ("claimsAndScopeOverrideDetails", _parse_claims_and_scope_override),
}
