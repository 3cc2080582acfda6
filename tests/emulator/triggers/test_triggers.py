"""Lambda triggers as Python callables: what they are told, what they return, what they raise."""

from typing import Any

import pytest

from authflow.emulator import EmulatorBug, ServiceError
from tests.emulator.tokens.test_tokens import claims
from tests.support.emulator.attacks import USED_SESSION
from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, Riddles, begun, failing, refused_sign_in, riddling
from tests.support.emulator.phones import confirmed, signed_in, tracking
from tests.support.emulator.world import PASSWORD, Json, World

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


# --- the mapping


def test_triggers_by_pool(world: World) -> None:
    triggers, other = world.emulator.triggers, world.pool()
    given = {"PreAuthentication": Recorder(), "PostAuthentication": Recorder()}
    triggers[world.pool_id] = given
    assert triggers[world.pool_id] == given
    assert list(triggers) == [world.pool_id]
    assert len(triggers) == 1
    assert other.pool_id not in triggers
    with pytest.raises(KeyError):
        triggers[other.pool_id]
    given.clear()
    assert len(triggers[world.pool_id]) == 2  # changing what was given has no effect
    del triggers[world.pool_id]
    assert not triggers
    assert world.tokens()


def test_triggers_of_a_pool_that_does_not_exist(world: World) -> None:
    with pytest.raises(ServiceError, match="ResourceNotFoundException"):
        world.emulator.triggers["eu-west-1_nowhere"] = {}


def test_triggers_go_with_their_pool(world: World) -> None:
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": failing}
    world.call("DeleteUserPool", UserPoolId=world.pool_id)
    assert not world.emulator.triggers


@pytest.mark.parametrize(
    ("triggers", "error", "problem"),
    [
        ({"PreAuth": failing}, ValueError, "PreAuth is not among the triggers: DefineAuthChallenge, "),
        ({"PreAuthentication": ARN}, TypeError, "PreAuthentication is not callable"),
    ],
)
def test_triggers_that_are_none(world: World, triggers: Any, error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        world.emulator.triggers[world.pool_id] = triggers


def test_arns_are_described_and_not_called(world: World) -> None:
    config = {"DefineAuthChallenge": ARN, "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": ARN}}
    made = world.pool(LambdaConfig=config)
    assert world.call("DescribeUserPool", UserPoolId=made.pool_id)["UserPool"]["LambdaConfig"] == config
    world.call("UpdateUserPool", UserPoolId=world.pool_id, LambdaConfig=config)
    assert world.call("DescribeUserPool", UserPoolId=world.pool_id)["UserPool"]["LambdaConfig"] == config
    assert world.tokens()


# --- events


def test_the_event(world: World) -> None:
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": recorder}
    world.tokens()
    (event,) = recorder.events
    sub = event["request"]["userAttributes"].pop("sub")
    assert sub == claims(world, world.tokens()["AccessToken"])["sub"]
    assert event == {
        "version": "1",
        "triggerSource": "PreAuthentication_Authentication",
        "region": "eu-west-1",
        "userPoolId": world.pool_id,
        "userName": "ada",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
        "request": {
            "userAttributes": {
                "email": "ada@example.com",
                "email_verified": "true",
                "cognito:user_status": "CONFIRMED",
            },
            "validationData": None,
        },
        "response": {},
    }


def test_events_are_the_triggers_own(world: World) -> None:
    def spoil(event: Json) -> Json:
        event["request"]["userAttributes"]["email"] = "eve@example.com"
        event["userName"] = "eve"
        return event

    world.emulator.triggers[world.pool_id] = {"PreAuthentication": spoil}
    token = claims(world, world.tokens()["IdToken"])
    assert (token["email"], token["cognito:username"]) == ("ada@example.com", "ada")


