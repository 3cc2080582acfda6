"""Attacks on custom challenges: attempts to sign in without a right answer."""

import pytest

from tests.support.emulator.attacks import (
    EXPIRED_SESSION,
    INVALID_SESSION,
    NO_DEVICE,
    UNKNOWN_DEVICE,
    USED_SESSION,
    WRONG,
    expect_refusal,
)
from tests.support.emulator.lambdas import (
    RIDDLE,
    Riddles,
    answer_riddle,
    begin_custom_auth,
    begin_custom_auth_with_srp,
    make_riddle_client,
    prove_password,
)
from tests.support.emulator.mfa import SMS, answer_with_sent_code
from tests.support.emulator.phones import SRP_A, confirm_phone_and_enable_mfa, prove_device
from tests.support.emulator.world import PASSWORD, TEMPORARY, Json, World, expect_proof_refusal

FIRST = "DEVICE_SRP_AUTH"


@pytest.fixture
def custom(world: World) -> World:
    """A pool with ada and bob whose Lambda triggers ask a riddle."""
    world.make_user("bob")
    return make_riddle_client(world, Riddles(patience=0))


ANSWER = {"USERNAME": "ada", "ANSWER": RIDDLE["private"]}


def expect_refused_answer(world: World, session: str | None, **changes: str) -> str:
    return expect_refusal(world, "CUSTOM_CHALLENGE", session, **{**ANSWER, **changes})


def test_custom_session_of_another_user(custom: World) -> None:
    session = begin_custom_auth(custom, "bob")["Session"]
    assert expect_refused_answer(custom, session) == INVALID_SESSION
    assert expect_refused_answer(custom, begin_custom_auth(custom)["Session"], USERNAME="bob") == INVALID_SESSION


def test_custom_session_of_another_client(custom: World) -> None:
    assert expect_refused_answer(custom.make_client(), begin_custom_auth(custom)["Session"]) == INVALID_SESSION


def test_custom_answer_without_a_session(custom: World) -> None:
    assert expect_refused_answer(custom, None) == "InvalidParameterException: Missing required parameter Session"


@pytest.mark.parametrize("name", ["USERNAME", "ANSWER"])
def test_missing_field_of_a_custom_answer(custom: World, name: str) -> None:
    asked = begin_custom_auth(custom)
    refusal = expect_refused_answer(custom, asked["Session"], **{name: ""})
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in answer_riddle(custom, asked)


