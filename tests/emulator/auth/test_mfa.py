"""Second factors: which one is asked of whom, and what answers it."""

import json
from typing import Any, NamedTuple

import pyotp
import pytest

from authflow.emulator import Emulator, Purpose, Settings
from authflow.emulator._crypto.totp import code_at
from tests.support.emulator.mfa import (
    CONTACTS,
    EMAIL,
    SMS,
    TOTP,
    WRONG_CODE,
    WRONG_TOTP,
    answer,
    attribute,
    authenticator,
    code,
    configure,
    first_step,
    other_code,
    prefer,
    refused,
    sent,
)
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, TEMPORARY, Clock, World


@pytest.fixture
def optional(empty: World) -> World:
    """A pool where all factors are optional, and ada, who has an address and a number that are not verified."""
    made = empty.pool()
    made.user("ada", **CONTACTS)
    configure(made, "OPTIONAL", SMS, TOTP, EMAIL)
    return made


@pytest.fixture
def required(optional: World) -> World:
    """The same pool, where MFA is required."""
    configure(optional, "ON")
    return optional


def verify(world: World, *contacts: str) -> None:
    given = [{"Name": f"{contact}_verified", "Value": "true"} for contact in contacts]
    world.admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)


# --- messages


@pytest.mark.parametrize(
    ("factor", "medium", "contact", "masked"),
    [(SMS, "SMS", "phone_number", "+*******9878"), (EMAIL, "EMAIL", "email", "a***@e***")],
)
def test_message(optional: World, factor: str, medium: str, contact: str, masked: str) -> None:
    prefer(optional, "ada", factor)
    asked = first_step(optional)
    assert asked["ChallengeName"] == factor
    assert asked["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
        "CODE_DELIVERY_DESTINATION": masked,
        "USER_ID_FOR_SRP": "ada",
    }
    message = optional.last_message()
    assert (message.username, message.medium, message.destination) == ("ada", medium, CONTACTS[contact])
    assert message.purpose is Purpose.MFA
    assert len(message.code) == 6
    assert attribute(optional, "ada", f"{contact}_verified") is None
    assert "AuthenticationResult" in sent(optional, asked)
    assert attribute(optional, "ada", f"{contact}_verified") == "true"


def test_after_srp(optional: World) -> None:
    prefer(optional, "ada", SMS)
    assert "AuthenticationResult" in sent(optional, optional.srp("ada"))


def test_wrong_code_leaves_the_session_usable(optional: World) -> None:
    prefer(optional, "ada", SMS)
    asked, right = first_step(optional), optional.last_message().code
    for wrong in (other_code(right), right[:-1], f"{right}0", "ü"):
        assert refused(optional, asked, SMS_MFA_CODE=wrong) == WRONG_CODE
    assert "AuthenticationResult" in answer(optional, asked, SMS_MFA_CODE=right)
    used = "NotAuthorizedException: Invalid session for the user, session can only be used once."
    assert refused(optional, asked, SMS_MFA_CODE=right) == used


def test_code_expires_with_its_session(optional: World, clock: Clock) -> None:
    prefer(optional, "ada", SMS)
    patient = optional.client(AuthSessionValidity=15)
    asked = first_step(patient)
    clock.forward(minutes=14)
    assert refused(patient, asked, SMS_MFA_CODE="0") == WRONG_CODE
    clock.forward(minutes=1)
    expected = "NotAuthorizedException: Invalid session for the user, session is expired."
    assert refused(patient, asked, SMS_MFA_CODE=patient.last_message().code) == expected


def test_code_of_another_sign_in(optional: World) -> None:
    prefer(optional, "ada", SMS)
    first, first_code = first_step(optional), optional.last_message().code
    second, second_code = first_step(optional), optional.last_message().code
    assert refused(optional, second, SMS_MFA_CODE=first_code) == WRONG_CODE
    assert "AuthenticationResult" in answer(optional, second, SMS_MFA_CODE=second_code)
    assert "AuthenticationResult" in answer(optional, first, SMS_MFA_CODE=first_code)


def test_number_changed_while_a_code_is_out(optional: World) -> None:
    prefer(optional, "ada", SMS)
    asked = first_step(optional)
    given = [{"Name": "phone_number", "Value": "+15550100000"}]
    optional.admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)
    assert refused(optional, asked, SMS_MFA_CODE=optional.last_message().code) == WRONG_CODE
    assert attribute(optional, "ada", "phone_number") == "+15550100000"
    assert "AuthenticationResult" in sent(optional, first_step(optional))


def test_length_of_a_code_is_a_setting(clock: Clock) -> None:
    world = World(Emulator(clock, settings=Settings(mfa_code_digits=8)), clock, "", "").pool()
    world.user("ada", **CONTACTS)
    configure(world, "OPTIONAL", SMS)
    prefer(world, "ada", SMS)
    first_step(world)
    assert len(world.last_message().code) == 8


