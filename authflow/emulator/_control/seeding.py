"""Creates pools, app clients and users from a document: a seed file, or the body of a request."""

import binascii
import json
from base64 import b32decode, b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from authflow.emulator._control.seed_errors import SeedError
from authflow.emulator._control.seeded_passkeys import add_passkey
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._errors import ServiceError
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service
from authflow.emulator._users.mfa import TOTP
from authflow.emulator._users.names import parse_contact

Call: TypeAlias = Callable[[str, Mapping[str, object]], dict[str, Any]]

#: what a pool has beside the members of CreateUserPool
POOL_PARTS: Final = frozenset({"Id", "mfa", "clients", "users", "groups", "identityProviders", "resourceServers"})
#: what a user has beside the members of AdminCreateUser
USER_PARTS: Final = frozenset(
    {"Password", "Sub", "Status", "Enabled", "Groups", "TotpSecret", "MfaPreference", "Devices", "Passkeys"}
)
DEVICE_MEMBERS: Final = frozenset(
    {"DeviceKey", "DeviceGroupKey", "DeviceName", "Salt", "PasswordVerifier", "Remembered"}
)


@dataclass(frozen=True, slots=True)
class SeededClient:
    """An app client, as a front end needs it."""

    pool_id: str
    pool_name: str
    client_id: str
    client_name: str
    client_secret: str | None = field(repr=False)

    @classmethod
    def of(cls, client: UserPoolClient) -> "SeededClient":
        """Return what a front end needs of an app client: its first secret."""
        secret = client.secrets[0].value if client.secrets else None
        pool, name = client.pool, client.settings["ClientName"]
        return cls(pool.id, pool.settings["Name"], client.id, name, secret)


