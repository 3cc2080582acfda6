"""MFA_SETUP, and authenticator apps set up with an access token."""

import json

import pyotp
import pytest

from authflow.emulator import Emulator, Purpose, Settings
from tests.support.emulator.mfa import (
    EMAIL,
    SMS,
    TOTP,
    WRONG_CODE,
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
from tests.support.emulator.world import OTHER_PASSWORD, TEMPORARY, Clock, Json, World

WRONG = "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
USED = "NotAuthorizedException: Invalid session for the user, session can only be used once."
NOTHING = "InvalidParameterException: No MFA factor has been set up"
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."


def make_pool_requiring_mfa(clock: Clock, settings: Settings | None = None, *factors: str) -> World:
    """Return a pool with required MFA and ada, who has no factor."""
    world = World(Emulator(clock, settings=settings), clock, "", "").make_pool(AliasAttributes=["email"])
    world.make_user("ada")
    configure(world, "ON", *(factors or (SMS, TOTP, EMAIL)))
    return world


@pytest.fixture
def required(clock: Clock) -> World:
    return make_pool_requiring_mfa(clock)


def associate(world: World, session: str) -> tuple[pyotp.TOTP, str]:
    made = world.call("AssociateSoftwareToken", Session=session)
    return pyotp.TOTP(made["SecretCode"]), made["Session"]


def enrol_authenticator(world: World) -> tuple[pyotp.TOTP, str]:
    """Set up an authenticator app up to its first code."""
    app, session = associate(world, send_password(world)["Session"])
    verified = world.call("VerifySoftwareToken", Session=session, UserCode=read_code(world, app))
    assert verified["Status"] == "SUCCESS"
    return app, verified["Session"]


def make_setup_challenge(session: str) -> Json:
    return {"ChallengeName": "MFA_SETUP", "Session": session}


# --- an authenticator app, with a Session


def test_factors_that_can_be_set_up(required: World) -> None:
    asked = send_password(required)
    assert asked["ChallengeName"] == "MFA_SETUP"
    assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] == "ada"
    assert json.loads(asked["ChallengeParameters"]["MFAS_CAN_SETUP"]) == [SMS, TOTP, EMAIL]


def test_authenticator(required: World) -> None:
    app, session = enrol_authenticator(required)
    assert len(app.secret) == 52
    assert "AuthenticationResult" in answer(required, make_setup_challenge(session))
    assert required.call_admin("AdminGetUser", "ada")["UserMFASettingList"] == [TOTP]
    required.clock.forward(seconds=30)
    asked = send_password(required)
    assert asked["ChallengeName"] == TOTP
    assert "AuthenticationResult" in answer(required, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(required, app))


def test_first_code_does_not_count_again(required: World) -> None:
    app, session = enrol_authenticator(required)
    answer(required, make_setup_challenge(session))
    refusal = expect_refusal(required, send_password(required), SOFTWARE_TOKEN_MFA_CODE=read_code(required, app))
    assert refusal == "ExpiredCodeException: Your software token has already been used once."


def test_after_a_new_password(required: World) -> None:
    required.invite("bob")
    renewed = send_password(required, "bob", TEMPORARY)
    asked = answer(required, renewed, "bob", NEW_PASSWORD=OTHER_PASSWORD)
    assert asked["ChallengeName"] == "MFA_SETUP"
    app, session = associate(required, asked["Session"])
    verified = required.call("VerifySoftwareToken", Session=session, UserCode=read_code(required, app))
    assert "AuthenticationResult" in answer(required, make_setup_challenge(verified["Session"]), "bob")


def test_every_session_is_a_new_one_and_works_once(required: World) -> None:
    first = send_password(required)["Session"]
    app, second = associate(required, first)
    third = required.call("VerifySoftwareToken", Session=second, UserCode=read_code(required, app))["Session"]
    assert len({first, second, third}) == 3
    for session in (first, second):
        assert required.expect_refusal("AssociateSoftwareToken", Session=session) == USED
        assert (
            required.expect_refusal("VerifySoftwareToken", Session=session, UserCode=read_code(required, app)) == USED
        )
        assert expect_refusal(required, make_setup_challenge(session)) == USED
    answer(required, make_setup_challenge(third))
    assert expect_refusal(required, make_setup_challenge(third)) == USED


