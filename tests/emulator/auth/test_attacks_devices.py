"""Attacks on device challenges: attempts to sign in without the device secret."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.attacks import (
    EXPIRED_SESSION,
    INVALID_SESSION,
    NO_DEVICE,
    UNKNOWN_DEVICE,
    USED_SESSION,
    WRONG,
    expect_refusal,
)
from tests.support.emulator.mfa import SMS, answer_with_sent_code
from tests.support.emulator.phones import (
    SRP_A,
    Phone,
    begin_device_round,
    confirm_phone,
    confirm_phone_and_enable_mfa,
    finish_device_round,
    make_tracking_pool,
    prove_device,
    sign_in_with_password,
)
from tests.support.emulator.world import PASSWORD, TEMPORARY, World, expect_proof_refusal, make_new_password_params

FIRST, SECOND = "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"


@pytest.fixture
def tracked(empty: World) -> World:
    """A pool with ada and bob, where a remembered device replaces the second factor."""
    made = make_tracking_pool(empty)
    made.make_user("bob")
    return made


@pytest.fixture
def phone(tracked: World) -> Phone:
    """ada's phone, a remembered device."""
    return confirm_phone(tracked)


def get_device_session(world: World, phone: Phone, name: str = "ada") -> str:
    """Return the Session of DEVICE_SRP_AUTH."""
    session: str = sign_in_with_password(world, name, DEVICE_KEY=phone.key)["Session"]
    return session


def make_first_answer(phone: Phone, **changes: str) -> dict[str, str]:
    """Return an answer to DEVICE_SRP_AUTH."""
    return {"USERNAME": "ada", "DEVICE_KEY": phone.key, "SRP_A": SRP_A, **changes}


# --- keys of devices that are not the user's


def forget_device(world: World) -> str:
    key = confirm_phone(world).key
    world.call_admin("AdminForgetDevice", "ada", DeviceKey=key)
    return key


def propose_device(world: World) -> str:
    return Phone.of(world.get_tokens()).key


def get_key_of_another_user(world: World) -> str:
    return confirm_phone(world, "bob").key


def get_unknown_key(_: World) -> str:
    return UNKNOWN_DEVICE


KEYS = pytest.mark.parametrize("key_of", [forget_device, propose_device, get_key_of_another_user, get_unknown_key])


@KEYS
@pytest.mark.parametrize(
    ("flow", "parameters"), [("USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD}), ("USER_SRP_AUTH", {"SRP_A": SRP_A})]
)
def test_unknown_key_at_the_start(
    tracked: World, key_of: Callable[[World], str], flow: str, parameters: dict[str, str]
) -> None:
    request = tracked.make_initiate_params(flow, USERNAME="ada", DEVICE_KEY=key_of(tracked), **parameters)
    assert tracked.expect_refusal("InitiateAuth", **request) == NO_DEVICE


@KEYS
def test_unknown_key_with_a_proof(tracked: World, key_of: Callable[[World], str]) -> None:
    key = key_of(tracked)
    claim = tracked.make_proof(tracked.start_srp("ada"))
    assert expect_proof_refusal(tracked, {**claim, "DEVICE_KEY": key}) == NO_DEVICE
    assert "AuthenticationResult" in tracked.respond("PASSWORD_VERIFIER", **claim)  # the same Session is still usable


def test_a_device_forgotten_after_the_start(tracked: World, phone: Phone) -> None:
    begun = tracked.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=SRP_A, DEVICE_KEY=phone.key)
    tracked.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    claim = tracked.make_proof(begun["ChallengeParameters"])
    result = tracked.respond("PASSWORD_VERIFIER", **claim)["AuthenticationResult"]
    assert result["NewDeviceMetadata"]["DeviceKey"] != phone.key


def test_unknown_key_with_a_new_password(tracked: World) -> None:
    tracked.call_admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    session = tracked.initiate(USERNAME="ada", PASSWORD=TEMPORARY)["Session"]
    request = make_new_password_params(tracked, session, USERNAME="ada", DEVICE_KEY=UNKNOWN_DEVICE)
    assert tracked.expect_refusal("RespondToAuthChallenge", **request) == NO_DEVICE
    assert tracked.call("RespondToAuthChallenge", **make_new_password_params(tracked, session, USERNAME="ada"))


def test_unknown_key_with_a_code(guarded: World) -> None:
    confirm_phone_and_enable_mfa(guarded)
    asked = sign_in_with_password(guarded)
    code = guarded.get_last_message().code
    refusal = expect_refusal(
        guarded, SMS, asked["Session"], USERNAME="ada", SMS_MFA_CODE=code, DEVICE_KEY=UNKNOWN_DEVICE
    )
    assert refusal == NO_DEVICE
    assert "AuthenticationResult" in answer_with_sent_code(guarded, asked)


def test_users_who_do_not_exist_have_no_devices(tracked: World) -> None:
    client = tracked.make_client(PreventUserExistenceErrors="ENABLED")
    request = client.make_initiate_params("USER_SRP_AUTH", USERNAME="eve", SRP_A=SRP_A, DEVICE_KEY=UNKNOWN_DEVICE)
    assert client.expect_refusal("InitiateAuth", **request) == NO_DEVICE  # as for ada
    claim = {**client.make_proof(client.start_srp("eve")), "DEVICE_KEY": UNKNOWN_DEVICE}
    assert expect_proof_refusal(client, claim) == NO_DEVICE


def test_pools_that_do_not_track_have_no_devices(world: World) -> None:
    request = world.make_initiate_params(
        "USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, DEVICE_KEY=UNKNOWN_DEVICE
    )
    assert world.expect_refusal("InitiateAuth", **request) == NO_DEVICE


def test_a_device_key_does_not_replace_the_password(tracked: World, phone: Phone) -> None:
    request = tracked.make_initiate_params(
        "USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="wr0ng-Horse", DEVICE_KEY=phone.key
    )
    assert tracked.expect_refusal("InitiateAuth", **request) == WRONG


# --- DEVICE_SRP_AUTH


def test_a_device_alone_is_no_factor(tracked: World, phone: Phone) -> None:
    refusal = expect_refusal(tracked, FIRST, None, **make_first_answer(phone))
    assert refusal == "InvalidParameterException: Missing required parameter Session"


@pytest.mark.parametrize("name", ["USERNAME", "DEVICE_KEY", "SRP_A"])
def test_missing_field_of_the_first_answer(tracked: World, phone: Phone, name: str) -> None:
    session, answer = get_device_session(tracked, phone), make_first_answer(phone)
    del answer[name]
    refusal = expect_refusal(tracked, FIRST, session, **answer)
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in prove_device(tracked, phone, session)  # nothing was used up


@pytest.mark.parametrize("srp_a", ["f" * 1025, "xyz"])
def test_no_srp_value(tracked: World, phone: Phone, srp_a: str) -> None:
    session = get_device_session(tracked, phone)
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone, SRP_A=srp_a)).startswith(
        "InvalidParameterException"
    )
    assert "AuthenticationResult" in prove_device(tracked, phone, session)


