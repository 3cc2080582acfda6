"""What must be off before a pool gets a lower tier."""

from typing import Final

from authflow.emulator import _errors
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Service
from authflow.emulator._tokens.user_sessions import has_tracking
from authflow.emulator._users.passkeys import MULTI_FACTOR

EVENTS: Final = "userAuthEvents"


def check_tier(service: Service, pool: UserPool, tier: str) -> None:
    """Require that a pool uses nothing that another tier does not have, beside what a request says itself.

    Raises:
        ServiceError: FeatureUnavailableInTierException.
    """
    clients = (service.clients[identifier] for identifier in pool.client_ids)
    domains = (service.domains[name] for name in (pool.domain, pool.custom_domain) if name)
    is_used = {
        "Email MFA": tier == "LITE" and "EmailMfaConfiguration" in pool.mfa,
        "Passkey MFA": tier == "LITE" and pool.passkey_configuration.get("FactorConfiguration") == MULTI_FACTOR,
        "Choice-Based Sign-In": tier == "LITE" and any("ALLOW_USER_AUTH" in client.allowed_flows for client in clients),
        "Managed Login Version 2": tier == "LITE" and any(domain.login_version == 2 for domain in domains),
        "Session Management": tier == "LITE" and has_tracking(pool),
        "Log Streaming": tier != "PLUS" and any(log["EventSource"] == EVENTS for log in pool.logs),
    }
    if used := [feature for feature, used in is_used.items() if used]:
        raise _errors.FEATURE_OF_TIER(tier, ", ".join(used))
