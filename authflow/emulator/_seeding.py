"""Creates pools, app clients and users from a JSON document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authflow.emulator._emulator import Emulator
from authflow.emulator._errors import ServiceError


class SeedError(ValueError):
    """The seed document is invalid, or the emulator refuses part of it. The text says where and why."""


@dataclass(frozen=True, slots=True)
class SeededClient:
    """An app client that was created from a seed document."""

    pool_id: str
    pool_name: str
    client_id: str
    client_name: str
    client_secret: str | None = field(repr=False)


def seed(emulator: Emulator, text: str) -> list[SeededClient]:
    """Create the pools, app clients and users of a JSON document, and return its app clients.

    Args:
        emulator: the emulator to create them in.
        text: ``{"pools": [{"PoolName": ..., "mfa": {...}, "clients": [...], "users": [...]}]}``. A pool is a
            CreateUserPool request, ``mfa`` a SetUserPoolMfaConfig request, a client a CreateUserPoolClient request and
            a user an AdminCreateUser request, each without UserPoolId. A user's ``Password`` is permanent. A user
            without it has AdminCreateUser's temporary password.

    Raises:
        SeedError: the text is not JSON of this form, or the emulator refuses a request.
    """
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SeedError(f"the document is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError):  # a number that is too long, or lists that are nested too deeply
        raise SeedError("the document is not JSON that Python can read") from None
    document = _require_object(content, "document")
    for name in document:
        if name != "pools":
            raise SeedError(f"document: unknown member {name!r}; the only one is: pools")
    pools = _require_objects(document, "pools", "document")
    return [client for number, pool in enumerate(pools) for client in _seed_pool(emulator, pool, f"pools[{number}]")]


def _seed_pool(emulator: Emulator, pool: dict[str, Any], place: str) -> list[SeededClient]:
    clients, users = _require_objects(pool, "clients", place), _require_objects(pool, "users", place)
    mfa = _require_object(pool.get("mfa", {}), f"{place}.mfa")
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


def _require_object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SeedError(f"{place} is not a JSON object")
    return value


def _require_objects(parent: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
    items = parent.get(name, [])
    if not isinstance(items, list):
        raise SeedError(f"{place}.{name} is not a JSON list")
    return [_require_object(item, f"{place}.{name}[{number}]") for number, item in enumerate(items)]
