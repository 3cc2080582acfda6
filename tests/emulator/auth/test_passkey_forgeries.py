"""Forged and altered credentials: each is refused, and nothing is registered and nobody signed in by it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow.emulator import Emulator, ServiceError
from authflow.testing import SoftwareAuthenticator, SoftwareCredential
from authflow.testing._authenticator import Flag
from authflow.testing._credentials import decode_base64url, encode_base64url, encode_cbor
from tests.support.emulator.passkeys import (
    answer,
    ask,
    complete,
    get_token,
    list_passkeys,
    make_authenticator,
    make_passkey_pool,
    refuse,
    refuse_answer,
    register,
    start,
)
from tests.support.emulator.world import Clock, Json, World

BAD: Final = "InvalidParameterException: Credential data is not valid"
GONE: Final = "WebAuthnChallengeNotFoundException"
ORIGIN: Final = "WebAuthnOriginNotAllowedException"
OTHER_RP_ID: Final = "WebAuthnRelyingPartyMismatchException"
UNSUPPORTED: Final = "WebAuthnCredentialNotSupportedException: The passkey is refused: "
FLAGS_AT: Final = 32
COUNTER_AT: Final = 33
KEY_AT: Final = 37 + 16 + 2 + 32

Change = Callable[[Json], None]


# --- tools that alter a credential


def decode_part(credential: Json, name: str) -> bytes:
    return decode_base64url(credential["response"][name])


def encode_part(credential: Json, name: str, value: bytes) -> None:
    credential["response"][name] = encode_base64url(value)


def change_client_data(**changes: Any) -> Change:
    """Return a change of the client data. None removes a member."""

    def change(credential: Json) -> None:
        data = {**json.loads(decode_part(credential, "clientDataJSON")), **changes}
        kept = {name: value for name, value in data.items() if value is not None}
        encode_part(credential, "clientDataJSON", json.dumps(kept).encode())

    return change


def replace_client_data(value: bytes) -> Change:
    return lambda credential: encode_part(credential, "clientDataJSON", value)


def change_attestation(change: Callable[[dict[str, Any]], object]) -> Change:
    """Return a change of the attestation object's map."""

    def apply(credential: Json) -> None:
        attested = cbor2.loads(decode_part(credential, "attestationObject"))
        change(attested)
        encode_part(credential, "attestationObject", encode_cbor(attested))

    return apply


def change_data(change: Callable[[bytes], bytes]) -> Change:
    """Return a change of the authenticator data of a registration."""
    return change_attestation(lambda attested: attested.update(authData=change(attested["authData"])))


def flip_flags(data: bytes, flags: int) -> bytes:
    return data[:FLAGS_AT] + bytes([data[FLAGS_AT] ^ flags]) + data[FLAGS_AT + 1 :]


def change_key(change: Callable[[dict[int, Any]], object]) -> Change:
    """Return a change of the COSE_Key."""

    def apply(data: bytes) -> bytes:
        key = cbor2.loads(data[KEY_AT:])
        change(key)
        return data[:KEY_AT] + encode_cbor(key)

    return change_data(apply)


def set_member(*path: str, value: Any) -> Change:
    """Return a change of a member of the JSON. ``...`` removes it."""

    def change(credential: Json) -> None:
        *parents, name = path
        for parent in parents:
            credential = credential[parent]
        if value is ...:
            del credential[name]
        else:
            credential[name] = value

    return change


def change_ids(value: str) -> Change:
    return lambda credential: credential.update(id=value, rawId=value)


def make_other_curve_key() -> dict[int, Any]:
    numbers = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    return {1: 2, 3: -35, -1: 2, -2: numbers.x.to_bytes(48, "big"), -3: numbers.y.to_bytes(48, "big")}


def replace_key(key: dict[int, Any]) -> Change:
    return change_data(lambda data: data[:KEY_AT] + encode_cbor(key))


def sign_as_packed(credential: Json) -> None:
    """Make it a self attestation with a signature over something else."""
    change_attestation(lambda attested: attested.update(fmt="packed", attStmt={"alg": -7, "sig": b"0" * 70}))(
        credential
    )


# --- registrations

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


# --- sign-ins


