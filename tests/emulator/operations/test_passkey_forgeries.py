"""Forged and altered registrations of passkeys: each is refused."""

import hashlib
from typing import Any, Final

import pytest

from authflow.testing._authenticator import Flag
from authflow.testing._credentials import encode_base64url, encode_cbor
from tests.support.emulator.forgeries import (
    BAD,
    GONE,
    KEY_AT,
    ORIGIN,
    OTHER_RP_ID,
    UNSUPPORTED,
    Change,
    change_attestation,
    change_client_data,
    change_data,
    change_ids,
    change_key,
    flip_flags,
    make_other_curve_key,
    replace_client_data,
    replace_key,
    set_member,
    sign_as_packed,
)
from tests.support.emulator.passkeys import (
    complete,
    get_token,
    list_passkeys,
    make_authenticator,
    make_passkey_pool,
    refuse,
    start,
)
from tests.support.emulator.world import World

REGISTRATIONS: Final[list[tuple[str, Change, str]]] = [
    ("another type", change_client_data(type="webauthn.get"), BAD),
    ("no type", change_client_data(type=None), BAD),
    ("another challenge", change_client_data(challenge=encode_base64url(bytes(16))), GONE),
    ("no challenge", change_client_data(challenge=None), BAD),
    ("an empty challenge", change_client_data(challenge=""), GONE),
    ("a longer challenge", change_client_data(challenge="A" * 4_000), GONE),
    ("another origin", change_client_data(origin="https://evil.example"), ORIGIN),
    ("an insecure origin", change_client_data(origin="http://login.example.com"), ORIGIN),
    ("an origin that only ends like the RP id", change_client_data(origin="https://badexample.com"), ORIGIN),
    ("an origin below another domain", change_client_data(origin="https://example.com.evil.example"), ORIGIN),
    ("an origin with a user", change_client_data(origin="https://evil.example@example.com"), ORIGIN),
    ("an origin with a path", change_client_data(origin="https://example.com/"), ORIGIN),
    ("an origin with a line break", change_client_data(origin="https://example.com\n"), ORIGIN),
    ("an origin in capitals", change_client_data(origin="https://EXAMPLE.com"), ORIGIN),
    ("an origin of localhost", change_client_data(origin="http://localhost:3000"), ORIGIN),
    ("an opaque origin", change_client_data(origin="null"), ORIGIN),
    ("an Android app", change_client_data(origin="android:apk-key-hash:abc"), ORIGIN),
    ("an origin that is no text", change_client_data(origin=7), ORIGIN),
    ("no origin", change_client_data(origin=None), BAD),
    ("a frame of another origin", change_client_data(crossOrigin=True), ORIGIN),
    ("client data that is no JSON", replace_client_data(b"{"), BAD),
    ("client data that is a list", replace_client_data(b"[]"), BAD),
    ("client data that is not UTF-8", replace_client_data(b"\xff"), BAD),
    ("client data that is nested deeply", replace_client_data(b"[" * 50_000), BAD),
    ("another RP id", change_data(lambda data: hashlib.sha256(b"example.org").digest() + data[32:]), OTHER_RP_ID),
    ("an absent user", change_data(lambda data: flip_flags(data, Flag.USER_PRESENT)), UNSUPPORTED),
    ("a user who is not verified", change_data(lambda data: flip_flags(data, Flag.USER_VERIFIED)), UNSUPPORTED),
    ("a backup of what has none", change_data(lambda data: flip_flags(data, Flag.BACKED_UP)), BAD),
    ("no credential by the flag", change_data(lambda data: flip_flags(data, Flag.ATTESTED)), BAD),
    ("extensions by the flag only", change_data(lambda data: flip_flags(data, 0x80)), BAD),
    ("nothing after the counter", change_data(lambda data: data[:37]), BAD),
    ("half of the authenticator data", change_data(lambda data: data[:60]), BAD),
    ("more authenticator data", change_data(lambda data: data + b"\0"), BAD),
    ("another id than the attested one", change_ids(encode_base64url(bytes(32))), BAD),
    ("another rawId than the id", set_member("rawId", value=encode_base64url(bytes(32))), BAD),
    ("an id that is too long", change_ids(encode_base64url(bytes(1024))), BAD),
    ("an id with padding", lambda credential: change_ids(credential["id"] + "=")(credential), BAD),
    ("an id in another alphabet", change_ids("+/+/"), BAD),
    ("an id that is no text", lambda credential: credential.update(id=1, rawId=1), BAD),
    ("no id", set_member("id", value=...), BAD),
    ("another credential type", set_member("type", value="password"), BAD),
    ("an unknown attachment", set_member("authenticatorAttachment", value="none"), BAD),
    ("transports that are no list", set_member("response", "transports", value="usb"), BAD),
    ("too many transports", set_member("response", "transports", value=["usb"] * 17), BAD),
    ("no response", set_member("response", value=...), BAD),
    ("a response that is a text", set_member("response", value="x"), BAD),
    ("no client data", set_member("response", "clientDataJSON", value=...), BAD),
    ("no attestation object", set_member("response", "attestationObject", value=...), BAD),
    ("an attestation object that is empty", set_member("response", "attestationObject", value=""), BAD),
    ("an attestation object that is no CBOR", set_member("response", "attestationObject", value="_____w"), BAD),
    ("an attestation object that is a number", set_member("response", "attestationObject", value="AQ"), BAD),
    ("CBOR that is nested deeply", set_member("response", "attestationObject", value="gYGB" * 20_000), BAD),
    ("EdDSA", replace_key({1: 1, 3: -8, -1: 6, -2: bytes(32)}), f"{UNSUPPORTED}its algorithm is not offered"),
    ("ES384", replace_key(make_other_curve_key()), f"{UNSUPPORTED}its algorithm is not offered"),
    ("a list as algorithm", change_key(lambda key: key.update({3: [-7]})), f"{UNSUPPORTED}its algorithm"),
    ("no algorithm", change_key(lambda key: key.pop(3)), BAD),
    ("another key type", change_key(lambda key: key.update({1: 3})), BAD),
    ("another curve", change_key(lambda key: key.update({-1: 2})), BAD),
    ("a point that is not on the curve", change_key(lambda key: key.update({-3: bytes(32)})), BAD),
    ("a coordinate that is too long", change_key(lambda key: key.update({-2: b"\0" + key[-2]})), BAD),
    ("a coordinate that is a number", change_key(lambda key: key.update({-2: 1})), BAD),
    ("a private key", change_key(lambda key: key.update({-4: bytes(32)})), BAD),
    ("a key that is a text", change_data(lambda data: data[:KEY_AT] + encode_cbor("key")), BAD),
    ("a weak key", replace_key({1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\x01\x00\x01"}), BAD),
    ("an even exponent", replace_key({1: 3, 3: -257, -1: b"\xff" * 256, -2: b"\x02"}), BAD),
    (
        "attestation none with a statement",
        change_attestation(lambda attested: attested.update(attStmt={"sig": b""})),
        f"{UNSUPPORTED}its attestation",
    ),
    ("an unknown attestation", change_attestation(lambda attested: attested.update(fmt="own")), UNSUPPORTED),
    ("an attestation that is a number", change_attestation(lambda attested: attested.update(fmt=1)), UNSUPPORTED),
    ("a wrong self attestation", sign_as_packed, f"{UNSUPPORTED}its attestation"),
    ("no attestation format", change_attestation(lambda attested: attested.pop("fmt")), BAD),
]


@pytest.mark.parametrize(
    ("change", "expected"), [pytest.param(change, expected, id=name) for name, change, expected in REGISTRATIONS]
)
def test_registration(empty: World, change: Change, expected: str) -> None:
    world = make_passkey_pool(empty, {"UserVerification": "required"})
    token = get_token(world)
    options = start(world, token)
    forged = make_authenticator(algorithms=["ES256"]).create(options)
    change(forged)
    assert refuse(world, token, forged).startswith(expected)
    assert list_passkeys(world, token) == []
    complete(world, token, make_authenticator().create(options))  # what was altered is the reason


@pytest.mark.parametrize("credential", [None, [], "{}", 1, {"response": {"a": [[[[]]]]}}])
def test_registration_that_is_no_object(empty: World, credential: Any) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    start(world, token)
    assert refuse(world, token, credential).startswith("InvalidParameterException")


def test_registration_that_is_nested_deeply(empty: World) -> None:
    world = make_passkey_pool(empty)
    nested: list[Any] = []
    for _ in range(5_000):
        nested = [nested]
    assert refuse(world, get_token(world), nested).startswith("SerializationException")
