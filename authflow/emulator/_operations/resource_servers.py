"""Resource servers, and the scopes that they add to those an app client may have."""

from typing import Any, Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_SERVERS: Final = 25
LISTING: Final = Listing("ListResourceServers", limit="MaxResults", size=50)

SERVER_EXISTS: Final = ErrorTemplate("InvalidParameterException", "{} already exists in user pool {}.")
NO_SERVER: Final = ErrorTemplate("ResourceNotFoundException", "Resource server {} does not exist.")  # own text
TOO_MANY_SERVERS: Final = ErrorTemplate(
    "LimitExceededException", "The user pool has {} resource servers already"
)  # own


def create_resource_server(service: Service, params: Params) -> Reply:
    """CreateResourceServer."""
    pool, identifier = service.get_pool(params["UserPoolId"]), params["Identifier"]
    if identifier in pool.resource_servers:
        raise SERVER_EXISTS(identifier, pool.id)
    if len(pool.resource_servers) >= MAX_SERVERS:
        raise TOO_MANY_SERVERS(MAX_SERVERS)
    return {"ResourceServer": _store(pool, params)}


def describe_resource_server(service: Service, params: Params) -> Reply:
    """DescribeResourceServer."""
    pool = _find_pool(service, params)
    return {"ResourceServer": pool.resource_servers[params["Identifier"]]}


def update_resource_server(service: Service, params: Params) -> Reply:
    """UpdateResourceServer: replace name and scopes."""
    return {"ResourceServer": _store(_find_pool(service, params), params)}


def delete_resource_server(service: Service, params: Params) -> Reply:
    """DeleteResourceServer. App clients keep its scopes until they are updated."""
    pool = _find_pool(service, params)
    del pool.resource_servers[params["Identifier"]]
    return {}


def list_resource_servers(service: Service, params: Params) -> Reply:
    """ListResourceServers."""
    pool = service.get_pool(params["UserPoolId"])
    page, more = take_page(service, LISTING, params, pool.resource_servers.read_after)
    return {"ResourceServers": page, **more}


def _find_pool(service: Service, params: Params) -> UserPool:
    pool = service.get_pool(params["UserPoolId"])
    if params["Identifier"] not in pool.resource_servers:
        raise NO_SERVER(params["Identifier"])
    return pool


def _store(pool: UserPool, params: Params) -> dict[str, Any]:
    described = {name: params[name] for name in ("Identifier", "Name")}
    server = {"UserPoolId": pool.id, **described, "Scopes": params.get("Scopes", [])}
    pool.resource_servers[params["Identifier"]] = server
    return server
