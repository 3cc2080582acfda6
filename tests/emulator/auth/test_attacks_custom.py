"""Custom challenges against those who would sign in without what is asked."""

import pytest

from tests.support.emulator.attacks import (
    EXPIRED_SESSION,
    INVALID_SESSION,
    NO_DEVICE,
    NOBODYS,
    USED_SESSION,
    WRONG,
    refused,
)
from tests.support.emulator.lambdas import RIDDLE, Riddles, answered, begun, begun_by_srp, proven, riddling
from tests.support.emulator.mfa import SMS, sent
from tests.support.emulator.phones import SRP_A, by_device, guard
from tests.support.emulator.world import PASSWORD, TEMPORARY, Json, World, refused_claim

FIRST = "DEVICE_SRP_AUTH"


@pytest.fixture
def custom(world: World) -> World:
    """A client of the pool of ada and bob that lets people sign in by a riddle."""
    world.user("bob")
    return riddling(world, Riddles(patience=0))


ANSWER = {"USERNAME": "ada", "ANSWER": RIDDLE["private"]}


def refused_answer(world: World, session: str | None, **changes: str) -> str:
    return refused(world, "CUSTOM_CHALLENGE", session, **{**ANSWER, **changes})


def test_custom_session_of_another_user(custom: World) -> None:
    session = begun(custom, "bob")["Session"]
    assert refused_answer(custom, session) == INVALID_SESSION
    assert refused_answer(custom, begun(custom)["Session"], USERNAME="bob") == INVALID_SESSION


def test_custom_session_of_another_client(custom: World) -> None:
    assert refused_answer(custom.client(), begun(custom)["Session"]) == INVALID_SESSION


def test_custom_answer_without_a_session(custom: World) -> None:
    assert refused_answer(custom, None) == "InvalidParameterException: Missing required parameter Session"


@pytest.mark.parametrize("name", ["USERNAME", "ANSWER"])
def test_missing_field_of_a_custom_answer(custom: World, name: str) -> None:
    asked = begun(custom)
    refusal = refused_answer(custom, asked["Session"], **{name: ""})
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in answered(custom, asked)


@pytest.mark.parametrize("challenge", [FIRST, SMS, "PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "SELECT_CHALLENGE"])
def test_custom_session_at_another_challenge(custom: World, challenge: str) -> None:
    session = begun(custom)["Session"]
    responses = {**ANSWER, "DEVICE_KEY": NOBODYS, "SRP_A": SRP_A, "SMS_MFA_CODE": "1", "NEW_PASSWORD": PASSWORD}
    assert refused(custom, challenge, session, **responses) == INVALID_SESSION


def test_custom_answer_to_another_challenge(custom: World) -> None:
    custom.invited("eve")
    session = custom.initiate(USERNAME="eve", PASSWORD=TEMPORARY)["Session"]
    assert refused_answer(custom, session, USERNAME="eve") == INVALID_SESSION
    session = begun_by_srp(custom)["Session"]
    assert refused_answer(custom, session) == INVALID_SESSION


def test_custom_answers_after_the_end(custom: World) -> None:
    asked = begun(custom)
    assert "AuthenticationResult" in answered(custom, asked)
    assert refused_answer(custom, asked["Session"]) == USED_SESSION
    asked = begun(custom)
    assert refused_answer(custom, asked["Session"], ANSWER="stone") == WRONG
    assert refused_answer(custom, asked["Session"]) == USED_SESSION


def test_a_custom_answer_to_an_earlier_round(world: World) -> None:
    client = riddling(world, Riddles(wanted=2))
    first_riddle = begun(client)
    second_riddle = answered(client, first_riddle)
    assert refused_answer(client, first_riddle["Session"]) == USED_SESSION
    assert "AuthenticationResult" in answered(client, second_riddle)


def test_expired_custom_session(custom: World) -> None:
    session = begun(custom)["Session"]
    custom.clock.forward(minutes=3)
    assert refused_answer(custom, session) == EXPIRED_SESSION


def test_custom_session_of_a_user_disabled_since(custom: World) -> None:
    session = begun(custom)["Session"]
    custom.admin("AdminDisableUser", "ada")
    assert refused_answer(custom, session) == "NotAuthorizedException: User is disabled."


# --- a password that was promised


def test_riddles_are_not_skipped(custom: World) -> None:
    """A password's proof without its Session would be one of USER_SRP_AUTH, where the password is enough."""
    asked = begun_by_srp(custom)
    assert refused_claim(custom, custom.claim(asked["ChallengeParameters"])) == WRONG


def test_a_proof_of_another_flow(custom: World) -> None:
    claim = custom.claim(custom.srp_challenge("ada"))
    session = begun_by_srp(custom)["Session"]
    assert refused_claim(custom, claim, session) == INVALID_SESSION


def test_a_promised_password_of_another_user(custom: World) -> None:
    bobs, adas = begun_by_srp(custom, "bob"), begun_by_srp(custom)
    claim = custom.claim(bobs["ChallengeParameters"])
    assert refused_claim(custom, claim, adas["Session"]) == INVALID_SESSION


def test_a_promised_password_twice(custom: World) -> None:
    asked = begun_by_srp(custom)
    claim = custom.claim(asked["ChallengeParameters"])
    answer = custom.response("PASSWORD_VERIFIER", asked["Session"], **claim)
    riddle: Json = custom.call("RespondToAuthChallenge", **answer)
    assert refused_claim(custom, claim, asked["Session"]) == USED_SESSION
    assert "AuthenticationResult" in answered(custom, riddle)


def test_unknown_key_with_a_custom_answer(custom: World) -> None:
    asked = begun(custom)
    responses = {"USERNAME": "ada", "ANSWER": RIDDLE["private"], "DEVICE_KEY": NOBODYS}
    assert refused(custom, "CUSTOM_CHALLENGE", asked["Session"], **responses) == NO_DEVICE
    assert "AuthenticationResult" in answered(custom, asked)


# --- second factors between and after


def test_a_code_between_password_and_riddle(guarded: World) -> None:
    guard(guarded)
    riddles = Riddles()
    client = riddling(guarded, riddles)
    asked = proven(client, begun_by_srp(client))
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in answered(client, sent(client, asked))
    rounds = riddles.told("DefineAuthChallenge_Authentication")[-1]["session"]
    assert [entry["challengeName"] for entry in rounds] == ["SRP_A", "PASSWORD_VERIFIER", SMS, "CUSTOM_CHALLENGE"]


def test_a_device_after_the_riddle_instead_of_a_code(guarded: World) -> None:
    phone = guard(guarded)
    client = riddling(guarded, Riddles())
    riddle = proven(client, begun_by_srp(client, DEVICE_KEY=phone.key))
    asked = answered(client, riddle)
    assert asked["ChallengeName"] == FIRST
    assert "AuthenticationResult" in by_device(client, phone, asked["Session"])


def test_a_device_forgotten_during_the_riddle(guarded: World) -> None:
    phone = guard(guarded)
    client = riddling(guarded, Riddles())
    riddle = proven(client, begun_by_srp(client, DEVICE_KEY=phone.key))
    guarded.admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
    asked = answered(client, riddle)
    assert asked["ChallengeName"] == SMS  # the code is not skipped after all
    assert "NewDeviceMetadata" in sent(client, asked)["AuthenticationResult"]
