"""Lambda functions that a LambdaConfig names: behind URLs, or as callables for all pools."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from authflow.emulator import Emulator, client_at, running
from authflow.emulator._triggers import http_functions
from tests.emulator.triggers.test_lifecycle import CONFIRM, make_pool, make_sign_up_params, sign_up
from tests.support.emulator.lambda_servers import make_response, serving_node, serving_raw
from tests.support.emulator.lambdas import BAD_OUTPUT, NO_JSON, Recorder
from tests.support.emulator.world import Clock, Json, World

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
OTHER_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:other"
KMS = "arn:aws:kms:eu-west-1:123456789012:key/a"
CONFIRMED = make_response(json.dumps({"response": CONFIRM}).encode())
TIMED_OUT = "UnexpectedLambdaException: PreSignUp invocation failed due to error {}."
NODE = shutil.which("node")


def make_world(config: Json | None = None, **given: Any) -> World:
    """Return a pool whose LambdaConfig names a function for PreSignUp."""
    clock = Clock()
    world = World(Emulator(clock, **given), clock, "", "")
    return make_pool(world, LambdaConfig={"PreSignUp": ARN} if config is None else config)


def expect_refused(url: str) -> str:
    world = make_world(functions={ARN: url})
    return world.expect_refusal("SignUp", **make_sign_up_params(world))


# --- which function serves a Lambda trigger


def test_a_url_serves_the_triggers_that_have_its_arn() -> None:
    with serving_raw(lambda _: [CONFIRMED]) as server:
        world = make_world(functions={ARN: server.url})
        assert sign_up(world)["UserConfirmed"] is True
        (request,) = server.requests
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /f?x=1 HTTP/1.1\r\n")
        assert b"content-type: application/json" in head.lower()
        event = json.loads(body)
        assert (event["triggerSource"], event["userName"]) == ("PreSignUp_SignUp", "ada")
        for config in ({}, {"PreSignUp": OTHER_ARN}, {"PostConfirmation": OTHER_ARN}):
            assert sign_up(make_pool(world, LambdaConfig=config))["UserConfirmed"] is False
        assert len(server.requests) == 1


def test_an_updated_pool_names_another_function() -> None:
    first, second = Recorder(), Recorder()
    world = make_world({}, functions={ARN: first, OTHER_ARN: second})
    update: Json = {"UserPoolId": world.pool_id, "AutoVerifiedAttributes": ["email"]}
    for number, (config, recorder) in enumerate((({"PreSignUp": ARN}, first), ({"PreSignUp": OTHER_ARN}, second))):
        world.call("UpdateUserPool", **update, LambdaConfig=config)
        sign_up(world, f"ada{number}")
        assert len(recorder.events) == 1
    world.call("UpdateUserPool", **update)
    sign_up(world, "eve")
    assert (len(first.events), len(second.events)) == (1, 1)


@pytest.mark.parametrize(
    ("member", "config"),
    [
        *(
            (name, {name: ARN})
            for name in (
                *("PreSignUp", "PostConfirmation", "CustomMessage", "UserMigration", "PreAuthentication"),
                *("PostAuthentication", "DefineAuthChallenge", "PreTokenGeneration"),
            )
        ),
        ("PreTokenGeneration", {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN}}),
        ("CustomEmailSender", {"CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": ARN}, "KMSKeyID": KMS}),
        ("CustomSMSSender", {"CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": ARN}, "KMSKeyID": KMS}),
    ],
    ids=str,
)
@pytest.mark.parametrize("by_update", [False, True])
def test_every_trigger_of_lambda_config(member: str, config: Json, *, by_update: bool) -> None:
    recorder = Recorder()
    made = configure_functions(config, {ARN: recorder}, by_update=by_update)
    world = made.make_client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"])
    live(world)
    assert {event["triggerSource"].partition("_")[0] for event in recorder.events} == {
        {"PreTokenGeneration": "TokenGeneration"}.get(member, member)
    }


@pytest.mark.parametrize("by_update", [False, True])
def test_custom_challenges_of_lambda_config(*, by_update: bool) -> None:
    answers = {
        "DefineAuthChallenge": Recorder(challengeName="CUSTOM_CHALLENGE", issueTokens=False, failAuthentication=False),
        "CreateAuthChallenge": Recorder(
            publicChallengeParameters={"riddle": "?"}, privateChallengeParameters={"answer": "roots"}
        ),
        "VerifyAuthChallengeResponse": Recorder(answerCorrect=False),
    }
    arns = {name: f"{ARN}-{name}" for name in answers}
    functions = {arns[name]: answers[name] for name in answers}
    world = configure_functions(arns, functions, by_update=by_update).make_client(
        ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"]
    )
    world.make_user("ada")
    asked = world.initiate("CUSTOM_AUTH", USERNAME="ada")
    assert asked["ChallengeParameters"]["riddle"] == "?"
    world.respond("CUSTOM_CHALLENGE", asked["Session"], USERNAME="ada", ANSWER="roots")
    assert len(answers["VerifyAuthChallengeResponse"].events) == 1


def configure_functions(config: Json, functions: dict[str, Recorder], *, by_update: bool) -> World:
    """Return a world whose pool has a LambdaConfig, from its creation or by an update."""
    world = make_world({} if by_update else config, functions=functions)
    if by_update:
        update: Json = {"UserPoolId": world.pool_id, "AutoVerifiedAttributes": ["email"]}
        world.call("UpdateUserPool", **update, LambdaConfig=config)
    return world


def live(world: World) -> None:
    """Make each Lambda trigger run that the pool has, but not those which only follow DefineAuthChallenge."""
    sign_up(world, "eve")
    world.invite("bob", email="bob@example.com", phone_number="+15550109878")
    world.make_user("ada", email="ada@example.com", email_verified="true")
    world.get_tokens()
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=[{"Name": "email", "Value": "a@example.com"}])
    world.call_admin("AdminConfirmSignUp", "eve")
    for flow, name in (("CUSTOM_AUTH", "ada"), ("USER_PASSWORD_AUTH", "nobody")):
        params = world.make_initiate_params(flow, USERNAME=name, PASSWORD="guess")
        world.expect_refusal("InitiateAuth", **params)


def test_defaults_are_for_all_pools() -> None:
    default, own, by_arn = Recorder(**CONFIRM), Recorder(), Recorder()
    world = make_world({}, default_triggers={"PreSignUp": default}, functions={ARN: by_arn})
    assert sign_up(world)["UserConfirmed"] is True
    assert sign_up(make_pool(world, LambdaConfig={"PreSignUp": ARN}))["UserConfirmed"] is False  # the ARN comes first
    world.emulator.triggers[world.pool_id] = {"PreSignUp": own}
    assert sign_up(world, "bob")["UserConfirmed"] is False  # and the pool's own even before
    assert [len(recorder.events) for recorder in (default, by_arn, own)] == [1, 1, 1]


def test_one_function_for_all_that_lambda_config_names() -> None:
    handler = Recorder(**CONFIRM)
    world = make_world({"PreSignUp": ARN, "PostConfirmation": OTHER_ARN}, default_triggers=handler)
    sign_up(world)
    assert [event["triggerSource"] for event in handler.events] == [
        "PreSignUp_SignUp",
        "PostConfirmation_ConfirmSignUp",
    ]
    sign_up(make_pool(world))
    assert len(handler.events) == 2


@pytest.mark.parametrize(
    ("given", "error", "problem"),
    [
        ({"functions": {ARN: "ftp://a"}}, ValueError, "'ftp://a' is not a URL that begins with http:// or https://"),
        ({"functions": {ARN: "http://"}}, ValueError, "'http://' is not a URL"),
        ({"functions": {ARN: "http://[a"}}, ValueError, "is not a URL"),
        ({"functions": {ARN: 7}}, TypeError, "is not callable"),
        ({"default_triggers": {"PreTea": print}}, ValueError, "PreTea is no Lambda trigger"),
        ({"default_triggers": {"PreSignUp": 7}}, TypeError, "PreSignUp is not callable"),
        ({"default_triggers": 7}, TypeError, "neither a mapping nor callable"),
    ],
    ids=str,
)
def test_invalid_functions(given: Any, error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        Emulator(**given)


# --- answers


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        *((body, NO_JSON) for body in (b"", b"null", b"[]", b'"text"', b"7", b"{", b"\xff", b"[" * 100_000)),
        *((body, BAD_OUTPUT) for body in (b"{}", b'{"response": []}', b'{"statusCode": 200, "body": "{}"}')),
    ],
    ids=lambda value: str(value)[:40],
)
def test_answers_that_are_no_events(body: bytes, refusal: str) -> None:
    with serving_raw(lambda _: [make_response(body)]) as server:
        assert expect_refused(server.url) == refusal
        assert len(server.requests) == 1


def test_an_answer_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_functions, "MAX_ANSWER", 1000)
    with serving_raw(lambda _: [make_response(b'{"response": {"x": "' + b"x" * 1000 + b'"}}')]) as server:
        assert expect_refused(server.url) == NO_JSON


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"errorMessage": "no entry today", "errorType": "Error", "trace": []}, "no entry today"),
        ({"errorType": "Runtime.ExitError"}, "Runtime.ExitError"),
    ],
)
@pytest.mark.parametrize("headers", [["x-amz-function-error: Unhandled"], []], ids=["header", "no header"])
def test_errors_of_a_function(body: Json, text: str, headers: list[str]) -> None:
    """AWS's local runtime has no header: https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/20."""
    failed = make_response(json.dumps(body).encode(), 200, *headers)
    with serving_raw(lambda _: [failed]) as server:
        expected = f"UserLambdaValidationException: PreSignUp failed with error {text}."
        assert expect_refused(server.url) == expected
        assert len(server.requests) == 1