def parse(text: str) -> object:
    """Return the document in a JSON text.

    Raises:
        SeedError: the text is not JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SeedError(f"the document is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError):  # a number that is too long, or lists that are nested too deeply
        raise SeedError("the document is not JSON that Python can read") from None


class Seeding:
    """Creates what a document describes, all of it or nothing.

    Args:
        service: the service to create it in.
        call: calls an operation of the service.
    """

    def __init__(self, service: Service, call: Call) -> None:
        self._service = service
        self._operate = call

    def load(self, document: object) -> list[SeededClient]:
        """Create the pools, app clients and users of a document, and return its app clients.

        Raises:
            SeedError: the document has another form, or the emulator refuses a part of it.
        """
        content = _require_object(document, "document")
        for name in content:
            if name not in {"pools", "$schema"}:
                raise SeedError(f"document: unknown member {name!r}; the only one is: pools")
        pools = _require_objects(content, "pools", "document")
        with self._all_or_nothing():
            return [client for number, pool in enumerate(pools) for client in self._make_pool(pool, f"pools[{number}]")]

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        before = set(self._service.pools)
        try:
            yield
        except BaseException:
            for pool_id in set(self._service.pools) - before:
                self._service.delete_pool(self._service.pools[pool_id])
            raise

    def _make_pool(self, pool: dict[str, Any], place: str) -> list[SeededClient]:
        parts = {name: _require_objects(pool, name, place) for name in ("clients", "users", "groups")}
        mfa = _require_object(pool.get("mfa", {}), f"{place}.mfa")
        settings = {name: value for name, value in pool.items() if name not in POOL_PARTS}
        made = self._call("CreateUserPool", settings, place, UserPoolId=pool.get("Id"))["UserPool"]
        whose = {"UserPoolId": made["Id"]}
        if mfa:
            self._call("SetUserPoolMfaConfig", {**whose, **mfa}, f"{place}.mfa")
        for name, operation in (
            ("groups", "CreateGroup"),
            ("identityProviders", "CreateIdentityProvider"),
            ("resourceServers", "CreateResourceServer"),
        ):
            for number, entry in enumerate(_require_objects(pool, name, place)):
                self._call(operation, {**whose, **entry}, f"{place}.{name}[{number}]")
        for number, user in enumerate(parts["users"]):
            self._make_user(made["Id"], user, f"{place}.users[{number}]")
        clients = enumerate(parts["clients"])
        return [self._make_client(made, client, f"{place}.clients[{number}]") for number, client in clients]

    def _make_client(self, pool: Mapping[str, Any], client: dict[str, Any], place: str) -> SeededClient:
        settings = {name: value for name, value in client.items() if name != "ClientId"}
        request = {"UserPoolId": pool["Id"], **settings}
        made = self._call("CreateUserPoolClient", request, place, ClientId=client.get("ClientId"))["UserPoolClient"]
        return SeededClient(pool["Id"], pool["Name"], made["ClientId"], made["ClientName"], made.get("ClientSecret"))

    def _make_user(self, pool_id: str, given: dict[str, Any], place: str) -> None:
        settings = {name: value for name, value in given.items() if name not in USER_PARTS}
        request = {"UserPoolId": pool_id, "MessageAction": "SUPPRESS", **settings}
        made = self._call("AdminCreateUser", request, place, Sub=given.get("Sub"))["User"]
        who = {"UserPoolId": pool_id, "Username": made["Username"]}
        if "Password" in given:
            self._call("AdminSetUserPassword", {**who, "Password": given["Password"], "Permanent": True}, place)
            self._verify_contact(who, given, place)
        for number, group in enumerate(_require_list(given, "Groups", place)):
            self._call("AdminAddUserToGroup", {**who, "GroupName": group}, f"{place}.Groups[{number}]")
        pool = self._service.pools[pool_id]
        user = pool.users.find_by_username(made["Username"])
        if user is not None:
            self._complete(pool, user, given, place)
        if "MfaPreference" in given:
            preference = _require_object(given["MfaPreference"], f"{place}.MfaPreference")
            self._call("AdminSetUserMFAPreference", {**who, **preference}, f"{place}.MfaPreference")

    def _verify_contact(self, who: Mapping[str, str], given: dict[str, Any], place: str) -> None:
        """Verify the address or number that is a user's username, unless the document says whether it is verified."""
        kinds = self._service.pools[who["UserPoolId"]].username_attributes & parse_contact(given["Username"]).keys()
        said = {attribute["Name"] for attribute in given.get("UserAttributes", ())}
        verified = [{"Name": f"{kind}_verified", "Value": "true"} for kind in kinds if f"{kind}_verified" not in said]
        if verified and given.get("Status") != Status.UNCONFIRMED:
            self._call("AdminUpdateUserAttributes", {**who, "UserAttributes": verified}, place)

    def _complete(self, pool: UserPool, user: User, given: dict[str, Any], place: str) -> None:
        """Give a user what no operation gives."""
        if "TotpSecret" in given:
            user.software_token = SoftwareToken(_read_secret(given["TotpSecret"], f"{place}.TotpSecret"))
            user.mfa |= {TOTP}
        for number, device in enumerate(_require_objects(given, "Devices", place)):
            self._add_device(user, device, f"{place}.Devices[{number}]")
        for number, passkey in enumerate(_require_objects(given, "Passkeys", place)):
            add_passkey(pool, user, passkey, f"{place}.Passkeys[{number}]", self._service.now())
        if "Status" in given:
            if given["Status"] not in list(Status):
                raise SeedError(f"{place}.Status must be one of: {', '.join(Status)}")
            pool.users.set_status(user, Status(given["Status"]))
        enabled = given.get("Enabled", True)
        if not isinstance(enabled, bool):
            raise SeedError(f"{place}.Enabled must be true or false")
        pool.users.set_enabled(user, enabled=enabled)

    def _add_device(self, user: User, device: dict[str, Any], place: str) -> None:
        if unknown := sorted(device.keys() - DEVICE_MEMBERS):
            raise SeedError(f"{place}: unknown member {unknown[0]!r}; known: {', '.join(sorted(DEVICE_MEMBERS))}")
        texts = {name: device.get(name) for name in ("DeviceKey", "DeviceGroupKey", "Salt", "PasswordVerifier")}
        for name, value in texts.items():
            if not isinstance(value, str) or not value:
                raise SeedError(f"{place}.{name} must be a text")
        salt, verifier = (_read_integer(str(texts[name]), f"{place}.{name}") for name in ("Salt", "PasswordVerifier"))
        key, group_key = str(texts["DeviceKey"]), str(texts["DeviceGroupKey"])
        user.devices.restore(
            key,
            group_key,
            name=str(device.get("DeviceName", key)),
            salt=salt,
            verifier=verifier,
            remembered=bool(device.get("Remembered", True)),
            now=self._service.now(),
        )

    def _call(self, operation: str, params: Mapping[str, object], place: str, **pins: str | None) -> dict[str, Any]:
        """Call an operation, with the ids that it is to use."""
        self._service.pins = {name: value for name, value in pins.items() if value is not None}
        try:
            return self._operate(operation, params)
        except ServiceError as error:
            raise SeedError(f"{place}: {operation}: {error}") from None
        finally:
            self._service.pins = {}


def _read_secret(value: object, place: str) -> str:
    try:
        if isinstance(value, str) and len(b32decode(value + "=" * (-len(value) % 8))) >= 10:
            return value
    except binascii.Error:
        pass
    raise SeedError(f"{place} must be a text in base32, of 80 bits or more")


def _read_integer(text: str, place: str) -> int:
    try:
        return int.from_bytes(b64decode(text, validate=True), "big")
    except binascii.Error:
        raise SeedError(f"{place} must be a text in base64") from None


def _require_object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SeedError(f"{place} is not a JSON object")
    return value


def _require_list(parent: dict[str, Any], name: str, place: str) -> list[Any]:
    items = parent.get(name, [])
    if not isinstance(items, list):
        raise SeedError(f"{place}.{name} is not a JSON list")
    return items


def _require_objects(parent: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
    items = enumerate(_require_list(parent, name, place))
    return [_require_object(item, f"{place}.{name}[{number}]") for number, item in items]
