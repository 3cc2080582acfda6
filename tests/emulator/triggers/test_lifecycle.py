"""PreSignUp and PostConfirmation: their events, what their responses do, and what happens if they fail."""

from typing import Any

import pytest

from authflow.emulator import Emulator, client_at, running
from authflow.emulator._records.client import NoClient
from authflow.emulator._records.user import Status
from authflow.emulator._triggers.lifecycle import SignUpDecision, SignUpSource, run_pre_sign_up
from authflow.emulator._triggers.registry import TriggerInvocation
from authflow.emulator._users.registration import make_user
from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, raise_error
from tests.support.emulator.world import PASSWORD, Clock, Json, World

EMAIL = "ada@example.com"
CONFIRM: Json = {"autoConfirmUser": True}
FAILED = "UserLambdaValidationException: {} failed with error no entry today."


def make_pool(empty: World, **settings: object) -> World:
    return empty.make_pool(**{"AutoVerifiedAttributes": ["email"], **settings})


def make_sign_up_params(world: World, name: str = "ada", **more: object) -> Json:
    given = [{"Name": "email", "Value": EMAIL}]
    return {"ClientId": world.client_id, "Username": name, "Password": PASSWORD, "UserAttributes": given, **more}


def sign_up(world: World, name: str = "ada", **more: object) -> Json:
    return world.call("SignUp", **make_sign_up_params(world, name, **more))


def set_triggers(world: World, **triggers: Any) -> None:
    world.emulator.triggers[world.pool_id] = triggers


def get_attributes(world: World, name: str = "ada") -> dict[str, str]:
    described = world.call_admin("AdminGetUser", name)["UserAttributes"]
    return {entry["Name"]: entry["Value"] for entry in described if entry["Name"] != "sub"}


# --- PreSignUp


def test_the_event_of_a_sign_up(empty: World) -> None:
    world, recorder = make_pool(empty), Recorder()
    set_triggers(world, PreSignUp=recorder)
    validation = [{"Name": "ticket", "Value": "17"}, {"Name": "empty"}]
    reply = sign_up(world, ValidationData=validation, ClientMetadata={"from": "home"})
    assert reply["UserConfirmed"] is False
    assert recorder.events == [
        {
            "version": "1",
            "triggerSource": "PreSignUp_SignUp",
            "region": "eu-west-1",
            "userPoolId": world.pool_id,
            "userName": "ada",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
            "request": {
                "userAttributes": {"email": EMAIL},
                "validationData": {"ticket": "17", "empty": ""},
                "clientMetadata": {"from": "home"},
            },
            "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
        }
    ]


