"""Users without a password, and the history of passwords."""

import pytest

from tests.emulator.auth.test_user_auth import POLICY, make_user_auth_client
from tests.support.emulator.mfa import answer_with_sent_code
from tests.support.emulator.world import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, TEMPORARY, Json, World

MISSING = "InvalidParameterException: Missing required parameter Password"
WRONG = "NotAuthorizedException: Incorrect username or password."
EMAIL: Json = {"UserAttributes": [{"Name": "email", "Value": "eve@example.com"}]}
HISTORY = "PasswordHistoryPolicyViolationException"


@pytest.fixture
def passwordless(empty: World) -> World:
    """A pool in which a sent code can be the first factor."""
    pool = empty.make_pool(Policies=POLICY, AutoVerifiedAttributes=["email"])
    return pool.make_client(ExplicitAuthFlows=[*ALL_FLOWS, "ALLOW_USER_AUTH"])


# --- no password
# "To create a user with no password, omit this parameter or submit a blank value" (the service model, of SignUp)


@pytest.mark.parametrize("given", [{}, {"Password": ""}], ids=["left out", "blank"])
def test_sign_up_without_a_password(passwordless: World, given: Json) -> None:
    user = {"ClientId": passwordless.client_id, "Username": "eve"}
    passwordless.call("SignUp", **user, **EMAIL, **given)
    passwordless.call("ConfirmSignUp", **user, ConfirmationCode=passwordless.get_last_message().code)
    asked = passwordless.initiate("USER_AUTH", USERNAME="eve")
    assert asked["AvailableChallenges"] == ["EMAIL_OTP"]
    asked = passwordless.initiate("USER_AUTH", USERNAME="eve", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert "AuthenticationResult" in answer_with_sent_code(passwordless, asked, "eve")


@pytest.mark.parametrize("given", [{}, {"Password": ""}], ids=["left out", "blank"])
def test_sign_up_needs_a_password_where_no_code_can_be_the_first_factor(world: World, given: Json) -> None:
    assert world.expect_refusal("SignUp", ClientId=world.client_id, Username="eve", **given) == MISSING


@pytest.mark.parametrize("given", [{}, {"TemporaryPassword": ""}], ids=["left out", "blank"])
def test_a_user_whom_an_administrator_creates_without_a_password(passwordless: World, given: Json) -> None:
    made = passwordless.call_admin("AdminCreateUser", "eve", **EMAIL, **given)["User"]
    assert made["UserStatus"] == "CONFIRMED"
    assert not list(passwordless.emulator.outbox)  # there is no password to tell
    asked = passwordless.initiate("USER_AUTH", USERNAME="eve", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert "AuthenticationResult" in answer_with_sent_code(passwordless, asked, "eve")


@pytest.mark.parametrize("given", [{}, {"TemporaryPassword": ""}], ids=["left out", "blank"])
def test_a_user_without_a_password_needs_an_address(passwordless: World, given: Json) -> None:
    request = {"UserPoolId": passwordless.pool_id, "Username": "eve", **given}
    refusal = "InvalidParameterException: A user without a password must have an email address or a phone number"
    assert passwordless.expect_refusal("AdminCreateUser", **request) == refusal
    blank = [{"Name": "email", "Value": ""}]
    assert passwordless.expect_refusal("AdminCreateUser", **request, UserAttributes=blank) == refusal
    assert passwordless.expect_refusal("AdminGetUser", UserPoolId=passwordless.pool_id, Username="eve")
    passwordless.call_admin("AdminCreateUser", "bob", TemporaryPassword=TEMPORARY)
    number = [{"Name": "phone_number", "Value": "+441234567890"}]
    assert passwordless.call_admin("AdminCreateUser", "eve", UserAttributes=number)["User"]["UserStatus"] == "CONFIRMED"


def test_an_address_may_be_the_username(empty: World) -> None:
    pool = empty.make_pool(Policies=POLICY, UsernameAttributes=["email"])
    assert pool.call_admin("AdminCreateUser", "eve@example.com")["User"]["UserStatus"] == "CONFIRMED"


def test_no_password_is_right(passwordless: World) -> None:
    passwordless.call_admin("AdminCreateUser", "eve", **EMAIL)
    request = passwordless.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="eve", PASSWORD=PASSWORD)
    assert passwordless.expect_refusal("InitiateAuth", **request) == WRONG
    proof = passwordless.make_proof(passwordless.start_srp("eve"))
    answer = passwordless.make_respond_params("PASSWORD_VERIFIER", **proof)
    assert passwordless.expect_refusal("RespondToAuthChallenge", **answer) == WRONG


def test_a_password_that_is_set_later(passwordless: World) -> None:
    passwordless.call_admin("AdminCreateUser", "eve", **EMAIL)
    passwordless.call_admin("AdminSetUserPassword", "eve", Password=PASSWORD, Permanent=True)
    asked = passwordless.initiate("USER_AUTH", USERNAME="eve")
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]
    access = passwordless.get_tokens("eve")["AccessToken"]
    factors = passwordless.call("GetUserAuthFactors", AccessToken=access)["ConfiguredUserAuthFactors"]
    assert factors == ["PASSWORD", "EMAIL_OTP"]