def test_metadata_when_a_sign_in_begins(world: World) -> None:
    before, after, tokens = Recorder(), Recorder(), Recorder()
    triggers = {"PreAuthentication": before, "PostAuthentication": after, "PreTokenGeneration": tokens}
    world.emulator.triggers[world.pool_id] = triggers
    request = world.initiation("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    world.call("InitiateAuth", **request, ClientMetadata={"from": "home"})
    assert before.requests[0]["validationData"] == {"from": "home"}
    assert "clientMetadata" not in before.requests[0] | after.requests[0] | tokens.requests[0]


def test_metadata_of_an_answer(world: World) -> None:
    before, after, tokens = Recorder(), Recorder(), Recorder()
    triggers = {"PreAuthentication": before, "PostAuthentication": after, "PreTokenGeneration": tokens}
    world.emulator.triggers[world.pool_id] = triggers
    claim = world.response("PASSWORD_VERIFIER", **world.claim(world.srp_challenge("ada")))
    world.call("RespondToAuthChallenge", **claim, ClientMetadata={"from": "home"})
    assert len(before.events) == 1
    assert after.requests[0]["clientMetadata"] == tokens.requests[0]["clientMetadata"] == {"from": "home"}


# --- before and after


def test_before_a_sign_in(world: World) -> None:
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": failing}
    refusal = "UserLambdaValidationException: PreAuthentication failed with error no entry today."
    assert refused_sign_in(world) == refusal
    request = world.initiation("USER_SRP_AUTH", USERNAME="ada", SRP_A="ab")
    assert world.refused("InitiateAuth", **request) == refusal


def test_before_a_sign_in_of_nobody(world: World) -> None:
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": recorder}
    client = world.client(PreventUserExistenceErrors="ENABLED")
    request = client.initiation("USER_PASSWORD_AUTH", USERNAME="eve", PASSWORD=PASSWORD)
    assert client.refused("InitiateAuth", **request) == "NotAuthorizedException: Incorrect username or password."
    assert recorder.requests == [{"userAttributes": {}, "validationData": None, "userNotFound": True}]


def test_after_a_sign_in(world: World) -> None:
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {"PostAuthentication": recorder}
    result = world.tokens()
    assert recorder.events[0]["triggerSource"] == "PostAuthentication_Authentication"
    assert recorder.requests[0]["newDeviceUsed"] is False
    world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=result["RefreshToken"])
    assert len(recorder.events) == 1  # a refresh is no authentication
    world.emulator.triggers[world.pool_id] = {"PostAuthentication": failing}
    assert refused_sign_in(world).startswith("UserLambdaValidationException: PostAuthentication failed with error")


def test_after_a_sign_in_with_devices(empty: World) -> None:
    recorder, world = Recorder(), tracking(empty, challenged=False)
    phone = confirmed(world)
    world.emulator.triggers[world.pool_id] = {"PostAuthentication": recorder}
    signed_in(world)
    signed_in(world, DEVICE_KEY=phone.key)
    assert [request["newDeviceUsed"] for request in recorder.requests] == [True, False]


# --- what they return and raise


@pytest.mark.parametrize("returned", [None, [], "event", {}, {"response": None}, {"response": {"when": object()}}])
def test_returns_that_are_no_events(world: World, returned: object) -> None:
    always: Any = lambda _: returned  # noqa: E731 - a trigger in one line
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": always}
    assert refused_sign_in(world) == BAD_OUTPUT


