"""CustomMessage: its events, and the messages that it writes."""

from collections.abc import Callable
from typing import Any

import pytest

from authflow.emulator import Settings
from tests.emulator.triggers.test_lifecycle import FAILED, make_pool, make_sign_up_params, set_triggers, sign_up
from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, raise_error
from tests.support.emulator.mfa import CONTACTS, EMAIL, SMS, configure, prefer
from tests.support.emulator.world import PASSWORD, Json, World, make_with_settings

NEW = "new@example.com"
HOME = {"from": "home"}


def test_the_event_of_a_sign_up(empty: World) -> None:
    world, recorder = make_pool(empty), Recorder()
    set_triggers(world, CustomMessage=recorder)
    sub = sign_up(world, ClientMetadata=HOME)["UserSub"]
    assert recorder.events == [
        {
            "version": "1",
            "triggerSource": "CustomMessage_SignUp",
            "region": "eu-west-1",
            "userPoolId": world.pool_id,
            "userName": "ada",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
            "request": {
                "userAttributes": {"sub": sub, "email": "ada@example.com", "cognito:user_status": "UNCONFIRMED"},
                "codeParameter": "{####}",
                "linkParameter": "{##Click Here##}",
                "usernameParameter": None,
                "clientMetadata": HOME,
            },
            "response": {"smsMessage": None, "emailMessage": None, "emailSubject": None},
        }
    ]
    assert world.get_last_message().subject == "Your verification code"


def resend(world: World) -> None:
    sign_up(world)
    world.call("ResendConfirmationCode", ClientId=world.client_id, Username="ada", ClientMetadata=HOME)


def forget(world: World) -> None:
    world.make_user("ada", email="ada@example.com", email_verified="true")
    world.call("ForgotPassword", ClientId=world.client_id, Username="ada", ClientMetadata=HOME)


def reset(world: World) -> None:
    world.make_user("ada", email="ada@example.com", email_verified="true")
    world.call_admin("AdminResetUserPassword", "ada", ClientMetadata=HOME)


def update(world: World) -> None:
    world.make_user("ada", email="ada@example.com", email_verified="true")
    token, given = world.get_tokens()["AccessToken"], [{"Name": "email", "Value": NEW}]
    world.call("UpdateUserAttributes", AccessToken=token, UserAttributes=given, ClientMetadata=HOME)


def update_as_admin(world: World) -> None:
    world.make_user("ada", email="ada@example.com", email_verified="true")
    given = [{"Name": "email", "Value": NEW}]
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=given, ClientMetadata=HOME)


def verify(world: World) -> None:
    world.make_user("ada", email="ada@example.com")
    token = world.get_tokens()["AccessToken"]
    request = {"AccessToken": token, "AttributeName": "email"}
    world.call("GetUserAttributeVerificationCode", **request, ClientMetadata=HOME)


def sign_in(world: World) -> None:
    world.make_user("ada", **CONTACTS)
    configure(world, "ON", EMAIL, SMS)
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    asked = world.call("InitiateAuth", **request)
    choice = world.make_respond_params("SELECT_MFA_TYPE", asked["Session"], USERNAME="ada", ANSWER=SMS)
    world.call("RespondToAuthChallenge", **choice, ClientMetadata=HOME)


def sign_in_as_admin(world: World) -> None:
    world.make_user("ada", **CONTACTS)
    configure(world, "ON", EMAIL, SMS)
    where = {"UserPoolId": world.pool_id}
    request = world.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    asked = world.call("AdminInitiateAuth", **where, **request)
    choice = world.make_respond_params("SELECT_MFA_TYPE", asked["Session"], USERNAME="ada", ANSWER=EMAIL)
    world.call("AdminRespondToAuthChallenge", **where, **choice, ClientMetadata=HOME)


SOURCES: list[Any] = [
    (resend, "ResendCode"),
    (forget, "ForgotPassword"),
    (reset, "ForgotPassword"),
    (update, "UpdateUserAttribute"),
    (update_as_admin, "UpdateUserAttribute"),
    (verify, "VerifyUserAttribute"),
    (sign_in, "Authentication"),
    (sign_in_as_admin, "Authentication"),
]
ADMIN = {reset, update_as_admin}


