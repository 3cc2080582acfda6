"""Stale Sessions: after the user or the pool has changed, a Session gives neither tokens nor a new factor."""

import pyotp
import pytest

from tests.support.emulator.attacks import INVALID_SESSION, USED_SESSION, WRONG
from tests.support.emulator.lambdas import (
    RIDDLE,
    Riddles,
    begin_custom_auth,
    begin_custom_auth_with_srp,
    make_riddle_client,
    prove_password,
    raise_error,
)
from tests.support.emulator.mfa import (
    CONTACTS,
    EMAIL,
    SMS,
    TOTP,
    answer,
    answer_with_sent_code,
    configure,
    expect_refusal,
    get_attribute,
    prefer,
    read_code,
    send_password,
    set_up_authenticator,
)
from tests.support.emulator.phones import confirm_phone_and_enable_mfa
from tests.support.emulator.world import Json, World

RESET = "PasswordResetRequiredException: Password reset required for the user"
DISABLED = "NotAuthorizedException: User is disabled."


@pytest.fixture
def pool(empty: World) -> World:
    """A pool with ada, who has neither an email address nor a phone number."""
    made = empty.make_pool()
    made.make_user("ada")
    return made


@pytest.fixture
def contacted(empty: World) -> World:
    """A pool with ada, who has verified contacts."""
    made = empty.make_pool()
    made.make_user("ada", **CONTACTS, email_verified="true", phone_number_verified="true")
    return made


def associate(world: World, session: str) -> tuple[str, pyotp.TOTP]:
    made = world.call("AssociateSoftwareToken", Session=session)
    return made["Session"], pyotp.TOTP(made["SecretCode"])


def enrol_authenticator(world: World, asked: Json) -> tuple[str, pyotp.TOTP]:
    """Set up an authenticator app up to VerifySoftwareToken; return the Session for MFA_SETUP."""
    session, app = associate(world, asked["Session"])
    verified = world.call("VerifySoftwareToken", Session=session, UserCode=read_code(world, app))
    return verified["Session"], app


def replace_authenticator(world: World, token: str) -> pyotp.TOTP:
    made = pyotp.TOTP(world.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    world.call("VerifySoftwareToken", AccessToken=token, UserCode=read_code(world, made))
    return made


# --- MFA_SETUP after the user has got a factor


def test_associate_after_another_set_up(pool: World) -> None:
    configure(pool, "ON", TOTP)
    old = send_password(pool)
    session, _ = enrol_authenticator(pool, send_password(pool))
    assert pool.expect_refusal("AssociateSoftwareToken", Session=old["Session"]) == INVALID_SESSION
    assert "AuthenticationResult" in pool.respond("MFA_SETUP", session, USERNAME="ada")
    assert pool.expect_refusal("AssociateSoftwareToken", Session=old["Session"]) == INVALID_SESSION


def test_verify_after_another_set_up(pool: World) -> None:
    configure(pool, "ON", TOTP)
    session, app = associate(pool, send_password(pool)["Session"])
    _, owned = enrol_authenticator(pool, send_password(pool))
    refusal = pool.expect_refusal("VerifySoftwareToken", Session=session, UserCode=read_code(pool, app))
    assert refusal == INVALID_SESSION
    pool.clock.forward(seconds=30)
    answered = answer(pool, send_password(pool), SOFTWARE_TOKEN_MFA_CODE=read_code(pool, owned))
    assert "AuthenticationResult" in answered


def test_completing_with_an_authenticator_that_was_replaced(pool: World) -> None:
    configure(pool, "ON", TOTP)
    old, app = enrol_authenticator(pool, send_password(pool))
    pool.clock.forward(seconds=30)
    signed_in = answer(pool, send_password(pool), SOFTWARE_TOKEN_MFA_CODE=read_code(pool, app))
    replace_authenticator(pool, signed_in["AuthenticationResult"]["AccessToken"])
    request = pool.make_respond_params("MFA_SETUP", old, USERNAME="ada")
    assert pool.expect_refusal("RespondToAuthChallenge", **request) == INVALID_SESSION


def test_email_after_another_set_up(pool: World) -> None:
    configure(pool, "ON", TOTP, EMAIL)
    old = send_password(pool)
    pending = answer(pool, send_password(pool), EMAIL="eve@example.org")
    stolen = pool.get_last_message().code
    assert "AuthenticationResult" in answer_with_sent_code(
        pool, answer(pool, send_password(pool), EMAIL="ada@example.org")
    )
    assert expect_refusal(pool, old, EMAIL="eve@example.org") == INVALID_SESSION
    assert expect_refusal(pool, pending, EMAIL_OTP_CODE=stolen) == INVALID_SESSION
    assert get_attribute(pool, "ada", "email") == "ada@example.org"


def test_setting_up_after_a_reset(pool: World) -> None:
    configure(pool, "ON", TOTP, EMAIL)
    asked = send_password(pool)
    pending = answer(pool, send_password(pool), EMAIL="eve@example.org")
    phone = [{"Name": name, "Value": value} for name, value in (("phone_number", "+15550109878"),)]
    verified = {"Name": "phone_number_verified", "Value": "true"}
    pool.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=[*phone, verified])
    pool.call_admin("AdminResetUserPassword", "ada")
    assert pool.expect_refusal("AssociateSoftwareToken", Session=asked["Session"]) == INVALID_SESSION
    assert expect_refusal(pool, pending, EMAIL_OTP_CODE="000000") == RESET


# --- a second factor that was removed


