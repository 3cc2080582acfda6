"""Lambda triggers as Python callables: their events, return values and exceptions."""

from typing import Any

import pytest

from authflow.emulator import Emulator, EmulatorBug, ServiceError, client_at, running
from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.attacks import USED_SESSION
from tests.support.emulator.lambdas import (
    BAD_OUTPUT,
    NO_JSON,
    RIDDLE,
    Recorder,
    Riddles,
    answer_riddle,
    begin_custom_auth,
    expect_refused_sign_in,
    make_riddle_client,
    raise_error,
)
from tests.support.emulator.phones import confirm_phone, make_tracking_pool, sign_in_with_password
from tests.support.emulator.world import PASSWORD, Clock, Json, World

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


# --- the mapping


def test_triggers_by_pool(world: World) -> None:
    triggers, other = world.emulator.triggers, world.make_pool()
    given = {"PreAuthentication": Recorder(), "PostAuthentication": Recorder()}
    triggers[world.pool_id] = given
    assert triggers[world.pool_id] == given
    assert list(triggers) == [world.pool_id]
    assert len(triggers) == 1
    assert other.pool_id not in triggers
    with pytest.raises(KeyError):
        triggers[other.pool_id]
    given.clear()
    assert len(triggers[world.pool_id]) == 2  # the mapping was copied
    del triggers[world.pool_id]
    assert not triggers
    assert world.get_tokens()


def test_triggers_of_a_pool_that_does_not_exist(world: World) -> None:
    with pytest.raises(ServiceError, match="ResourceNotFoundException"):
        world.emulator.triggers["eu-west-1_nowhere"] = {}


def test_deleting_a_pool_removes_its_triggers(world: World) -> None:
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": raise_error}
    world.call("DeleteUserPool", UserPoolId=world.pool_id)
    assert not world.emulator.triggers


@pytest.mark.parametrize(
    ("triggers", "error", "problem"),
    [
        ({"PreAuth": raise_error}, ValueError, "PreAuth is no Lambda trigger; known names: DefineAuthChallenge, "),
        ({"PreAuthentication": ARN}, TypeError, "PreAuthentication is not callable"),
    ],
)
def test_invalid_triggers(world: World, triggers: Any, error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        world.emulator.triggers[world.pool_id] = triggers


def test_arns_are_stored_but_not_called(world: World) -> None:
    config = {"DefineAuthChallenge": ARN, "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": ARN}}
    made = world.make_pool(LambdaConfig=config)
    assert world.call("DescribeUserPool", UserPoolId=made.pool_id)["UserPool"]["LambdaConfig"] == config
    world.call("UpdateUserPool", UserPoolId=world.pool_id, LambdaConfig=config)
    assert world.call("DescribeUserPool", UserPoolId=world.pool_id)["UserPool"]["LambdaConfig"] == config
    assert world.get_tokens()


# --- events


def test_the_event(world: World) -> None:
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": recorder}
    world.get_tokens()
    (event,) = recorder.events
    sub = event["request"]["userAttributes"].pop("sub")
    assert sub == verify_claims(world, world.get_tokens()["AccessToken"])["sub"]
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


def test_each_trigger_gets_its_own_event(world: World) -> None:
    def spoil(event: Json) -> Json:
        event["request"]["userAttributes"]["email"] = "eve@example.com"
        event["userName"] = "eve"
        return event

    world.emulator.triggers[world.pool_id] = {"PreAuthentication": spoil}
    token = verify_claims(world, world.get_tokens()["IdToken"])
    assert (token["email"], token["cognito:username"]) == ("ada@example.com", "ada")


def test_metadata_when_a_sign_in_begins(world: World) -> None:
    before, after, tokens = Recorder(), Recorder(), Recorder()
    triggers = {"PreAuthentication": before, "PostAuthentication": after, "PreTokenGeneration": tokens}
    world.emulator.triggers[world.pool_id] = triggers
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    world.call("InitiateAuth", **request, ClientMetadata={"from": "home"})
    assert before.requests[0]["validationData"] == {"from": "home"}
    assert "clientMetadata" not in before.requests[0] | after.requests[0] | tokens.requests[0]


