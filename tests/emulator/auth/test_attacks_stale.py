"""Sessions that outlive what they rest on: none of them gives tokens, nor a factor to whoever knows the password."""

import pyotp
import pytest

from tests.support.emulator.attacks import INVALID_SESSION, USED_SESSION, WRONG
from tests.support.emulator.lambdas import RIDDLE, Riddles, begun, begun_by_srp, failing, proven, riddling
from tests.support.emulator.mfa import (
    CONTACTS,
    EMAIL,
    SMS,
    TOTP,
    answer,
    attribute,
    authenticator,
    code,
    configure,
    first_step,
    prefer,
    refused,
    sent,
)
from tests.support.emulator.phones import guard
from tests.support.emulator.world import Json, World

RESET = "PasswordResetRequiredException: Password reset required for the user"
DISABLED = "NotAuthorizedException: User is disabled."


@pytest.fixture
def pool(empty: World) -> World:
    """A pool with ada, who has no verified contact."""
    made = empty.pool()
    made.user("ada", email="ada@example.com")
    return made


@pytest.fixture
def contacted(empty: World) -> World:
    """A pool with ada, who has verified contacts."""
    made = empty.pool()
    made.user("ada", **CONTACTS, email_verified="true", phone_number_verified="true")
    return made


def associated(world: World, session: str) -> tuple[str, pyotp.TOTP]:
    made = world.call("AssociateSoftwareToken", Session=session)
    return made["Session"], pyotp.TOTP(made["SecretCode"])


def enrolled(world: World, asked: Json) -> tuple[str, pyotp.TOTP]:
    """Set an authenticator up as far as VerifySoftwareToken; return the Session for MFA_SETUP."""
    session, app = associated(world, asked["Session"])
    verified = world.call("VerifySoftwareToken", Session=session, UserCode=code(world, app))
    return verified["Session"], app


def replace_authenticator(world: World, token: str) -> pyotp.TOTP:
    made = pyotp.TOTP(world.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    world.call("VerifySoftwareToken", AccessToken=token, UserCode=code(world, made))
    return made


# --- MFA_SETUP, when the user has a factor by now


def test_associating_after_somebody_else_has_set_up(pool: World) -> None:
    configure(pool, "ON", TOTP)
    old = first_step(pool)
    session, _ = enrolled(pool, first_step(pool))
    assert pool.refused("AssociateSoftwareToken", Session=old["Session"]) == INVALID_SESSION
    assert "AuthenticationResult" in pool.respond("MFA_SETUP", session, USERNAME="ada")
    assert pool.refused("AssociateSoftwareToken", Session=old["Session"]) == INVALID_SESSION


def test_verifying_after_somebody_else_has_set_up(pool: World) -> None:
    configure(pool, "ON", TOTP)
    session, app = associated(pool, first_step(pool)["Session"])
    _, owned = enrolled(pool, first_step(pool))
    refusal = pool.refused("VerifySoftwareToken", Session=session, UserCode=code(pool, app))
    assert refusal == INVALID_SESSION
    pool.clock.forward(seconds=30)
    answered = answer(pool, first_step(pool), SOFTWARE_TOKEN_MFA_CODE=code(pool, owned))
    assert "AuthenticationResult" in answered


def test_completing_with_an_authenticator_that_was_replaced(pool: World) -> None:
    configure(pool, "ON", TOTP)
    old, app = enrolled(pool, first_step(pool))
    pool.clock.forward(seconds=30)
    signed_in = answer(pool, first_step(pool), SOFTWARE_TOKEN_MFA_CODE=code(pool, app))
    replace_authenticator(pool, signed_in["AuthenticationResult"]["AccessToken"])
    request = pool.response("MFA_SETUP", old, USERNAME="ada")
    assert pool.refused("RespondToAuthChallenge", **request) == INVALID_SESSION


def test_an_address_after_somebody_else_has_set_up(pool: World) -> None:
    configure(pool, "ON", TOTP, EMAIL)
    old = first_step(pool)
    pending = answer(pool, first_step(pool), EMAIL="eve@example.org")
    stolen = pool.last_message().code
    assert "AuthenticationResult" in sent(pool, answer(pool, first_step(pool), EMAIL="ada@example.org"))
    assert refused(pool, old, EMAIL="eve@example.org") == INVALID_SESSION
    assert refused(pool, pending, EMAIL_OTP_CODE=stolen) == INVALID_SESSION
    assert attribute(pool, "ada", "email") == "ada@example.org"


def test_setting_up_after_a_reset(pool: World) -> None:
    configure(pool, "ON", TOTP, EMAIL)
    asked = first_step(pool)
    pending = answer(pool, first_step(pool), EMAIL="eve@example.org")
    phone = [{"Name": name, "Value": value} for name, value in (("phone_number", "+15550109878"),)]
    verified = {"Name": "phone_number_verified", "Value": "true"}
    pool.admin("AdminUpdateUserAttributes", "ada", UserAttributes=[*phone, verified])
    pool.admin("AdminResetUserPassword", "ada")
    assert pool.refused("AssociateSoftwareToken", Session=asked["Session"]) == INVALID_SESSION
    assert refused(pool, pending, EMAIL_OTP_CODE="000000") == RESET


# --- a second factor that is none any more


def test_a_code_of_an_authenticator_that_was_replaced(contacted: World) -> None:
    configure(contacted, "OPTIONAL", TOTP, SMS)
    app = authenticator(contacted)
    prefer(contacted, "ada", TOTP)
    old, asked = first_step(contacted), first_step(contacted)
    signed_in = answer(contacted, asked, SOFTWARE_TOKEN_MFA_CODE=code(contacted, app))
    replace_authenticator(contacted, signed_in["AuthenticationResult"]["AccessToken"])
    contacted.clock.forward(seconds=30)
    assert refused(contacted, old, SOFTWARE_TOKEN_MFA_CODE=code(contacted, app)) == INVALID_SESSION


@pytest.mark.parametrize("mode", ["OPTIONAL", "OFF"])
def test_an_authenticator_that_was_turned_off(contacted: World, mode: str) -> None:
    configure(contacted, "OPTIONAL", TOTP)
    app = authenticator(contacted)
    prefer(contacted, "ada", TOTP)
    asked = first_step(contacted)
    contacted.admin("AdminSetUserMFAPreference", "ada", SoftwareTokenMfaSettings={"Enabled": False})
    configure(contacted, mode, TOTP)
    assert refused(contacted, asked, SOFTWARE_TOKEN_MFA_CODE=code(contacted, app)) == INVALID_SESSION


@pytest.mark.parametrize("factor", [SMS, EMAIL])
def test_a_message_of_a_factor_that_was_turned_off(contacted: World, factor: str) -> None:
    configure(contacted, "OPTIONAL", SMS, EMAIL)
    prefer(contacted, "ada", factor)
    asked = first_step(contacted)
    settings = {SMS: "SMSMfaSettings", EMAIL: "EmailMfaSettings"}[factor]
    contacted.admin("AdminSetUserMFAPreference", "ada", **{settings: {"Enabled": False}})
    responses = {f"{factor}_CODE": contacted.last_message().code}
    assert refused(contacted, asked, **responses) == INVALID_SESSION


# --- a password that was reset


def test_a_second_factor_after_a_reset(contacted: World) -> None:
    configure(contacted, "OPTIONAL", TOTP)
    app = authenticator(contacted)
    prefer(contacted, "ada", TOTP)
    asked = first_step(contacted)
    contacted.admin("AdminResetUserPassword", "ada")
    assert refused(contacted, asked, SOFTWARE_TOKEN_MFA_CODE=code(contacted, app)) == RESET


def test_a_first_factor_after_a_reset(empty: World) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    pool = empty.pool(Policies=policies).client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    pool.user("ada", **CONTACTS, email_verified="true")
    asked = pool.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="EMAIL_OTP")
    mailed = pool.last_message().code
    pool.admin("AdminResetUserPassword", "ada")
    assert refused(pool, asked, EMAIL_OTP_CODE=mailed) == RESET