def test_a_function_that_its_local_runtime_has_ended() -> None:
    """https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/21."""
    with serving_raw(lambda _: [make_response(b"Task timed out after 1.00 seconds")]) as server:
        expected = "UserLambdaValidationException: PreSignUp failed with error Task timed out after 1.00 seconds."
        assert expect_refused(server.url) == expected
        assert len(server.requests) == 1


def test_an_event_with_the_members_of_an_error_is_an_event() -> None:
    body = {"errorMessage": "not an error", "response": CONFIRM}
    with serving_raw(lambda _: [make_response(json.dumps(body).encode())]) as server:
        assert sign_up(make_world(functions={ARN: server.url}))["UserConfirmed"] is True


@pytest.mark.parametrize(
    ("status", "text", "attempts"),
    [
        (302, "ServiceException", 1),
        (400, "InvalidRequestContentException", 1),
        (403, "AccessDeniedException", 1),
        (404, "ResourceNotFoundException", 1),
        (413, "RequestTooLargeException", 1),
        (418, "ServiceException", 1),
        (429, "TooManyRequestsException", 3),
        (500, "ServiceException", 3),
        (502, "ServiceException", 3),
    ],
)
def test_functions_that_can_not_be_invoked(status: int, text: str, attempts: int) -> None:
    with serving_raw(lambda _: [make_response(b"{}", status, "Location: /elsewhere")]) as server:
        assert expect_refused(server.url) == TIMED_OUT.format(text)
        assert len(server.requests) == attempts


