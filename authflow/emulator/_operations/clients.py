"""App clients."""

from datetime import timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import LOWERCASE_ALPHANUMERIC
from authflow.emulator._records.client import DEFAULT_FLOWS, LEGACY_FLOWS, UserPoolClient, compute_token_validity
from authflow.emulator._service import Params, Reply, Service

ID_LENGTH: Final = 26
SECRET_LENGTH: Final = 51
#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
SHORT_LIVED: Final = (timedelta(minutes=5), timedelta(days=1))
LIFETIMES: Final = {
    "AccessToken": SHORT_LIVED,
    "IdToken": SHORT_LIVED,
    "RefreshToken": (timedelta(minutes=60), timedelta(days=3650)),
}


def create_user_pool_client(service: Service, params: Params) -> Reply:
    """CreateUserPoolClient."""
    pool = service.get_pool(params["UserPoolId"])
    if params.get("GenerateSecret") and "ClientSecret" in params:
        raise _errors.INVALID("GenerateSecret and ClientSecret can't both be set.")
    settings = _read_settings(service, params)
    identifier = service.entropy.text(LOWERCASE_ALPHANUMERIC, ID_LENGTH)
    client = UserPoolClient(identifier, pool, _make_secret(service, params), settings, service.now(), service.now())
    service.clients[client.id] = client
    return {"UserPoolClient": _describe(client)}


def describe_user_pool_client(service: Service, params: Params) -> Reply:
    """DescribeUserPoolClient."""
    return {"UserPoolClient": _describe(service.get_client(params["ClientId"], params["UserPoolId"]))}


def update_user_pool_client(service: Service, params: Params) -> Reply:
    """UpdateUserPoolClient: reset every omitted setting except the name to its default."""
    client = service.get_client(params["ClientId"], params["UserPoolId"])
    client.settings = {"ClientName": client.settings["ClientName"], **_read_settings(service, params)}
    client.modified = service.now()
    return {"UserPoolClient": _describe(client)}


def _make_secret(service: Service, params: Params) -> str | None:
    if params.get("GenerateSecret"):
        return service.entropy.text(LOWERCASE_ALPHANUMERIC, SECRET_LENGTH)
    return params.get("ClientSecret")


def _read_settings(service: Service, params: Params) -> dict[str, Any]:
    flows = set(params.get("ExplicitAuthFlows", ()))
    if flows & LEGACY_FLOWS.keys() and flows - LEGACY_FLOWS.keys():
        raise _errors.INVALID("ExplicitAuthFlows can't mix the values that begin with ALLOW_ with the older ones.")
    for token, (shortest, longest) in LIFETIMES.items():
        if not shortest <= compute_token_validity(params, token) <= longest:
            raise _errors.INVALID("Invalid range for token validity.")
    excluded = {"UserPoolId", "ClientId", "ClientSecret"}
    shared = service.model.get_members("CreateUserPoolClientRequest") & service.model.get_members("UserPoolClientType")
    return {name: value for name, value in params.items() if name in shared - excluded}


def _describe(client: UserPoolClient) -> dict[str, Any]:
    described = {
        "ExplicitAuthFlows": list(DEFAULT_FLOWS),
        "AuthSessionValidity": 3,
        "EnableTokenRevocation": True,
        "RefreshTokenValidity": 30,
        **client.settings,
        "UserPoolId": client.pool.id,
        "ClientId": client.id,
        "CreationDate": client.created,
        "LastModifiedDate": client.modified,
    }
    return described if client.secret is None else {**described, "ClientSecret": client.secret}
