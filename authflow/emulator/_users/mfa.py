"""Second factors: those of a pool, those of a user, and the one that a sign-in needs.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
"""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator._messages.delivery import MFA_CONTACTS
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User

SMS: Final = "SMS_MFA"
TOTP: Final = "SOFTWARE_TOKEN_MFA"
EMAIL: Final = "EMAIL_OTP"
#: the factors that send a code, each with the attribute that holds the recipient
CONTACT_ATTRIBUTES: Final[Mapping[str, str]] = MFA_CONTACTS
FACTORS: Final = (SMS, TOTP, EMAIL)


def list_pool_factors(pool: UserPool) -> list[str]:
    """Return the factors that are configured in a pool, even if MFA is off."""
    return list_configured_factors(pool.mfa)


def list_configured_factors(configuration: Mapping[str, Any]) -> list[str]:
    """Return the factors that the members of SetUserPoolMfaConfig configure."""
    is_configured = {
        SMS: "SmsMfaConfiguration" in configuration,
        TOTP: configuration.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False),
        EMAIL: "EmailMfaConfiguration" in configuration,
    }
    return [factor for factor in FACTORS if is_configured[factor]]


def describe_preference(user: User) -> dict[str, Any]:
    """Return the members of GetUser's reply that describe the user's MFA preference."""
    described: dict[str, Any] = {}
    if user.mfa_options:
        return {"MFAOptions": list(user.mfa_options)}
    if user.mfa:
        described["UserMFASettingList"] = [factor for factor in FACTORS if factor in user.mfa]
    if user.preferred_mfa:
        described["PreferredMfaSetting"] = user.preferred_mfa
    return described


def list_eligible_factors(pool: UserPool, user: User) -> list[str]:
    """Return the factors that a sign-in can ask the user for; none if MFA is off.

    If MFA is required, an address or a number counts without having been verified: the code goes there and verifies it.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-sms-email-message.html
    """
    if pool.mfa_mode == "OFF":
        return []
    available = [factor for factor in list_pool_factors(pool) if has_factor(user, factor)]
    return [factor for factor in available if factor in user.mfa or pool.mfa_mode == "ON"]


def is_needed(pool: UserPool, user: User) -> bool:
    """Return whether a user's sign-ins need a second factor, or set one up."""
    return pool.mfa_mode == "ON" or bool(list_eligible_factors(pool, user))


def select_factors(pool: UserPool, user: User) -> list[str]:
    """Return the factor that a sign-in asks the user for; several if the user must choose, none if there is none."""
    eligible = list_eligible_factors(pool, user)
    return [user.preferred_mfa] if user.preferred_mfa in eligible else eligible


def has_factor(user: User, factor: str) -> bool:
    """Return whether a user has what a factor needs: an authenticator app, an email address or a phone number."""
    return bool(user.software_token if factor == TOTP else user.attributes.get(CONTACT_ATTRIBUTES[factor]))
