"""CUSTOM_AUTH: riddles, with and without a password."""

from typing import Any

import pytest

from authflow.emulator import Emulator, Settings
from tests.emulator.tokens.test_tokens import claims
from tests.support.emulator.attacks import WRONG
from tests.support.emulator.lambdas import BAD_OUTPUT, RIDDLE, Riddles, answered, begun, begun_by_srp, proven, riddling
from tests.support.emulator.phones import SRP_A, by_device, confirmed, tracking
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Clock, Json, World, new_password, refused_claim


@pytest.fixture
def riddles() -> Riddles:
    return Riddles()


@pytest.fixture
def custom(world: World, riddles: Riddles) -> World:
    """A client of ada's pool that lets her sign in by a riddle."""
    return riddling(world, riddles)


def refused_start(world: World, name: str = "ada", **parameters: str) -> str:
    return world.refused("InitiateAuth", **world.initiation("CUSTOM_AUTH", USERNAME=name, **parameters))


def refused_answer(world: World, asked: Json, answer: str = RIDDLE["private"], **responses: str) -> str:
    username = asked["ChallengeParameters"]["USERNAME"]
    request = world.response("CUSTOM_CHALLENGE", asked["Session"], USERNAME=username, ANSWER=answer, **responses)
    return world.refused("RespondToAuthChallenge", **request)


# --- without a password


def test_a_riddle(custom: World) -> None:
    asked = begun(custom)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"riddle": RIDDLE["public"], "USERNAME": "ada"}
    result = answered(custom, asked)["AuthenticationResult"]
    assert claims(custom, result["AccessToken"])["username"] == "ada"
    assert result["RefreshToken"]


def test_several_rounds(custom: World, riddles: Riddles) -> None:
    riddles.wanted = 3
    asked = begun(custom)
    sessions = [asked["Session"]]
    for _ in range(2):
        asked = answered(custom, asked)
        sessions.append(asked["Session"])
    assert "AuthenticationResult" in answered(custom, asked)
    assert len(set(sessions)) == 3


def test_a_wrong_answer_brings_another_round(custom: World) -> None:
    first = begun(custom)
    second = answered(custom, first, "stone")
    assert second["Session"] != first["Session"]
    assert "AuthenticationResult" in answered(custom, second)


def test_a_wrong_answer_is_the_end(custom: World, riddles: Riddles) -> None:
    riddles.patience = 0
    asked = begun(custom)
    assert refused_answer(custom, asked, "stone") == WRONG
    assert refused_answer(custom, asked).endswith("session can only be used once.")


def test_what_the_triggers_are_told(custom: World, riddles: Riddles) -> None:
    riddles.wanted = 2
    answered(custom, answered(custom, answered(custom, begun(custom), "stone")))
    sub = custom.admin("AdminGetUser", "ada")["UserAttributes"][-1]["Value"]
    attributes = {
        "email": "ada@example.com",
        "email_verified": "true",
        "sub": sub,
        "cognito:user_status": "CONFIRMED",
    }
    wrong = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": False, "challengeMetadata": "RIDDLE-0"}
    right = {**wrong, "challengeResult": True, "challengeMetadata": "RIDDLE-1"}
    rounds = [wrong, right, {**right, "challengeMetadata": "RIDDLE-2"}]
    assert riddles.told("DefineAuthChallenge_Authentication") == [
        {"userAttributes": attributes, "session": rounds[:number]} for number in range(4)
    ]
    assert riddles.told("CreateAuthChallenge_Authentication") == [
        {"userAttributes": attributes, "challengeName": "CUSTOM_CHALLENGE", "session": rounds[:number]}
        for number in range(3)
    ]
    private = {"answer": RIDDLE["private"]}
    assert riddles.told("VerifyAuthChallengeResponse_Authentication") == [
        {"userAttributes": attributes, "privateChallengeParameters": private, "challengeAnswer": answer}
        for answer in ("stone", "tree", "tree")
    ]


