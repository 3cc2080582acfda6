"""MFA_SETUP, and authenticators set up with an access token."""

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
from tests.support.emulator.world import OTHER_PASSWORD, TEMPORARY, Clock, Json, World

WRONG = "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
USED = "NotAuthorizedException: Invalid session for the user, session can only be used once."
NOTHING = "InvalidParameterException: No MFA factor has been set up"
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."


def demanding(clock: Clock, settings: Settings | None = None, *factors: str) -> World:
    """A pool where MFA is required, and ada, who has no factor."""
    world = World(Emulator(clock, settings=settings), clock, "", "").pool(AliasAttributes=["email"])
    world.user("ada")
    configure(world, "ON", *(factors or (SMS, TOTP, EMAIL)))
    return world


@pytest.fixture
def required(clock: Clock) -> World:
    return demanding(clock)


def associate(world: World, session: str) -> tuple[pyotp.TOTP, str]:
    made = world.call("AssociateSoftwareToken", Session=session)
    return pyotp.TOTP(made["SecretCode"]), made["Session"]


def enrolled(world: World) -> tuple[pyotp.TOTP, str]:
    """Set an authenticator up as far as its first code."""
    app, session = associate(world, first_step(world)["Session"])
    verified = world.call("VerifySoftwareToken", Session=session, UserCode=code(world, app))
    assert verified["Status"] == "SUCCESS"
    return app, verified["Session"]


def setup(session: str) -> Json:
    return {"ChallengeName": "MFA_SETUP", "Session": session}


# --- an authenticator, with the Session


def test_what_can_be_set_up(required: World) -> None:
    asked = first_step(required)
    assert asked["ChallengeName"] == "MFA_SETUP"
    assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] == "ada"
    assert json.loads(asked["ChallengeParameters"]["MFAS_CAN_SETUP"]) == [SMS, TOTP, EMAIL]


def test_authenticator(required: World) -> None:
    app, session = enrolled(required)
    assert len(app.secret) == 52
    assert "AuthenticationResult" in answer(required, setup(session))
    assert required.admin("AdminGetUser", "ada")["UserMFASettingList"] == [TOTP]
    required.clock.forward(seconds=30)
    asked = first_step(required)
    assert asked["ChallengeName"] == TOTP
    assert "AuthenticationResult" in answer(required, asked, SOFTWARE_TOKEN_MFA_CODE=code(required, app))


def test_first_code_does_not_count_again(required: World) -> None:
    app, session = enrolled(required)
    answer(required, setup(session))
    refusal = refused(required, first_step(required), SOFTWARE_TOKEN_MFA_CODE=code(required, app))
    assert refusal == "ExpiredCodeException: Your software token has already been used once."


def test_after_a_new_password(required: World) -> None:
    required.invited("bob")
    renewed = first_step(required, "bob", TEMPORARY)
    asked = answer(required, renewed, "bob", NEW_PASSWORD=OTHER_PASSWORD)
    assert asked["ChallengeName"] == "MFA_SETUP"
    app, session = associate(required, asked["Session"])
    verified = required.call("VerifySoftwareToken", Session=session, UserCode=code(required, app))
    assert "AuthenticationResult" in answer(required, setup(verified["Session"]), "bob")


def test_every_session_is_a_new_one_and_works_once(required: World) -> None:
    first = first_step(required)["Session"]
    app, second = associate(required, first)
    third = required.call("VerifySoftwareToken", Session=second, UserCode=code(required, app))["Session"]
    assert len({first, second, third}) == 3
    for session in (first, second):
        assert required.refused("AssociateSoftwareToken", Session=session) == USED
        assert required.refused("VerifySoftwareToken", Session=session, UserCode=code(required, app)) == USED
        assert refused(required, setup(session)) == USED
    answer(required, setup(third))
    assert refused(required, setup(third)) == USED


