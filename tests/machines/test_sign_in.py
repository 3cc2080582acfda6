"""Whole sign-ins with scripted replies, without a server."""

import json
from typing import Any
from unittest.mock import ANY

import pytest

from authflow import (
    Choice,
    Context,
    Failed,
    IllegalTransition,
    InvalidInput,
    Password,
    Reason,
    Refresh,
    Refusal,
    SignedIn,
    Srp,
    UnexpectedReply,
    begin,
    dumps,
    loads,
)
from authflow.challenges import NewPasswordRequired, SmsMfa
from tests.support.replies import (
    SECRET_BLOCK,
    SESSION,
    access_token,
    challenge,
    new_password_required,
    password_verifier,
    tokens,
)
from tests.support.samples import APP, AT, SECRET_APP, stamp
from tests.support.scripted_flow import CANCEL, Calls, Rests, ScriptedFlow

POOL, CLIENT, SECRET = SECRET_APP.pool_id, SECRET_APP.client_id, "1sh0u1dn0tbes33n"
CLAIM = {"PASSWORD_CLAIM_SECRET_BLOCK": SECRET_BLOCK, "PASSWORD_CLAIM_SIGNATURE": ANY, "TIMESTAMP": ANY}


def secret_hash(username: str) -> str:
    """Return SECRET_HASH of a name."""
    found = SECRET_APP.secret_hash(username)
    assert found
    return found


def new_password(question: NewPasswordRequired) -> object:
    """Answer with a valid new password."""
    return question.answer("N3w-passw0rd", family_name="Lovelace")


def test_srp_by_alias_with_a_secret_uses_the_canonical_name_once_it_is_known() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Srp("ada@example.com", "pw"), stamp()))
    script << Calls(
        "InitiateAuth",
        ClientId=CLIENT,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": "ada@example.com", "SRP_A": ANY, "SECRET_HASH": secret_hash("ada@example.com")},
    )
    script >> password_verifier("ada-sub")
    script << Calls(
        "RespondToAuthChallenge",
        ClientId=CLIENT,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses={"USERNAME": "ada-sub", **CLAIM, "SECRET_HASH": secret_hash("ada-sub")},
    )
    script >> new_password_required()
    script << Rests("new_password_required", session=SESSION, required_attributes=("family_name",), rejected=None)
    script >> new_password
    script << Calls(
        "RespondToAuthChallenge",
        ClientId=CLIENT,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=SESSION,
        ChallengeResponses={
            "USERNAME": "ada-sub",
            "NEW_PASSWORD": "N3w-passw0rd",
            "userAttributes.family_name": "Lovelace",
            "SECRET_HASH": secret_hash("ada-sub"),
        },
    )
    script >> tokens()
    script << Rests("signed_in")


def test_srp_through_the_admin_api() -> None:
    script = ScriptedFlow(begin(APP, Srp("ada", "pw"), stamp(), admin=True))
    script << Calls(
        "AdminInitiateAuth",
        UserPoolId=POOL,
        ClientId=CLIENT,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": "ada", "SRP_A": ANY},
    )
    script >> password_verifier()
    script << Calls(
        "AdminRespondToAuthChallenge",
        UserPoolId=POOL,
        ClientId=CLIENT,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses={"USERNAME": "ada-sub", **CLAIM},
    )


def test_a_session_of_password_verifier_is_sent_back() -> None:
    script = ScriptedFlow(begin(APP, Srp("ada", "pw"), stamp()))
    script >> (password_verifier() | {"Session": SESSION})
    script << Calls(
        "RespondToAuthChallenge",
        ClientId=CLIENT,
        ChallengeName="PASSWORD_VERIFIER",
        Session=SESSION,
        ChallengeResponses={"USERNAME": "ada-sub", **CLAIM},
    )


@pytest.mark.parametrize(
    ("admin", "operation", "auth_flow"),
    [(False, "InitiateAuth", "USER_PASSWORD_AUTH"), (True, "AdminInitiateAuth", "ADMIN_USER_PASSWORD_AUTH")],
)
def test_password(admin: bool, operation: str, auth_flow: str) -> None:
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp(), admin=admin))
    pool = {"UserPoolId": POOL} if admin else {}
    script << Calls(
        operation, ClientId=CLIENT, AuthFlow=auth_flow, AuthParameters={"USERNAME": "ada", "PASSWORD": "pw"}, **pool
    )
    script >> tokens()
    script << Rests("signed_in")
    assert isinstance(script.flow.state, SignedIn)
    assert script.flow.state.tokens.username == "ada-sub", "the access token has the canonical name"
    assert (script.flow.state.tokens.expires_at - AT).total_seconds() == 3600