DEFINITIONS: list[Json] = [
    {},
    {"challengeName": None, "issueTokens": None, "failAuthentication": None},
    {"issueTokens": False, "failAuthentication": False},
    {"challengeName": 1},
    {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": "false"},
    {"challengeName": "CUSTOM_CHALLENGE", "failAuthentication": 0},
]
CREATIONS: list[Json] = [
    {},
    {"publicChallengeParameters": {}},
    {"privateChallengeParameters": {}},
    {"publicChallengeParameters": ["a"], "privateChallengeParameters": {}},
    {"publicChallengeParameters": {"a": 1}, "privateChallengeParameters": {}},
    {"publicChallengeParameters": {}, "privateChallengeParameters": {"a": None}},
    {"publicChallengeParameters": {}, "privateChallengeParameters": {}, "challengeMetadata": 1},
]
VERIFICATIONS: list[Json] = [{}, {"answerCorrect": None}, {"answerCorrect": "true"}, {"answerCorrect": 1}]


@pytest.mark.parametrize(
    ("name", "response"),
    [
        *(("DefineAuthChallenge", response) for response in DEFINITIONS),
        *(("CreateAuthChallenge", response) for response in CREATIONS),
    ],
    ids=str,
)
def test_responses_that_do_not_begin_a_challenge(world: World, name: str, response: Json) -> None:
    client = riddling(world, Riddles())
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), name: Recorder(**response)}
    assert client.refused("InitiateAuth", **client.initiation("CUSTOM_AUTH", USERNAME="ada")) == BAD_OUTPUT


@pytest.mark.parametrize("response", VERIFICATIONS, ids=str)
def test_responses_that_do_not_judge(world: World, response: Json) -> None:
    client = riddling(world, Riddles())
    request = _answer(client)
    triggers = {**Riddles().triggers(), "VerifyAuthChallengeResponse": Recorder(**response)}
    world.emulator.triggers[world.pool_id] = triggers
    assert client.refused("RespondToAuthChallenge", **request) == BAD_OUTPUT
    world.emulator.triggers[world.pool_id] = Riddles().triggers()
    assert client.refused("RespondToAuthChallenge", **request) == USED_SESSION


@pytest.mark.parametrize("name", Riddles().triggers())
def test_custom_triggers_that_fail(world: World, name: str) -> None:
    client = riddling(world, Riddles())
    request = _answer(client)
    world.emulator.triggers[world.pool_id] = {**Riddles(wanted=2).triggers(), name: failing}
    refusal = client.refused("RespondToAuthChallenge", **request)
    assert refusal == f"UserLambdaValidationException: {name} failed with error no entry today."


@pytest.mark.parametrize("name", Riddles().triggers())
def test_custom_triggers_that_are_missing(world: World, name: str) -> None:
    client = riddling(world, Riddles())
    request = _answer(client)
    left = {other: trigger for other, trigger in Riddles(wanted=2).triggers().items() if other != name}
    world.emulator.triggers[world.pool_id] = left
    refusal = client.refused("RespondToAuthChallenge", **request)
    assert refusal == "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."


def _answer(client: World) -> Json:
    return client.response("CUSTOM_CHALLENGE", begun(client)["Session"], USERNAME="ada", ANSWER="tree")


def test_a_trigger_may_call_the_emulator(world: World) -> None:
    def define(event: Json) -> Json:
        found = world.admin("AdminGetUser", event["userName"])
        event["response"]["issueTokens"] = found["Enabled"]
        return event

    client = riddling(world, Riddles())
    world.emulator.triggers[world.pool_id] = {"DefineAuthChallenge": define}
    assert "AuthenticationResult" in begun(client)


def test_refusals_inside_a_trigger_are_the_triggers(world: World) -> None:
    def define(_: Json) -> Json:
        return world.admin("AdminGetUser", "nobody")

    client = riddling(world, Riddles())
    world.emulator.triggers[world.pool_id] = {"DefineAuthChallenge": define}
    refusal = client.refused("InitiateAuth", **client.initiation("CUSTOM_AUTH", USERNAME="ada"))
    assert refusal.startswith("UserLambdaValidationException: DefineAuthChallenge failed with error UserNotFound")


def test_bugs_stay_bugs(world: World) -> None:
    def define(_: Json) -> Json:
        raise EmulatorBug("inside")

    world.emulator.triggers[world.pool_id] = {"PreAuthentication": define}
    with pytest.raises(EmulatorBug):
        world.tokens()
