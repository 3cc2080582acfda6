"""User pools."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator import attributes, faults, password
from authflow.emulator.entropy import ALPHANUMERIC
from authflow.emulator.pool import UserPool
from authflow.emulator.service import Params, Reply, Service

ACCOUNT: Final = "123456789012"
#: settings that would change how people sign in, in ways that the emulator does not have: refused, never ignored
NOT_EMULATED: Final[Mapping[str, object]] = {
    "MfaConfiguration": "OFF",
}


def create_user_pool(service: Service, params: Params) -> Reply:
    """CreateUserPool."""
    _check_settings(params)
    policies = params.get("Policies", {})
    shared = service.model.members("CreateUserPoolRequest") & service.model.members("UserPoolType")
    settings = {name: value for name, value in params.items() if name in shared}
    settings["Name"] = params["PoolName"]
    settings["Policies"] = {**policies, "PasswordPolicy": password.policy(policies.get("PasswordPolicy"))}
    pool = UserPool(
        id=f"{service.region}_{service.entropy.text(ALPHANUMERIC, 9)}",
        settings=settings,
        schema=attributes.schema(params.get("Schema", ())),
        decoy_key=service.entropy.bytes(32),
        created=service.now(),
        modified=service.now(),
    )
    service.pools[pool.id] = pool
    return {"UserPool": _described(service, pool)}


def describe_user_pool(service: Service, params: Params) -> Reply:
    """DescribeUserPool."""
    return {"UserPool": _described(service, service.pool(params["UserPoolId"]))}


def delete_user_pool(service: Service, params: Params) -> Reply:
    """DeleteUserPool; its clients, users and tokens go with it."""
    pool = service.pool(params["UserPoolId"])
    if pool.settings.get("DeletionProtection") == "ACTIVE":
        raise faults.INVALID(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    del service.pools[pool.id]
    for client in [client for client in service.clients.values() if client.pool is pool]:
        del service.clients[client.id]
    return {}


def _check_settings(params: Params) -> None:
    if params.get("AliasAttributes") and params.get("UsernameAttributes"):
        raise faults.INVALID("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
    for attribute in params.get("Schema", ()):
        attributes.check_definition(attribute)
    for name, neutral in NOT_EMULATED.items():
        if params.get(name, neutral) != neutral:
            raise faults.INVALID(f"authflow's emulator does not have {name} beside {neutral!r}")


def _described(service: Service, pool: UserPool) -> dict[str, Any]:
    return {
        **pool.settings,
        "Id": pool.id,
        "Arn": f"arn:aws:cognito-idp:{service.region}:{ACCOUNT}:userpool/{pool.id}",
        "CreationDate": pool.created,
        "LastModifiedDate": pool.modified,
        "EstimatedNumberOfUsers": len(pool.users),
        "SchemaAttributes": list(pool.schema.values()),
    }