def resign(credential: Json, key: SoftwareCredential) -> None:
    """Sign what the credential says now."""
    signed = decode_part(credential, "authenticatorData")
    client_data = decode_part(credential, "clientDataJSON")
    encode_part(credential, "signature", key.sign(signed + hashlib.sha256(client_data).digest()))


def change_assertion_data(change: Callable[[bytes], bytes]) -> Change:
    return lambda credential: encode_part(
        credential, "authenticatorData", change(decode_part(credential, "authenticatorData"))
    )


def alter_signature(change: Callable[[bytes], bytes]) -> Change:
    return lambda credential: encode_part(credential, "signature", change(decode_part(credential, "signature")))


def set_counter(value: int) -> Change:
    return change_assertion_data(lambda data: data[:COUNTER_AT] + value.to_bytes(4, "big") + data[COUNTER_AT + 4 :])


#: altered and then signed by the right key: what is refused is the content
SIGNED: Final[list[tuple[str, Change, str]]] = [
    ("another type", change_client_data(type="webauthn.create"), "it was made for another operation"),
    ("the type of a payment", change_client_data(type="payment.get"), "it was made for another operation"),
    (
        "another challenge",
        change_client_data(challenge=encode_base64url(bytes(16))),
        "it does not answer the challenge",
    ),
    ("no challenge", change_client_data(challenge=None), "it has not the form of a credential"),
    ("another origin", change_client_data(origin="https://evil.example"), "its origin is not allowed"),
    ("an insecure origin", change_client_data(origin="http://login.example.com"), "its origin is not allowed"),
    ("a frame of another origin", change_client_data(crossOrigin=True), "its origin is not allowed"),
    ("a text for crossOrigin", change_client_data(crossOrigin="false"), "its origin is not allowed"),
    (
        "another RP id",
        change_assertion_data(lambda data: hashlib.sha256(b"evil.example").digest() + data[32:]),
        "it belongs to another RP id",
    ),
    (
        "an absent user",
        change_assertion_data(lambda data: flip_flags(data, Flag.USER_PRESENT)),
        "the user was not present",
    ),
    (
        "a user who is not verified",
        change_assertion_data(lambda data: flip_flags(data, Flag.USER_VERIFIED)),
        "the user was not verified",
    ),
    (
        "a backup of what has none",
        change_assertion_data(lambda data: flip_flags(data, Flag.BACKED_UP)),
        "its backup flags contradict each other or the registration",
    ),
    (
        "a synchronized passkey that was none",
        change_assertion_data(lambda data: flip_flags(data, Flag.BACKUP_ELIGIBLE)),
        "its backup flags contradict each other or the registration",
    ),
    ("a counter that stands still", set_counter(1), "its signature counter has not risen"),
    ("a counter that is 0 again", set_counter(0), "its signature counter has not risen"),
    (
        "short authenticator data",
        change_assertion_data(lambda data: data[:36]),
        "it has not the form of a credential",
    ),
    (
        "more authenticator data",
        change_assertion_data(lambda data: data + b"\0"),
        "it has not the form of a credential",
    ),
    (
        "another user handle",
        set_member("response", "userHandle", value=encode_base64url(b"bob")),
        "its user handle is another user's",
    ),
    (
        "an empty user handle",
        set_member("response", "userHandle", value=""),
        "it has not the form of a credential",
    ),
    ("another id", change_ids(encode_base64url(bytes(32))), "it is none of the user's passkeys"),
    ("two ids", set_member("id", value=encode_base64url(bytes(32))), "it has not the form of a credential"),
    ("another credential type", set_member("type", value="password"), "it has not the form of a credential"),
]
#: altered after it was signed
UNSIGNED: Final[list[tuple[str, Change, str]]] = [
    ("other client data", change_client_data(more=1), "its signature is wrong"),
    ("another counter", set_counter(99), "its signature is wrong"),
    ("an empty signature", set_member("response", "signature", value=""), "it has not the form of a credential"),
    ("no signature", set_member("response", "signature", value=...), "it has not the form of a credential"),
    ("no authenticator data", set_member("response", "authenticatorData", value=...), "it has not the form"),
    (
        "a flipped signature",
        alter_signature(lambda value: value[:-1] + bytes([value[-1] ^ 1])),
        "its signature is wrong",
    ),
    ("a signature of zeros", alter_signature(lambda value: bytes(len(value))), "its signature is wrong"),
    (
        "a signature of r = s = 0",
        alter_signature(lambda _: bytes.fromhex("3006020100020100")),
        "its signature is wrong",
    ),
    ("a signature that is not DER", alter_signature(lambda _: b"x" * 64), "its signature is wrong"),
    ("a longer signature", alter_signature(lambda value: value + b"\0"), "its signature is wrong"),
]