def test_metadata_of_an_answer(world: World) -> None:
    before, after, tokens = Recorder(), Recorder(), Recorder()
    triggers = {"PreAuthentication": before, "PostAuthentication": after, "PreTokenGeneration": tokens}
    world.emulator.triggers[world.pool_id] = triggers
    claim = world.make_respond_params("PASSWORD_VERIFIER", **world.make_proof(world.start_srp("ada")))
    world.call("RespondToAuthChallenge", **claim, ClientMetadata={"from": "home"})
    assert len(before.events) == 1
    assert after.requests[0]["clientMetadata"] == tokens.requests[0]["clientMetadata"] == {"from": "home"}


# --- PreAuthentication and PostAuthentication


def test_pre_authentication_refuses(world: World) -> None:
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": raise_error}
    refusal = "UserLambdaValidationException: PreAuthentication failed with error no entry today."
    assert expect_refused_sign_in(world) == refusal
    request = world.make_initiate_params("USER_SRP_AUTH", USERNAME="ada", SRP_A="ab")
    assert world.expect_refusal("InitiateAuth", **request) == refusal


def test_pre_authentication_of_an_unknown_user(world: World) -> None:
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": recorder}
    client = world.make_client(PreventUserExistenceErrors="ENABLED")
    request = client.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="eve", PASSWORD=PASSWORD)
    assert client.expect_refusal("InitiateAuth", **request) == "NotAuthorizedException: Incorrect username or password."
    assert recorder.requests == [{"userAttributes": {}, "validationData": None, "userNotFound": True}]


def test_post_authentication(world: World) -> None:
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {"PostAuthentication": recorder}
    result = world.get_tokens()
    assert recorder.events[0]["triggerSource"] == "PostAuthentication_Authentication"
    assert recorder.requests[0]["newDeviceUsed"] is False
    world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=result["RefreshToken"])
    assert len(recorder.events) == 1  # a refresh does not run it
    world.emulator.triggers[world.pool_id] = {"PostAuthentication": raise_error}
    assert expect_refused_sign_in(world).startswith(
        "UserLambdaValidationException: PostAuthentication failed with error"
    )


def test_post_authentication_with_devices(empty: World) -> None:
    recorder, world = Recorder(), make_tracking_pool(empty, challenged=False)
    phone = confirm_phone(world)
    world.emulator.triggers[world.pool_id] = {"PostAuthentication": recorder}
    sign_in_with_password(world)
    sign_in_with_password(world, DEVICE_KEY=phone.key)
    assert [request["newDeviceUsed"] for request in recorder.requests] == [True, False]


# --- return values and exceptions


RETURNED: list[Any] = [
    (None, NO_JSON),
    ([], NO_JSON),
    ("event", NO_JSON),
    ({}, BAD_OUTPUT),
    ({"response": None}, BAD_OUTPUT),
    ({"response": {"when": object()}}, BAD_OUTPUT),
]


@pytest.mark.parametrize(("returned", "refusal"), RETURNED)
def test_invalid_return_values(world: World, returned: object, refusal: str) -> None:
    always: Any = lambda _: returned  # noqa: E731 - a trigger in one line
    world.emulator.triggers[world.pool_id] = {"PreAuthentication": always}
    assert expect_refused_sign_in(world) == refusal