def test_verified_address_of_somebody_else(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"])
    pool.user("ada", email="ada@example.com")
    pool.user("eve", email="ada@example.com", email_verified="true")
    configure(pool, "OPTIONAL", EMAIL)
    prefer(pool, "ada", EMAIL)
    asked = first_step(pool)
    refusal = refused(pool, asked, EMAIL_OTP_CODE=pool.last_message().code)
    assert refusal == "AliasExistsException: An account with the email already exists."


# --- authenticators


def test_authenticator(optional: World) -> None:
    app = authenticator(optional)
    assert "AuthenticationResult" in first_step(optional)  # it is verified, but not turned on
    prefer(optional, "ada", TOTP)
    asked = first_step(optional)
    assert asked["ChallengeParameters"] == {"USER_ID_FOR_SRP": "ada"}
    shown = code_at(app.secret, optional.clock.now)
    assert shown == code(optional, app)
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=shown)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_codes_of_a_clock_that_is_off(optional: World, steps: int) -> None:
    app = authenticator(optional)
    optional.clock.forward(minutes=1)
    prefer(optional, "ada", TOTP)
    asked = first_step(optional)
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=code(optional, app, steps))


def test_wrong_codes_of_an_authenticator(optional: World) -> None:
    app = authenticator(optional)
    optional.clock.forward(minutes=2)
    prefer(optional, "ada", TOTP)
    asked = first_step(optional)
    for wrong in (code(optional, app, -2), code(optional, app, 2), "", "\uff11\uff12\uff13\uff14\uff15\uff16"):
        missing = "InvalidParameterException: Missing required parameter SOFTWARE_TOKEN_MFA_CODE"
        expected = WRONG_TOTP if wrong else missing
        assert refused(optional, asked, SOFTWARE_TOKEN_MFA_CODE=wrong) == expected
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=code(optional, app))


def test_code_of_an_authenticator_works_once(optional: World) -> None:
    app = authenticator(optional)
    prefer(optional, "ada", TOTP)
    shown = code(optional, app)
    answer(optional, first_step(optional), SOFTWARE_TOKEN_MFA_CODE=shown)
    asked = first_step(optional)
    expected = "ExpiredCodeException: Your software token has already been used once."
    assert refused(optional, asked, SOFTWARE_TOKEN_MFA_CODE=shown) == expected
    optional.clock.forward(seconds=30)
    assert refused(optional, asked, SOFTWARE_TOKEN_MFA_CODE=shown) == expected  # still within a step
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=code(optional, app))