def test_wrong_code_keeps_secret_and_session(required: World) -> None:
    app, session = associate(required, first_step(required)["Session"])
    for _ in range(7):  # locks nobody out: the secret was just shown
        wrong = other_code(code(required, app))
        assert required.refused("VerifySoftwareToken", Session=session, UserCode=wrong) == WRONG
    assert "Session" in required.call("VerifySoftwareToken", Session=session, UserCode=code(required, app))


def test_wrong_code_that_costs_the_session(clock: Clock) -> None:
    world = demanding(clock, Settings(wrong_totp_keeps_session=False))
    app, session = associate(world, first_step(world)["Session"])
    assert world.refused("VerifySoftwareToken", Session=session, UserCode=other_code(code(world, app))) == WRONG
    assert world.refused("VerifySoftwareToken", Session=session, UserCode=code(world, app)) == USED


def test_another_secret(required: World) -> None:
    first, session = associate(required, first_step(required)["Session"])
    second, session = associate(required, session)
    assert required.refused("VerifySoftwareToken", Session=session, UserCode=code(required, first)) == WRONG
    assert required.call("VerifySoftwareToken", Session=session, UserCode=code(required, second))


def test_nothing_associated(required: World) -> None:
    session = first_step(required)["Session"]
    assert required.refused("VerifySoftwareToken", Session=session, UserCode="123456") == WRONG


def test_answer_before_a_code_was_shown(required: World) -> None:
    asked = first_step(required)
    assert refused(required, asked) == NOTHING
    _, session = associate(required, asked["Session"])
    assert refused(required, setup(session)) == NOTHING


def test_authenticator_counts_although_the_challenge_was_not_completed(required: World) -> None:
    app, _ = enrolled(required)
    required.clock.forward(seconds=30)
    asked = first_step(required)
    assert asked["ChallengeName"] == TOTP
    assert "AuthenticationResult" in answer(required, asked, SOFTWARE_TOKEN_MFA_CODE=code(required, app))


def test_authenticator_is_asked_after_its_set_up(clock: Clock) -> None:
    world = demanding(clock, Settings(totp_setup_signs_in=False))
    app, session = enrolled(world)
    asked = answer(world, setup(session))
    assert asked["ChallengeName"] == TOTP
    clock.forward(seconds=30)
    assert "AuthenticationResult" in answer(world, asked, SOFTWARE_TOKEN_MFA_CODE=code(world, app))


def test_pool_without_authenticators(clock: Clock) -> None:
    world = demanding(clock, None, SMS, EMAIL)
    session = first_step(world)["Session"]
    expected = "SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled by the userPool"
    assert world.refused("AssociateSoftwareToken", Session=session) == expected
    configure(world, "OFF")
    assert world.refused("AssociateSoftwareToken", AccessToken=world.tokens()["AccessToken"]) == expected


def test_sessions_that_are_none(required: World, clock: Clock) -> None:
    required.invited("bob")
    other = first_step(required, "bob", TEMPORARY)["Session"]
    for session in ("x" * 40, other):
        assert required.refused("AssociateSoftwareToken", Session=session) == INVALID_SESSION
        assert required.refused("VerifySoftwareToken", Session=session, UserCode="123456") == INVALID_SESSION
    session = first_step(required)["Session"]
    required.admin("AdminDisableUser", "ada")
    assert required.refused("AssociateSoftwareToken", Session=session) == "NotAuthorizedException: User is disabled."
    clock.forward(minutes=3)
    assert required.refused("AssociateSoftwareToken", Session=session).endswith("session is expired.")


# --- an authenticator, with an access token


def test_session_and_access_token(required: World) -> None:
    session = first_step(required)["Session"]
    expected = "InvalidParameterException: Either an access token or a session is needed, and not both."
    assert required.refused("AssociateSoftwareToken", Session=session, AccessToken="a.b.c") == expected
    assert required.refused("VerifySoftwareToken", UserCode="123456") == expected