DEFINITIONS: list[Json] = [
    {},
    {"challengeName": None, "issueTokens": None, "failAuthentication": None},
    {"issueTokens": False, "failAuthentication": False},
    {"challengeName": 1},
    {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": "false"},
    {"challengeName": "CUSTOM_CHALLENGE", "failAuthentication": 0},
]
PRIVATE = {"privateChallengeParameters": {"answer": "x"}}
CREATIONS: list[Json] = [
    {},
    {"publicChallengeParameters": {"q": "?"}},
    {"publicChallengeParameters": {"q": "?"}, "privateChallengeParameters": {}},
    {"publicChallengeParameters": {"q": "?"}, "privateChallengeParameters": None},
    {"privateChallengeParameters": {}},
    {"publicChallengeParameters": ["a"], **PRIVATE},
    {"publicChallengeParameters": [], **PRIVATE},
    {"publicChallengeParameters": "", **PRIVATE},
    {"publicChallengeParameters": {"a": 1}, **PRIVATE},
    {"publicChallengeParameters": {}, "privateChallengeParameters": {"a": None}},
    {"publicChallengeParameters": {}, **PRIVATE, "challengeMetadata": 1},
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
def test_invalid_responses_of_define_and_create(world: World, name: str, response: Json) -> None:
    client = make_riddle_client(world, Riddles())
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), name: Recorder(**response)}
    assert (
        client.expect_refusal("InitiateAuth", **client.make_initiate_params("CUSTOM_AUTH", USERNAME="ada"))
        == BAD_OUTPUT
    )


@pytest.mark.parametrize("public", [{}, {"publicChallengeParameters": None}, {"publicChallengeParameters": {}}])
def test_a_challenge_without_public_parameters(world: World, public: Json) -> None:
    """AWS's guide on CreateAuthChallenge: the public parameters may be left empty."""
    client = make_riddle_client(world, Riddles())
    created = Recorder(**public, privateChallengeParameters={"answer": RIDDLE["private"]})
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), "CreateAuthChallenge": created}
    asked = begin_custom_auth(client)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"USERNAME": "ada"}
    assert "AuthenticationResult" in answer_riddle(client, asked)


@pytest.mark.parametrize("name", ["ada", "nobody"])
@pytest.mark.parametrize("private", [{}, {"privateChallengeParameters": {}}])
def test_a_challenge_without_private_parameters_does_not_reveal_users(world: World, name: str, private: Json) -> None:
    """https://github.com/aws-samples/amazon-cognito-passwordless-auth/pull/214."""
    client = make_riddle_client(world, Riddles(), PreventUserExistenceErrors="ENABLED")
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), "CreateAuthChallenge": Recorder(**private)}
    request = client.make_initiate_params("CUSTOM_AUTH", USERNAME=name)
    refusal = client.expect_refusal("InitiateAuth", **request)
    assert refusal == "NotAuthorizedException: Incorrect username or password."


@pytest.mark.parametrize("response", VERIFICATIONS, ids=str)
def test_invalid_responses_of_verify(world: World, response: Json) -> None:
    client = make_riddle_client(world, Riddles())
    request = _answer(client)
    triggers = {**Riddles().triggers(), "VerifyAuthChallengeResponse": Recorder(**response)}
    world.emulator.triggers[world.pool_id] = triggers
    assert client.expect_refusal("RespondToAuthChallenge", **request) == BAD_OUTPUT
    world.emulator.triggers[world.pool_id] = Riddles().triggers()
    assert client.expect_refusal("RespondToAuthChallenge", **request) == USED_SESSION


@pytest.mark.parametrize("name", Riddles().triggers())
def test_custom_triggers_that_fail(world: World, name: str) -> None:
    client = make_riddle_client(world, Riddles())
    request = _answer(client)
    world.emulator.triggers[world.pool_id] = {**Riddles(wanted=2).triggers(), name: raise_error}
    refusal = client.expect_refusal("RespondToAuthChallenge", **request)
    assert refusal == f"UserLambdaValidationException: {name} failed with error no entry today."