def test_name_of_an_authenticator(optional: World) -> None:
    token = optional.tokens()["AccessToken"]
    app = pyotp.TOTP(optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    given = {"UserCode": code(optional, app), "FriendlyDeviceName": "ada's phone"}
    optional.call("VerifySoftwareToken", AccessToken=token, **given)
    prefer(optional, "ada", TOTP)
    parameters = first_step(optional)["ChallengeParameters"]
    assert parameters == {"USER_ID_FOR_SRP": "ada", "FRIENDLY_DEVICE_NAME": "ada's phone"}


# --- the decision


def asked_of(world: World, password: str = PASSWORD) -> list[str]:
    """Return the factor that is asked, or those that can be chosen from; nothing for tokens."""
    reply = first_step(world, password=password)
    if reply.get("ChallengeName") == "SELECT_MFA_TYPE":
        options: list[str] = json.loads(reply["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
        return options
    return [reply["ChallengeName"]] if "ChallengeName" in reply else []


class Decision(NamedTuple):
    mode: str
    verified: list[str]
    on: list[str]
    preferred: str | None
    asked: list[str]


DECISIONS = [Decision(*row) for row in [
    ("OFF", ["email", "phone_number"], [SMS, EMAIL], SMS, []),
    ("OPTIONAL", ["email", "phone_number"], [], None, []),
    ("OPTIONAL", [], [SMS], None, [SMS]),
    ("OPTIONAL", [], [EMAIL], EMAIL, [EMAIL]),
    ("OPTIONAL", [], [SMS, EMAIL], None, [SMS, EMAIL]),
    ("OPTIONAL", [], [SMS, EMAIL], EMAIL, [EMAIL]),
    ("ON", ["phone_number"], [], None, [SMS]),
    ("ON", ["email"], [], None, [EMAIL]),
    ("ON", ["email", "phone_number"], [], None, [SMS, EMAIL]),
    ("ON", ["phone_number"], [EMAIL], None, [SMS, EMAIL]),
    ("ON", ["phone_number"], [EMAIL], EMAIL, [EMAIL]),
    ("ON", [], [], None, ["MFA_SETUP"]),
]]  # fmt: skip


@pytest.mark.parametrize("row", DECISIONS, ids=str)
def test_decision(optional: World, row: Decision) -> None:
    verify(optional, *row.verified)
    prefer(optional, "ada", *row.on, preferred=row.preferred)
    configure(optional, row.mode)
    assert asked_of(optional) == row.asked


@pytest.mark.parametrize(("mode", "on", "expected"), [
    ("OPTIONAL", [], []),
    ("OPTIONAL", [TOTP], [TOTP]),
    ("OPTIONAL", [TOTP, SMS], [SMS, TOTP]),
    ("OPTIONAL", [TOTP, SMS, EMAIL], [SMS, TOTP, EMAIL]),
    ("ON", [], [TOTP]),
    ("ON", [SMS], [SMS, TOTP]),
])  # fmt: skip
def test_decision_with_an_authenticator(optional: World, mode: str, on: list[str], expected: list[str]) -> None:
    authenticator(optional)
    prefer(optional, "ada", *on)
    configure(optional, mode)
    assert asked_of(optional) == expected


def test_a_factor_that_the_pool_gives_up(optional: World) -> None:
    prefer(optional, "ada", SMS, EMAIL, preferred=EMAIL)
    given: Any = {"EmailConfiguration": {}, "MfaConfiguration": "OPTIONAL", "SmsConfiguration": {}}
    made = optional.pool(**given)
    made.user("ada", **CONTACTS)
    prefer(made, "ada", SMS)
    assert asked_of(made) == [SMS]


def test_choice(optional: World) -> None:
    prefer(optional, "ada", SMS, EMAIL)
    choice = first_step(optional)
    assert choice["ChallengeParameters"]["USER_ID_FOR_SRP"] == "ada"
    for wrong in (TOTP, "EMAIL_MFA", "sms_mfa"):
        expected = "InvalidParameterException: ANSWER is not among what can be answered"
        assert refused(optional, choice, ANSWER=wrong) == expected
    asked = answer(optional, choice, ANSWER=EMAIL)
    assert asked["ChallengeName"] == EMAIL
    assert "AuthenticationResult" in sent(optional, asked)
    assert "session can only be used once" in refused(optional, choice, ANSWER=SMS)


def test_names_of_the_parameters_are_settings(clock: Clock) -> None:
    settings = Settings(mfa_choice_parameter="MFAS_CAN_SELECT", mfa_setup_parameter="MFA_CAN_SETUP")
    world = World(Emulator(clock, settings=settings), clock, "", "").pool()
    world.user("ada", **CONTACTS)
    configure(world, "ON", SMS, EMAIL)
    assert "MFA_CAN_SETUP" in first_step(world)["ChallengeParameters"]
    verify(world, "email", "phone_number")
    assert "MFAS_CAN_SELECT" in first_step(world)["ChallengeParameters"]


def test_after_a_new_password(required: World) -> None:
    verify(required, "phone_number")
    required.admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    renewed = first_step(required, password=TEMPORARY)
    assert renewed["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    asked = answer(required, renewed, NEW_PASSWORD=OTHER_PASSWORD)
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in sent(required, asked)


def test_a_number_that_is_gone(optional: World) -> None:
    prefer(optional, "ada", SMS, EMAIL)
    nothing = [{"Name": "phone_number", "Value": ""}]
    optional.admin("AdminUpdateUserAttributes", "ada", UserAttributes=nothing)
    assert asked_of(optional) == [EMAIL]


# --- the first sign-in of a user whom an administrator confirmed


@pytest.mark.parametrize(("lenient", "expected"), [(False, ["MFA_SETUP"]), (True, [])])
def test_first_sign_in_is_a_setting(clock: Clock, lenient: bool, expected: list[str]) -> None:
    emulator = Emulator(clock, settings=Settings(first_sign_in_without_mfa=lenient))
    world = World(emulator, clock, "", "").pool()
    configure(world, "ON", TOTP)
    world.call("SignUp", ClientId=world.client_id, Username="ada", Password=PASSWORD)
    world.admin("AdminConfirmSignUp", "ada")
    assert asked_of(world) == expected
    assert asked_of(world) == ["MFA_SETUP"]


# --- names and secrets


def test_canonical_name_and_its_hash(empty: World) -> None:
    pool = empty.pool(UsernameAttributes=["email"])
    name = pool.user("ada@example.com", email_verified="true")
    configure(pool, "ON", EMAIL)
    secretive = pool.client(GenerateSecret=True)
    asked = first_step(secretive, "ada@example.com")
    assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] == name
    given = {"EMAIL_OTP_CODE": secretive.last_message().code}
    assert refused(secretive, asked, "ada@example.com", **given) == (
        "NotAuthorizedException: Invalid session for the user."
    )
    alias = secretive.hashed("ada@example.com")
    assert "Unable to verify secret hash" in refused(secretive, asked, name, **given, **alias)
    assert "AuthenticationResult" in answer(secretive, asked, name, **given)


def test_admin_api(required: World) -> None:
    verify(required, "phone_number")
    request = required.initiation("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    asked = required.call("AdminInitiateAuth", UserPoolId=required.pool_id, **request)
    given = required.response(SMS, asked["Session"], USERNAME="ada", SMS_MFA_CODE=required.last_message().code)
    reply = required.call("AdminRespondToAuthChallenge", UserPoolId=required.pool_id, **given)
    assert "AuthenticationResult" in reply
