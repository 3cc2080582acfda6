"""Risk configurations. The emulator assesses no risk by itself: the setting ``sign_in_risk`` says what each has."""

from ipaddress import ip_network
from typing import Any, Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.pool import ALL_CLIENTS, UserPool
from authflow.emulator._service import Params, Reply, Service

PARTS: Final = (
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
)
EVENTS: Final = ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]

ADD_ON_NEEDED: Final = ErrorTemplate(
    "UserPoolAddOnNotEnabledException", "Threat protection is not enabled for the user pool"
)  # own text
BAD_CIDR: Final = ErrorTemplate("InvalidParameterException", "Incorrect CIDR format")


def set_risk_configuration(service: Service, params: Params) -> Reply:
    """SetRiskConfiguration: replace the configuration of the pool or of a client; without any part, delete it."""
    pool, key = _find(service, params)
    _check_ranges(params)
    parts: dict[str, Any] = {name: params[name] for name in PARTS if name in params}
    if not parts:
        pool.risk.pop(key, None)
        return {"RiskConfiguration": _describe(pool, key)}
    compromised = parts.get("CompromisedCredentialsRiskConfiguration")
    if compromised:
        parts["CompromisedCredentialsRiskConfiguration"] = {"EventFilter": EVENTS, **compromised}
    pool.risk[key] = {**parts, "LastModifiedDate": service.now()}
    return {"RiskConfiguration": _describe(pool, key)}


def describe_risk_configuration(service: Service, params: Params) -> Reply:
    """DescribeRiskConfiguration."""
    pool, key = _find(service, params)
    return {"RiskConfiguration": _describe(pool, key)}


def _find(service: Service, params: Params) -> tuple[UserPool, str]:
    pool, key = service.get_pool(params["UserPoolId"]), params.get("ClientId", ALL_CLIENTS)
    if key != ALL_CLIENTS:
        service.get_client(key, pool.id)
    if pool.tier != "PLUS":
        raise ADD_ON_NEEDED()
    return pool, key


def _check_ranges(params: Params) -> None:
    exceptions = params.get("RiskExceptionConfiguration", {})
    for member in ("BlockedIPRangeList", "SkippedIPRangeList"):
        for text in exceptions.get(member, ()):
            try:
                ip_network(text)
            except ValueError:
                raise BAD_CIDR() from None
            if "/" not in text:
                raise BAD_CIDR()


def _describe(pool: UserPool, key: str) -> dict[str, Any]:
    client = {} if key == ALL_CLIENTS else {"ClientId": key}
    return {"UserPoolId": pool.id, **client, **pool.risk.get(key, {})}
