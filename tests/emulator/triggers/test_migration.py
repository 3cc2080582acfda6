"""UserMigration: users of another directory are created when they sign in, or have forgotten their password."""

from typing import Any

import pytest

from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, raise_error
from tests.support.emulator.mfa import SMS, configure
from tests.support.emulator.world import PASSWORD, Json, World

NO_USER = "UserNotFoundException: User does not exist."
WRONG = "NotAuthorizedException: Incorrect username or password."
WEAK = "weak"
ATTRIBUTES = {"email": "ada@example.com", "email_verified": "true"}
KNOWN: Json = {"userAttributes": ATTRIBUTES, "messageAction": "SUPPRESS"}


def set_migration(world: World, trigger: Any = None, **response: object) -> Recorder:
    recorder = Recorder(**response)
    world.emulator.triggers[world.pool_id] = {"UserMigration": trigger or recorder}
    return recorder


def sign_in(world: World, name: str = "ada", password: str = WEAK, **more: object) -> Json:
    params = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password)
    return world.call("InitiateAuth", **params, **more)


def expect_refused(world: World, name: str = "ada", password: str = WEAK) -> str:
    params = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password)
    return world.expect_refusal("InitiateAuth", **params)


def get_user(world: World, name: str = "ada") -> Json:
    found = world.call_admin("AdminGetUser", name)
    return {**found, "Attributes": {entry["Name"]: entry["Value"] for entry in found["UserAttributes"]}}


def test_the_event_of_a_sign_in(empty: World) -> None:
    world = empty.make_pool()
    recorder = set_migration(world, **KNOWN)
    reply = sign_in(world, ClientMetadata={"from": "home"})
    assert "AuthenticationResult" in reply
    assert recorder.events == [
        {
            "version": "1",
            "triggerSource": "UserMigration_Authentication",
            "region": "eu-west-1",
            "userPoolId": world.pool_id,
            "userName": "ada",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
            "request": {"password": WEAK, "userAttributes": None, "validationData": {"from": "home"}},
            "response": dict.fromkeys(
                (
                    *("userAttributes", "finalUserStatus", "messageAction"),
                    *("desiredDeliveryMediums", "forceAliasCreation", "enableSMSMFA"),
                )
            ),
        }
    ]


def test_the_user_is_created_as_the_response_says(empty: World) -> None:
    world = empty.make_pool()
    recorder = set_migration(world, **KNOWN)
    sign_in(world)
    user = get_user(world)
    assert user["UserStatus"] == "CONFIRMED"
    assert {name: user["Attributes"][name] for name in ATTRIBUTES} == ATTRIBUTES
    assert not world.emulator.outbox
    assert "AuthenticationResult" in sign_in(world)  # the password is kept, though it breaks the policy
    assert "AuthenticationResult" in world.sign_in_with_srp("ada", WEAK)
    assert expect_refused(world, password=PASSWORD) == WRONG
    assert len(recorder.events) == 1


def test_administrators_can_sign_users_in(empty: World) -> None:
    world = empty.make_pool()
    recorder = set_migration(world, **KNOWN)
    params = world.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=WEAK)
    metadata = {"from": "desk"}
    reply = world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **params, ClientMetadata=metadata)
    assert "AuthenticationResult" in reply
    assert recorder.requests[0]["validationData"] == metadata


def test_flows_without_a_password_never_migrate(empty: World) -> None:
    world = empty.make_pool().make_client(
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"]
    )
    recorder = set_migration(world, **KNOWN)
    for flow, more in (("USER_SRP_AUTH", {"SRP_A": "ab"}), ("CUSTOM_AUTH", {}), ("USER_AUTH", {})):
        params = world.make_initiate_params(flow, USERNAME="ada", **more)
        assert world.expect_refusal("InitiateAuth", **params) == NO_USER
    assert not recorder.events


def test_pools_whose_users_sign_in_with_an_email_address(empty: World) -> None:
    world = empty.make_pool(UsernameAttributes=["email"])
    recorder = set_migration(world, **KNOWN)
    sign_in(world, "ada@example.com")
    assert recorder.events[0]["userName"] == "ada@example.com"
    user = get_user(world, "ada@example.com")
    assert user["Username"] == user["Attributes"]["sub"]


@pytest.mark.parametrize("response", [{}, {"userAttributes": None}, {"userAttributes": {}}])
@pytest.mark.parametrize(("hidden", "refusal"), [("ENABLED", WRONG), ("LEGACY", NO_USER)])
def test_users_whom_nobody_knows(empty: World, response: Json, hidden: str, refusal: str) -> None:
    world = empty.make_pool().make_client(PreventUserExistenceErrors=hidden)
    set_migration(world, **response)
    assert expect_refused(world) == refusal
    assert world.call("ListUsers", UserPoolId=world.pool_id)["Users"] == []


def test_a_migration_that_is_refused(empty: World) -> None:
    world = empty.make_pool()
    set_migration(world, raise_error)
    assert expect_refused(world) == "UserLambdaValidationException: UserMigration failed with error no entry today."
    forget = {"ClientId": world.client_id, "Username": "ada"}
    assert world.expect_refusal("ForgotPassword", **forget).startswith("UserLambdaValidationException: UserMigration")
    assert world.call("ListUsers", UserPoolId=world.pool_id)["Users"] == []