@pytest.mark.parametrize("challenge", [FIRST, SMS, "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "SELECT_CHALLENGE"])
def test_custom_session_at_another_challenge(custom: World, challenge: str) -> None:
    session = begin_custom_auth(custom)["Session"]
    responses = {**ANSWER, "DEVICE_KEY": UNKNOWN_DEVICE, "SRP_A": SRP_A, "SMS_MFA_CODE": "1", "NEW_PASSWORD": PASSWORD}
    assert expect_refusal(custom, challenge, session, **responses) == INVALID_SESSION


def test_custom_answer_to_another_challenge(custom: World) -> None:
    custom.invite("eve")
    session = custom.initiate(USERNAME="eve", PASSWORD=TEMPORARY)["Session"]
    assert expect_refused_answer(custom, session, USERNAME="eve") == INVALID_SESSION
    session = begin_custom_auth_with_srp(custom)["Session"]
    assert expect_refused_answer(custom, session) == INVALID_SESSION


def test_custom_answers_after_the_end(custom: World) -> None:
    asked = begin_custom_auth(custom)
    assert "AuthenticationResult" in answer_riddle(custom, asked)
    assert expect_refused_answer(custom, asked["Session"]) == USED_SESSION
    asked = begin_custom_auth(custom)
    assert expect_refused_answer(custom, asked["Session"], ANSWER="stone") == WRONG
    assert expect_refused_answer(custom, asked["Session"]) == USED_SESSION


def test_a_custom_answer_to_an_earlier_round(world: World) -> None:
    client = make_riddle_client(world, Riddles(wanted=2))
    first_riddle = begin_custom_auth(client)
    second_riddle = answer_riddle(client, first_riddle)
    assert expect_refused_answer(client, first_riddle["Session"]) == USED_SESSION
    assert "AuthenticationResult" in answer_riddle(client, second_riddle)


def test_expired_custom_session(custom: World) -> None:
    session = begin_custom_auth(custom)["Session"]
    custom.clock.forward(minutes=3)
    assert expect_refused_answer(custom, session) == EXPIRED_SESSION


def test_custom_session_of_a_user_disabled_since(custom: World) -> None:
    session = begin_custom_auth(custom)["Session"]
    custom.call_admin("AdminDisableUser", "ada")
    assert expect_refused_answer(custom, session) == "NotAuthorizedException: User is disabled."


# --- PASSWORD_VERIFIER after SRP_A


def test_password_proof_does_not_skip_the_riddle(custom: World) -> None:
    """Without its Session, the proof would count for USER_SRP_AUTH, which asks for the password only."""
    asked = begin_custom_auth_with_srp(custom)
    assert expect_proof_refusal(custom, custom.make_proof(asked["ChallengeParameters"])) == WRONG


def test_password_proof_of_another_auth_flow(custom: World) -> None:
    claim = custom.make_proof(custom.start_srp("ada"))
    session = begin_custom_auth_with_srp(custom)["Session"]
    assert expect_proof_refusal(custom, claim, session) == INVALID_SESSION


def test_password_proof_of_another_user(custom: World) -> None:
    bobs, adas = begin_custom_auth_with_srp(custom, "bob"), begin_custom_auth_with_srp(custom)
    claim = custom.make_proof(bobs["ChallengeParameters"])
    assert expect_proof_refusal(custom, claim, adas["Session"]) == INVALID_SESSION


def test_password_proof_works_once(custom: World) -> None:
    asked = begin_custom_auth_with_srp(custom)
    claim = custom.make_proof(asked["ChallengeParameters"])
    answer = custom.make_respond_params("PASSWORD_VERIFIER", asked["Session"], **claim)
    riddle: Json = custom.call("RespondToAuthChallenge", **answer)
    assert expect_proof_refusal(custom, claim, asked["Session"]) == USED_SESSION
    assert "AuthenticationResult" in answer_riddle(custom, riddle)


def test_unknown_key_with_a_custom_answer(custom: World) -> None:
    asked = begin_custom_auth(custom)
    responses = {"USERNAME": "ada", "ANSWER": RIDDLE["private"], "DEVICE_KEY": UNKNOWN_DEVICE}
    assert expect_refusal(custom, "CUSTOM_CHALLENGE", asked["Session"], **responses) == NO_DEVICE
    assert "AuthenticationResult" in answer_riddle(custom, asked)


# --- second factors before and after the riddle


def test_a_code_between_password_and_riddle(guarded: World) -> None:
    confirm_phone_and_enable_mfa(guarded)
    riddles = Riddles()
    client = make_riddle_client(guarded, riddles)
    asked = prove_password(client, begin_custom_auth_with_srp(client))
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in answer_riddle(client, answer_with_sent_code(client, asked))
    rounds = riddles.list_requests("DefineAuthChallenge_Authentication")[-1]["session"]
    assert [entry["challengeName"] for entry in rounds] == ["SRP_A", "PASSWORD_VERIFIER", SMS, "CUSTOM_CHALLENGE"]


def test_a_device_after_the_riddle_instead_of_a_code(guarded: World) -> None:
    phone = confirm_phone_and_enable_mfa(guarded)
    client = make_riddle_client(guarded, Riddles())
    riddle = prove_password(client, begin_custom_auth_with_srp(client, DEVICE_KEY=phone.key))
    asked = answer_riddle(client, riddle)
    assert asked["ChallengeName"] == FIRST
    assert "AuthenticationResult" in prove_device(client, phone, asked["Session"])


def test_a_device_forgotten_during_the_riddle(guarded: World) -> None:
    phone = confirm_phone_and_enable_mfa(guarded)
    client = make_riddle_client(guarded, Riddles())
    riddle = prove_password(client, begin_custom_auth_with_srp(client, DEVICE_KEY=phone.key))
    guarded.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    asked = answer_riddle(client, riddle)
    assert asked["ChallengeName"] == SMS  # without the device, the code is required
    assert "NewDeviceMetadata" in answer_with_sent_code(client, asked)["AuthenticationResult"]
