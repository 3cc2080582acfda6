"""CUSTOM_AUTH: riddles, with and without a password."""

from typing import Any

import pytest

from authflow.emulator import Emulator, Settings
from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.attacks import WRONG
from tests.support.emulator.lambdas import (
    BAD_OUTPUT,
    RIDDLE,
    Riddles,
    answer_riddle,
    begin_custom_auth,
    begin_custom_auth_with_srp,
    make_riddle_client,
    prove_password,
)
from tests.support.emulator.phones import SRP_A, confirm_phone, make_tracking_pool, prove_device
from tests.support.emulator.world import (
    OTHER_PASSWORD,
    PASSWORD,
    Clock,
    Json,
    World,
    expect_proof_refusal,
    make_new_password_params,
    make_with_settings,
)


@pytest.fixture
def riddles() -> Riddles:
    return Riddles()


@pytest.fixture
def custom(world: World, riddles: Riddles) -> World:
    """A client of ada's pool whose Lambda triggers ask a riddle."""
    return make_riddle_client(world, riddles)


def expect_refused_start(world: World, name: str = "ada", **parameters: str) -> str:
    return world.expect_refusal(
        "InitiateAuth", **world.make_initiate_params("CUSTOM_AUTH", USERNAME=name, **parameters)
    )


def expect_refused_answer(world: World, asked: Json, answer: str = RIDDLE["private"], **responses: str) -> str:
    username = asked["ChallengeParameters"]["USERNAME"]
    request = world.make_respond_params(
        "CUSTOM_CHALLENGE", asked["Session"], USERNAME=username, ANSWER=answer, **responses
    )
    return world.expect_refusal("RespondToAuthChallenge", **request)


# --- without a password


def test_a_riddle(custom: World) -> None:
    asked = begin_custom_auth(custom)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"riddle": RIDDLE["public"], "USERNAME": "ada"}
    result = answer_riddle(custom, asked)["AuthenticationResult"]
    assert verify_claims(custom, result["AccessToken"])["username"] == "ada"
    assert result["RefreshToken"]


def test_several_rounds(custom: World, riddles: Riddles) -> None:
    riddles.wanted = 3
    asked = begin_custom_auth(custom)
    sessions = [asked["Session"]]
    for _ in range(2):
        asked = answer_riddle(custom, asked)
        sessions.append(asked["Session"])
    assert "AuthenticationResult" in answer_riddle(custom, asked)
    assert len(set(sessions)) == 3


def test_a_wrong_answer_brings_another_round(custom: World) -> None:
    first = begin_custom_auth(custom)
    second = answer_riddle(custom, first, "stone")
    assert second["Session"] != first["Session"]
    assert "AuthenticationResult" in answer_riddle(custom, second)


def test_a_wrong_answer_fails_the_sign_in(custom: World, riddles: Riddles) -> None:
    riddles.patience = 0
    asked = begin_custom_auth(custom)
    assert expect_refused_answer(custom, asked, "stone") == WRONG
    assert expect_refused_answer(custom, asked).endswith("session can only be used once.")


def test_events_of_the_triggers(custom: World, riddles: Riddles) -> None:
    riddles.wanted = 2
    answer_riddle(custom, answer_riddle(custom, answer_riddle(custom, begin_custom_auth(custom), "stone")))
    sub = custom.call_admin("AdminGetUser", "ada")["UserAttributes"][-1]["Value"]
    attributes = {
        "email": "ada@example.com",
        "email_verified": "true",
        "sub": sub,
        "cognito:user_status": "CONFIRMED",
    }
    wrong = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": False, "challengeMetadata": "RIDDLE-0"}
    right = {**wrong, "challengeResult": True, "challengeMetadata": "RIDDLE-1"}
    rounds = [wrong, right, {**right, "challengeMetadata": "RIDDLE-2"}]
    assert riddles.list_requests("DefineAuthChallenge_Authentication") == [
        {"userAttributes": attributes, "session": rounds[:number]} for number in range(4)
    ]
    assert riddles.list_requests("CreateAuthChallenge_Authentication") == [
        {"userAttributes": attributes, "challengeName": "CUSTOM_CHALLENGE", "session": rounds[:number]}
        for number in range(3)
    ]
    private = {"answer": RIDDLE["private"]}
    assert riddles.list_requests("VerifyAuthChallengeResponse_Authentication") == [
        {"userAttributes": attributes, "privateChallengeParameters": private, "challengeAnswer": answer}
        for answer in ("stone", "tree", "tree")
    ]


