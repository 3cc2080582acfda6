"""Which configurations of MFA a pool can have."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._users import mfa

#: what SetUserPoolMfaConfig configures beside MfaConfiguration, as far as the emulator has it
MEMBERS: Final = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration")
#: the recovery mechanism that uses the same channel as a factor
RECOVERY_MECHANISMS: Final[Mapping[str, str]] = {mfa.SMS: "verified_phone_number", mfa.EMAIL: "verified_email"}


def make_pool_configuration(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what CreateUserPool and UpdateUserPool configure: SMS alone.

    Raises:
        ServiceError: InvalidParameterException: MFA is to be on, and there is no SmsConfiguration.
    """
    if params.get("MfaConfiguration", "OFF") == "OFF":
        return {}
    if "SmsConfiguration" not in params:
        raise _errors.INVALID("SMS configuration is required when MFA is required/optional")
    sms = {"SmsConfiguration": params["SmsConfiguration"]}
    if "SmsAuthenticationMessage" in params:
        sms["SmsAuthenticationMessage"] = params["SmsAuthenticationMessage"]
    return {"SmsMfaConfiguration": sms}


def check_configuration(settings: Mapping[str, Any], configured: Mapping[str, Any]) -> None:
    """Refuse MFA without a factor, and a factor that shares its channel with the only way to recover an account.

    Raises:
        ServiceError: InvalidParameterException.
    """
    if settings.get("MfaConfiguration", "OFF") == "OFF":
        return
    having = mfa.list_configured_factors(configured)
    if not having:
        raise _errors.MFA_WITHOUT_FACTOR()
    mechanisms = settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", ())
    recovery = {mechanism["Name"] for mechanism in mechanisms}
    for factor in having:
        if recovery == {RECOVERY_MECHANISMS.get(factor)}:
            raise _errors.MFA_IS_RECOVERY(factor)