def test_a_riddle_after_a_reset(contacted: World) -> None:
    client = riddling(contacted, Riddles())
    asked = begun(client)
    contacted.admin("AdminResetUserPassword", "ada")
    assert refused(client, asked, ANSWER=RIDDLE["private"]) == RESET


# --- triggers


def test_a_device_that_a_trigger_forgets(guarded: World) -> None:
    phone = guard(guarded)
    riddles = Riddles(wanted=0)
    client = riddling(guarded, riddles)

    def define(event: Json) -> Json:
        if len(event["request"]["session"]) > 1:
            guarded.admin("AdminForgetDevice", "ada", DeviceKey=phone.key)
            return {**event, "response": {"issueTokens": True}}
        return {**event, "response": {"challengeName": "PASSWORD_VERIFIER"}}

    guarded.emulator.triggers[guarded.pool_id] = {"DefineAuthChallenge": define}
    asked = proven(client, begun_by_srp(client, DEVICE_KEY=phone.key))
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in sent(client, asked)


def test_guesses_at_a_trigger_that_fails(world: World) -> None:
    client = riddling(world, Riddles())
    asked = begun(client)
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), "VerifyAuthChallengeResponse": failing}
    assert refused(client, asked, ANSWER="stone").startswith("UserLambdaValidationException")
    assert refused(client, asked, ANSWER=RIDDLE["private"]) == USED_SESSION


def test_disabled_users_are_not_told_before_a_proof(world: World) -> None:
    client = riddling(world, Riddles(), PreventUserExistenceErrors="ENABLED")
    world.admin("AdminDisableUser", "ada")
    for name in ("ada", "nobody"):
        assert refused(client, begun(client, name), name, ANSWER=RIDDLE["private"]) == WRONG
    open_about_it = riddling(world, Riddles())
    request = open_about_it.initiation("CUSTOM_AUTH", USERNAME="ada")
    assert open_about_it.refused("InitiateAuth", **request) == DISABLED


# --- refresh tokens


def test_a_rotated_token_once_rotation_is_off(world: World) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client = world.client(RefreshTokenRotation=rotation, ExplicitAuthFlows=flows)
    old = client.tokens()["RefreshToken"]
    client.call("GetTokensFromRefreshToken", ClientId=client.client_id, RefreshToken=old)
    changed = {"UserPoolId": client.pool_id, "ClientId": client.client_id}
    client.call("UpdateUserPoolClient", **changed, ExplicitAuthFlows=[*flows, "ALLOW_REFRESH_TOKEN_AUTH"])
    request = client.initiation("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=old)
    assert client.refused("InitiateAuth", **request) == "NotAuthorizedException: Refresh Token has been revoked"
