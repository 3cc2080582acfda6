"""Checks the MFA configuration of a pool."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._users import mfa

#: the member that configures no second factor, but may let passkeys stand for both factors
PASSKEYS: Final = "WebAuthnConfiguration"
#: the members of SetUserPoolMfaConfig other than MfaConfiguration
MEMBERS: Final = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", PASSKEYS)
#: the recovery mechanism that uses the same channel as each factor
RECOVERY_MECHANISMS: Final[Mapping[str, str]] = {mfa.SMS: "verified_phone_number", mfa.EMAIL: "verified_email"}


def make_pool_configuration(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the MFA configuration that CreateUserPool and UpdateUserPool set. They can configure SMS only.

    Raises:
        ServiceError: InvalidParameterException: MFA is on, and SmsConfiguration or the verification of phone numbers is
            missing.
    """
    if params.get("MfaConfiguration", "OFF") == "OFF":
        return {}
    if "SmsConfiguration" not in params or "phone_number" not in params.get("AutoVerifiedAttributes", ()):
        raise _errors.INVALID(
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
        )
    sms = {"SmsConfiguration": params["SmsConfiguration"]}
    if "SmsAuthenticationMessage" in params:
        sms["SmsAuthenticationMessage"] = params["SmsAuthenticationMessage"]
    return {"SmsMfaConfiguration": sms}


def check_configuration(settings: Mapping[str, Any], configured: Mapping[str, Any]) -> None:
    """Require that the pool can send the codes of its factors.

    If MFA is on, it must also have a factor, and no factor may use the only account recovery channel.

    Raises:
        ServiceError: InvalidParameterException: one of these rules is broken.
    """
    _check_senders(settings, configured)
    if settings.get("MfaConfiguration", "OFF") == "OFF":
        return
    factors = mfa.list_configured_factors(configured)
    if not factors:
        raise _errors.MFA_WITHOUT_FACTOR()
    mechanisms = settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", ())
    recovery = {mechanism["Name"] for mechanism in mechanisms}
    for factor in factors:
        if recovery == {RECOVERY_MECHANISMS.get(factor)}:
            raise _errors.MFA_IS_RECOVERY(factor)


def _check_senders(settings: Mapping[str, Any], configured: Mapping[str, Any]) -> None:
    """Require that a factor which sends codes has a sender."""
    sender = settings.get("EmailConfiguration", {}).get("EmailSendingAccount", "COGNITO_DEFAULT")
    if "EmailMfaConfiguration" in configured and sender == "COGNITO_DEFAULT":
        raise _errors.EMAIL_MFA_WITHOUT_SENDER()
    if "SmsConfiguration" not in configured.get("SmsMfaConfiguration", {"SmsConfiguration": {}}):
        raise _errors.SMS_MFA_WITHOUT_SENDER()
