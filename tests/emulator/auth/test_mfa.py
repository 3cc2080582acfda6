"""Second factors: which one a sign-in asks for, and which answers are accepted."""

import json
from typing import Any, NamedTuple

import pyotp
import pytest

from authflow.emulator import Emulator, Purpose, Settings
from authflow.emulator._crypto.totp import compute_code
from tests.support.emulator.mfa import (
    CONTACTS,
    EMAIL,
    SMS,
    TOTP,
    WRONG_CODE,
    WRONG_TOTP,
    answer,
    answer_with_sent_code,
    configure,
    expect_refusal,
    get_attribute,
    make_other_code,
    prefer,
    read_code,
    send_password,
    set_up_authenticator,
)
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, TEMPORARY, Clock, World


@pytest.fixture
def optional(empty: World) -> World:
    """A pool with optional MFA, and ada, who has an unverified email address and phone number."""
    made = empty.make_pool()
    made.make_user("ada", **CONTACTS)
    configure(made, "OPTIONAL", SMS, TOTP, EMAIL)
    return made


@pytest.fixture
def required(optional: World) -> World:
    """The same pool with required MFA."""
    configure(optional, "ON")
    return optional


def verify_contacts(world: World, *contacts: str) -> None:
    given = [{"Name": f"{contact}_verified", "Value": "true"} for contact in contacts]
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)


# --- messages


@pytest.mark.parametrize(
    ("factor", "medium", "contact", "masked"),
    [(SMS, "SMS", "phone_number", "+*******9878"), (EMAIL, "EMAIL", "email", "a***@e***")],
)
def test_message(optional: World, factor: str, medium: str, contact: str, masked: str) -> None:
    prefer(optional, "ada", factor)
    asked = send_password(optional)
    assert asked["ChallengeName"] == factor
    assert asked["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
        "CODE_DELIVERY_DESTINATION": masked,
        "USER_ID_FOR_SRP": "ada",
    }
    message = optional.get_last_message()
    assert (message.username, message.medium, message.destination) == ("ada", medium, CONTACTS[contact])
    assert message.purpose is Purpose.MFA
    assert len(message.code) == 6
    assert get_attribute(optional, "ada", f"{contact}_verified") is None
    assert "AuthenticationResult" in answer_with_sent_code(optional, asked)
    assert get_attribute(optional, "ada", f"{contact}_verified") == "true"


def test_after_srp(optional: World) -> None:
    prefer(optional, "ada", SMS)
    assert "AuthenticationResult" in answer_with_sent_code(optional, optional.sign_in_with_srp("ada"))


def test_wrong_code_leaves_the_session_usable(optional: World) -> None:
    prefer(optional, "ada", SMS)
    asked, right = send_password(optional), optional.get_last_message().code
    for wrong in (make_other_code(right), right[:-1], f"{right}0", "ü"):
        assert expect_refusal(optional, asked, SMS_MFA_CODE=wrong) == WRONG_CODE
    assert "AuthenticationResult" in answer(optional, asked, SMS_MFA_CODE=right)
    used = "NotAuthorizedException: Invalid session for the user, session can only be used once."
    assert expect_refusal(optional, asked, SMS_MFA_CODE=right) == used


def test_code_expires_with_its_session(optional: World, clock: Clock) -> None:
    prefer(optional, "ada", SMS)
    patient = optional.make_client(AuthSessionValidity=15)
    asked = send_password(patient)
    clock.forward(minutes=14)
    assert expect_refusal(patient, asked, SMS_MFA_CODE="0") == WRONG_CODE
    clock.forward(minutes=1)
    expected = "NotAuthorizedException: Invalid session for the user, session is expired."
    assert expect_refusal(patient, asked, SMS_MFA_CODE=patient.get_last_message().code) == expected


