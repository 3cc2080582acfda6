"""User pools."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import passwords
from authflow.emulator._crypto.entropy import ALPHANUMERIC
from authflow.emulator._operations import pool_rules, tiers
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._operations.pool_description import SMS_MEMBERS, describe_pool
from authflow.emulator._operations.sms_rules import check_sms
from authflow.emulator._records.pool import DEFAULT_TIER, UserPool
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import mfa_configuration, schema

#: first factors that the emulator refuses because it does not have them
FACTORS_NOT_EMULATED: Final = frozenset({"WEB_AUTHN", "SOFTWARE_TOKEN"})
#: source: the service model
POOL_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,45}_[0-9a-zA-Z]{1,9}")
CERTIFICATE_LIFETIME: Final = timedelta(days=3652)  # ten years
#: the AccountRecoverySetting of a pool for which none was given
DEFAULT_RECOVERY: Final[Mapping[str, Any]] = {
    "RecoveryMechanisms": [
        {"Priority": 1, "Name": "verified_email"},
        {"Priority": 2, "Name": "verified_phone_number"},
    ]
}


def create_user_pool(service: Service, params: Params) -> Reply:
    """CreateUserPool."""
    schema.check_definitions(params.get("Schema", ()))
    settings = {**_read_settings(service, params), "Name": params["PoolName"]}
    configured = mfa_configuration.make_pool_configuration(params)
    mfa_configuration.check_configuration(settings, configured)
    now = service.now()
    pool = UserPool(
        id=service.take_id("UserPoolId", service.pools, POOL_ID)
        or f"{service.region}_{service.entropy.text(ALPHANUMERIC, 9)}",
        settings=settings,
        schema=schema.build_schema(params.get("Schema", ())),
        decoy_key=service.entropy.bytes(32),
        created=now,
        modified=now,
        mfa=configured,
    )
    service.add_pool(pool)
    return {"UserPool": describe_pool(service, pool)}


def describe_user_pool(service: Service, params: Params) -> Reply:
    """DescribeUserPool."""
    return {"UserPool": describe_pool(service, service.get_pool(params["UserPoolId"]))}


def update_user_pool(service: Service, params: Params) -> Reply:
    """UpdateUserPool: reset every omitted setting except the name and the MFA configuration to its default."""
    pool = service.get_pool(params["UserPoolId"])
    pool.require_no_import()
    tiers.check_tier(service, pool, params.get("UserPoolTier", DEFAULT_TIER))
    unchangeable = service.model.get_members("CreateUserPoolRequest") - service.model.get_members(
        "UpdateUserPoolRequest"
    )
    kept = {name: value for name, value in pool.settings.items() if name in unchangeable | {"Name"}}
    effective = {**pool.mfa.get("SmsMfaConfiguration", {}), **params}
    settings = {**kept, **_read_settings(service, effective)}
    if "PoolName" in params:
        settings["Name"] = params["PoolName"]
    configured = _update_sms(pool.mfa, effective)
    mfa_configuration.check_configuration(settings, configured)
    pool.settings, pool.mfa, pool.modified = settings, configured, service.now()
    return {}


def delete_user_pool(service: Service, params: Params) -> Reply:
    """DeleteUserPool: delete the pool with its clients, users and tokens."""
    pool = service.get_pool(params["UserPoolId"])
    if pool.settings.get("DeletionProtection") == "ACTIVE":
        raise _errors.INVALID(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    pool.require_no_import()
    if pool.domain or pool.custom_domain:
        raise _errors.INVALID("User pool cannot be deleted. It has a domain configured that should be deleted first.")
    service.delete_pool(pool)
    return {}


def list_user_pools(service: Service, params: Params) -> Reply:
    """ListUserPools."""
    page, more = take_page(service, Listing("ListUserPools", limit="MaxResults"), params, service.pools.read_after)
    described = [
        {
            "Id": pool.id,
            "Name": pool.settings["Name"],
            "LambdaConfig": pool.settings.get("LambdaConfig", {}),
            "Status": "Enabled",
            "LastModifiedDate": pool.modified,
            "CreationDate": pool.created,
        }
        for pool in page
    ]
    return {"UserPools": described, **more}


def add_custom_attributes(service: Service, params: Params) -> Reply:
    """AddCustomAttributes. They can't be removed again."""
    pool = service.get_pool(params["UserPoolId"])
    pool.require_no_import()
    pool.schema = schema.add_custom(pool.schema, params["CustomAttributes"])
    pool.modified = service.now()
    return {}


def get_signing_certificate(service: Service, params: Params) -> Reply:
    """GetSigningCertificate: the certificate with which SAML requests would be signed."""
    pool = service.get_pool(params["UserPoolId"])
    if pool.certificate is None:
        from authflow.emulator._crypto.certificates import make_certificate  # noqa: PLC0415 -- slow to import

        pool.certificate = make_certificate(pool.id, pool.created, CERTIFICATE_LIFETIME)
    return {"Certificate": pool.certificate}


def _update_sms(present: Mapping[str, Any], params: Params) -> dict[str, Any]:
    """Return a pool's MFA configuration after an update, which can configure SMS as CreateUserPool does."""
    sms = {name: params[name] for name in SMS_MEMBERS if name in params}
    starts = not present and "SmsConfiguration" in sms and params.get("MfaConfiguration", "OFF") != "OFF"
    if starts:
        return mfa_configuration.make_pool_configuration(params)
    return {**present, "SmsMfaConfiguration": sms} if "SmsMfaConfiguration" in present else dict(present)


def _read_settings(service: Service, params: Params) -> dict[str, Any]:
    """Return the settings that a CreateUserPool or UpdateUserPool request gives the pool."""
    pool_rules.check_pool(params)
    check_sms(service.region, params)
    policies = params.get("Policies", {})
    factors = set(policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ()))
    if unknown := sorted(factors & FACTORS_NOT_EMULATED):
        raise _errors.INVALID(f"authflow's emulator does not support the first factors {unknown}")
    described = service.model.get_members("UserPoolType")
    settings = {name: value for name, value in params.items() if name in described}
    if service.settings.default_recovery:
        settings = {"AccountRecoverySetting": DEFAULT_RECOVERY, **settings}
    return {**settings, "Policies": {**policies, "PasswordPolicy": _complete_policy(params)}}


def _complete_policy(params: Params) -> dict[str, Any]:
    """Return the PasswordPolicy. Temporary passwords expire after UnusedAccountValidityDays if it does not say when."""
    policy = passwords.complete_policy(params.get("Policies", {}).get("PasswordPolicy"))
    unused = params.get("AdminCreateUserConfig", {}).get("UnusedAccountValidityDays")
    given = params.get("Policies", {}).get("PasswordPolicy", {}).get("TemporaryPasswordValidityDays")
    return {**policy, "TemporaryPasswordValidityDays": unused} if unused and not given else policy