def test_the_event_of_a_user_whom_an_administrator_creates(world: World) -> None:
    recorder = Recorder(autoConfirmUser=True, autoVerifyEmail=True, autoVerifyPhone=True)
    set_triggers(world, PreSignUp=recorder)
    given = [{"Name": "email", "Value": "bob@example.com"}]
    validation = [{"Name": "ticket", "Value": "17"}]
    made = world.call_admin(
        "AdminCreateUser", "bob", UserAttributes=given, ValidationData=validation, ClientMetadata={"from": "desk"}
    )
    (event,) = recorder.events
    assert event["triggerSource"] == "PreSignUp_AdminCreateUser"
    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert event["request"] == {
        "userAttributes": {"email": "bob@example.com"},
        "validationData": {"ticket": "17"},
        "clientMetadata": {"from": "desk"},
    }
    assert made["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"  # the response is ignored
    assert get_attributes(world, "bob") == {"email": "bob@example.com"}
    world.call_admin("AdminCreateUser", "bob", MessageAction="RESEND")
    assert len(recorder.events) == 1


def test_the_event_of_a_federated_user(world: World) -> None:
    recorder = Recorder(autoConfirmUser=True, autoVerifyEmail=True)
    set_triggers(world, PreSignUp=recorder)
    service = world.emulator._service
    pool, given = service.get_pool(world.pool_id), {"email": "g@example.com"}
    user = make_user(
        service, pool, "Google_1", given, chosen=None, status=Status.EXTERNAL_PROVIDER, taken=NotImplemented
    )
    with service.lock:
        decision = run_pre_sign_up(TriggerInvocation(service, NoClient(pool), user), SignUpSource.EXTERNAL_PROVIDER)
    assert recorder.events[0]["triggerSource"] == "PreSignUp_ExternalProvider"
    assert recorder.requests == [{"userAttributes": given, "validationData": None}]
    assert decision == SignUpDecision(confirm=True, verified=("email",))


def test_a_sign_up_that_is_refused_leaves_no_user(empty: World) -> None:
    world = make_pool(empty)
    set_triggers(world, PreSignUp=raise_error)
    assert world.expect_refusal("SignUp", **make_sign_up_params(world)) == FAILED.format("PreSignUp")
    given = {"UserPoolId": world.pool_id, "Username": "ada"}
    assert world.expect_refusal("AdminCreateUser", **given) == FAILED.format("PreSignUp")
    assert world.call("ListUsers", UserPoolId=world.pool_id)["Users"] == []
    assert not world.emulator.outbox


def test_users_who_are_confirmed_at_once(empty: World) -> None:
    world = make_pool(empty)
    set_triggers(world, PreSignUp=Recorder(**CONFIRM))
    reply = sign_up(world)
    assert set(reply) == {"UserConfirmed", "UserSub"}
    assert reply["UserConfirmed"] is True
    assert not world.emulator.outbox
    assert get_attributes(world) == {"email": EMAIL}
    assert world.get_tokens()


@pytest.mark.parametrize(("flag", "name"), [("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")])
def test_what_is_verified_at_once(empty: World, flag: str, name: str) -> None:
    world, value = make_pool(empty), {"email": EMAIL, "phone_number": "+15550109878"}[name]
    set_triggers(world, PreSignUp=Recorder(**CONFIRM, **{flag: True}))
    sign_up(world, UserAttributes=[{"Name": name, "Value": value}])
    assert get_attributes(world) == {name: value, f"{name}_verified": "true"}
    world.clock.forward(hours=1)
    other = make_sign_up_params(world, "bob", UserAttributes=[])
    assert world.expect_refusal("SignUp", **other) == BAD_OUTPUT  # there is nothing to verify
    assert world.expect_refusal("AdminGetUser", UserPoolId=world.pool_id, Username="bob").startswith("UserNotFound")


def test_a_verified_alias_is_taken_over(empty: World) -> None:
    world = make_pool(empty, AliasAttributes=["email"])
    world.make_user("eve", email=EMAIL, email_verified="true")
    set_triggers(world, PreSignUp=Recorder(**CONFIRM))
    sign_up(world, "bob")
    assert get_attributes(world, EMAIL) == get_attributes(world, "eve")
    set_triggers(world, PreSignUp=Recorder(**CONFIRM, autoVerifyEmail=True))
    sign_up(world)
    assert world.call_admin("AdminGetUser", EMAIL)["Username"] == "ada"
    assert get_attributes(world, "eve")["email_verified"] == "false"


@pytest.mark.parametrize("response", [{"autoConfirmUser": "true"}, {"autoVerifyEmail": 1}])
def test_invalid_responses(empty: World, response: Json) -> None:
    world = make_pool(empty)
    set_triggers(world, PreSignUp=Recorder(**response))
    assert world.expect_refusal("SignUp", **make_sign_up_params(world)) == BAD_OUTPUT


def test_a_response_that_says_nothing(empty: World) -> None:
    world = make_pool(empty)
    set_triggers(world, PreSignUp=Recorder(autoConfirmUser=None))
    assert sign_up(world)["UserConfirmed"] is False
    assert world.get_last_message().destination == EMAIL


# --- PostConfirmation


def test_the_event_of_a_confirmation(empty: World) -> None:
    world, recorder = make_pool(empty), Recorder()
    set_triggers(world, PostConfirmation=recorder)
    sub = sign_up(world)["UserSub"]
    assert not recorder.events
    code = world.get_last_message().code
    request = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": code}
    world.call("ConfirmSignUp", **request, ClientMetadata={"from": "home"})
    assert recorder.events == [
        {
            "version": "1",
            "triggerSource": "PostConfirmation_ConfirmSignUp",
            "region": "eu-west-1",
            "userPoolId": world.pool_id,
            "userName": "ada",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
            "request": {
                "userAttributes": {
                    "sub": sub,
                    "email": EMAIL,
                    "email_verified": "true",
                    "cognito:user_status": "CONFIRMED",
                },
                "clientMetadata": {"from": "home"},
            },
            "response": {},
        }
    ]


def test_the_event_of_a_user_who_is_confirmed_at_once(empty: World) -> None:
    world, recorder = make_pool(empty), Recorder()
    set_triggers(world, PreSignUp=Recorder(**CONFIRM), PostConfirmation=recorder)
    sign_up(world, ClientMetadata={"from": "home"})
    (event,) = recorder.events
    assert event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert event["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    assert event["request"]["clientMetadata"] == {"from": "home"}


def test_the_event_of_a_user_whom_an_administrator_confirms(empty: World) -> None:
    world, recorder = make_pool(empty), Recorder()
    set_triggers(world, PostConfirmation=recorder)
    sign_up(world)
    world.call_admin("AdminConfirmSignUp", "ada", ClientMetadata={"from": "desk"})
    (event,) = recorder.events
    assert event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert event["request"]["clientMetadata"] == {"from": "desk"}


def test_the_event_of_a_reset_password(world: World) -> None:
    recorder = Recorder()
    set_triggers(world, PostConfirmation=recorder)
    reset_password(world, ClientMetadata={"from": "home"})
    (event,) = recorder.events
    assert event["triggerSource"] == "PostConfirmation_ConfirmForgotPassword"
    assert event["request"]["clientMetadata"] == {"from": "home"}
    assert world.get_tokens("ada", "N3w-password")


def reset_password(world: World, **more: object) -> None:
    world.call("ForgotPassword", ClientId=world.client_id, Username="ada")
    code = world.get_last_message().code
    request = {"ClientId": world.client_id, "Username": "ada", "Password": "N3w-password"}
    world.call("ConfirmForgotPassword", **request, ConfirmationCode=code, **more)


def test_a_new_password_of_an_invited_user_is_no_confirmation(world: World) -> None:
    recorder = Recorder()
    set_triggers(world, PostConfirmation=recorder)
    world.make_user("bob")
    assert not recorder.events


def test_users_stay_confirmed_if_it_fails(empty: World) -> None:
    world = make_pool(empty)
    set_triggers(world, PostConfirmation=raise_error)
    sign_up(world)
    code = world.get_last_message().code
    request = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": code}
    assert world.expect_refusal("ConfirmSignUp", **request) == FAILED.format("PostConfirmation")
    assert world.get_tokens()
    with pytest.raises(Exception, match="PostConfirmation failed"):
        reset_password(world)
    assert world.get_tokens("ada", "N3w-password")
    set_triggers(world, PostConfirmation=raise_error, PreSignUp=Recorder(**CONFIRM))
    assert world.expect_refusal("SignUp", **make_sign_up_params(world, "bob")) == FAILED.format("PostConfirmation")
    assert world.call_admin("AdminGetUser", "bob")["UserStatus"] == "CONFIRMED"


# --- over HTTP


def test_post_confirmation_adds_the_user_to_a_group_over_http() -> None:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        world, cognito = make_pool(World(emulator, Clock(), "", "")), client_at(url)
        world.call("CreateGroup", UserPoolId=world.pool_id, GroupName="people")

        def add(event: Json) -> Json:
            names: Json = {"UserPoolId": event["userPoolId"], "Username": event["userName"], "GroupName": "people"}
            cognito.admin_add_user_to_group(**names)
            return event

        set_triggers(world, PreSignUp=Recorder(**CONFIRM), PostConfirmation=add)
        cognito.sign_up(**make_sign_up_params(world))
        groups = world.call_admin("AdminListGroupsForUser", "ada")["Groups"]
        assert [group["GroupName"] for group in groups] == ["people"]


def test_pre_sign_up_lists_users_and_links_a_provider_over_http() -> None:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        world, cognito = make_pool(World(emulator, Clock(), "", "")), client_at(url)
        world.make_user("bob", email=EMAIL)
        details = {"client_id": "c", "client_secret": "s", "authorize_scopes": "openid"}
        provider = {"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": details}
        world.call("CreateIdentityProvider", UserPoolId=world.pool_id, **provider)

        def link(event: Json) -> Json:
            email = event["request"]["userAttributes"]["email"]
            (user,) = cognito.list_users(UserPoolId=event["userPoolId"], Filter=f'email = "{email}"')["Users"]
            cognito.admin_link_provider_for_user(
                UserPoolId=event["userPoolId"],
                DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": user["Username"]},
                SourceUser={
                    "ProviderName": "Google",
                    "ProviderAttributeName": "Cognito_Subject",
                    "ProviderAttributeValue": "1",
                },
            )
            return event

        set_triggers(world, PreSignUp=link)
        cognito.sign_up(**make_sign_up_params(world))
        assert '"userId": "1"' in get_attributes(world, "bob")["identities"]