def test_another_device_of_the_user(tracked: World, phone: Phone) -> None:
    session, other = get_device_session(tracked, phone), confirm_phone(tracked)
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(other)) == WRONG
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone)) == USED_SESSION


def test_device_of_another_user(tracked: World, phone: Phone) -> None:
    bobs = confirm_phone(tracked, "bob")
    assert expect_refusal(tracked, FIRST, get_device_session(tracked, phone), **make_first_answer(bobs)) == NO_DEVICE


def test_session_of_another_user(tracked: World, phone: Phone) -> None:
    bobs = confirm_phone(tracked, "bob")
    session = get_device_session(tracked, bobs, "bob")
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone)) == INVALID_SESSION
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone, USERNAME="bob")) == NO_DEVICE


def test_session_of_another_client(tracked: World, phone: Phone) -> None:
    assert (
        expect_refusal(tracked.make_client(), FIRST, get_device_session(tracked, phone), **make_first_answer(phone))
        == INVALID_SESSION
    )


def test_used_and_expired_session(tracked: World, phone: Phone) -> None:
    session = get_device_session(tracked, phone)
    second = begin_device_round(tracked, phone, session)
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone)) == USED_SESSION
    tracked.clock.forward(minutes=3)
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert expect_refusal(tracked, SECOND, second["Session"], **proof) == EXPIRED_SESSION
    session = get_device_session(tracked, phone)
    tracked.clock.forward(minutes=3)
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone)) == EXPIRED_SESSION


@pytest.mark.parametrize("challenge", [SECOND, SMS, "CUSTOM_CHALLENGE", "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED"])
def test_session_at_another_challenge(tracked: World, phone: Phone, challenge: str) -> None:
    session = get_device_session(tracked, phone)
    claim = phone.proof(tracked, tracked.start_srp("ada"))
    responses = {**make_first_answer(phone), "SMS_MFA_CODE": "1", "ANSWER": "1", "NEW_PASSWORD": PASSWORD, **claim}
    assert expect_refusal(tracked, challenge, session, **responses) == INVALID_SESSION


def test_device_forgotten_before_device_srp_auth(tracked: World, phone: Phone) -> None:
    session = get_device_session(tracked, phone)
    tracked.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone)) == NO_DEVICE


def test_a_device_that_is_not_remembered_any_more(tracked: World, phone: Phone) -> None:
    session = get_device_session(tracked, phone)
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    tracked.call_admin("AdminUpdateDeviceStatus", "ada", DeviceKey=phone.key, DeviceRememberedStatus="not_remembered")
    assert expect_refusal(tracked, FIRST, session, **make_first_answer(phone)) == WRONG
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert expect_refusal(tracked, SECOND, second["Session"], **proof) == WRONG


# --- DEVICE_PASSWORD_VERIFIER


def expect_refused_proof(world: World, phone: Phone, **changes: str) -> str:
    """Begin a device round, send a proof that must be refused, and return the error."""
    second = begin_device_round(world, phone, get_device_session(world, phone))
    proof = {**phone.proof(world, second["ChallengeParameters"]), **changes}
    return expect_refusal(world, SECOND, second["Session"], **proof)


