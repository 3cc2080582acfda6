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
CONTACTS: Final[Mapping[str, str]] = {SMS: "phone_number", EMAIL: "email"}
FACTORS: Final = (SMS, TOTP, EMAIL)


def factors(pool: UserPool) -> list[str]:
    """Return the factors that a pool has, whether or not MFA is on."""
    return configured(pool.mfa)


def configured(configuration: Mapping[str, Any]) -> list[str]:
    """Return the factors that the members of SetUserPoolMfaConfig give a pool."""
    having = {
        SMS: "SmsMfaConfiguration" in configuration,
        TOTP: configuration.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False),
        EMAIL: "EmailMfaConfiguration" in configuration,
    }
    return [factor for factor in FACTORS if having[factor]]


def preference(user: User) -> dict[str, Any]:
    """Return what descriptions of a user say of the MFA preference."""
    described: dict[str, Any] = {}
    if user.mfa:
        described["UserMFASettingList"] = [factor for factor in FACTORS if factor in user.mfa]
    if user.preferred_mfa:
        described["PreferredMfaSetting"] = user.preferred_mfa
    return described


def eligible(pool: UserPool, user: User) -> list[str]:
    """Return the factors that a user can be asked for: nothing, where MFA is off."""
    if pool.mfa_mode == "OFF":
        return []
    having = [factor for factor in factors(pool) if has(user, factor)]
    required = pool.mfa_mode == "ON"
    return [factor for factor in having if factor in user.mfa or (required and _is_proven(user, factor))]


def asked(pool: UserPool, user: User) -> list[str]:
    """Return the factor that a user is to be asked for; several, if the user must choose."""
    able = eligible(pool, user)
    return [user.preferred_mfa] if user.preferred_mfa in able else able


def has(user: User, factor: str) -> bool:
    """Return whether a user has what a factor needs: a verified authenticator, an address or a number."""
    return bool(user.software_token if factor == TOTP else user.attributes.get(CONTACTS[factor]))


def _is_proven(user: User, factor: str) -> bool:
    return factor == TOTP or attributes.is_verified(user.attributes, CONTACTS[factor])
