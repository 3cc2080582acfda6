"""The risk of requests, and what a risk configuration does about it. Only pools with threat protection have one.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-adaptive-authentication.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Final

from authflow.emulator._auth.step import AuthStep
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._users import mfa

NO_ACTION: Final = "NO_ACTION"
BLOCK: Final = "BLOCK"
MFA_REQUIRED: Final = "MFA_REQUIRED"
MFA_ACTIONS: Final = frozenset({"MFA_IF_CONFIGURED", MFA_REQUIRED})

RISKY: Final = ErrorTemplate("NotAuthorizedException", "Unable to login because of security reasons.")
# https://github.com/aws-amplify/amplify-js/issues/5246
ADDRESS_BLOCKED: Final = ErrorTemplate("NotAuthorizedException", "Request not allowed due to security reasons.")
REFUSALS: Final = frozenset({RISKY.text, ADDRESS_BLOCKED.text})


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a pool thinks of a request.

    Attributes:
        level: ``Low``, ``Medium`` or ``High``; None for no risk.
        configured: the EventAction that the risk configuration has for the level.
        is_enforced: whether actions are taken: not in audit mode.
        notify: whether the user is told.
        is_address_blocked: whether the risk configuration refuses all requests from the address.
    """

    level: str | None = None
    configured: str = NO_ACTION
    is_enforced: bool = False
    notify: bool = False
    is_address_blocked: bool = False

    @property
    def action(self) -> str:
        """The EventAction that is taken."""
        return self.configured if self.is_enforced else NO_ACTION


HARMLESS: Final = Assessment()


def assess(service: Service, client: UserPoolClient, address: str | None) -> Assessment:
    """Return what a client's pool thinks of a request.

    Args:
        service: its setting ``sign_in_risk`` is the risk of every sign-in: the emulator can't assess it.
        client: the app client of the request.
        address: the IP address that the request names, if it names one.
    """
    pool = client.pool
    if not pool.has_threat_protection:
        return HARMLESS
    is_enforced = pool.settings["UserPoolAddOns"]["AdvancedSecurityMode"] == "ENFORCED"
    configuration = pool.find_risk_configuration(client.id)
    exceptions = configuration.get("RiskExceptionConfiguration", {})
    if _is_within(address, exceptions.get("BlockedIPRangeList", ())):
        return Assessment(is_enforced=is_enforced, is_address_blocked=True)
    level = service.settings.sign_in_risk
    if level is None or _is_within(address, exceptions.get("SkippedIPRangeList", ())):
        return Assessment(is_enforced=is_enforced)
    actions = configuration.get("AccountTakeoverRiskConfiguration", {}).get("Actions", {})
    action: Mapping[str, Any] = actions.get(f"{level}Action", {})
    return Assessment(level, action.get("EventAction", NO_ACTION), is_enforced, action.get("Notify", False))


def check_address(service: Service, client: UserPoolClient, address: str | None) -> None:
    """Refuse a request from an address that the risk configuration blocks.

    Raises:
        ServiceError: NotAuthorizedException.
    """
    found = assess(service, client, address)
    if found.is_address_blocked and found.is_enforced:
        raise ADDRESS_BLOCKED()


def check_sign_in(step: AuthStep, user: User | None = None) -> None:
    """Refuse a sign-in whose risk is blocked.

    Args:
        step: a request of the sign-in.
        user: the user who signs in, if that is known already.

    Raises:
        ServiceError: NotAuthorizedException.
    """
    if _assess_step(step, user).action == BLOCK:
        raise RISKY()


def demand_factors(step: AuthStep, user: User) -> list[str]:
    """Return the second factors that a risky sign-in needs though the user has turned none on.

    Only a password needs one: a code as first factor was sent to the user already.

    Raises:
        ServiceError: NotAuthorizedException: the risk configuration demands one, and the user has none. Where the pool
            requires MFA, the user sets one up instead.
    """
    action, pool = _assess_step(step, user).action, step.client.pool
    if action not in MFA_ACTIONS or Proof.PASSWORD not in step.sign_in.proven:
        return []
    has_mfa = pool.mfa_mode != "OFF"
    demanded = [factor for factor in mfa.list_pool_factors(pool) if has_mfa and mfa.has_factor(user, factor)]
    if not demanded and action == MFA_REQUIRED and pool.mfa_mode != "ON":
        raise RISKY()
    return demanded


def _assess_step(step: AuthStep, user: User | None) -> Assessment:
    """Assess a request; one that names no address has the one of the sign-in's earlier requests."""
    event = user.find_event(step.sign_in.event_id) if user else None
    return assess(step.service, step.client, step.address or (event.address if event else None))


def _is_within(address: str | None, ranges: Iterable[str]) -> bool:
    try:
        found = ip_address(address or "")
    except ValueError:
        return False  # none, or not in a form that could be compared
    return any(found in ip_network(text, strict=False) for text in ranges)