def test_client_metadata_of_answers(custom: World, riddles: Riddles) -> None:
    request = custom.initiation("CUSTOM_AUTH", USERNAME="ada")
    asked = custom.call("InitiateAuth", **request, ClientMetadata={"at": "start"})
    assert not any("clientMetadata" in event["request"] for event in riddles.events)
    riddles.wanted, riddles.events = 2, []
    answer = custom.response("CUSTOM_CHALLENGE", asked["Session"], USERNAME="ada", ANSWER="tree")
    custom.call("RespondToAuthChallenge", **answer, ClientMetadata={"at": "answer"})
    assert [event["request"]["clientMetadata"] for event in riddles.events] == [{"at": "answer"}] * 3


def test_the_admin_api(custom: World) -> None:
    request = custom.initiation("CUSTOM_AUTH", USERNAME="ada")
    asked = custom.call("AdminInitiateAuth", UserPoolId=custom.pool_id, **request)
    answer = custom.response("CUSTOM_CHALLENGE", asked["Session"], USERNAME="ada", ANSWER="tree")
    assert "AuthenticationResult" in custom.call("AdminRespondToAuthChallenge", UserPoolId=custom.pool_id, **answer)


def test_temporary_passwords_do_not_matter_without_one(custom: World) -> None:
    custom.invited("bob")
    assert "AuthenticationResult" in answered(custom, begun(custom, "bob"))


def test_define_may_want_nothing(world: World) -> None:
    client = riddling(world, Riddles(wanted=0))
    assert "AuthenticationResult" in begun(client)


@pytest.mark.parametrize("flows", [["ALLOW_CUSTOM_AUTH"], ["CUSTOM_AUTH_FLOW_ONLY"], None])
def test_clients_that_permit_it(custom: World, flows: list[str] | None) -> None:
    assert "ChallengeName" in begun(custom.client(ExplicitAuthFlows=flows))


def test_clients_that_do_not(custom: World) -> None:
    client = custom.client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    assert refused_start(client) == "InvalidParameterException: CUSTOM_AUTH flow not enabled for this client"


def test_pools_without_triggers(world: World) -> None:
    client = world.client(ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"])
    refusal = "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."
    assert refused_start(client) == refusal


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"CHALLENGE_NAME": "PASSWORD_VERIFIER"}, "InvalidParameterException: CHALLENGE_NAME can only be SRP_A"),
        ({"CHALLENGE_NAME": "SRP_A"}, "InvalidParameterException: Missing required parameter SRP_A"),
        ({"CHALLENGE_NAME": "SRP_A", "SRP_A": "0"}, "InvalidParameterException: SRP_A is not an SRP value"),
    ],
)
def test_starts_that_are_none(custom: World, riddles: Riddles, change: dict[str, str], refusal: str) -> None:
    assert refused_start(custom, **change) == refusal
    assert not riddles.events


def test_users_who_may_not(custom: World) -> None:
    custom.call("SignUp", ClientId=custom.client_id, Username="bob", Password=PASSWORD)
    assert refused_start(custom, "bob") == "UserNotConfirmedException: User is not confirmed."
    custom.admin("AdminDisableUser", "ada")
    assert refused_start(custom) == "NotAuthorizedException: User is disabled."


# --- users who do not exist


def test_nobody(custom: World) -> None:
    assert refused_start(custom, "eve") == "UserNotFoundException: User does not exist."


def test_nobody_where_that_is_kept_secret(world: World) -> None:
    riddles = Riddles()
    client = riddling(world, riddles, PreventUserExistenceErrors="ENABLED")
    asked = begun(client, "eve")
    assert asked["ChallengeParameters"] == begun(client)["ChallengeParameters"] | {"USERNAME": "eve"}
    again = answered(client, asked, "stone")
    assert refused_answer(client, again) == WRONG  # the right answer: the triggers would issue tokens
    about_eve = [event for event in riddles.events if event["userName"] == "eve"]
    assert {event["request"]["userNotFound"] for event in about_eve} == {True}
    assert all(event["request"]["userAttributes"] == {} for event in about_eve)
    about_ada = [event for event in riddles.events if event["userName"] == "ada"]
    assert {event["request"]["userNotFound"] for event in about_ada} == {False}


def test_a_password_of_nobody(world: World) -> None:
    client = riddling(world, Riddles(), PreventUserExistenceErrors="ENABLED")
    asked = begun_by_srp(client, "eve")
    claim = client.claim(asked["ChallengeParameters"])
    assert refused_claim(client, claim, asked["Session"]) == WRONG