@pytest.mark.parametrize("broken", [b"", b"no HTTP at all\r\n\r\n", CONFIRMED[:-1]], ids=str)
def test_a_later_attempt_succeeds(broken: bytes) -> None:
    with serving_raw(lambda number: [CONFIRMED if number == 3 else broken]) as server:
        assert sign_up(make_world(functions={ARN: server.url}))["UserConfirmed"] is True
        first, second, third = server.requests
        assert first == second == third


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert expect_refused(f"http://127.0.0.1:{port}") == TIMED_OUT.format("Connection refused")


# --- time limits


def drip(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


@pytest.mark.parametrize(
    "parts",
    [
        [b"", b"", CONFIRMED],
        drip(CONFIRMED),
        [CONFIRMED[:-20], *drip(CONFIRMED[-20:])],
    ],
    ids=["silence", "headers that drip", "a body that drips"],
)
def test_time_outs(parts: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for an attempt in all, whenever bytes come."""
    monkeypatch.setattr(http_functions, "SECONDS", 0.2)
    before = threading.active_count()
    with serving_raw(lambda _: parts, pause=0.15) as server:
        started = time.monotonic()
        assert expect_refused(server.url) == TIMED_OUT.format("Socket timeout while invoking Lambda function")
        assert 0.6 <= time.monotonic() - started < 3
        assert len(server.requests) == 3
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before  # no thread waits for bytes any more


def test_the_limit_of_the_service() -> None:
    assert http_functions.SECONDS == 5


def test_others_are_answered_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_functions, "SECONDS", 2.0)
    released = threading.Event()

    def wait(_: int) -> list[bytes]:
        released.wait(5)
        return [CONFIRMED]

    with serving_raw(wait) as server, running(make_served({ARN: server.url})) as url:
        cognito = client_at(url)
        pool = cognito.create_user_pool(PoolName="p", LambdaConfig={"PreSignUp": ARN})["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
        replies: list[Any] = []
        signing_up = threading.Thread(
            target=lambda: replies.append(cognito.sign_up(ClientId=client, Username="ada", Password="Corr3ct-horse"))
        )
        signing_up.start()
        while not server.requests:
            time.sleep(0.01)
        assert client_at(url).list_users(UserPoolId=pool)["Users"] == []
        released.set()
        signing_up.join()
        assert replies[0]["UserConfirmed"] is True


def make_served(functions: dict[str, str]) -> Callable[[str], Emulator]:
    return lambda url: Emulator(issuer=url, functions=dict(functions))


def test_senders_are_called_once() -> None:
    sender = {"CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": ARN}, "KMSKeyID": KMS}
    with serving_raw(lambda _: [make_response(b"{}", 500)]) as server:
        sign_up(make_world(sender, functions={ARN: server.url}))
        assert len(server.requests) == 1


# --- a function in another language


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_a_function_in_javascript() -> None:
    assert NODE is not None
    with serving_node(NODE) as url:
        world = make_world(functions={ARN: url})
        assert sign_up(world)["UserConfirmed"] is True
        verified = {"Name": "email_verified", "Value": "true"}
        assert verified in world.call_admin("AdminGetUser", "ada")["UserAttributes"]
        given = [{"Name": "email", "Value": "bob@example.org"}]
        refusal = world.expect_refusal("SignUp", **make_sign_up_params(world, "bob", UserAttributes=given))
        assert refusal == "UserLambdaValidationException: PreSignUp failed with error wrong domain."
        other = make_world(functions={ARN: f"{url}/elsewhere"})
        refusal = other.expect_refusal("SignUp", **make_sign_up_params(other))
        assert refusal == TIMED_OUT.format("ResourceNotFoundException")