@pytest.mark.parametrize(("act", "source"), SOURCES)
def test_sources(empty: World, act: Callable[[World], None], source: str) -> None:
    world = make_pool(empty)
    own = {"emailSubject": "Mine", "emailMessage": "mail {####}{username}", "smsMessage": "sms {####}{username}"}
    recorder = Recorder(**own)
    set_triggers(world, CustomMessage=recorder)
    act(world)
    event, message = recorder.events[-1], world.get_last_message()
    assert event["triggerSource"] == f"CustomMessage_{source}"
    assert event["callerContext"]["clientId"] == ("CLIENT_ID_NOT_APPLICABLE" if act in ADMIN else world.client_id)
    assert event["request"]["clientMetadata"] == HOME
    kind, subject = ("sms", None) if message.medium == "SMS" else ("mail", "Mine")
    # only invitations have a username
    assert (message.subject, message.body) == (subject, f"{kind} {message.code}{{username}}")


def test_the_first_reply_of_a_sign_in_has_no_metadata(world: World) -> None:
    recorder = Recorder()
    world.make_user("bob", **CONTACTS)
    configure(world, "OPTIONAL", SMS)
    prefer(world, "bob", SMS)
    set_triggers(world, CustomMessage=recorder)
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=PASSWORD)
    world.call("InitiateAuth", **request, ClientMetadata=HOME)
    assert "clientMetadata" not in recorder.requests[0]


def test_the_event_has_the_new_address(empty: World) -> None:
    world, recorder = make_pool(empty), Recorder()
    set_triggers(world, CustomMessage=recorder)
    update(world)
    shown = recorder.requests[-1]["userAttributes"]
    assert (shown["email"], shown["email_verified"]) == (NEW, "false")
    assert world.get_last_message().destination == NEW


def test_the_event_of_an_invitation(world: World) -> None:
    own = {"emailMessage": "{username} {####}", "emailSubject": "Hi", "smsMessage": "{####} for {username}"}
    recorder = Recorder(**own)
    set_triggers(world, CustomMessage=recorder)
    given = [{"Name": name, "Value": value} for name, value in CONTACTS.items()]
    request: Json = {"UserAttributes": given, "TemporaryPassword": "Temp-0rary", "ClientMetadata": HOME}
    world.call_admin("AdminCreateUser", "bob", **request, DesiredDeliveryMediums=["EMAIL", "SMS"])
    (event,) = recorder.events
    assert event["triggerSource"] == "CustomMessage_AdminCreateUser"
    assert event["request"]["usernameParameter"] == "{username}"
    assert event["request"]["clientMetadata"] == HOME
    assert event["request"]["userAttributes"]["cognito:user_status"] == "FORCE_CHANGE_PASSWORD"
    email, sms = list(world.emulator.outbox)[-2:]
    assert (email.subject, email.body) == ("Hi", "bob Temp-0rary")
    assert sms.body == "Temp-0rary for bob"
    world.call_admin("AdminCreateUser", "bob", MessageAction="RESEND")
    assert len(recorder.events) == 2
    world.call_admin("AdminCreateUser", "eve", MessageAction="SUPPRESS", UserAttributes=given)
    assert len(recorder.events) == 2


@pytest.mark.parametrize(
    "response",
    [
        {"emailMessage": "no code"},
        {"emailMessage": 1},
        {"emailSubject": ["a"]},
        {"emailMessage": "a link {##Click Here##} where a code is sent"},
        {"emailMessage": "{username}"},
    ],
    ids=str,
)
def test_invalid_responses(empty: World, response: Json) -> None:
    world = make_pool(empty)
    set_triggers(world, CustomMessage=Recorder(**response))
    assert world.expect_refusal("SignUp", **make_sign_up_params(world)) == BAD_OUTPUT
    assert not world.emulator.outbox