# --- with a password first


def test_a_password_first(custom: World, riddles: Riddles) -> None:
    asked = begun_by_srp(custom)
    assert asked["Session"]
    assert riddles.told("DefineAuthChallenge_Authentication")[0]["session"] == [
        {"challengeName": "SRP_A", "challengeResult": True, "challengeMetadata": None}
    ]
    riddle = proven(custom, asked)
    rounds = riddles.told("DefineAuthChallenge_Authentication")[1]["session"]
    assert [entry["challengeName"] for entry in rounds] == ["SRP_A", "PASSWORD_VERIFIER"]
    assert "AuthenticationResult" in answered(custom, riddle)


def test_a_wrong_password_first(custom: World, riddles: Riddles) -> None:
    asked = begun_by_srp(custom)
    claim = custom.claim(asked["ChallengeParameters"], OTHER_PASSWORD)
    assert refused_claim(custom, claim, asked["Session"]) == WRONG
    right = custom.claim(asked["ChallengeParameters"])
    assert refused_claim(custom, right, asked["Session"]).endswith("session can only be used once.")
    assert len(riddles.events) == 1  # the triggers hear of right passwords only


def test_a_temporary_password_first(custom: World) -> None:
    custom.invited("bob", PASSWORD)
    session = proven(custom, begun_by_srp(custom, "bob"))["Session"]
    riddle = custom.call("RespondToAuthChallenge", **new_password(custom, session))
    assert "AuthenticationResult" in answered(custom, riddle)


@pytest.mark.parametrize("response", [{"challengeName": "CUSTOM_CHALLENGE"}, {"issueTokens": True}])
def test_the_password_can_not_be_left_out(custom: World, response: Json) -> None:
    triggers = dict(custom.emulator.triggers[custom.pool_id])
    custom.emulator.triggers[custom.pool_id] = {**triggers, "DefineAuthChallenge": lambda _: {"response": response}}
    assert refused_start(custom, CHALLENGE_NAME="SRP_A", SRP_A=SRP_A) == BAD_OUTPUT


def test_the_setting_that_lets_it_be_left_out(clock: Clock) -> None:
    emulator = Emulator(clock, settings=Settings(custom_instead_of_password=True))
    pool = World(emulator, clock, "", "").pool()
    pool.user("ada")
    custom, triggers = riddling(pool, Riddles()), Riddles().triggers()

    def define(event: Json) -> Json:
        rounds = event["request"]["session"]
        return {"response": {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": len(rounds) > 1}}

    custom.emulator.triggers[custom.pool_id] = {**triggers, "DefineAuthChallenge": define}
    assert "AuthenticationResult" in answered(custom, begun_by_srp(custom))


@pytest.mark.parametrize("name", ["PASSWORD_VERIFIER", "SMS_MFA", "TEAPOT"])
def test_challenges_that_define_can_not_ask(custom: World, name: str) -> None:
    custom.emulator.triggers[custom.pool_id] = {"DefineAuthChallenge": lambda _: {"response": {"challengeName": name}}}
    assert refused_start(custom) == BAD_OUTPUT


# --- with devices


@pytest.mark.parametrize("by_srp", [False, True])
@pytest.mark.parametrize("when", ["start", "answer"])
def test_a_remembered_device_after_the_riddle(empty: World, by_srp: bool, when: str) -> None:
    world = tracking(empty)
    phone = confirmed(world)
    client = riddling(world, Riddles())
    keys: dict[str, Any] = {"start": {}, "answer": {}, when: {"DEVICE_KEY": phone.key}}
    riddle = proven(client, begun_by_srp(client, **keys["start"])) if by_srp else begun(client, **keys["start"])
    reply = answered(client, riddle, **keys["answer"])
    assert reply["ChallengeName"] == "DEVICE_SRP_AUTH"
    result = by_device(client, phone, reply["Session"])["AuthenticationResult"]
    assert claims(client, result["AccessToken"])["device_key"] == phone.key


def test_riddles_propose_devices(empty: World) -> None:
    client = riddling(tracking(empty), Riddles())
    assert "NewDeviceMetadata" in answered(client, begun(client))["AuthenticationResult"]