def test_client_metadata_of_answers(custom: World, riddles: Riddles) -> None:
    request = custom.make_initiate_params("CUSTOM_AUTH", USERNAME="ada")
    asked = custom.call("InitiateAuth", **request, ClientMetadata={"at": "start"})
    assert not any("clientMetadata" in event["request"] for event in riddles.events)
    riddles.wanted, riddles.events = 2, []
    answer = custom.make_respond_params("CUSTOM_CHALLENGE", asked["Session"], USERNAME="ada", ANSWER="tree")
    custom.call("RespondToAuthChallenge", **answer, ClientMetadata={"at": "answer"})
    assert [event["request"]["clientMetadata"] for event in riddles.events] == [{"at": "answer"}] * 3


def test_the_admin_api(custom: World) -> None:
    request = custom.make_initiate_params("CUSTOM_AUTH", USERNAME="ada")
    asked = custom.call("AdminInitiateAuth", UserPoolId=custom.pool_id, **request)
    answer = custom.make_respond_params("CUSTOM_CHALLENGE", asked["Session"], USERNAME="ada", ANSWER="tree")
    assert "AuthenticationResult" in custom.call("AdminRespondToAuthChallenge", UserPoolId=custom.pool_id, **answer)


def test_temporary_password_is_ignored_if_no_password_is_asked(custom: World) -> None:
    custom.invite("bob")
    assert "AuthenticationResult" in answer_riddle(custom, begin_custom_auth(custom, "bob"))


def test_define_may_issue_tokens_at_once(world: World) -> None:
    client = make_riddle_client(world, Riddles(wanted=0))
    assert "AuthenticationResult" in begin_custom_auth(client)


@pytest.mark.parametrize("flows", [["ALLOW_CUSTOM_AUTH"], ["CUSTOM_AUTH_FLOW_ONLY"], None])
def test_clients_that_allow_custom_auth(custom: World, flows: list[str] | None) -> None:
    assert "ChallengeName" in begin_custom_auth(custom.make_client(ExplicitAuthFlows=flows))


def test_clients_that_do_not_allow_custom_auth(custom: World) -> None:
    client = custom.make_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    assert expect_refused_start(client) == "InvalidParameterException: CUSTOM_AUTH is not enabled for the client."


def test_pools_without_triggers(world: World) -> None:
    client = world.make_client(ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"])
    refusal = "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."
    assert expect_refused_start(client) == refusal


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"CHALLENGE_NAME": "PASSWORD_VERIFIER"}, "InvalidParameterException: CHALLENGE_NAME can only be SRP_A"),
        ({"CHALLENGE_NAME": "SRP_A"}, "InvalidParameterException: Missing required parameter SRP_A"),
        (
            {"CHALLENGE_NAME": "SRP_A", "SRP_A": "xyz"},
            "InvalidParameterException: 1 validation error detected: Value 'xyz' at 'sRPA' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: ^[0-9a-fA-F]+$",
        ),
    ],
)
def test_invalid_starts(custom: World, riddles: Riddles, change: dict[str, str], refusal: str) -> None:
    assert expect_refused_start(custom, **change) == refusal
    assert not riddles.events


def test_users_who_may_not_sign_in(custom: World) -> None:
    custom.call("SignUp", ClientId=custom.client_id, Username="bob", Password=PASSWORD)
    assert expect_refused_start(custom, "bob") == "UserNotConfirmedException: User is not confirmed."
    custom.call_admin("AdminDisableUser", "ada")
    assert expect_refused_start(custom) == "NotAuthorizedException: User is disabled."


# --- users who do not exist


def test_unknown_user(custom: World) -> None:
    assert expect_refused_start(custom, "eve") == "UserNotFoundException: User does not exist."


def test_unknown_user_of_a_client_that_hides_users(world: World) -> None:
    riddles = Riddles()
    client = make_riddle_client(world, riddles, PreventUserExistenceErrors="ENABLED")
    asked = begin_custom_auth(client, "eve")
    assert asked["ChallengeParameters"] == begin_custom_auth(client)["ChallengeParameters"] | {"USERNAME": "eve"}
    again = answer_riddle(client, asked, "stone")
    assert expect_refused_answer(client, again) == WRONG  # the answer is right, but there is no such user
    about_eve = [event for event in riddles.events if event["userName"] == "eve"]
    assert {event["request"]["userNotFound"] for event in about_eve} == {True}
    assert all(event["request"]["userAttributes"] == {} for event in about_eve)
    about_ada = [event for event in riddles.events if event["userName"] == "ada"]
    assert {event["request"]["userNotFound"] for event in about_ada} == {False}


def test_a_password_of_an_unknown_user(world: World) -> None:
    client = make_riddle_client(world, Riddles(), PreventUserExistenceErrors="ENABLED")
    asked = begin_custom_auth_with_srp(client, "eve")
    claim = client.make_proof(asked["ChallengeParameters"])
    assert expect_proof_refusal(client, claim, asked["Session"]) == WRONG


# --- with a password first


