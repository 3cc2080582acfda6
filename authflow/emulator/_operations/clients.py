"""App clients."""

import re
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import LOWERCASE_ALPHANUMERIC
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.client_rules import ClientRequest, check_client
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.client import DEFAULT_FLOWS, UNITS, UserPoolClient
from authflow.emulator._service import Params, Reply, Service

ID_LENGTH: Final = 26
#: source: the service model
CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_+]{1,128}")
SECRET_LENGTH: Final = 51
#: the ClientType of clients that were not registered dynamically: of all that the emulator has
REGULAR: Final = "REGULAR"
#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_CLIENTS: Final = 1000
#: members of which 0 or an empty list stands for the default
EMPTY_MEANS_DEFAULT: Final = frozenset({"ExplicitAuthFlows", "RefreshTokenValidity"})

NO_SECRETS_MANAGER: Final = ErrorTemplate(
    "InvalidParameterException", "authflow's emulator has no AWS Secrets Manager"
)  # own text
TOO_MANY_CLIENTS: Final = ErrorTemplate("LimitExceededException", "The user pool has {} app clients already")  # own


def create_user_pool_client(service: Service, params: Params) -> Reply:
    """CreateUserPoolClient."""
    pool = service.get_pool(params["UserPoolId"])
    if params.get("GenerateSecret") and "ClientSecret" in params:
        raise _errors.INVALID("GenerateSecret and ClientSecret can't both be set.")
    _refuse_publishing(params)
    if len(pool.client_ids) >= MAX_CLIENTS:
        raise TOO_MANY_CLIENTS(MAX_CLIENTS)
    has_secret = bool(params.get("GenerateSecret")) or "ClientSecret" in params
    settings = _read_settings(service, ClientRequest(pool, params, has_secret, "creating"))
    pinned = service.take_id("ClientId", service.clients, CLIENT_ID)
    identifier = pinned or service.entropy.text(LOWERCASE_ALPHANUMERIC, ID_LENGTH)
    now = service.now()
    client = UserPoolClient(identifier, pool, settings, now, now)
    if secret := _make_secret(service, params):
        client.add_secret(secret, now)
    service.add_client(client)
    return {"UserPoolClient": _describe(service, client)}


def describe_user_pool_client(service: Service, params: Params) -> Reply:
    """DescribeUserPoolClient."""
    return {"UserPoolClient": _describe(service, service.get_client(params["ClientId"], params["UserPoolId"]))}


def update_user_pool_client(service: Service, params: Params) -> Reply:
    """UpdateUserPoolClient: reset every omitted setting except the name to its default."""
    client = service.get_client(params["ClientId"], params["UserPoolId"])
    _refuse_publishing(params)
    request = ClientRequest(client.pool, params, bool(client.secrets), "updating")
    client.settings = {"ClientName": client.settings["ClientName"], **_read_settings(service, request)}
    client.modified = service.now()
    return {"UserPoolClient": _describe(service, client)}


def delete_user_pool_client(service: Service, params: Params) -> Reply:
    """DeleteUserPoolClient: delete the client. Its tokens are no longer valid."""
    service.delete_client(service.get_client(params["ClientId"], params["UserPoolId"]))
    return {}


def list_user_pool_clients(service: Service, params: Params) -> Reply:
    """ListUserPoolClients."""
    pool = service.get_pool(params["UserPoolId"])
    read = pool.client_ids.read_after if params.get("ClientType", REGULAR) == REGULAR else _read_none
    page, more = take_page(service, Listing("ListUserPoolClients", limit="MaxResults"), params, read)
    described = [
        {"ClientId": id_, "UserPoolId": pool.id, "ClientName": service.clients[id_].settings["ClientName"]}
        for id_ in page
    ]
    return {"UserPoolClients": described, **more}


def _refuse_publishing(params: Params) -> None:
    if params.get("PublishSecretsInAWSSecretsManager"):
        raise NO_SECRETS_MANAGER()


def _read_none(_: object, __: int) -> list[tuple[int, str]]:
    return []


def _make_secret(service: Service, params: Params) -> str | None:
    if params.get("GenerateSecret"):
        return service.entropy.text(LOWERCASE_ALPHANUMERIC, SECRET_LENGTH)
    return params.get("ClientSecret")


def _read_settings(service: Service, request: ClientRequest) -> dict[str, Any]:
    check_client(request, service.settings)
    excluded = {"UserPoolId", "ClientId", "ClientSecret"}
    shared = service.model.get_members("CreateUserPoolClientRequest") & service.model.get_members("UserPoolClientType")
    return {name: value for name, value in request.params.items() if name in shared - excluded}


def _describe(service: Service, client: UserPoolClient) -> dict[str, Any]:
    kind = {"ClientType": REGULAR} if "ClientType" in service.model.get_members("UserPoolClientType") else {}
    described = {
        **kind,
        "ExplicitAuthFlows": list(DEFAULT_FLOWS),
        "AuthSessionValidity": 3,
        "AllowedOAuthFlowsUserPoolClient": False,
        "EnablePropagateAdditionalUserContextData": False,
        "EnableTokenRevocation": True,
        "RefreshTokenValidity": 30,
        **{name: value for name, value in client.settings.items() if value or name not in EMPTY_MEANS_DEFAULT},
        **_describe_units(service, client),
        "UserPoolId": client.pool.id,
        "ClientId": client.id,
        "CreationDate": client.created,
        "LastModifiedDate": client.modified,
    }
    return {**described, "ClientSecret": client.secrets[0].value} if client.secrets else described


def _describe_units(service: Service, client: UserPoolClient) -> dict[str, Any]:
    """Return TokenValidityUnits: if a request sets the unit of one token, the others have their defaults."""
    given = client.settings.get("TokenValidityUnits")
    if given:
        return {"TokenValidityUnits": {**{token: unit for token, (unit, _) in UNITS.items()}, **given}}
    return {"TokenValidityUnits": {}} if service.settings.show_empty_token_units else {}