@pytest.mark.parametrize("name", Riddles().triggers())
def test_custom_triggers_that_are_missing(world: World, name: str) -> None:
    client = make_riddle_client(world, Riddles())
    request = _answer(client)
    remaining = {other: trigger for other, trigger in Riddles(wanted=2).triggers().items() if other != name}
    world.emulator.triggers[world.pool_id] = remaining
    refusal = client.expect_refusal("RespondToAuthChallenge", **request)
    assert refusal == "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."


def _answer(client: World) -> Json:
    return client.make_respond_params(
        "CUSTOM_CHALLENGE", begin_custom_auth(client)["Session"], USERNAME="ada", ANSWER="tree"
    )


def test_a_trigger_may_call_the_emulator(world: World) -> None:
    def define(event: Json) -> Json:
        found = world.call_admin("AdminGetUser", event["userName"])
        event["response"]["issueTokens"] = found["Enabled"]
        return event

    client = make_riddle_client(world, Riddles())
    world.emulator.triggers[world.pool_id] = {"DefineAuthChallenge": define}
    assert "AuthenticationResult" in begin_custom_auth(client)


def test_refused_call_inside_a_trigger_fails_the_trigger(world: World) -> None:
    def define(_: Json) -> Json:
        return world.call_admin("AdminGetUser", "nobody")

    client = make_riddle_client(world, Riddles())
    world.emulator.triggers[world.pool_id] = {"DefineAuthChallenge": define}
    refusal = client.expect_refusal("InitiateAuth", **client.make_initiate_params("CUSTOM_AUTH", USERNAME="ada"))
    assert refusal.startswith("UserLambdaValidationException: DefineAuthChallenge failed with error UserNotFound")


def test_emulator_bug_inside_a_trigger_is_raised(world: World) -> None:
    def define(_: Json) -> Json:
        raise EmulatorBug("inside")

    world.emulator.triggers[world.pool_id] = {"PreAuthentication": define}
    with pytest.raises(EmulatorBug):
        world.get_tokens()


NESTED: Any = []
for _ in range(100_000):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    "response",
    [
        {"claimsOverrideDetails": {"claimsToAddOrOverride": {"a": "\ud800"}}},
        {"claimsOverrideDetails": {"claimsToAddOrOverride": {"\ud800": "a"}}},
        {"x": float("nan")},
        {"x": NESTED},
    ],
    ids=["surrogate", "surrogate as name", "not a number", "nested too deeply"],
)
def test_responses_that_json_can_not_express(world: World, response: Json) -> None:
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": lambda event: {**event, "response": response}}
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert world.expect_refusal("InitiateAuth", **request) == BAD_OUTPUT


# --- while a Lambda trigger runs


def test_a_trigger_calls_the_emulator_over_http_while_its_own_request_waits() -> None:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        world = World(emulator, Clock(), "", "").make_pool()
        world.make_user("ada")
        client, seen = client_at(url), list[str]()

        def describe_pool(event: Json) -> Json:
            seen.append(client.describe_user_pool(UserPoolId=event["userPoolId"])["UserPool"]["Id"])
            return event

        emulator.triggers[world.pool_id] = {"PreAuthentication": describe_pool}
        request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
        assert "AuthenticationResult" in client.initiate_auth(**request)
        assert seen == [world.pool_id]


@pytest.mark.parametrize(
    ("deletion", "refusal"),
    [
        ("AdminDeleteUser", "UserNotFoundException"),
        ("DeleteUserPool", "ResourceNotFoundException"),
    ],
)
def test_what_a_trigger_deletes_does_not_sign_in(world: World, deletion: str, refusal: str) -> None:
    def delete(event: Json) -> Json:
        user = {"Username": "ada"} if deletion == "AdminDeleteUser" else {}
        world.call(deletion, UserPoolId=world.pool_id, **user)
        return event

    for name in ("PreAuthentication", "PostAuthentication", "PreTokenGeneration"):
        again = world.make_pool()
        again.make_user("ada")
        again.emulator.triggers[again.pool_id] = {name: delete}
        world = again
        assert expect_refused_sign_in(again).startswith(refusal)
