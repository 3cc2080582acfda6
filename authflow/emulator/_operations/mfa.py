"""MFA, as pools configure it and users prefer it."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import mfa, mfa_configuration, names

#: which member of the requests is about which factor
PREFERENCES: Final[Mapping[str, str]] = {
    "SMSMfaSettings": mfa.SMS,
    "SoftwareTokenMfaSettings": mfa.TOTP,
    "EmailMfaSettings": mfa.EMAIL,
}


def set_user_pool_mfa_config(service: Service, params: Params) -> Reply:
    """SetUserPoolMfaConfig: what the request leaves out stays as it is."""
    pool = service.pool(params["UserPoolId"])
    if "WebAuthnConfiguration" in params:
        raise _errors.NO_PASSKEYS()
    configured: dict[str, Any] = {
        **pool.mfa,
        **{name: params[name] for name in mfa_configuration.MEMBERS if name in params},
    }
    settings = {**pool.settings, "MfaConfiguration": params.get("MfaConfiguration", pool.mfa_mode)}
    mfa_configuration.check(settings, configured)
    pool.settings, pool.mfa, pool.modified = settings, configured, service.now()
    return _configuration(pool)


def get_user_pool_mfa_config(service: Service, params: Params) -> Reply:
    """GetUserPoolMfaConfig."""
    return _configuration(service.pool(params["UserPoolId"]))


def set_user_mfa_preference(service: Service, params: Params) -> Reply:
    """SetUserMFAPreference: with an access token."""
    client, user = issuing.verify_access(service, params["AccessToken"])
    return _prefer(client.pool, user, params)


def admin_set_user_mfa_preference(service: Service, params: Params) -> Reply:
    """AdminSetUserMFAPreference."""
    pool = service.pool(params["UserPoolId"])
    return _prefer(pool, names.get(pool, params["Username"]), params)


def get_user_auth_factors(service: Service, params: Params) -> Reply:
    """GetUserAuthFactors: the MFA preference, and what USER_AUTH offers."""
    client, user = issuing.verify_access(service, params["AccessToken"])
    able = dict.fromkeys(name.removesuffix("_SRP") for name in choice.offered(client.pool, user))
    return {"Username": user.username, **mfa.preference(user), "ConfiguredUserAuthFactors": list(able)}


def _configuration(pool: UserPool) -> Reply:
    return {"MfaConfiguration": pool.mfa_mode, **pool.mfa}


def _prefer(pool: UserPool, user: User, params: Params) -> Reply:
    if "WebAuthnMfaSettings" in params:
        raise _errors.NO_PASSKEYS()
    on, preferred = set(user.mfa), user.preferred_mfa
    for member, factor in PREFERENCES.items():
        if member in params:
            on, preferred = _changed(on, preferred, factor, params[member])
    for factor in on - user.mfa:
        _check_usable(pool, user, factor)
    if sum(params.get(member, {}).get("PreferredMfa", False) for member in PREFERENCES) > 1:
        raise _errors.INVALID("Only one MFA factor can be preferred.")
    user.mfa, user.preferred_mfa = frozenset(on), preferred
    return {}


def _changed(on: set[str], preferred: str | None, factor: str, given: Mapping[str, Any]) -> tuple[set[str], str | None]:
    """Return which factors are on and which is preferred, as one factor's settings change them; absent is no."""
    wanted = given.get("PreferredMfa", False)
    if not given.get("Enabled", False):
        if wanted:
            raise _errors.INVALID("An MFA factor that is not enabled can't be preferred.")
        return on - {factor}, None if preferred == factor else preferred
    if wanted:
        return on | {factor}, factor
    return on | {factor}, None if preferred == factor else preferred


def _check_usable(pool: UserPool, user: User, factor: str) -> None:
    if factor not in mfa.factors(pool):
        raise _errors.MFA_NOT_CONFIGURED(factor)
    if not mfa.has(user, factor):
        raise _errors.SOFTWARE_TOKEN_UNVERIFIED() if factor == mfa.TOTP else _errors.NO_DELIVERY(factor)
