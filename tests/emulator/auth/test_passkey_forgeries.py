"""Forged and altered sign-ins with passkeys: each is refused."""

import hashlib
from typing import Any, Final

import pytest

from authflow.testing._authenticator import Flag
from authflow.testing._credentials import encode_base64url
from tests.support.emulator.forgeries import (
    Change,
    alter_signature,
    change_assertion_data,
    change_client_data,
    change_ids,
    flip_flags,
    resign,
    set_counter,
    set_member,
)
from tests.support.emulator.passkeys import (
    answer,
    ask,
    get_token,
    make_authenticator,
    make_passkey_pool,
    refuse_answer,
    register,
    start,
)
from tests.support.emulator.world import World

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