def test_code_of_another_sign_in(optional: World) -> None:
    prefer(optional, "ada", SMS)
    first, first_code = send_password(optional), optional.get_last_message().code
    second, second_code = send_password(optional), optional.get_last_message().code
    assert expect_refusal(optional, second, SMS_MFA_CODE=first_code) == WRONG_CODE
    assert "AuthenticationResult" in answer(optional, second, SMS_MFA_CODE=second_code)
    assert "AuthenticationResult" in answer(optional, first, SMS_MFA_CODE=first_code)


def test_number_changed_after_a_code_was_sent(optional: World) -> None:
    prefer(optional, "ada", SMS)
    asked = send_password(optional)
    given = [{"Name": "phone_number", "Value": "+15550100000"}]
    optional.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)
    assert expect_refusal(optional, asked, SMS_MFA_CODE=optional.get_last_message().code) == WRONG_CODE
    assert get_attribute(optional, "ada", "phone_number") == "+15550100000"
    assert "AuthenticationResult" in answer_with_sent_code(optional, send_password(optional))


def test_length_of_a_code_is_a_setting(clock: Clock) -> None:
    world = World(Emulator(clock, settings=Settings(mfa_code_digits=8)), clock, "", "").make_pool()
    world.make_user("ada", **CONTACTS)
    configure(world, "OPTIONAL", SMS)
    prefer(world, "ada", SMS)
    send_password(world)
    assert len(world.get_last_message().code) == 8


def test_verified_address_of_somebody_else(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"])
    pool.make_user("ada", email="ada@example.com")
    pool.make_user("eve", email="ada@example.com", email_verified="true")
    configure(pool, "OPTIONAL", EMAIL)
    prefer(pool, "ada", EMAIL)
    asked = send_password(pool)
    refusal = expect_refusal(pool, asked, EMAIL_OTP_CODE=pool.get_last_message().code)
    assert refusal == "AliasExistsException: An account with the email already exists."


# --- authenticator apps


def test_authenticator(optional: World) -> None:
    app = set_up_authenticator(optional)
    assert "AuthenticationResult" in send_password(optional)  # verified, but not enabled
    prefer(optional, "ada", TOTP)
    asked = send_password(optional)
    assert asked["ChallengeParameters"] == {"USER_ID_FOR_SRP": "ada"}
    shown = compute_code(app.secret, optional.clock.now)
    assert shown == read_code(optional, app)
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=shown)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_codes_of_a_clock_that_is_off(optional: World, steps: int) -> None:
    app = set_up_authenticator(optional)
    optional.clock.forward(minutes=1)
    prefer(optional, "ada", TOTP)
    asked = send_password(optional)
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(optional, app, steps))


def test_wrong_codes_of_an_authenticator(optional: World) -> None:
    app = set_up_authenticator(optional)
    optional.clock.forward(minutes=2)
    prefer(optional, "ada", TOTP)
    asked = send_password(optional)
    missing = "InvalidParameterException: Missing required parameter SOFTWARE_TOKEN_MFA_CODE"
    for wrong, expected in (
        (read_code(optional, app, -2), WRONG_TOTP),
        (read_code(optional, app, 2), WRONG_TOTP),
        ("", missing),
    ):
        assert expect_refusal(optional, asked, SOFTWARE_TOKEN_MFA_CODE=wrong) == expected
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(optional, app))


def test_code_of_an_authenticator_works_once(optional: World) -> None:
    app = set_up_authenticator(optional)
    prefer(optional, "ada", TOTP)
    shown = read_code(optional, app)
    answer(optional, send_password(optional), SOFTWARE_TOKEN_MFA_CODE=shown)
    asked = send_password(optional)
    expected = "ExpiredCodeException: Your software token has already been used once."
    assert expect_refusal(optional, asked, SOFTWARE_TOKEN_MFA_CODE=shown) == expected
    optional.clock.forward(seconds=30)
    assert expect_refusal(optional, asked, SOFTWARE_TOKEN_MFA_CODE=shown) == expected  # still within a step
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(optional, app))