def test_a_code_of_an_authenticator_that_was_replaced(contacted: World) -> None:
    configure(contacted, "OPTIONAL", TOTP, SMS)
    app = set_up_authenticator(contacted)
    prefer(contacted, "ada", TOTP)
    old, asked = send_password(contacted), send_password(contacted)
    signed_in = answer(contacted, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(contacted, app))
    replace_authenticator(contacted, signed_in["AuthenticationResult"]["AccessToken"])
    contacted.clock.forward(seconds=30)
    assert expect_refusal(contacted, old, SOFTWARE_TOKEN_MFA_CODE=read_code(contacted, app)) == INVALID_SESSION


@pytest.mark.parametrize("mode", ["OPTIONAL", "OFF"])
def test_an_authenticator_that_was_turned_off(contacted: World, mode: str) -> None:
    configure(contacted, "OPTIONAL", TOTP)
    app = set_up_authenticator(contacted)
    prefer(contacted, "ada", TOTP)
    asked = send_password(contacted)
    contacted.call_admin("AdminSetUserMFAPreference", "ada", SoftwareTokenMfaSettings={"Enabled": False})
    configure(contacted, mode, TOTP)
    assert expect_refusal(contacted, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(contacted, app)) == INVALID_SESSION


@pytest.mark.parametrize("factor", [SMS, EMAIL])
def test_a_message_of_a_factor_that_was_turned_off(contacted: World, factor: str) -> None:
    configure(contacted, "OPTIONAL", SMS, EMAIL)
    prefer(contacted, "ada", factor)
    asked = send_password(contacted)
    settings = {SMS: "SMSMfaSettings", EMAIL: "EmailMfaSettings"}[factor]
    contacted.call_admin("AdminSetUserMFAPreference", "ada", **{settings: {"Enabled": False}})
    responses = {f"{factor}_CODE": contacted.get_last_message().code}
    assert expect_refusal(contacted, asked, **responses) == INVALID_SESSION


# --- a password that was reset


def test_a_second_factor_after_a_reset(contacted: World) -> None:
    configure(contacted, "OPTIONAL", TOTP)
    app = set_up_authenticator(contacted)
    prefer(contacted, "ada", TOTP)
    asked = send_password(contacted)
    contacted.call_admin("AdminResetUserPassword", "ada")
    assert expect_refusal(contacted, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(contacted, app)) == RESET


def test_a_first_factor_after_a_reset(empty: World) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    pool = empty.make_pool(Policies=policies).make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    pool.make_user("ada", **CONTACTS, email_verified="true")
    asked = pool.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="EMAIL_OTP")
    mailed = pool.get_last_message().code
    pool.call_admin("AdminResetUserPassword", "ada")
    assert expect_refusal(pool, asked, EMAIL_OTP_CODE=mailed) == RESET


def test_a_riddle_after_a_reset(contacted: World) -> None:
    client = make_riddle_client(contacted, Riddles())
    asked = begin_custom_auth(client)
    contacted.call_admin("AdminResetUserPassword", "ada")
    assert expect_refusal(client, asked, ANSWER=RIDDLE["private"]) == RESET


# --- Lambda triggers


def test_device_forgotten_by_a_trigger(guarded: World) -> None:
    phone = confirm_phone_and_enable_mfa(guarded)
    riddles = Riddles(wanted=0)
    client = make_riddle_client(guarded, riddles)

    def define(event: Json) -> Json:
        if len(event["request"]["session"]) > 1:
            guarded.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
            return {**event, "response": {"issueTokens": True}}
        return {**event, "response": {"challengeName": "PASSWORD_VERIFIER"}}

    guarded.emulator.triggers[guarded.pool_id] = {"DefineAuthChallenge": define}
    asked = prove_password(client, begin_custom_auth_with_srp(client, DEVICE_KEY=phone.key))
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in answer_with_sent_code(client, asked)


def test_a_failing_trigger_does_not_allow_more_guesses(world: World) -> None:
    client = make_riddle_client(world, Riddles())
    asked = begin_custom_auth(client)
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), "VerifyAuthChallengeResponse": raise_error}
    assert expect_refusal(client, asked, ANSWER="stone").startswith("UserLambdaValidationException")
    assert expect_refusal(client, asked, ANSWER=RIDDLE["private"]) == USED_SESSION


def test_disabled_user_is_not_revealed_before_a_proof(world: World) -> None:
    client = make_riddle_client(world, Riddles(), PreventUserExistenceErrors="ENABLED")
    world.call_admin("AdminDisableUser", "ada")
    for name in ("ada", "nobody"):
        assert expect_refusal(client, begin_custom_auth(client, name), name, ANSWER=RIDDLE["private"]) == WRONG
    open_about_it = make_riddle_client(world, Riddles())
    request = open_about_it.make_initiate_params("CUSTOM_AUTH", USERNAME="ada")
    assert open_about_it.expect_refusal("InitiateAuth", **request) == DISABLED


# --- refresh tokens


def test_a_rotated_token_once_rotation_is_off(world: World) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client = world.make_client(RefreshTokenRotation=rotation, ExplicitAuthFlows=flows)
    old = client.get_tokens()["RefreshToken"]
    client.call("GetTokensFromRefreshToken", ClientId=client.client_id, RefreshToken=old)
    changed = {"UserPoolId": client.pool_id, "ClientId": client.client_id}
    client.call("UpdateUserPoolClient", **changed, ExplicitAuthFlows=[*flows, "ALLOW_REFRESH_TOKEN_AUTH"])
    request = client.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=old)
    assert client.expect_refusal("InitiateAuth", **request) == "NotAuthorizedException: Refresh Token has been revoked"