def test_a_password_first(custom: World, riddles: Riddles) -> None:
    asked = begin_custom_auth_with_srp(custom)
    assert asked["Session"]
    assert riddles.list_requests("DefineAuthChallenge_Authentication")[0]["session"] == [
        {"challengeName": "SRP_A", "challengeResult": True, "challengeMetadata": None}
    ]
    riddle = prove_password(custom, asked)
    rounds = riddles.list_requests("DefineAuthChallenge_Authentication")[1]["session"]
    assert [entry["challengeName"] for entry in rounds] == ["SRP_A", "PASSWORD_VERIFIER"]
    assert "AuthenticationResult" in answer_riddle(custom, riddle)


def test_a_wrong_password_first(custom: World, riddles: Riddles) -> None:
    asked = begin_custom_auth_with_srp(custom)
    claim = custom.make_proof(asked["ChallengeParameters"], OTHER_PASSWORD)
    assert expect_proof_refusal(custom, claim, asked["Session"]) == WRONG
    right = custom.make_proof(asked["ChallengeParameters"])
    assert expect_proof_refusal(custom, right, asked["Session"]).endswith("session can only be used once.")
    assert len(riddles.events) == 1  # only right passwords reach the Lambda triggers


def test_a_temporary_password_first(custom: World) -> None:
    custom.invite("bob", PASSWORD)
    session = prove_password(custom, begin_custom_auth_with_srp(custom, "bob"))["Session"]
    riddle = custom.call("RespondToAuthChallenge", **make_new_password_params(custom, session))
    assert "AuthenticationResult" in answer_riddle(custom, riddle)


@pytest.mark.parametrize("response", [{"challengeName": "CUSTOM_CHALLENGE"}, {"issueTokens": True}])
def test_the_password_is_not_skipped(custom: World, response: Json) -> None:
    triggers = dict(custom.emulator.triggers[custom.pool_id])
    custom.emulator.triggers[custom.pool_id] = {**triggers, "DefineAuthChallenge": lambda _: {"response": response}}
    assert expect_refused_start(custom, CHALLENGE_NAME="SRP_A", SRP_A=SRP_A) == BAD_OUTPUT


def test_setting_that_lets_define_skip_the_password(clock: Clock) -> None:
    emulator = Emulator(clock, settings=Settings(custom_instead_of_password=True))
    pool = World(emulator, clock, "", "").make_pool()
    pool.make_user("ada")
    custom, triggers = make_riddle_client(pool, Riddles()), Riddles().triggers()

    def define(event: Json) -> Json:
        rounds = event["request"]["session"]
        return {"response": {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": len(rounds) > 1}}

    custom.emulator.triggers[custom.pool_id] = {**triggers, "DefineAuthChallenge": define}
    assert "AuthenticationResult" in answer_riddle(custom, begin_custom_auth_with_srp(custom))


@pytest.mark.parametrize("name", ["PASSWORD_VERIFIER", "SMS_MFA", "TEAPOT"])
def test_challenges_that_define_may_not_name(custom: World, name: str) -> None:
    custom.emulator.triggers[custom.pool_id] = {"DefineAuthChallenge": lambda _: {"response": {"challengeName": name}}}
    assert expect_refused_start(custom) == BAD_OUTPUT


# --- with devices


@pytest.mark.parametrize("by_srp", [False, True])
@pytest.mark.parametrize("when", ["start", "answer"])
def test_a_remembered_device_after_the_riddle(empty: World, by_srp: bool, when: str) -> None:
    world = make_tracking_pool(empty)
    phone = confirm_phone(world)
    client = make_riddle_client(world, Riddles())
    keys: dict[str, Any] = {"start": {}, "answer": {}, when: {"DEVICE_KEY": phone.key}}
    riddle = (
        prove_password(client, begin_custom_auth_with_srp(client, **keys["start"]))
        if by_srp
        else begin_custom_auth(client, **keys["start"])
    )
    reply = answer_riddle(client, riddle, **keys["answer"])
    assert reply["ChallengeName"] == "DEVICE_SRP_AUTH"
    result = prove_device(client, phone, reply["Session"])["AuthenticationResult"]
    assert verify_claims(client, result["AccessToken"])["device_key"] == phone.key


def test_riddles_propose_devices(empty: World) -> None:
    client = make_riddle_client(make_tracking_pool(empty), Riddles())
    assert "NewDeviceMetadata" in answer_riddle(client, begin_custom_auth(client))["AuthenticationResult"]


@pytest.mark.parametrize("source", ["VerifyAuthChallengeResponse_Authentication", "VerifyAuthChallenge_Authentication"])
def test_the_source_of_verify(empty: World, source: str) -> None:
    riddles = Riddles()
    client = make_riddle_client(make_with_settings(empty, Settings(verify_trigger_source=source)), riddles)
    answer_riddle(client, begin_custom_auth(client))
    assert [event["triggerSource"] for event in riddles.events] == [
        *("DefineAuthChallenge_Authentication", "CreateAuthChallenge_Authentication"),
        *(source, "DefineAuthChallenge_Authentication"),
    ]