def test_name_of_an_authenticator(optional: World) -> None:
    token = optional.get_tokens()["AccessToken"]
    app = pyotp.TOTP(optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    given = {"UserCode": read_code(optional, app), "FriendlyDeviceName": "ada's phone"}
    optional.call("VerifySoftwareToken", AccessToken=token, **given)
    prefer(optional, "ada", TOTP)
    parameters = send_password(optional)["ChallengeParameters"]
    assert parameters == {"USER_ID_FOR_SRP": "ada", "FRIENDLY_DEVICE_NAME": "ada's phone"}


# --- which factor is asked for


def list_asked_factors(world: World, password: str = PASSWORD) -> list[str]:
    """Return the factors that a sign-in asks for or lets the user choose from; an empty list if it gives tokens."""
    reply = send_password(world, password=password)
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
    ("ON", ["email", "phone_number"], [], None, [SMS, EMAIL]),
    ("ON", [], [], None, [SMS, EMAIL]),
    ("ON", ["phone_number"], [EMAIL], None, [SMS, EMAIL]),
    ("ON", ["phone_number"], [EMAIL], EMAIL, [EMAIL]),
]]  # fmt: skip


@pytest.mark.parametrize("row", DECISIONS, ids=str)
def test_decision(optional: World, row: Decision) -> None:
    verify_contacts(optional, *row.verified)
    prefer(optional, "ada", *row.on, preferred=row.preferred)
    configure(optional, row.mode)
    assert list_asked_factors(optional) == row.asked


@pytest.mark.parametrize(("mode", "on", "expected"), [
    ("OPTIONAL", [], []),
    ("OPTIONAL", [TOTP], [TOTP]),
    ("OPTIONAL", [TOTP, SMS], [SMS, TOTP]),
    ("OPTIONAL", [TOTP, SMS, EMAIL], [SMS, TOTP, EMAIL]),
    ("ON", [], [SMS, TOTP, EMAIL]),
    ("ON", [SMS], [SMS, TOTP, EMAIL]),
])  # fmt: skip
def test_decision_with_an_authenticator(optional: World, mode: str, on: list[str], expected: list[str]) -> None:
    set_up_authenticator(optional)
    prefer(optional, "ada", *on)
    configure(optional, mode)
    assert list_asked_factors(optional) == expected


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [({"phone_number": "+15550109878"}, SMS), ({"email": "ada@example.com"}, EMAIL), ({}, "MFA_SETUP")],
)
def test_a_contact_that_nobody_verified_is_enough(empty: World, contacts: dict[str, str], expected: str) -> None:
    """The guide on message MFA: codes go to unverified addresses and numbers too, and verify them."""
    pool = empty.make_pool()
    pool.make_user("ada", **contacts)
    configure(pool, "ON", SMS, TOTP, EMAIL)
    asked = send_password(pool)
    assert asked["ChallengeName"] == expected
    if contacts:
        assert "AuthenticationResult" in answer_with_sent_code(pool, asked)
        assert get_attribute(pool, "ada", f"{next(iter(contacts))}_verified") == "true"


def test_a_factor_that_the_pool_turns_off(optional: World) -> None:
    prefer(optional, "ada", SMS, EMAIL, preferred=EMAIL)
    phone: Any = {"SmsConfiguration": {}, "AutoVerifiedAttributes": ["phone_number"]}
    given: Any = {"EmailConfiguration": {}, "MfaConfiguration": "OPTIONAL", **phone}
    made = optional.make_pool(**given)
    made.make_user("ada", **CONTACTS)
    prefer(made, "ada", SMS)
    assert list_asked_factors(made) == [SMS]


