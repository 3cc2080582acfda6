"""User pools."""

from datetime import timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import passwords
from authflow.emulator._crypto.entropy import ALPHANUMERIC
from authflow.emulator._operations import pool_rules
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._operations.pool_description import SMS_MEMBERS, describe_pool
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import mfa_configuration, schema

#: first factors that the emulator refuses because it does not have them
FACTORS_NOT_EMULATED: Final = frozenset({"WEB_AUTHN", "SOFTWARE_TOKEN"})
CERTIFICATE_LIFETIME: Final = timedelta(days=3652)  # ten years


def create_user_pool(service: Service, params: Params) -> Reply:
    """CreateUserPool."""
    schema.check_definitions(params.get("Schema", ()))
    settings = {**_read_settings(service, params), "Name": params["PoolName"]}
    configured = mfa_configuration.make_pool_configuration(params)
    mfa_configuration.check_configuration(settings, configured)
    now = service.now()
    pool = UserPool(
        id=f"{service.region}_{service.entropy.text(ALPHANUMERIC, 9)}",
        settings=settings,
        schema=schema.build_schema(params.get("Schema", ())),
        decoy_key=service.entropy.bytes(32),
        created=now,
        modified=now,
        mfa=configured,
    )
    service.pools[pool.id] = pool
    return {"UserPool": describe_pool(service, pool)}


def describe_user_pool(service: Service, params: Params) -> Reply:
    """DescribeUserPool."""
    return {"UserPool": describe_pool(service, service.get_pool(params["UserPoolId"]))}


def update_user_pool(service: Service, params: Params) -> Reply:
    """UpdateUserPool: reset every omitted setting except the name and the MFA configuration to its default."""
    pool = service.get_pool(params["UserPoolId"])
    pool.require_no_import()
    if params.get("UserPoolTier") == "LITE" and "EmailMfaConfiguration" in pool.mfa:
        raise _errors.FEATURE_OF_TIER("LITE", "Email MFA")
    unchangeable = service.model.get_members("CreateUserPoolRequest") - service.model.get_members(
        "UpdateUserPoolRequest"
    )
    kept = {name: value for name, value in pool.settings.items() if name in unchangeable | {"Name"}}
    effective = {**pool.mfa.get("SmsMfaConfiguration", {}), **params}
    settings = {**kept, **_read_settings(service, effective)}
    if "PoolName" in params:
        settings["Name"] = params["PoolName"]
    sms = {name: effective[name] for name in SMS_MEMBERS if name in effective}
    configured = {**pool.mfa, "SmsMfaConfiguration": sms} if "SmsMfaConfiguration" in pool.mfa else pool.mfa
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
    del service.pools[pool.id]
    for client_id in pool.client_ids:
        service.delete_client(service.clients[client_id])
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


def _read_settings(service: Service, params: Params) -> dict[str, Any]:
    """Return the settings that a CreateUserPool or UpdateUserPool request gives the pool."""
    pool_rules.check_pool(params)
    policies = params.get("Policies", {})
    factors = set(policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ()))
    if unknown := sorted(factors & FACTORS_NOT_EMULATED):
        raise _errors.INVALID(f"authflow's emulator does not support the first factors {unknown}")
    described = service.model.get_members("UserPoolType")
    settings = {name: value for name, value in params.items() if name in described}
    return {
        **settings,
        "Policies": {**policies, "PasswordPolicy": passwords.complete_policy(policies.get("PasswordPolicy"))},
    }