@pytest.mark.parametrize("text", ["{####} without a name", "{username} without a password"])
def test_invitations_need_name_and_password(world: World, text: str) -> None:
    set_triggers(world, CustomMessage=Recorder(smsMessage=text))
    given = [{"Name": "phone_number", "Value": CONTACTS["phone_number"]}]
    params: Json = {"UserPoolId": world.pool_id, "Username": "bob", "UserAttributes": given}
    assert world.expect_refusal("AdminCreateUser", **params) == BAD_OUTPUT


def test_what_is_for_the_other_medium_is_ignored(empty: World) -> None:
    world = make_pool(empty)
    set_triggers(world, CustomMessage=Recorder(smsMessage="no code"))
    sign_up(world)
    assert world.get_last_message().body == f"Your confirmation code is {world.get_last_message().code}"


def test_links(empty: World) -> None:
    world = make_pool(empty, VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_LINK"})
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, Domain="people")
    set_triggers(world, CustomMessage=Recorder(emailMessage="Go {##there##}"))
    sign_up(world)
    assert world.get_last_message().body.startswith('Go <a href="https://people.auth.')


@pytest.mark.parametrize("response", [{"emailMessage": "{####}"}, {"emailSubject": "Mine"}])
@pytest.mark.parametrize("needed", [True, False])
def test_emails_of_pools_without_a_sender_of_their_own(empty: World, response: Json, needed: bool) -> None:
    world = make_with_settings(empty, Settings(custom_email_needs_sender=needed))
    pool = make_pool(world, EmailConfiguration={"EmailSendingAccount": "COGNITO_DEFAULT"})
    set_triggers(pool, CustomMessage=Recorder(**response))
    if needed:
        assert pool.expect_refusal("SignUp", **make_sign_up_params(pool)) == BAD_OUTPUT
    else:
        sign_up(pool)
        assert pool.get_last_message().medium == "EMAIL"


def test_if_it_fails_nothing_is_sent_or_changed(empty: World) -> None:
    world = make_pool(empty)
    set_triggers(world, CustomMessage=raise_error)
    failed = FAILED.format("CustomMessage")
    assert world.expect_refusal("SignUp", **make_sign_up_params(world)) == failed
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "UNCONFIRMED"  # as after other failures to send
    del world.emulator.triggers[world.pool_id]
    world.call("ResendConfirmationCode", ClientId=world.client_id, Username="ada")
    code, name = world.get_last_message().code, {"ClientId": world.client_id, "Username": "ada"}
    set_triggers(world, CustomMessage=raise_error)
    assert world.expect_refusal("ResendConfirmationCode", **name) == failed
    world.call("ConfirmSignUp", **name, ConfirmationCode=code)  # the earlier code is still valid
    token = world.get_tokens()["AccessToken"]
    given = [{"Name": "email", "Value": NEW}]
    assert world.expect_refusal("UpdateUserAttributes", AccessToken=token, UserAttributes=given) == failed
    admin = {"UserPoolId": world.pool_id, "Username": "ada"}
    assert world.expect_refusal("AdminUpdateUserAttributes", **admin, UserAttributes=given) == failed
    assert world.expect_refusal("ForgotPassword", **name) == failed
    assert world.expect_refusal("AdminResetUserPassword", **admin) == failed
    described = world.call_admin("AdminGetUser", "ada")
    assert {"Name": "email", "Value": "ada@example.com"} in described["UserAttributes"]
    assert described["UserStatus"] == "CONFIRMED"
    assert len(world.emulator.outbox) == 1


def test_an_invitation_that_fails_keeps_the_earlier_password(world: World) -> None:
    world.invite("bob", email="bob@example.com")
    set_triggers(world, CustomMessage=raise_error)
    params = {"UserPoolId": world.pool_id, "Username": "bob", "MessageAction": "RESEND"}
    assert world.expect_refusal("AdminCreateUser", **params) == FAILED.format("CustomMessage")
    assert world.initiate(USERNAME="bob", PASSWORD="Temp-0rary")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
