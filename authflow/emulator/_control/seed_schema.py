"""The JSON Schema of seed documents, made from the service model: https://json-schema.org/draft/2020-12."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from authflow.emulator._control.seeded_passkeys import MAX_COUNTER, NEEDED
from authflow.emulator._crypto.credential_json import ATTACHMENTS
from authflow.emulator._records.user import Status
from authflow.emulator._service_model.model import ServiceModel

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TEXT: Final[Mapping[str, Any]] = {"type": "string"}
BASE64: Final[Mapping[str, Any]] = {"type": "string", "contentEncoding": "base64"}


def make_seed_schema(model: ServiceModel) -> dict[str, Any]:
    """Return the schema."""
    pool = {
        "Id": {**TEXT, "description": "the pool's id, such as eu-west-1_Local0001; default: a random one"},
        "mfa": _make_request(model, "SetUserPoolMfaConfig"),
        "clients": _make_list(_make_request(model, "CreateUserPoolClient", {"ClientId": TEXT})),
        "users": _make_list(_make_request(model, "AdminCreateUser", _make_user_members(model))),
        "groups": _make_list(_make_request(model, "CreateGroup")),
        "identityProviders": _make_list(_make_request(model, "CreateIdentityProvider")),
        "resourceServers": _make_list(_make_request(model, "CreateResourceServer")),
    }
    return {
        "$schema": DIALECT,
        "title": "What authflow emulator has at its start",
        "type": "object",
        "properties": {
            "$schema": TEXT,
            "pools": _make_list(_make_request(model, "CreateUserPool", pool)),
        },
        "additionalProperties": False,
    }


def _make_user_members(model: ServiceModel) -> dict[str, Any]:
    device = _make_object(
        {
            "DeviceKey": TEXT,
            "DeviceGroupKey": TEXT,
            "DeviceName": TEXT,
            "Salt": BASE64,
            "PasswordVerifier": BASE64,
            "Remembered": {"type": "boolean"},
        },
        ("DeviceKey", "DeviceGroupKey", "Salt", "PasswordVerifier"),
    )
    passkey = _make_object(
        {
            "CredentialId": {**TEXT, "contentEncoding": "base64url"},
            "PublicKey": {
                **TEXT,
                "contentEncoding": "base64url",
                "description": "a COSE_Key for ES256 or RS256, in CBOR",
            },
            "RelyingPartyId": TEXT,
            "SignCount": {"type": "integer", "minimum": 0, "maximum": MAX_COUNTER},
            "BackupEligible": {"type": "boolean"},
            "AuthenticatorAttachment": {"enum": [name for name in ATTACHMENTS if name]},
            "AuthenticatorTransports": _make_list(TEXT),
        },
        NEEDED,
    )
    return {
        "Password": {**TEXT, "description": "a permanent password"},
        "Sub": {**TEXT, "format": "uuid"},
        "Status": {"enum": [str(status) for status in Status]},
        "Enabled": {"type": "boolean"},
        "Groups": _make_list(TEXT),
        "TotpSecret": {**TEXT, "description": "the secret of an authenticator app, in base32"},
        "MfaPreference": _make_request(model, "AdminSetUserMFAPreference", drop=("Username",)),
        "Devices": _make_list(device),
        "Passkeys": _make_list(passkey),
    }


def _make_request(
    model: ServiceModel, operation: str, further: Mapping[str, Any] | None = None, *, drop: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the schema of an operation's request, without the pool that it is for and with further members."""
    request = model.make_json_schema(operation)
    left_out = {"UserPoolId", *drop}
    members = {name: schema for name, schema in request["properties"].items() if name not in left_out}
    required = [name for name in request["required"] if name not in left_out]
    return _make_object({**members, **(further or {})}, required)


def _make_list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _make_object(members: Mapping[str, Any], required: Iterable[str]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}
