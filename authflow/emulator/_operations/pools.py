"""User pools."""

from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import passwords
from authflow.emulator._crypto.entropy import ALPHANUMERIC
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import attributes, mfa_configuration

ACCOUNT: Final = "123456789012"
#: first factors that the emulator does not have: refused, never ignored
NOT_EMULATED: Final = frozenset({"WEB_AUTHN", "SOFTWARE_TOKEN"})


def create_user_pool(service: Service, params: Params) -> Reply:
    """CreateUserPool."""
    _check_names(params)
    settings = {**_settings(service, params), "Name": params["PoolName"]}
    configured = mfa_configuration.of_new_pool(params)
    mfa_configuration.check(settings, configured)
    pool = UserPool(
        id=f"{service.region}_{service.entropy.text(ALPHANUMERIC, 9)}",
        settings=settings,
        schema=attributes.schema(params.get("Schema", ())),
        decoy_key=service.entropy.bytes(32),
        created=service.now(),
        modified=service.now(),
        mfa=configured,
    )
    service.pools[pool.id] = pool
    return {"UserPool": _described(service, pool)}


def describe_user_pool(service: Service, params: Params) -> Reply:
    """DescribeUserPool."""
    return {"UserPool": _described(service, service.pool(params["UserPoolId"]))}


def update_user_pool(service: Service, params: Params) -> Reply:
    """UpdateUserPool: what the request leaves out goes back to its default, save the name and how MFA is done."""
    pool = service.pool(params["UserPoolId"])
    lasting = service.model.members("CreateUserPoolRequest") - service.model.members("UpdateUserPoolRequest")
    kept = {name: value for name, value in pool.settings.items() if name in lasting | {"Name"}}
    settings = {**kept, **_settings(service, params)}
    if "PoolName" in params:
        settings["Name"] = params["PoolName"]
    mfa_configuration.check(settings, pool.mfa)
    pool.settings, pool.modified = settings, service.now()
    return {}


def delete_user_pool(service: Service, params: Params) -> Reply:
    """DeleteUserPool; its clients, users and tokens go with it."""
    pool = service.pool(params["UserPoolId"])
    if pool.settings.get("DeletionProtection") == "ACTIVE":
        raise _errors.INVALID(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    del service.pools[pool.id]
    for client in [client for client in service.clients.values() if client.pool is pool]:
        del service.clients[client.id]
    return {}


def _check_names(params: Params) -> None:
    if params.get("AliasAttributes") and params.get("UsernameAttributes"):
        raise _errors.INVALID("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
    for attribute in params.get("Schema", ()):
        attributes.check_definition(attribute)


def _settings(service: Service, params: Params) -> dict[str, Any]:
    """Return what the pool keeps of a request to create or update it."""
    policies = params.get("Policies", {})
    factors = set(policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ()))
    if unknown := sorted(factors & NOT_EMULATED):
        raise _errors.INVALID(f"authflow's emulator does not have the first factors {unknown}")
    described = service.model.members("UserPoolType")
    settings = {name: value for name, value in params.items() if name in described}
    return {**settings, "Policies": {**policies, "PasswordPolicy": passwords.policy(policies.get("PasswordPolicy"))}}


def _described(service: Service, pool: UserPool) -> dict[str, Any]:
    return {
        **pool.settings,
        "MfaConfiguration": pool.mfa_mode,
        "Id": pool.id,
        "Arn": f"arn:aws:cognito-idp:{service.region}:{ACCOUNT}:userpool/{pool.id}",
        "CreationDate": pool.created,
        "LastModifiedDate": pool.modified,
        "EstimatedNumberOfUsers": len(pool.users),
        "SchemaAttributes": list(pool.schema.values()),
    }