def test_refresh_keeps_the_old_token_if_cognito_returns_no_new_one() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Refresh("old"), stamp(), admin=True, device_key="eu-west-1_d"))
    script << Calls(
        "GetTokensFromRefreshToken",
        ClientId=CLIENT,
        ClientSecret=SECRET,
        RefreshToken="old",
        DeviceKey="eu-west-1_d",
    )
    script >> tokens(refresh_token=None)
    assert isinstance(script.flow.state, SignedIn)
    assert script.flow.state.tokens.refresh_token == "old"


@pytest.mark.parametrize(
    "reply",
    [
        tokens(username="ada-sub"),
        challenge("SMS_MFA", USERNAME="ada-sub"),
        challenge("EMAIL_OTP", USER_ID_FOR_SRP="ada-sub"),
    ],
)
def test_a_reply_that_names_another_user_is_refused(reply: dict[str, Any]) -> None:
    flow = begin(APP, Srp("grace@example.com", "pw"), stamp()).receive(password_verifier("grace"), stamp(1))
    with pytest.raises(UnexpectedReply, match="names another user") as caught:
        flow.receive(reply, stamp(2))
    assert caught.value.flow is flow
    assert "ada" not in str(caught.value)
    assert flow.receive(tokens(username="grace"), stamp(2)).tokens.username == "grace"


def test_a_refresh_accepts_tokens_of_its_user_only() -> None:
    flow = begin(APP, Refresh("token-of-grace", "grace"), stamp())
    with pytest.raises(UnexpectedReply, match="names another user"):
        flow.receive(tokens(username="ada"), stamp(1))
    assert flow.receive(tokens(username="grace"), stamp(1)).tokens.username == "grace"
    unnamed = begin(APP, Refresh("token-of-grace"), stamp())
    assert unnamed.receive(tokens(username="ada"), stamp(1)).tokens.username == "ada"


@pytest.mark.parametrize("claims", [{"cognito:username": "ada"}, {"cognito:username": "grace", "sub": "2"}])
def test_tokens_of_two_users_are_refused(claims: dict[str, str]) -> None:
    """Programs take the person from the id token, Cognito from the access token."""
    access = access_token({"username": "grace", "sub": "1"})
    flow = begin(APP, Password("grace", "pw"), stamp())
    with pytest.raises(UnexpectedReply, match="is of another user than the access token"):
        flow.receive(tokens(AccessToken=access, IdToken=access_token(claims)), stamp(1))
    for same in ({"cognito:username": "grace", "sub": "1"}, {"sub": "1"}, {}):
        signed_in = flow.receive(tokens(AccessToken=access, IdToken=access_token(same)), stamp(1))
        assert signed_in.tokens.username == "grace"


def test_the_first_reply_names_the_user() -> None:
    flow = begin(APP, Password("ada@example.com", "pw"), stamp())
    assert flow.canonical_username is None
    asked = loads(dumps(flow.receive(challenge("SMS_MFA", USER_ID_FOR_SRP="ada-sub"), stamp(1))), APP)
    assert (asked.username, asked.canonical_username) == ("ada-sub", "ada-sub")
    assert isinstance(asked.challenge, SmsMfa)
    answering = asked.answer(asked.challenge.answer("123456"), stamp(2))
    with pytest.raises(UnexpectedReply, match="names another user"):
        answering.receive(tokens(username="grace"), stamp(3))


def test_what_a_flow_tells_of_its_end() -> None:
    flow = begin(APP, Password("ada@example.com", "pw"), stamp())
    with pytest.raises(IllegalTransition):
        _ = flow.rest
    signed_in = flow.receive(tokens(), stamp(1))
    assert (signed_in.rest, signed_in.failure) == (signed_in.state, None)
    assert signed_in.tokens.entered_username == "ada@example.com"
    failed = flow.refuse(Refusal("NotAuthorizedException", "no"), stamp(1))
    assert failed.failure is failed.rest is failed.state


def test_user_auth_names_no_device() -> None:
    flow = begin(APP, Choice("ada", "SMS_OTP"), stamp(), device_key="eu-west-1_d", holder="browser-1")
    assert (flow.device_key, flow.holder) == (None, "browser-1")


def test_refresh_takes_a_new_token() -> None:
    script = ScriptedFlow(begin(APP, Refresh("old"), stamp())) >> tokens(refresh_token="new")
    assert isinstance(script.flow.state, SignedIn)
    assert script.flow.state.tokens.refresh_token == "new"


