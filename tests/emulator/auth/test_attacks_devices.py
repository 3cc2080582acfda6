"""Devices against those who would sign in without what is asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.emulator.tokens.test_tokens import claims
from tests.support.emulator.attacks import (
    EXPIRED_SESSION,
    INVALID_SESSION,
    NO_DEVICE,
    NOBODYS,
    USED_SESSION,
    WRONG,
    refused,
)
from tests.support.emulator.mfa import SMS, sent
from tests.support.emulator.phones import (
    SRP_A,
    Phone,
    by_device,
    confirmed,
    guard,
    round_begun,
    round_ended,
    signed_in,
    tracking,
)
from tests.support.emulator.world import PASSWORD, TEMPORARY, World, new_password, refused_claim

FIRST, SECOND = "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"


@pytest.fixture
def tracked(empty: World) -> World:
    """A pool whose remembered devices stand for a second factor, with ada and bob."""
    made = tracking(empty)
    made.user("bob")
    return made


@pytest.fixture
def phone(tracked: World) -> Phone:
    """ada's phone, which is remembered."""
    return confirmed(tracked)


def session_for(world: World, phone: Phone, name: str = "ada") -> str:
    """Return the Session of DEVICE_SRP_AUTH."""
    session: str = signed_in(world, name, DEVICE_KEY=phone.key)["Session"]
    return session


def first(phone: Phone, **changes: str) -> dict[str, str]:
    """Return an answer to DEVICE_SRP_AUTH."""
    return {"USERNAME": "ada", "DEVICE_KEY": phone.key, "SRP_A": SRP_A, **changes}


# --- keys of devices that are not the user's


def forgotten(world: World) -> str:
    key = confirmed(world).key
    world.admin("AdminForgetDevice", "ada", DeviceKey=key)
    return key


def proposed(world: World) -> str:
    return Phone.of(world.tokens()).key


def of_another(world: World) -> str:
    return confirmed(world, "bob").key


def of_nobody(_: World) -> str:
    return NOBODYS


KEYS = pytest.mark.parametrize("key_of", [forgotten, proposed, of_another, of_nobody])


