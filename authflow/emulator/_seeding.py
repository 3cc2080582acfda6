"""Pools, app clients and users to begin with, from one JSON document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authflow.emulator._emulator import Emulator
from authflow.emulator._errors import ServiceError


class SeedError(ValueError):
    """The document can't be carried out; the text says where and why."""


@dataclass(frozen=True, slots=True)
class SeededClient:
    """An app client that now exists."""

    pool_id: str
    pool_name: str
    client_id: str
    client_name: str
    client_secret: str | None = field(repr=False)


def seed(emulator: Emulator, text: str) -> list[SeededClient]:
    """Create what a document says, and return its app clients.

    Args:
        emulator: without pools so far.
        text: ``{"pools": [{"PoolName": ..., "mfa": {...}, "clients": [...], "users": [...]}]}``: a pool is the request
            of CreateUserPool, ``mfa`` of SetUserPoolMfaConfig, a client of CreateUserPoolClient and a user of
            AdminCreateUser, each without UserPoolId. A user's ``Password`` is set for good; without it the user has
            AdminCreateUser's temporary one.

    Raises:
        SeedError: it is not JSON of this shape, or the emulator refuses a request.
    """
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SeedError(f"it is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError):  # a number too long, lists in lists too deep
        raise SeedError("it is not JSON that can be read") from None
    document = _object(content, "document")
    for name in document:
        if name != "pools":
            raise SeedError(f"document: unknown member {name!r}; there may be: pools")
    pools = _items(document, "pools", "document")
    return [client for number, pool in enumerate(pools) for client in _seed_pool(emulator, pool, f"pools[{number}]")]


def _seed_pool(emulator: Emulator, pool: dict[str, Any], place: str) -> list[SeededClient]:
    clients, users = _items(pool, "clients", place), _items(pool, "users", place)
    mfa = _object(pool.get("mfa", {}), f"{place}.mfa")
    settings = {name: value for name, value in pool.items() if name not in {"clients", "users", "mfa"}}
    made = _call(emulator, "CreateUserPool", settings, place)["UserPool"]
    if mfa:
        _call(emulator, "SetUserPoolMfaConfig", {"UserPoolId": made["Id"], **mfa}, f"{place}.mfa")
    for number, user in enumerate(users):
        _seed_user(emulator, made["Id"], user, f"{place}.users[{number}]")
    return [_seed_client(emulator, made, client, f"{place}.clients[{number}]") for number, client in enumerate(clients)]


def _seed_client(emulator: Emulator, pool: Mapping[str, Any], client: dict[str, Any], place: str) -> SeededClient:
    made = _call(emulator, "CreateUserPoolClient", {"UserPoolId": pool["Id"], **client}, place)["UserPoolClient"]
    return SeededClient(pool["Id"], pool["Name"], made["ClientId"], made["ClientName"], made.get("ClientSecret"))


def _seed_user(emulator: Emulator, pool_id: str, user: dict[str, Any], place: str) -> None:
    settings = {name: value for name, value in user.items() if name != "Password"}
    made = _call(emulator, "AdminCreateUser", {"UserPoolId": pool_id, "MessageAction": "SUPPRESS", **settings}, place)
    if "Password" in user:
        password = {"Password": user["Password"], "Permanent": True}
        username = made["User"]["Username"]
        _call(emulator, "AdminSetUserPassword", {"UserPoolId": pool_id, "Username": username, **password}, place)


def _call(emulator: Emulator, operation: str, params: Mapping[str, object], place: str) -> dict[str, Any]:
    try:
        return emulator.call(operation, params)
    except ServiceError as error:
        raise SeedError(f"{place}: {operation}: {error}") from None


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SeedError(f"{place} is not a JSON object")
    return value


def _items(parent: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
    items = parent.get(name, [])
    if not isinstance(items, list):
        raise SeedError(f"{place}.{name} is not a JSON list")
    return [_object(item, f"{place}.{name}[{number}]") for number, item in enumerate(items)]