@pytest.mark.parametrize(("admin", "operation"), [(False, "InitiateAuth"), (True, "AdminInitiateAuth")])
def test_refresh_by_auth_flow_computes_secret_hash_from_the_canonical_name(admin: bool, operation: str) -> None:
    script = ScriptedFlow(begin(SECRET_APP, Refresh("old", "ada-sub", by_auth_flow=True), stamp(), admin=admin))
    pool = {"UserPoolId": POOL} if admin else {}
    script << Calls(
        operation,
        ClientId=CLIENT,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": "old", "SECRET_HASH": secret_hash("ada-sub")},
        **pool,
    )


def test_refresh_by_auth_flow_with_a_secret_needs_the_name() -> None:
    with pytest.raises(InvalidInput, match="username") as caught:
        begin(SECRET_APP, Refresh("old", by_auth_flow=True), stamp())
    assert caught.value.field == "username"


def test_the_device_key_is_a_parameter_of_each_request() -> None:
    script = ScriptedFlow(begin(APP, Srp("ada", "pw"), stamp(), device_key="eu-west-1_d"))
    assert script.flow.request
    assert script.flow.request.params()["AuthParameters"] == {
        "USERNAME": "ada",
        "SRP_A": ANY,
        "DEVICE_KEY": "eu-west-1_d",
    }
    script >> password_verifier()
    assert script.flow.request
    assert script.flow.request.params()["ChallengeResponses"] == {
        "USERNAME": "ada-sub",
        **CLAIM,
        "DEVICE_KEY": "eu-west-1_d",
    }


def test_a_password_that_the_policy_refuses_is_asked_again_with_the_same_session() -> None:
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> new_password_required()
    for times in (1, 2):
        script >> new_password >> Refusal("InvalidPasswordException", "too short")
        assert isinstance(script.flow.challenge, NewPasswordRequired)
        assert script.flow.challenge.rejected
        assert (script.flow.challenge.rejected.code, script.flow.challenge.rejected.times) == (
            "InvalidPasswordException",
            times,
        )
        script << Rests("new_password_required", session=SESSION, required_attributes=("family_name",))
    script >> new_password >> Refusal("NotAuthorizedException", "Invalid session for the user, session is expired.")
    script << Rests("failed", reason=Reason.SESSION_EXPIRED)


def test_a_new_challenge_has_no_rejection() -> None:
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> new_password_required()
    script >> new_password >> Refusal("InvalidPasswordException", "too short")
    script >> new_password >> new_password_required("another-session-" + "y" * 30)
    script << Rests("new_password_required", session="another-session-" + "y" * 30, rejected=None)


def test_no_required_attributes_and_no_attributes() -> None:
    reply = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": SESSION, "ChallengeParameters": {}}
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> reply
    script << Rests("new_password_required", required_attributes=(), attributes=())


@pytest.mark.parametrize("after", [[], [password_verifier()]])
def test_cancel_while_calling(after: list[object]) -> None:
    script = ScriptedFlow(begin(APP, Srp("ada", "pw"), stamp()))
    for reply in after:
        script >> reply
    script >> CANCEL << Rests("failed", code="Cancelled", reason=Reason.CANCELLED)


def test_cancel_while_asking() -> None:
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> new_password_required() >> CANCEL
    script << Rests("failed", reason=Reason.CANCELLED)


REASONS = [
    ("NotAuthorizedException", "Incorrect username or password.", Reason.WRONG_CREDENTIALS),
    ("UserNotFoundException", "User does not exist.", Reason.WRONG_CREDENTIALS),
    ("NotAuthorizedException", "Password attempts exceeded", Reason.LOCKED),
    ("NotAuthorizedException", "User is disabled.", Reason.DISABLED),
    ("UserNotConfirmedException", "User is not confirmed.", Reason.NOT_CONFIRMED),
    ("PasswordResetRequiredException", "Password reset required for the user", Reason.PASSWORD_RESET_REQUIRED),
    ("NotAuthorizedException", "Invalid session for the user.", Reason.SESSION_EXPIRED),
    ("NotAuthorizedException", "Invalid session for the user, session is expired.", Reason.SESSION_EXPIRED),
    ("NotAuthorizedException", "Refresh Token has expired", Reason.SESSION_EXPIRED),
    ("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client", Reason.FLOW_NOT_ENABLED),
    ("InvalidParameterException", "USER_SRP_AUTH is not enabled for the client.", Reason.FLOW_NOT_ENABLED),
    ("InvalidParameterException", "Auth flow not enabled for this client", Reason.FLOW_NOT_ENABLED),
    ("NotAuthorizedException", "Unable to verify secret hash for client 3n4b", Reason.SECRET_HASH),
    ("NotAuthorizedException", "SecretHash does not match for the client: 3n4b", Reason.SECRET_HASH),
    (
        "NotAuthorizedException",
        "Client 3n4b is configured for secret but secret was not received",
        Reason.SECRET_HASH,
    ),
    ("NotAuthorizedException", "something new", Reason.OTHER),
    ("InvalidParameterException", "Missing required parameter USERNAME", Reason.OTHER),
    ("InternalErrorException", "", Reason.OTHER),
]