@KEYS
@pytest.mark.parametrize(
    ("flow", "parameters"), [("USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD}), ("USER_SRP_AUTH", {"SRP_A": SRP_A})]
)
def test_unknown_key_at_the_start(
    tracked: World, key_of: Callable[[World], str], flow: str, parameters: dict[str, str]
) -> None:
    request = tracked.initiation(flow, USERNAME="ada", DEVICE_KEY=key_of(tracked), **parameters)
    assert tracked.refused("InitiateAuth", **request) == NO_DEVICE


@KEYS
def test_unknown_key_with_a_proof(tracked: World, key_of: Callable[[World], str]) -> None:
    key = key_of(tracked)
    claim = tracked.claim(tracked.srp_challenge("ada"))
    assert refused_claim(tracked, {**claim, "DEVICE_KEY": key}) == NO_DEVICE
    assert "AuthenticationResult" in tracked.respond("PASSWORD_VERIFIER", **claim)  # the same step once more


def test_a_device_forgotten_after_the_start(tracked: World, phone: Phone) -> None:
    begun = tracked.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=SRP_A, DEVICE_KEY=phone.key)
    tracked.admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    claim = tracked.claim(begun["ChallengeParameters"])
    result = tracked.respond("PASSWORD_VERIFIER", **claim)["AuthenticationResult"]
    assert result["NewDeviceMetadata"]["DeviceKey"] != phone.key


def test_unknown_key_with_a_new_password(tracked: World) -> None:
    tracked.admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    session = tracked.initiate(USERNAME="ada", PASSWORD=TEMPORARY)["Session"]
    request = new_password(tracked, session, USERNAME="ada", DEVICE_KEY=NOBODYS)
    assert tracked.refused("RespondToAuthChallenge", **request) == NO_DEVICE
    assert tracked.call("RespondToAuthChallenge", **new_password(tracked, session, USERNAME="ada"))


def test_unknown_key_with_a_code(guarded: World) -> None:
    guard(guarded)
    asked = signed_in(guarded)
    code = guarded.last_message().code
    refusal = refused(guarded, SMS, asked["Session"], USERNAME="ada", SMS_MFA_CODE=code, DEVICE_KEY=NOBODYS)
    assert refusal == NO_DEVICE
    assert "AuthenticationResult" in sent(guarded, asked)


def test_users_who_do_not_exist_have_no_devices(tracked: World) -> None:
    client = tracked.client(PreventUserExistenceErrors="ENABLED")
    request = client.initiation("USER_SRP_AUTH", USERNAME="eve", SRP_A=SRP_A, DEVICE_KEY=NOBODYS)
    assert client.refused("InitiateAuth", **request) == NO_DEVICE  # as for ada
    claim = {**client.claim(client.srp_challenge("eve")), "DEVICE_KEY": NOBODYS}
    assert refused_claim(client, claim) == NO_DEVICE


def test_pools_that_do_not_track_have_no_devices(world: World) -> None:
    request = world.initiation("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, DEVICE_KEY=NOBODYS)
    assert world.refused("InitiateAuth", **request) == NO_DEVICE


def test_a_key_does_not_make_up_for_a_password(tracked: World, phone: Phone) -> None:
    request = tracked.initiation("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="wr0ng-Horse", DEVICE_KEY=phone.key)
    assert tracked.refused("InitiateAuth", **request) == WRONG


# --- DEVICE_SRP_AUTH


def test_a_device_alone_is_no_factor(tracked: World, phone: Phone) -> None:
    refusal = refused(tracked, FIRST, None, **first(phone))
    assert refusal == "InvalidParameterException: Missing required parameter Session"


@pytest.mark.parametrize("name", ["USERNAME", "DEVICE_KEY", "SRP_A"])
def test_missing_field_of_the_first_answer(tracked: World, phone: Phone, name: str) -> None:
    session, answer = session_for(tracked, phone), first(phone)
    del answer[name]
    refusal = refused(tracked, FIRST, session, **answer)
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in by_device(tracked, phone, session)  # nothing was used up


@pytest.mark.parametrize("srp_a", ["0", "xyz"])
def test_no_srp_value(tracked: World, phone: Phone, srp_a: str) -> None:
    session = session_for(tracked, phone)
    assert refused(tracked, FIRST, session, **first(phone, SRP_A=srp_a)).startswith("InvalidParameterException")
    assert "AuthenticationResult" in by_device(tracked, phone, session)


def test_another_device_of_the_user(tracked: World, phone: Phone) -> None:
    session, other = session_for(tracked, phone), confirmed(tracked)
    assert refused(tracked, FIRST, session, **first(other)) == WRONG
    assert refused(tracked, FIRST, session, **first(phone)) == USED_SESSION


def test_device_of_another_user(tracked: World, phone: Phone) -> None:
    bobs = confirmed(tracked, "bob")
    assert refused(tracked, FIRST, session_for(tracked, phone), **first(bobs)) == NO_DEVICE


def test_session_of_another_user(tracked: World, phone: Phone) -> None:
    bobs = confirmed(tracked, "bob")
    session = session_for(tracked, bobs, "bob")
    assert refused(tracked, FIRST, session, **first(phone)) == INVALID_SESSION
    assert refused(tracked, FIRST, session, **first(phone, USERNAME="bob")) == NO_DEVICE


def test_session_of_another_client(tracked: World, phone: Phone) -> None:
    assert refused(tracked.client(), FIRST, session_for(tracked, phone), **first(phone)) == INVALID_SESSION


def test_used_and_expired_session(tracked: World, phone: Phone) -> None:
    session = session_for(tracked, phone)
    second = round_begun(tracked, phone, session)
    assert refused(tracked, FIRST, session, **first(phone)) == USED_SESSION
    tracked.clock.forward(minutes=3)
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert refused(tracked, SECOND, second["Session"], **proof) == EXPIRED_SESSION
    session = session_for(tracked, phone)
    tracked.clock.forward(minutes=3)
    assert refused(tracked, FIRST, session, **first(phone)) == EXPIRED_SESSION


@pytest.mark.parametrize("challenge", [SECOND, SMS, "CUSTOM_CHALLENGE", "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED"])
def test_session_at_another_challenge(tracked: World, phone: Phone, challenge: str) -> None:
    session = session_for(tracked, phone)
    claim = phone.proof(tracked, tracked.srp_challenge("ada"))
    responses = {**first(phone), "SMS_MFA_CODE": "1", "ANSWER": "1", "NEW_PASSWORD": PASSWORD, **claim}
    assert refused(tracked, challenge, session, **responses) == INVALID_SESSION


def test_a_device_forgotten_before_its_turn(tracked: World, phone: Phone) -> None:
    session = session_for(tracked, phone)
    tracked.admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    assert refused(tracked, FIRST, session, **first(phone)) == NO_DEVICE


def test_a_device_that_is_not_remembered_any_more(tracked: World, phone: Phone) -> None:
    session = session_for(tracked, phone)
    second = round_begun(tracked, phone, session_for(tracked, phone))
    tracked.admin("AdminUpdateDeviceStatus", "ada", DeviceKey=phone.key, DeviceRememberedStatus="not_remembered")
    assert refused(tracked, FIRST, session, **first(phone)) == WRONG
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert refused(tracked, SECOND, second["Session"], **proof) == WRONG


# --- DEVICE_PASSWORD_VERIFIER


def refused_proof(world: World, phone: Phone, **changes: str) -> str:
    """Begin a device round, and answer its second challenge in a way that must be refused."""
    second = round_begun(world, phone, session_for(world, phone))
    proof = {**phone.proof(world, second["ChallengeParameters"]), **changes}
    return refused(world, SECOND, second["Session"], **proof)


def test_another_secret(tracked: World, phone: Phone) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    thief = replace(phone, secret="guessed")
    proof = thief.proof(tracked, second["ChallengeParameters"])
    assert refused(tracked, SECOND, second["Session"], **proof) == WRONG
    right = phone.proof(tracked, second["ChallengeParameters"])
    assert refused(tracked, SECOND, second["Session"], **right) == USED_SESSION


def test_another_identity(tracked: World, phone: Phone) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    proof = replace(phone, group="-12345678").proof(tracked, second["ChallengeParameters"])
    assert refused(tracked, SECOND, second["Session"], **proof) == WRONG


def test_the_key_of_another_device(tracked: World, phone: Phone) -> None:
    other = confirmed(tracked)
    assert refused_proof(tracked, phone, DEVICE_KEY=other.key) == WRONG
    assert refused_proof(tracked, phone, DEVICE_KEY=NOBODYS) == NO_DEVICE


def test_the_proof_of_another_device(tracked: World, phone: Phone) -> None:
    other = confirmed(tracked)
    adas = round_begun(tracked, phone, session_for(tracked, phone))
    others = round_begun(tracked, other, session_for(tracked, other))
    proof = {**other.proof(tracked, others["ChallengeParameters"]), "DEVICE_KEY": phone.key}
    assert refused(tracked, SECOND, adas["Session"], **proof) == INVALID_SESSION
    proof["PASSWORD_CLAIM_SECRET_BLOCK"] = adas["ChallengeParameters"]["SECRET_BLOCK"]
    assert refused(tracked, SECOND, adas["Session"], **proof) == WRONG


def test_the_password_is_no_device_secret(tracked: World, phone: Phone) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    claim = tracked.claim(tracked.srp_challenge("ada"))
    assert refused(tracked, SECOND, second["Session"], **claim, DEVICE_KEY=phone.key) == INVALID_SESSION


def test_the_device_secret_is_no_password(tracked: World, phone: Phone) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    assert refused_claim(tracked, phone.proof(tracked, second["ChallengeParameters"])) == WRONG


def test_a_replayed_device_proof(tracked: World, phone: Phone) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert "AuthenticationResult" in tracked.respond(SECOND, second["Session"], **proof)
    assert refused(tracked, SECOND, second["Session"], **proof) == USED_SESSION
    another = round_begun(tracked, phone, session_for(tracked, phone))
    assert refused(tracked, SECOND, another["Session"], **proof) == INVALID_SESSION  # it is of another round


@pytest.mark.parametrize(
    "name", ["USERNAME", "DEVICE_KEY", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"]
)
def test_missing_field_of_a_device_proof(tracked: World, phone: Phone, name: str) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    proof = phone.proof(tracked, second["ChallengeParameters"])
    missing = {key: value for key, value in proof.items() if key != name}
    refusal = refused(tracked, SECOND, second["Session"], **missing)
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"
    refusal = refused(tracked, SECOND, None, **proof)
    assert refusal == "InvalidParameterException: Missing required parameter Session"
    assert "AuthenticationResult" in round_ended(tracked, phone, second)  # nothing was used up


def test_a_device_forgotten_in_its_turn(tracked: World, phone: Phone) -> None:
    second = round_begun(tracked, phone, session_for(tracked, phone))
    tracked.admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert refused(tracked, SECOND, second["Session"], **proof) == NO_DEVICE


def test_the_secret_hash_of_a_device(tracked: World) -> None:
    client = tracked.client(GenerateSecret=True)
    phone = confirmed(client)
    request = client.response(FIRST, session_for(client, phone), **first(phone, SECRET_HASH="AAAA"))
    assert "Unable to verify secret hash" in client.refused("RespondToAuthChallenge", **request)


# --- devices and second factors


def test_a_remembered_device_stands_for_a_second_factor(guarded: World) -> None:
    phone = guard(guarded)
    assert signed_in(guarded)["ChallengeName"] == SMS
    assert "AuthenticationResult" in by_device(guarded, phone, session_for(guarded, phone))


def test_one_that_is_not_remembered_does_not(guarded: World) -> None:
    phone = guard(guarded)
    guarded.admin("AdminUpdateDeviceStatus", "ada", DeviceKey=phone.key, DeviceRememberedStatus="not_remembered")
    assert signed_in(guarded, DEVICE_KEY=phone.key)["ChallengeName"] == SMS


def test_a_device_that_comes_with_the_code_is_not_asked(guarded: World) -> None:
    phone = guard(guarded)
    asked, code = signed_in(guarded), guarded.last_message().code
    responses = {"USERNAME": "ada", "SMS_MFA_CODE": code, "DEVICE_KEY": phone.key}
    result = guarded.respond(SMS, asked["Session"], **responses)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert claims(guarded, result["AccessToken"])["device_key"] == phone.key