def test_an_invitation_can_not_be_sent_to_a_user_without_a_password(passwordless: World) -> None:
    passwordless.call_admin("AdminCreateUser", "eve", **EMAIL)
    request = {"UserPoolId": passwordless.pool_id, "Username": "eve", "MessageAction": "RESEND"}
    assert passwordless.expect_refusal("AdminCreateUser", **request).startswith("UnsupportedUserStateException")


def test_an_invitation_sent_again_has_a_password(passwordless: World) -> None:
    passwordless.invite("eve", email="eve@example.com")
    passwordless.call_admin("AdminCreateUser", "eve", MessageAction="RESEND")
    code = passwordless.get_last_message().code
    client = make_user_auth_client(passwordless)
    asked = client.initiate("USER_AUTH", USERNAME="eve", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=code)
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


# --- PasswordHistorySize


def make_pool_with_history(empty: World, size: int) -> World:
    return empty.make_pool(Policies={"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": size}})


def set_password(world: World, password: str) -> None:
    world.call_admin("AdminSetUserPassword", "ada", Password=password, Permanent=True)


def expect_set_refusal(world: World, password: str) -> str:
    request = {"UserPoolId": world.pool_id, "Username": "ada", "Password": password, "Permanent": True}
    return world.expect_refusal("AdminSetUserPassword", **request)


def test_the_latest_passwords_are_refused(empty: World) -> None:
    pool = make_pool_with_history(empty, 2)
    pool.make_user("ada")
    for password in ("Secret-0001", "Secret-0002"):
        set_password(pool, password)
    for password in ("Secret-0001", "Secret-0002"):
        assert expect_set_refusal(pool, password).startswith(HISTORY)
    set_password(pool, PASSWORD)  # older than the latest two
    assert "AuthenticationResult" in pool.initiate(USERNAME="ada", PASSWORD=PASSWORD)


def test_a_new_password_is_held_against_the_history(empty: World) -> None:
    pool = make_pool_with_history(empty, 3)
    pool.make_user("ada")
    pool.call_admin("AdminSetUserPassword", "ada", Password=OTHER_PASSWORD)
    session = pool.initiate(USERNAME="ada", PASSWORD=OTHER_PASSWORD)["Session"]
    repeated = pool.make_respond_params("NEW_PASSWORD_REQUIRED", session, USERNAME="ada", NEW_PASSWORD=PASSWORD)
    assert pool.expect_refusal("RespondToAuthChallenge", **repeated).startswith(HISTORY)
    reply = pool.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="ada", NEW_PASSWORD="Secret-0001")
    assert "AuthenticationResult" in reply


def test_the_password_of_the_sign_up_is_in_the_history(empty: World) -> None:
    pool = make_pool_with_history(empty, 1)
    pool.call("SignUp", ClientId=pool.client_id, Username="ada", Password=PASSWORD)
    assert expect_set_refusal(pool, PASSWORD).startswith(HISTORY)


def test_a_temporary_password_may_be_kept(empty: World) -> None:
    pool = make_pool_with_history(empty, 3)
    pool.invite("bob")
    session = pool.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    reply = pool.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD=TEMPORARY)
    assert "AuthenticationResult" in reply


def test_no_history_by_default(world: World) -> None:
    set_password(world, PASSWORD)
    assert "AuthenticationResult" in world.initiate(USERNAME="ada", PASSWORD=PASSWORD)