@pytest.mark.parametrize(
    ("change", "is_signed", "expected"),
    [
        *(pytest.param(change, True, expected, id=name) for name, change, expected in SIGNED),
        *(pytest.param(change, False, expected, id=name) for name, change, expected in UNSIGNED),
    ],
)
def test_sign_in(empty: World, change: Change, *, is_signed: bool, expected: str) -> None:
    world = make_passkey_pool(empty, {"UserVerification": "required"})
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    forged = authenticator.get(asked.options)
    change(forged)
    if is_signed:
        resign(forged, authenticator.credentials[0])
    refusal = refuse_answer(world, asked.session, forged)
    assert refusal.startswith(f"NotAuthorizedException: Incorrect passkey: {expected}")
    again = ask(world)
    assert "AuthenticationResult" in answer(world, again.session, authenticator.get(again.options))


def test_the_key_of_another_authenticator(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator, other = make_authenticator(), make_authenticator()
    register(world, authenticator)
    register(world, other)
    asked = ask(world)
    forged = authenticator.get(asked.options)
    resign(forged, other.credentials[0])
    refusal = refuse_answer(world, asked.session, forged)
    assert refusal == "NotAuthorizedException: Incorrect passkey: its signature is wrong"


@pytest.mark.parametrize("algorithms", [["ES256", "RS256"], ["RS256", "ES256"]])
def test_a_signature_of_another_algorithm(empty: World, algorithms: Any) -> None:
    world = make_passkey_pool(empty)
    authenticator, other = (make_authenticator(algorithms=[name]) for name in algorithms)
    register(world, authenticator)
    asked = ask(world)
    forged = authenticator.get(asked.options)
    other.create(start(world, get_token(world)))
    resign(forged, other.credentials[0])
    refusal = refuse_answer(world, asked.session, forged)
    assert refusal == "NotAuthorizedException: Incorrect passkey: its signature is wrong"


def test_the_passkey_of_another_user(empty: World) -> None:
    world = make_passkey_pool(empty)
    world.make_user("bob")
    mine, theirs = make_authenticator(), make_authenticator()
    register(world, mine)
    register(world, theirs, "bob")
    asked = ask(world)
    forged = theirs.get(asked.options, theirs.credentials[0])
    expected = "NotAuthorizedException: Incorrect passkey: it is none of the user's passkeys"
    assert refuse_answer(world, asked.session, forged) == expected
    refusal = refuse_answer(world, ask(world).session, theirs.get(ask(world, "bob").options), "bob")
    assert refusal == "NotAuthorizedException: Invalid session for the user."


def test_the_passkey_of_another_pool(empty: World) -> None:
    world, other = make_passkey_pool(empty), make_passkey_pool(empty)
    authenticator, foreign = make_authenticator(), make_authenticator()
    register(world, authenticator)
    register(other, foreign)
    asked = ask(world)
    expected = "NotAuthorizedException: Incorrect passkey: it is none of the user's passkeys"
    assert refuse_answer(world, asked.session, foreign.get(asked.options, foreign.credentials[0])) == expected


def test_the_challenge_of_another_session(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    first, second = ask(world), ask(world)
    refusal = refuse_answer(world, second.session, authenticator.get(first.options))
    assert refusal == "NotAuthorizedException: Incorrect passkey: it does not answer the challenge"


def test_a_registration_is_no_sign_in(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator(obeys=False)
    register(world, authenticator)
    asked = ask(world)
    options = start(world, get_token(world))
    forged = authenticator.create({**options, "challenge": asked.options["challenge"]})
    refusal = refuse_answer(world, asked.session, forged)
    assert refusal == "NotAuthorizedException: Incorrect passkey: it has not the form of a credential"


# --- any alteration


#: all texts of an answer but authenticatorAttachment, by which nothing is verified
PATHS: Final = [
    ("id",),
    ("rawId",),
    ("type",),
    ("response", "clientDataJSON"),
    ("response", "authenticatorData"),
    ("response", "signature"),
    ("response", "userHandle"),
]


class Signing:
    """A user with a passkey, whose sign-ins are altered."""

    def __init__(self) -> None:
        clock = Clock()
        self.world = make_passkey_pool(World(Emulator(clock), clock, "", ""), {"UserVerification": "required"})
        self.authenticator: SoftwareAuthenticator = make_authenticator()
        register(self.world, self.authenticator)


@pytest.fixture(scope="module")
def signing() -> Signing:
    return Signing()


@settings(max_examples=200, deadline=None)
@given(
    path=st.sampled_from(PATHS),
    at=st.integers(0, 2_000),
    kind=st.sampled_from(["replace", "insert", "delete"]),
    other=st.characters(codec="ascii"),
)
def test_any_altered_character(signing: Signing, path: tuple[str, ...], at: int, kind: str, other: str) -> None:
    asked = ask(signing.world)
    credential = signing.authenticator.get(asked.options)
    parent = credential
    for name in path[:-1]:
        parent = parent[name]
    text = parent[path[-1]]
    place = at % len(text)
    rest = text[place + (kind != "insert") :]
    parent[path[-1]] = altered = text[:place] + (other if kind != "delete" else "") + rest
    if altered == text:
        return
    with pytest.raises(ServiceError, match="Incorrect passkey"):
        answer(signing.world, asked.session, credential)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(["clientDataJSON", "authenticatorData", "signature", "userHandle"]),
    at=st.integers(0, 2_000),
    bits=st.integers(1, 255),
)
def test_any_altered_byte(signing: Signing, name: str, at: int, bits: int) -> None:
    asked = ask(signing.world)
    credential = signing.authenticator.get(asked.options)
    value = bytearray(decode_part(credential, name))
    value[at % len(value)] ^= bits
    encode_part(credential, name, bytes(value))
    with pytest.raises(ServiceError, match="Incorrect passkey"):
        answer(signing.world, asked.session, credential)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from([("response",), *PATHS[:-1]]), value=JSON)
def test_any_other_value(signing: Signing, path: tuple[str, ...], value: Any) -> None:
    asked = ask(signing.world)
    credential = signing.authenticator.get(asked.options)
    set_member(*path, value=value)(credential)
    with pytest.raises(ServiceError, match="Incorrect passkey"):
        answer(signing.world, asked.session, credential)


#: what nobody vouches for in a registration: reserved flags and whether it can be synchronized, the counter, the AAGUID
FREE_FLAGS: Final = 0x22 | Flag.BACKUP_ELIGIBLE
FREE_BYTES: Final = range(COUNTER_AT, 53)


def mask_free_parts(data: bytes) -> bytes:
    """Return authenticator data without what nobody vouches for."""
    masked = bytearray(data)
    masked[FLAGS_AT] &= ~FREE_FLAGS
    masked[FREE_BYTES.start : FREE_BYTES.stop] = bytes(len(FREE_BYTES))
    return bytes(masked)


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 2_000), bits=st.integers(1, 255))
def test_any_altered_byte_of_a_registration(signing: Signing, at: int, bits: int) -> None:
    world, token = signing.world, get_token(signing.world)
    credential = make_authenticator(algorithms=["ES256"]).create(start(world, token))
    original = decode_part(credential, "attestationObject")
    altered = bytearray(original)
    altered[at % len(altered)] ^= bits
    encode_part(credential, "attestationObject", bytes(altered))
    before = list_passkeys(world, token)
    try:
        complete(world, token, credential)
    except ServiceError:
        assert list_passkeys(world, token) == before
        return
    world.call("DeleteWebAuthnCredential", AccessToken=token, CredentialId=credential["id"])
    first, second = ({**cbor2.loads(value)} for value in (original, bytes(altered)))
    assert mask_free_parts(first.pop("authData")) == mask_free_parts(second.pop("authData"))
    assert first == second
