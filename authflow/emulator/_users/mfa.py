"""The MFA decision: which second factors a user can be asked for, and which one is.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
"""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._users import attributes

SMS: Final = "SMS_MFA"
TOTP: Final = "SOFTWARE_TOKEN_MFA"
EMAIL: Final = "EMAIL_OTP"
#: the factors that are messages, and the attribute that each is sent to
CONTACT_ATTRIBUTES: Final[Mapping[str, str]] = {SMS: "phone_number", EMAIL: "email"}
FACTORS: Final = (SMS, TOTP, EMAIL)


def list_pool_factors(pool: UserPool) -> list[str]:
    """Return the factors that a pool has, whether or not MFA is on."""
    return list_configured_factors(pool.mfa)


def list_configured_factors(configuration: Mapping[str, Any]) -> list[str]:
    """Return the factors that the members of SetUserPoolMfaConfig give a pool."""
    having = {
        SMS: "SmsMfaConfiguration" in configuration,
        TOTP: configuration.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False),
        EMAIL: "EmailMfaConfiguration" in configuration,
    }
    return [factor for factor in FACTORS if having[factor]]


def describe_preference(user: User) -> dict[str, Any]:
    """Return what descriptions of a user say of the MFA preference."""
    described: dict[str, Any] = {}
    if user.mfa:
        described["UserMFASettingList"] = [factor for factor in FACTORS if factor in user.mfa]
    if user.preferred_mfa:
        described["PreferredMfaSetting"] = user.preferred_mfa
    return described


def list_eligible_factors(pool: UserPool, user: User) -> list[str]:
    """Return the factors that a user can be asked for: nothing, where MFA is off."""
    if pool.mfa_mode == "OFF":
        return []
    having = [factor for factor in list_pool_factors(pool) if has_factor(user, factor)]
    required = pool.mfa_mode == "ON"
    return [factor for factor in having if factor in user.mfa or (required and _is_proven(user, factor))]


def select_factors(pool: UserPool, user: User) -> list[str]:
    """Return the factor that a user is to be asked for; several, if the user must choose."""
    able = list_eligible_factors(pool, user)
    return [user.preferred_mfa] if user.preferred_mfa in able else able


def has_factor(user: User, factor: str) -> bool:
    """Return whether a user has what a factor needs: a verified authenticator, an address or a number."""
    return bool(user.software_token if factor == TOTP else user.attributes.get(CONTACT_ATTRIBUTES[factor]))


def _is_proven(user: User, factor: str) -> bool:
    return factor == TOTP or attributes.is_verified(user.attributes, CONTACT_ATTRIBUTES[factor])