@pytest.mark.parametrize(
    "response",
    [
        {"userAttributes": ["email"]},
        {"userAttributes": {"email": 1}},
        {**KNOWN, "finalUserStatus": "UNCONFIRMED"},
        {**KNOWN, "messageAction": "RESEND"},
        {**KNOWN, "desiredDeliveryMediums": ["POST"]},
        {**KNOWN, "desiredDeliveryMediums": "EMAIL"},
        {**KNOWN, "forceAliasCreation": "true"},
        {**KNOWN, "enableSMSMFA": 1},
    ],
    ids=str,
)
def test_invalid_responses(empty: World, response: Json) -> None:
    world = empty.make_pool()
    set_migration(world, **response)
    assert expect_refused(world) == BAD_OUTPUT
    assert world.call("ListUsers", UserPoolId=world.pool_id)["Users"] == []


@pytest.mark.parametrize("returned", [None, "", [], {}, {"response": None}])
@pytest.mark.parametrize("hidden", ["ENABLED", "LEGACY"])
def test_answers_that_are_no_events(empty: World, returned: object, hidden: str) -> None:
    world = empty.make_pool().make_client(PreventUserExistenceErrors=hidden)
    set_migration(world, lambda _: returned)
    refusal = f"UserNotFoundException: Exception migrating user in app client {world.client_id}"
    assert expect_refused(world) == refusal
    assert world.expect_refusal("ForgotPassword", ClientId=world.client_id, Username="ada") == refusal
    assert world.call("ListUsers", UserPoolId=world.pool_id)["Users"] == []


@pytest.mark.parametrize("attributes", [{"tea": "green"}, {"sub": "a"}, {"email": "nobody"}, {"name": "Ada"}], ids=str)
def test_users_whom_the_pool_can_not_take(empty: World, attributes: dict[str, str]) -> None:
    world = empty.make_pool(Schema=[{"Name": "email", "Required": True}])
    set_migration(world, userAttributes=attributes)
    refusal = f"UserNotFoundException: Exception migrating user in app client {world.client_id}"
    assert expect_refused(world) == refusal
    assert world.call("ListUsers", UserPoolId=world.pool_id)["Users"] == []


@pytest.mark.parametrize("force", [True, False])
def test_an_alias_that_another_user_has(empty: World, force: bool) -> None:
    world = empty.make_pool(AliasAttributes=["email"])
    world.make_user("eve", **ATTRIBUTES)
    set_migration(world, **KNOWN, forceAliasCreation=force)
    if force:
        sign_in(world)
        assert world.call_admin("AdminGetUser", "ada@example.com")["Username"] == "ada"
        assert get_user(world, "eve")["Attributes"]["email_verified"] == "false"
    else:
        assert "Exception migrating user" in expect_refused(world)
        assert world.call_admin("AdminGetUser", "ada@example.com")["Username"] == "eve"


def test_a_password_that_must_be_reset(empty: World) -> None:
    world = empty.make_pool()
    set_migration(world, **KNOWN, finalUserStatus="RESET_REQUIRED")
    assert expect_refused(world).startswith("PasswordResetRequiredException")
    world.call("ForgotPassword", ClientId=world.client_id, Username="ada")
    code = world.get_last_message().code
    request = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": code}
    world.call("ConfirmForgotPassword", **request, Password=PASSWORD)
    assert world.get_tokens()


@pytest.mark.parametrize(
    ("mediums", "sent"), [(None, ["SMS"]), (["EMAIL"], ["EMAIL"]), (["EMAIL", "SMS"], ["EMAIL", "SMS"])]
)
def test_the_welcome_message(empty: World, mediums: list[str] | None, sent: list[str]) -> None:
    world = empty.make_pool()
    contacts = {**ATTRIBUTES, "phone_number": "+15550109878"}
    set_migration(world, userAttributes=contacts, desiredDeliveryMediums=mediums)
    sign_in(world)
    assert [message.medium for message in world.emulator.outbox] == sent
    assert all(str(message.purpose) == "invitation" for message in world.emulator.outbox)


@pytest.mark.parametrize("phone", [{}, {"phone_number": "+15550109878"}])
def test_sms_as_second_factor(empty: World, phone: dict[str, str]) -> None:
    world = empty.make_pool()
    configure(world, "OPTIONAL", SMS)
    set_migration(world, **{**KNOWN, "userAttributes": {**ATTRIBUTES, **phone}}, enableSMSMFA=True)
    assert sign_in(world).get("ChallengeName") == (SMS if phone else None)


def test_forgotten_passwords(empty: World) -> None:
    world = empty.make_pool()
    recorder = set_migration(world, userAttributes=ATTRIBUTES)
    metadata = {"from": "home"}
    reply = world.call("ForgotPassword", ClientId=world.client_id, Username="ada", ClientMetadata=metadata)
    assert reply["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    (event,) = recorder.events
    assert event["triggerSource"] == "UserMigration_ForgotPassword"
    assert event["request"] == {"userAttributes": None, "validationData": None, "clientMetadata": metadata}
    (message,) = world.emulator.outbox  # no welcome: there is no password yet
    request = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": message.code}
    world.call("ConfirmForgotPassword", **request, Password=PASSWORD)
    assert world.get_tokens()


@pytest.mark.parametrize("hidden", ["ENABLED", "LEGACY"])
def test_forgotten_passwords_of_users_whom_nobody_knows(empty: World, hidden: str) -> None:
    world = empty.make_pool().make_client(PreventUserExistenceErrors=hidden)
    set_migration(world)
    request = {"ClientId": world.client_id, "Username": "ada"}
    if hidden == "ENABLED":
        assert "CodeDeliveryDetails" in world.call("ForgotPassword", **request)
    else:
        refusal = world.expect_refusal("ForgotPassword", **request)
        assert refusal == "UserNotFoundException: Username/client id combination not found."
    assert not world.emulator.outbox