def test_present_authenticator_counts_until_the_new_one_is_verified(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    old = authenticator(world)
    token = world.tokens()["AccessToken"]
    prefer(world, "ada", TOTP)
    new = pyotp.TOTP(world.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    assert world.refused("VerifySoftwareToken", AccessToken=token, UserCode=code(world, old)) == WRONG
    assert "AuthenticationResult" in answer(world, first_step(world), SOFTWARE_TOKEN_MFA_CODE=code(world, old))
    assert world.call("VerifySoftwareToken", AccessToken=token, UserCode=code(world, new)) == {"Status": "SUCCESS"}
    world.clock.forward(seconds=30)
    asked = first_step(world)
    assert "CodeMismatch" in refused(world, asked, SOFTWARE_TOKEN_MFA_CODE=code(world, old))
    assert "AuthenticationResult" in answer(world, asked, SOFTWARE_TOKEN_MFA_CODE=code(world, new))


def test_nothing_associated_with_an_access_token(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    token = world.tokens()["AccessToken"]
    assert world.refused("VerifySoftwareToken", AccessToken=token, UserCode="123456") == WRONG


def test_code_shown_twice_while_enrolling(required: World) -> None:
    """The operation declares no ExpiredCodeException."""
    service = required.emulator._service
    app, session = associate(required, first_step(required)["Session"])
    held = service.sessions.find(session, service.clients[required.client_id], ["MFA_SETUP"], service.now())[0].held
    assert held.token.accepts(code(required, app), service.now())
    assert required.refused("VerifySoftwareToken", Session=session, UserCode=code(required, app)) == WRONG


# --- an address


def test_address(required: World) -> None:
    asked = answer(required, first_step(required), EMAIL="ada@example.com")
    assert asked["ChallengeName"] == EMAIL
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "a***@e***"
    message = required.last_message()
    assert (message.destination, message.purpose) == ("ada@example.com", Purpose.MFA_SETUP)
    assert attribute(required, "ada", "email") is None
    assert refused(required, asked, EMAIL_OTP_CODE=other_code(message.code)) == WRONG_CODE
    assert "AuthenticationResult" in sent(required, asked)
    assert attribute(required, "ada", "email") == "ada@example.com"
    assert attribute(required, "ada", "email_verified") == "true"
    assert required.admin("AdminGetUser", "ada")["UserMFASettingList"] == [EMAIL]
    assert first_step(required)["ChallengeName"] == EMAIL


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("nonsense", "InvalidParameterException: Invalid email address format."),
        ("eve@example.com", "AliasExistsException: An account with the email already exists."),
        ("", NOTHING),
    ],
)
def test_addresses_that_are_refused(required: World, address: str, expected: str) -> None:
    required.user("eve", email="eve@example.com", email_verified="true")
    asked = first_step(required)
    assert refused(required, asked, EMAIL=address) == expected
    assert answer(required, asked, EMAIL="ada@example.com")["ChallengeName"] == EMAIL


def test_pool_without_addresses(clock: Clock) -> None:
    world = demanding(clock, None, SMS, TOTP)
    expected = "InvalidParameterException: EMAIL is not among what can be answered"
    assert refused(world, first_step(world), EMAIL="ada@example.com") == expected


def test_address_is_set_elsewhere(clock: Clock) -> None:
    world = demanding(clock, Settings(email_setup_by_answer=False))
    asked = first_step(world)
    assert "EMAIL is not among" in refused(world, asked, EMAIL="ada@example.com")
    given = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}]
    world.admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)
    assert "AuthenticationResult" in sent(world, first_step(world))


def test_name_of_the_answer_is_a_setting(clock: Clock) -> None:
    world = demanding(clock, Settings(email_setup_parameter="email"))
    asked = first_step(world)
    assert refused(world, asked, EMAIL="ada@example.com") == NOTHING
    assert answer(world, asked, email="ada@example.com")["ChallengeName"] == EMAIL
