"""MFA configuration of pools and MFA preferences of users."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.pool_description import SMS_MEMBERS
from authflow.emulator._operations.sms_rules import check_sms
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import mfa, mfa_configuration, names, passkeys
from authflow.emulator._users.tiers import require_essentials

#: the factor that each request member sets
PREFERENCES: Final[Mapping[str, str]] = {
    "SMSMfaSettings": mfa.SMS,
    "SoftwareTokenMfaSettings": mfa.TOTP,
    "EmailMfaSettings": mfa.EMAIL,
}
#: the request member that lets a passkey count as both factors
PASSKEY_PREFERENCE: Final = "WebAuthnMfaSettings"
PASSKEY_ALONE: Final = ErrorTemplate(
    "InvalidParameterException", "A passkey counts as MFA only beside another MFA factor"
)  # own text
ONLY_SMS: Final = ErrorTemplate("InvalidParameterException", "MFAOptions can only be SMS to phone_number")  # own text


def set_user_pool_mfa_config(service: Service, params: Params) -> Reply:
    """SetUserPoolMfaConfig: replace the factors. An SmsConfiguration that the pool has stays, and so does the mode."""
    pool = service.get_pool(params["UserPoolId"])
    _check_passkeys(service, pool, params.get(mfa_configuration.PASSKEYS, {}))
    if "EmailMfaConfiguration" in params:
        require_essentials(pool, "Email MFA")
    if params.get("MfaConfiguration") == "OFF" and mfa.list_configured_factors(params):
        raise _errors.INVALID("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
    check_sms(service.region, params.get("SmsMfaConfiguration", {}))
    given: dict[str, Any] = {name: params[name] for name in mfa_configuration.MEMBERS if name in params}
    configured: dict[str, Any] = given if service.settings.replace_mfa_factors else {**pool.mfa, **given}
    mode = params.get("MfaConfiguration", pool.mfa_mode)
    settings = {**pool.settings, "MfaConfiguration": mode}
    if "SmsMfaConfiguration" in params:
        sms = {name: pool.settings[name] for name in ("SmsConfiguration",) if name in pool.settings}
        configured["SmsMfaConfiguration"] = {**sms, **params["SmsMfaConfiguration"]}
        kept = {name: value for name, value in settings.items() if name not in SMS_MEMBERS}
        settings = {**kept, **configured["SmsMfaConfiguration"]}
    mfa_configuration.check_configuration(settings, configured)
    pool.settings, pool.mfa, pool.modified = settings, configured, service.now()
    return _describe_configuration(service, pool)


def get_user_pool_mfa_config(service: Service, params: Params) -> Reply:
    """GetUserPoolMfaConfig."""
    return _describe_configuration(service, service.get_pool(params["UserPoolId"]))


def set_user_mfa_preference(service: Service, params: Params) -> Reply:
    """SetUserMFAPreference: with an access token."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    return _set_preference(service, client.pool, user, params)


def admin_set_user_mfa_preference(service: Service, params: Params) -> Reply:
    """AdminSetUserMFAPreference."""
    pool = service.get_pool(params["UserPoolId"])
    return _set_preference(service, pool, names.get_user(pool, params["Username"]), params)


def get_user_auth_factors(service: Service, params: Params) -> Reply:
    """GetUserAuthFactors: the MFA preference and the user's factors."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    return _describe_factors(service, client.pool, user)


def admin_get_user_auth_factors(service: Service, params: Params) -> Reply:
    """AdminGetUserAuthFactors."""
    pool = service.get_pool(params["UserPoolId"])
    return _describe_factors(service, pool, names.get_user(pool, params["Username"]))


def _describe_factors(service: Service, pool: UserPool, user: User) -> Reply:
    """Return the factors that can be the first ones in USER_AUTH, and SOFTWARE_TOKEN for an authenticator app."""
    usable = dict.fromkeys(name.removesuffix("_SRP") for name in choice.list_offers(service, pool, user))
    if user.software_token and mfa.TOTP in user.mfa:
        usable["SOFTWARE_TOKEN"] = None
    return {"Username": user.username, **mfa.describe_preference(user), "ConfiguredUserAuthFactors": list(usable)}


def set_user_settings(service: Service, params: Params) -> Reply:
    """SetUserSettings: the obsolete way to turn on SMS_MFA."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    return _set_options(service, client.pool, user, params)


def admin_set_user_settings(service: Service, params: Params) -> Reply:
    """AdminSetUserSettings."""
    pool = service.get_pool(params["UserPoolId"])
    return _set_options(service, pool, names.get_user(pool, params["Username"]), params)