def test_another_secret(tracked: World, phone: Phone) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    thief = replace(phone, secret="guessed")
    proof = thief.proof(tracked, second["ChallengeParameters"])
    assert expect_refusal(tracked, SECOND, second["Session"], **proof) == WRONG
    right = phone.proof(tracked, second["ChallengeParameters"])
    assert expect_refusal(tracked, SECOND, second["Session"], **right) == USED_SESSION


def test_another_identity(tracked: World, phone: Phone) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    proof = replace(phone, group="-12345678").proof(tracked, second["ChallengeParameters"])
    assert expect_refusal(tracked, SECOND, second["Session"], **proof) == WRONG


def test_the_key_of_another_device(tracked: World, phone: Phone) -> None:
    other = confirm_phone(tracked)
    assert expect_refused_proof(tracked, phone, DEVICE_KEY=other.key) == WRONG
    assert expect_refused_proof(tracked, phone, DEVICE_KEY=UNKNOWN_DEVICE) == NO_DEVICE


def test_the_proof_of_another_device(tracked: World, phone: Phone) -> None:
    other = confirm_phone(tracked)
    adas = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    others = begin_device_round(tracked, other, get_device_session(tracked, other))
    proof = {**other.proof(tracked, others["ChallengeParameters"]), "DEVICE_KEY": phone.key}
    assert expect_refusal(tracked, SECOND, adas["Session"], **proof) == INVALID_SESSION
    proof["PASSWORD_CLAIM_SECRET_BLOCK"] = adas["ChallengeParameters"]["SECRET_BLOCK"]
    assert expect_refusal(tracked, SECOND, adas["Session"], **proof) == WRONG


def test_the_password_is_no_device_secret(tracked: World, phone: Phone) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    claim = tracked.make_proof(tracked.start_srp("ada"))
    assert expect_refusal(tracked, SECOND, second["Session"], **claim, DEVICE_KEY=phone.key) == INVALID_SESSION


def test_the_device_secret_is_no_password(tracked: World, phone: Phone) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    assert expect_proof_refusal(tracked, phone.proof(tracked, second["ChallengeParameters"])) == WRONG


def test_a_replayed_device_proof(tracked: World, phone: Phone) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert "AuthenticationResult" in tracked.respond(SECOND, second["Session"], **proof)
    assert expect_refusal(tracked, SECOND, second["Session"], **proof) == USED_SESSION
    another = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    assert expect_refusal(tracked, SECOND, another["Session"], **proof) == INVALID_SESSION  # it is of another round


@pytest.mark.parametrize(
    "name", ["USERNAME", "DEVICE_KEY", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"]
)
def test_missing_field_of_a_device_proof(tracked: World, phone: Phone, name: str) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    proof = phone.proof(tracked, second["ChallengeParameters"])
    missing = {key: value for key, value in proof.items() if key != name}
    refusal = expect_refusal(tracked, SECOND, second["Session"], **missing)
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in finish_device_round(tracked, phone, second)  # nothing was used up


def test_device_forgotten_before_device_password_verifier(tracked: World, phone: Phone) -> None:
    second = begin_device_round(tracked, phone, get_device_session(tracked, phone))
    tracked.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    proof = phone.proof(tracked, second["ChallengeParameters"])
    assert expect_refusal(tracked, SECOND, second["Session"], **proof) == NO_DEVICE


def test_the_secret_hash_of_a_device(tracked: World) -> None:
    client = tracked.make_client(GenerateSecret=True)
    phone = confirm_phone(client)
    request = client.make_respond_params(
        FIRST, get_device_session(client, phone), **make_first_answer(phone, SECRET_HASH="AAAA")
    )
    assert "Unable to verify secret hash" in client.expect_refusal("RespondToAuthChallenge", **request)


# --- devices and second factors


def test_a_remembered_device_replaces_a_second_factor(guarded: World) -> None:
    phone = confirm_phone_and_enable_mfa(guarded)
    assert sign_in_with_password(guarded)["ChallengeName"] == SMS
    assert "AuthenticationResult" in prove_device(guarded, phone, get_device_session(guarded, phone))


def test_a_device_that_is_not_remembered_does_not_replace_a_second_factor(guarded: World) -> None:
    phone = confirm_phone_and_enable_mfa(guarded)
    guarded.call_admin("AdminUpdateDeviceStatus", "ada", DeviceKey=phone.key, DeviceRememberedStatus="not_remembered")
    assert sign_in_with_password(guarded, DEVICE_KEY=phone.key)["ChallengeName"] == SMS


def test_device_key_sent_with_the_code_needs_no_proof(guarded: World) -> None:
    phone = confirm_phone_and_enable_mfa(guarded)
    asked, code = sign_in_with_password(guarded), guarded.get_last_message().code
    responses = {"USERNAME": "ada", "SMS_MFA_CODE": code, "DEVICE_KEY": phone.key}
    result = guarded.respond(SMS, asked["Session"], **responses)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert verify_claims(guarded, result["AccessToken"])["device_key"] == phone.key