@pytest.mark.parametrize(("code", "message", "reason"), REASONS)
def test_reasons(code: str, message: str, reason: Reason) -> None:
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> Refusal(code, message)
    assert script.flow.state == Failed(code, message, reason)


def test_every_request_has_the_context_of_the_flow_or_of_the_call() -> None:
    context = Context(client_metadata={"a": "1"}, ip_address="192.0.2.1", encoded_data="e", analytics_endpoint_id="x")
    members = {
        "ClientMetadata": {"a": "1"},
        "UserContextData": {"IpAddress": "192.0.2.1", "EncodedData": "e"},
        "AnalyticsMetadata": {"AnalyticsEndpointId": "x"},
    }
    flow = begin(APP, Srp("ada", "pw"), stamp(), context=context)
    assert flow.request
    assert members.items() <= flow.request.params().items()
    flow = flow.receive(password_verifier(), stamp(1))
    assert flow.request
    assert members.items() <= flow.request.params().items()
    asked = flow.receive(new_password_required(), stamp(2))
    assert isinstance(asked.challenge, NewPasswordRequired)
    flow = asked.answer(asked.challenge.answer("pw", family_name="L"), stamp(3), Context(client_metadata={"b": "2"}))
    assert flow.request
    params = flow.request.params()
    assert params["ClientMetadata"] == {"b": "2"}
    assert "UserContextData" not in params
    again = flow.refuse(Refusal("InvalidPasswordException"), stamp(4))
    assert again.call_context is None
    assert again.context == context


def test_the_admin_api_gets_context_data() -> None:
    context = Context(
        ip_address="192.0.2.1",
        server_name="login",
        server_path="/in",
        http_headers={"User-Agent": "x"},
        encoded_data="e",
    )
    flow = begin(APP, Password("ada", "pw"), stamp(), context=context, admin=True)
    assert flow.request
    params = flow.request.params()
    assert "UserContextData" not in params
    assert params["ContextData"] == {
        "IpAddress": "192.0.2.1",
        "ServerName": "login",
        "ServerPath": "/in",
        "HttpHeaders": [{"headerName": "User-Agent", "headerValue": "x"}],
        "EncodedData": "e",
    }


def test_refresh_sends_only_the_metadata_that_its_operation_takes() -> None:
    context = Context(client_metadata={"a": "1"}, ip_address="192.0.2.1")
    flow = begin(APP, Refresh("old"), stamp(), context=context)
    assert flow.request
    assert set(flow.request.params()) == {"ClientId", "RefreshToken", "ClientMetadata"}


def test_an_access_token_without_a_readable_username_keeps_the_entered_name() -> None:
    for token in ("opaque", "a.b.c", "a.!.c", access_token({}), access_token({"username": 5}), "e30.W10.x"):
        script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> tokens(AccessToken=token)
        assert isinstance(script.flow.state, SignedIn)
        assert script.flow.state.tokens.username == "ada"


def test_tokens_have_the_new_device() -> None:
    device = {"DeviceKey": "eu-west-1_d", "DeviceGroupKey": "-group"}
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> tokens(NewDeviceMetadata=device)
    assert isinstance(script.flow.state, SignedIn)
    assert script.flow.state.tokens.new_device
    assert script.flow.state.tokens.new_device.group_key == "-group"


def test_a_scripted_flow_reports_where_a_conversation_differs() -> None:
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> new_password_required()
    with pytest.raises(AssertionError, match="steps so far"):
        script << Rests("signed_in")
    with pytest.raises(AssertionError, match="new_password_required"):
        script << Calls("InitiateAuth")


def test_an_answer_to_another_challenge_is_refused() -> None:
    first = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> new_password_required()
    other = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> new_password_required(
        "other-session-" + "z" * 20
    )
    assert isinstance(first.flow.challenge, NewPasswordRequired)
    with pytest.raises(InvalidInput) as caught:
        other.flow.answer(first.flow.challenge.answer("pw", family_name="L"), stamp(9))
    assert caught.value.field == "answer"


def test_user_attributes_are_parsed_from_json() -> None:
    reply = new_password_required()
    reply["ChallengeParameters"]["userAttributes"] = json.dumps({"email": "ada@example.com", "custom:team": "é"})
    script = ScriptedFlow(begin(APP, Password("ada", "pw"), stamp())) >> reply
    script << Rests("new_password_required", attributes=(("email", "ada@example.com"), ("custom:team", "é")))