def test_wrong_code_keeps_secret_and_session(required: World) -> None:
    app, session = associate(required, send_password(required)["Session"])
    for _ in range(7):  # no lockout: the client has just got the secret
        wrong = make_other_code(read_code(required, app))
        assert required.expect_refusal("VerifySoftwareToken", Session=session, UserCode=wrong) == WRONG
    assert "Session" in required.call("VerifySoftwareToken", Session=session, UserCode=read_code(required, app))


def test_setting_that_a_wrong_code_uses_up_the_session(clock: Clock) -> None:
    world = make_pool_requiring_mfa(clock, Settings(wrong_totp_keeps_session=False))
    app, session = associate(world, send_password(world)["Session"])
    assert (
        world.expect_refusal("VerifySoftwareToken", Session=session, UserCode=make_other_code(read_code(world, app)))
        == WRONG
    )
    assert world.expect_refusal("VerifySoftwareToken", Session=session, UserCode=read_code(world, app)) == USED


def test_another_secret(required: World) -> None:
    first, session = associate(required, send_password(required)["Session"])
    second, session = associate(required, session)
    assert required.expect_refusal("VerifySoftwareToken", Session=session, UserCode=read_code(required, first)) == WRONG
    assert required.call("VerifySoftwareToken", Session=session, UserCode=read_code(required, second))


def test_nothing_associated(required: World) -> None:
    session = send_password(required)["Session"]
    assert required.expect_refusal("VerifySoftwareToken", Session=session, UserCode="123456") == WRONG


def test_answer_before_a_code_was_shown(required: World) -> None:
    asked = send_password(required)
    assert expect_refusal(required, asked) == NOTHING
    _, session = associate(required, asked["Session"])
    assert expect_refusal(required, make_setup_challenge(session)) == NOTHING


def test_authenticator_counts_although_the_challenge_was_not_completed(required: World) -> None:
    app, _ = enrol_authenticator(required)
    required.clock.forward(seconds=30)
    asked = send_password(required)
    assert asked["ChallengeName"] == TOTP
    assert "AuthenticationResult" in answer(required, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(required, app))


def test_authenticator_is_asked_after_its_set_up(clock: Clock) -> None:
    world = make_pool_requiring_mfa(clock, Settings(totp_setup_signs_in=False))
    app, session = enrol_authenticator(world)
    asked = answer(world, make_setup_challenge(session))
    assert asked["ChallengeName"] == TOTP
    clock.forward(seconds=30)
    assert "AuthenticationResult" in answer(world, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(world, app))


def test_pool_without_authenticators(clock: Clock) -> None:
    world = make_pool_requiring_mfa(clock, None, SMS, EMAIL)
    session = send_password(world)["Session"]
    expected = "SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled by the userPool"
    assert world.expect_refusal("AssociateSoftwareToken", Session=session) == expected
    configure(world, "OFF")
    assert world.expect_refusal("AssociateSoftwareToken", AccessToken=world.get_tokens()["AccessToken"]) == expected


def test_invalid_sessions(required: World, clock: Clock) -> None:
    required.invite("bob")
    other = send_password(required, "bob", TEMPORARY)["Session"]
    for session in ("x" * 40, other):
        assert required.expect_refusal("AssociateSoftwareToken", Session=session) == INVALID_SESSION
        assert required.expect_refusal("VerifySoftwareToken", Session=session, UserCode="123456") == INVALID_SESSION
    session = send_password(required)["Session"]
    required.call_admin("AdminDisableUser", "ada")
    assert (
        required.expect_refusal("AssociateSoftwareToken", Session=session)
        == "NotAuthorizedException: User is disabled."
    )
    clock.forward(minutes=3)
    assert required.expect_refusal("AssociateSoftwareToken", Session=session).endswith("session is expired.")


# --- an authenticator app, with an access token


def test_session_and_access_token(required: World) -> None:
    session = send_password(required)["Session"]
    expected = "InvalidParameterException: Either an access token or a session is needed, and not both."
    assert required.expect_refusal("AssociateSoftwareToken", Session=session, AccessToken="a.b.c") == expected
    assert required.expect_refusal("VerifySoftwareToken", UserCode="123456") == expected


