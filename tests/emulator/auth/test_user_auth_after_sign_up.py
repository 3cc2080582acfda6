"""USER_AUTH with the Session of ConfirmSignUp, right after a sign-up."""

import pytest

from tests.emulator.auth.test_user_auth import INVALID_SESSION, PASSWORDS, POLICY, USED, make_user_auth_client
from tests.support.emulator.mfa import (
    answer,
)
from tests.support.emulator.world import PASSWORD, Clock, Json, World


def sign_up(world: World, name: str = "eve") -> Json:
    secret = world.make_secret_hash(name).get("SECRET_HASH")
    given = [{"Name": "email", "Value": f"{name}@example.com"}]
    request = {"ClientId": world.client_id, "Username": name, "SecretHash": secret}
    return {**request, "reply": world.call("SignUp", Password=PASSWORD, UserAttributes=given, **request)}


def confirm_sign_up(world: World, request: Json, session: str | None = None) -> str:
    given = {name: value for name, value in request.items() if name != "reply"}
    reply = world.call("ConfirmSignUp", ConfirmationCode=world.get_last_message().code, Session=session, **given)
    made: str = reply["Session"]
    return made


@pytest.fixture
def verifying(empty: World) -> World:
    return make_user_auth_client(empty.make_pool(Policies=POLICY, AutoVerifiedAttributes=["email"]))


def begin_with_session(world: World, session: str, **parameters: str) -> Json:
    return {**world.make_initiate_params("USER_AUTH", **parameters), "Session": session}


def test_tokens_straight_after_sign_up(verifying: World) -> None:
    request = sign_up(verifying)
    session = confirm_sign_up(verifying, request, request["reply"]["Session"])
    assert "AuthenticationResult" in verifying.call("InitiateAuth", **begin_with_session(verifying, session))
    assert verifying.expect_refusal("InitiateAuth", **begin_with_session(verifying, session)) == USED


def test_session_of_sign_up_is_not_needed(verifying: World) -> None:
    session = confirm_sign_up(verifying, sign_up(verifying))
    parameters = begin_with_session(verifying, session, USERNAME="eve", PREFERRED_CHALLENGE="PASSWORD")
    assert "AuthenticationResult" in verifying.call("InitiateAuth", **parameters)


def test_client_with_a_secret_must_show_it(verifying: World) -> None:
    secretive = make_user_auth_client(verifying, GenerateSecret=True)
    session = confirm_sign_up(secretive, sign_up(secretive))
    expected = "InvalidParameterException: Missing required parameter USERNAME"
    assert secretive.expect_refusal("InitiateAuth", **begin_with_session(secretive, session)) == expected
    wrong = begin_with_session(secretive, session, USERNAME="eve", SECRET_HASH="x")
    assert "Unable to verify secret hash" in secretive.expect_refusal("InitiateAuth", **wrong)
    reply = secretive.call("InitiateAuth", **begin_with_session(secretive, session, USERNAME="eve"))
    assert "AuthenticationResult" in reply


def test_another_address_must_be_proven_again(verifying: World) -> None:
    session = confirm_sign_up(verifying, sign_up(verifying))
    changed = [{"Name": "email", "Value": "other@example.com"}]
    verifying.call_admin("AdminUpdateUserAttributes", "eve", UserAttributes=changed)
    reply = verifying.call("InitiateAuth", **begin_with_session(verifying, session))
    assert reply["ChallengeName"] == "SELECT_CHALLENGE"


def test_sessions_of_sign_up_that_are_refused(verifying: World, clock: Clock) -> None:
    eve = sign_up(verifying)
    bob = sign_up(verifying, "bob")
    given = {"ClientId": verifying.client_id, "Username": "bob", "ConfirmationCode": verifying.get_last_message().code}
    refusal = verifying.expect_refusal("ConfirmSignUp", Session=eve["reply"]["Session"], **given)
    assert refusal == INVALID_SESSION
    early = begin_with_session(verifying, bob["reply"]["Session"])
    assert verifying.expect_refusal("InitiateAuth", **early) == INVALID_SESSION
    session = confirm_sign_up(verifying, bob, bob["reply"]["Session"])
    wrong = begin_with_session(verifying, session, USERNAME="eve")
    assert verifying.expect_refusal("InitiateAuth", **wrong) == INVALID_SESSION
    clock.forward(minutes=3)
    assert verifying.expect_refusal("InitiateAuth", **begin_with_session(verifying, session)).endswith(
        "session is expired."
    )


def test_user_disabled_since_sign_up(verifying: World) -> None:
    session = confirm_sign_up(verifying, sign_up(verifying))
    verifying.call_admin("AdminDisableUser", "eve")
    refusal = verifying.expect_refusal("InitiateAuth", **begin_with_session(verifying, session))
    assert refusal == "NotAuthorizedException: User is disabled."


def test_sign_up_where_users_may_not_sign_in_by_code(empty: World) -> None:
    pool = make_user_auth_client(empty.make_pool(AutoVerifiedAttributes=["email"]))
    session = confirm_sign_up(pool, sign_up(pool))
    reply = pool.call("InitiateAuth", **begin_with_session(pool, session))
    assert (reply["ChallengeName"], reply["AvailableChallenges"]) == ("SELECT_CHALLENGE", PASSWORDS)
    assert "AuthenticationResult" in answer(pool, reply, "eve", ANSWER="PASSWORD", PASSWORD=PASSWORD)