def test_choice(optional: World) -> None:
    prefer(optional, "ada", SMS, EMAIL)
    choice = send_password(optional)
    assert choice["ChallengeParameters"]["USER_ID_FOR_SRP"] == "ada"
    for wrong in (TOTP, "EMAIL_MFA", "sms_mfa"):
        expected = "InvalidParameterException: ANSWER is not one of the offered options"
        assert expect_refusal(optional, choice, ANSWER=wrong) == expected
    asked = answer(optional, choice, ANSWER=EMAIL)
    assert asked["ChallengeName"] == EMAIL
    assert "AuthenticationResult" in answer_with_sent_code(optional, asked)
    assert "session can only be used once" in expect_refusal(optional, choice, ANSWER=SMS)


def test_names_of_the_parameters_are_settings(clock: Clock) -> None:
    settings = Settings(mfa_choice_parameter="MFAS_CAN_SELECT", mfa_setup_parameter="MFA_CAN_SETUP")
    world = World(Emulator(clock, settings=settings), clock, "", "").make_pool()
    world.make_user("ada", **CONTACTS)
    world.make_user("bob")
    configure(world, "ON", SMS, EMAIL)
    assert "MFA_CAN_SETUP" in send_password(world, "bob")["ChallengeParameters"]
    assert "MFAS_CAN_SELECT" in send_password(world)["ChallengeParameters"]


def test_after_a_new_password(required: World) -> None:
    prefer(required, "ada", SMS, preferred=SMS)
    required.call_admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    renewed = send_password(required, password=TEMPORARY)
    assert renewed["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    asked = answer(required, renewed, NEW_PASSWORD=OTHER_PASSWORD)
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in answer_with_sent_code(required, asked)


def test_a_deleted_number(optional: World) -> None:
    prefer(optional, "ada", SMS, EMAIL)
    nothing = [{"Name": "phone_number", "Value": ""}]
    optional.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=nothing)
    assert get_attribute(optional, "ada", "phone_number") is None
    assert list_asked_factors(optional) == [EMAIL]


# --- the first sign-in of a user whom an administrator confirmed


@pytest.mark.parametrize(("lenient", "expected"), [(False, ["MFA_SETUP"]), (True, [])])
def test_first_sign_in_is_a_setting(clock: Clock, lenient: bool, expected: list[str]) -> None:
    emulator = Emulator(clock, settings=Settings(first_sign_in_without_mfa=lenient))
    world = World(emulator, clock, "", "").make_pool()
    configure(world, "ON", TOTP)
    world.call("SignUp", ClientId=world.client_id, Username="ada", Password=PASSWORD)
    world.call_admin("AdminConfirmSignUp", "ada")
    assert list_asked_factors(world) == expected
    assert list_asked_factors(world) == ["MFA_SETUP"]


# --- names and secrets


def test_canonical_name_and_its_hash(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"])
    name = pool.make_user("ada@example.com", email_verified="true")
    configure(pool, "ON", EMAIL)
    secretive = pool.make_client(GenerateSecret=True)
    asked = send_password(secretive, "ada@example.com")
    assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] == name
    given = {"EMAIL_OTP_CODE": secretive.get_last_message().code}
    assert expect_refusal(secretive, asked, "ada@example.com", **given) == (
        "NotAuthorizedException: Invalid session for the user."
    )
    alias = secretive.make_secret_hash("ada@example.com")
    assert "Unable to verify secret hash" in expect_refusal(secretive, asked, name, **given, **alias)
    assert "AuthenticationResult" in answer(secretive, asked, name, **given)


def test_admin_api(required: World) -> None:
    prefer(required, "ada", SMS, preferred=SMS)
    request = required.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    asked = required.call("AdminInitiateAuth", UserPoolId=required.pool_id, **request)
    given = required.make_respond_params(
        SMS, asked["Session"], USERNAME="ada", SMS_MFA_CODE=required.get_last_message().code
    )
    reply = required.call("AdminRespondToAuthChallenge", UserPoolId=required.pool_id, **given)
    assert "AuthenticationResult" in reply