def test_present_authenticator_counts_until_the_new_one_is_verified(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    old = set_up_authenticator(world)
    token = world.get_tokens()["AccessToken"]
    prefer(world, "ada", TOTP)
    new = pyotp.TOTP(world.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    assert world.expect_refusal("VerifySoftwareToken", AccessToken=token, UserCode=read_code(world, old)) == WRONG
    assert "AuthenticationResult" in answer(world, send_password(world), SOFTWARE_TOKEN_MFA_CODE=read_code(world, old))
    assert world.call("VerifySoftwareToken", AccessToken=token, UserCode=read_code(world, new)) == {"Status": "SUCCESS"}
    world.clock.forward(seconds=30)
    asked = send_password(world)
    assert "CodeMismatch" in expect_refusal(world, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(world, old))
    assert "AuthenticationResult" in answer(world, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(world, new))


def test_nothing_associated_with_an_access_token(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    token = world.get_tokens()["AccessToken"]
    assert world.expect_refusal("VerifySoftwareToken", AccessToken=token, UserCode="123456") == WRONG


def test_code_shown_twice_while_enrolling(required: World) -> None:
    """The operation declares no ExpiredCodeException."""
    service = required.emulator._service
    app, session = associate(required, send_password(required)["Session"])
    held = service.sessions.find(session, service.clients[required.client_id], ["MFA_SETUP"], service.now())[
        0
    ].challenge_data
    assert held.token.redeem_code(read_code(required, app), service.now())
    assert required.expect_refusal("VerifySoftwareToken", Session=session, UserCode=read_code(required, app)) == WRONG


# --- an email address


def test_address(required: World) -> None:
    asked = answer(required, send_password(required), EMAIL="ada@example.com")
    assert asked["ChallengeName"] == EMAIL
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "a***@e***"
    message = required.get_last_message()
    assert (message.destination, message.purpose) == ("ada@example.com", Purpose.MFA_SETUP)
    assert get_attribute(required, "ada", "email") is None
    assert expect_refusal(required, asked, EMAIL_OTP_CODE=make_other_code(message.code)) == WRONG_CODE
    assert "AuthenticationResult" in answer_with_sent_code(required, asked)
    assert get_attribute(required, "ada", "email") == "ada@example.com"
    assert get_attribute(required, "ada", "email_verified") == "true"
    assert required.call_admin("AdminGetUser", "ada")["UserMFASettingList"] == [EMAIL]
    assert send_password(required)["ChallengeName"] == EMAIL


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("nonsense", "InvalidParameterException: Invalid email address format."),
        ("eve@example.com", "AliasExistsException: An account with the email already exists."),
        ("", NOTHING),
    ],
)
def test_addresses_that_are_refused(required: World, address: str, expected: str) -> None:
    required.make_user("eve", email="eve@example.com", email_verified="true")
    asked = send_password(required)
    assert expect_refusal(required, asked, EMAIL=address) == expected
    assert answer(required, asked, EMAIL="ada@example.com")["ChallengeName"] == EMAIL


def test_pool_without_addresses(clock: Clock) -> None:
    world = make_pool_requiring_mfa(clock, None, SMS, TOTP)
    expected = "InvalidParameterException: EMAIL is not one of the offered options"
    assert expect_refusal(world, send_password(world), EMAIL="ada@example.com") == expected


def test_address_is_set_elsewhere(clock: Clock) -> None:
    world = make_pool_requiring_mfa(clock, Settings(email_setup_by_answer=False))
    asked = send_password(world)
    assert "EMAIL is not one of" in expect_refusal(world, asked, EMAIL="ada@example.com")
    given = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}]
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)
    assert "AuthenticationResult" in answer_with_sent_code(world, send_password(world))


def test_name_of_the_answer_is_a_setting(clock: Clock) -> None:
    world = make_pool_requiring_mfa(clock, Settings(email_setup_parameter="email"))
    asked = send_password(world)
    assert expect_refusal(world, asked, EMAIL="ada@example.com") == NOTHING
    assert answer(world, asked, email="ada@example.com")["ChallengeName"] == EMAIL