def admin_delete_software_token(service: Service, params: Params) -> Reply:
    """AdminDeleteSoftwareToken: forget the user's authenticator app, and that it was turned on."""
    pool = service.get_pool(params["UserPoolId"])
    user = names.get_user(pool, params["Username"])
    if user.status is Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMED()
    user.software_token = user.pending_token = None
    user.mfa -= {mfa.TOTP}
    user.preferred_mfa = None if user.preferred_mfa == mfa.TOTP else user.preferred_mfa
    return {}


def _describe_configuration(service: Service, pool: UserPool) -> Reply:
    described = {"MfaConfiguration": pool.mfa_mode, **pool.mfa}
    member = "SoftwareTokenMfaConfiguration"
    if member in described and service.settings.show_disabled_totp:
        described[member] = {"Enabled": False, **described[member]}
    return described


def _set_preference(service: Service, pool: UserPool, user: User, params: Params) -> Reply:
    enabled, preferred = set(user.mfa), user.preferred_mfa
    for member, factor in PREFERENCES.items():
        if member in params:
            enabled, preferred = _change_preference(enabled, preferred, factor, params[member])
    for factor in enabled - user.mfa:
        _check_usable(service, pool, user, factor)
    if sum(params.get(member, {}).get("PreferredMfa", False) for member in PREFERENCES) > 1:
        raise _errors.INVALID("Only one MFA factor can be preferred.")
    user.passkey_mfa = _choose_passkey_mfa(pool, user, params, others=enabled)
    user.mfa, user.preferred_mfa, user.mfa_options = frozenset(enabled), preferred, ()
    return {}


def _choose_passkey_mfa(pool: UserPool, user: User, params: Params, *, others: set[str]) -> bool:
    """Return whether a passkey is to count as both factors: only beside another factor, as the service model says."""
    is_on: bool = params.get(PASSKEY_PREFERENCE, {"Enabled": user.passkey_mfa}).get("Enabled", False)
    if PASSKEY_PREFERENCE in params and is_on:
        if pool.passkey_configuration.get("FactorConfiguration") != passkeys.MULTI_FACTOR:
            raise _errors.MFA_NOT_CONFIGURED(passkeys.FACTOR)
        if not user.passkeys:
            raise _errors.NO_DELIVERY(passkeys.FACTOR)
    if is_on and not others:
        raise PASSKEY_ALONE()
    return is_on


def _check_passkeys(service: Service, pool: UserPool, configuration: Mapping[str, str]) -> None:
    if configuration.get("FactorConfiguration") == passkeys.MULTI_FACTOR:
        require_essentials(pool, "Passkey MFA")
    if "RelyingPartyId" in configuration:
        passkeys.check_rp_id(configuration["RelyingPartyId"], service.settings)


def _set_options(service: Service, pool: UserPool, user: User, params: Params) -> Reply:
    """Set MFAOptions. They are ignored for a user whose factors were set by SetUserMFAPreference."""
    options = tuple(params["MFAOptions"])
    for option in options:
        if (option.get("DeliveryMedium"), option.get("AttributeName")) != ("SMS", "phone_number"):
            raise ONLY_SMS()
    if user.mfa and not user.mfa_options:
        return {}
    if options:
        _check_usable(service, pool, user, mfa.SMS)
    user.mfa, user.mfa_options = frozenset({mfa.SMS} if options else ()), options
    return {}


def _change_preference(
    enabled: set[str], preferred: str | None, factor: str, given: Mapping[str, Any]
) -> tuple[set[str], str | None]:
    """Apply one factor's settings; return the enabled factors and the preferred one. An absent flag means False."""
    wanted = given.get("PreferredMfa", False)
    if not given.get("Enabled", False):
        if wanted:
            raise _errors.INVALID("An MFA factor that is not enabled can't be preferred.")
        return enabled - {factor}, None if preferred == factor else preferred
    if wanted:
        return enabled | {factor}, factor
    return enabled | {factor}, None if preferred == factor else preferred


def _check_usable(service: Service, pool: UserPool, user: User, factor: str) -> None:
    if factor not in mfa.list_pool_factors(pool):
        raise _errors.MFA_NOT_CONFIGURED(factor)
    if not mfa.has_factor(user, factor):
        totp = _errors.NO_DELIVERY.with_text(service.settings.unverified_totp)
        raise (totp if factor == mfa.TOTP else _errors.NO_DELIVERY)(factor)
