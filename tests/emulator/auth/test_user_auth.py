"""USER_AUTH: the user chooses how to sign in."""

from datetime import timedelta
from typing import Any

import pytest

from authflow.emulator import Emulator, Purpose, Settings
from tests.support.emulator import srp_client
from tests.support.emulator.mfa import (
    CONTACTS,
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
)
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, PRIVATE, TEMPORARY, Clock, Json, World

ALL = ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]
PASSWORDS = ["PASSWORD_SRP", "PASSWORD"]
POLICY = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
SRP_A = f"{pow(2, PRIVATE, srp_client.N):x}"
WRONG = "NotAuthorizedException: Incorrect username or password."
USED = "NotAuthorizedException: Invalid session for the user, session can only be used once."
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."
UNCONFIRMED = "UserNotConfirmedException: User is not confirmed."


def make_user_auth_client(world: World, **settings: Any) -> World:
    """Return a client of the same pool that allows only USER_AUTH."""
    return world.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], **settings)


@pytest.fixture
def choice(empty: World) -> World:
    """A pool that allows codes, and ada, who has an unverified email address and phone number."""
    made = make_user_auth_client(empty.make_pool(Policies=POLICY))
    made.make_user("ada", **CONTACTS)
    return made


def begin_user_auth(world: World, name: str = "ada", preferred: str | None = None, **more: str) -> Json:
    preference = {"PREFERRED_CHALLENGE": preferred} if preferred else {}
    return world.initiate("USER_AUTH", USERNAME=name, **preference, **more)


def expect_refused_begin(world: World, name: str = "ada", **parameters: str) -> str:
    return world.expect_refusal("InitiateAuth", **world.make_initiate_params("USER_AUTH", USERNAME=name, **parameters))


def make_proof(world: World, asked: Json, password: str = PASSWORD) -> dict[str, str]:
    return world.make_proof(asked["ChallengeParameters"], password)


# --- the first answer


def test_choice(choice: World) -> None:
    reply = begin_user_auth(choice)
    assert reply.pop("Session")
    assert reply == {"ChallengeName": "SELECT_CHALLENGE", "ChallengeParameters": {}, "AvailableChallenges": ALL}


@pytest.mark.parametrize("preferred", ["WEB_AUTHN", "NONSENSE", "SELECT_CHALLENGE"])
def test_preference_that_does_not_apply(choice: World, preferred: str) -> None:
    assert begin_user_auth(choice, preferred=preferred)["ChallengeName"] == "SELECT_CHALLENGE"


def test_only_what_the_user_has(choice: World) -> None:
    choice.make_user("bob", email="bob@example.com")
    assert begin_user_auth(choice, "bob", "SMS_OTP")["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]


def test_only_what_the_pool_allows(world: World) -> None:
    assert begin_user_auth(make_user_auth_client(world), preferred="EMAIL_OTP")["AvailableChallenges"] == PASSWORDS
    codes = world.make_pool(Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}})
    codes.make_user("ada", **CONTACTS)
    assert begin_user_auth(make_user_auth_client(codes))["AvailableChallenges"] == [*PASSWORDS, "EMAIL_OTP"]


def test_client_without_user_auth(world: World) -> None:
    expected = "InvalidParameterException: USER_AUTH flow not enabled for this client"
    assert expect_refused_begin(world) == expected


def test_admin_api(choice: World) -> None:
    request = choice.make_initiate_params(
        "USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD
    )
    assert "AuthenticationResult" in choice.call("AdminInitiateAuth", UserPoolId=choice.pool_id, **request)


# --- passwords


def test_preferred_password(choice: World) -> None:
    assert "AuthenticationResult" in begin_user_auth(choice, preferred="PASSWORD", PASSWORD=PASSWORD)
    assert expect_refused_begin(choice, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=OTHER_PASSWORD) == WRONG


def test_preferred_srp(choice: World) -> None:
    asked = begin_user_auth(choice, preferred="PASSWORD_SRP", SRP_A=SRP_A)
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    claim = make_proof(choice, asked)
    without = choice.make_respond_params("PASSWORD_VERIFIER", None, **claim)
    assert choice.expect_refusal("RespondToAuthChallenge", **without).startswith("NotAuthorizedException")
    assert "AuthenticationResult" in choice.respond("PASSWORD_VERIFIER", asked["Session"], **claim)


def test_session_of_one_srp_round_with_the_block_of_another(choice: World) -> None:
    first, second = (begin_user_auth(choice, preferred="PASSWORD_SRP", SRP_A=SRP_A) for _ in range(2))
    choice.respond("PASSWORD_VERIFIER", first["Session"], **make_proof(choice, first))
    for session, expected in ((first["Session"], USED), (begin_user_auth(choice)["Session"], INVALID_SESSION)):
        again = choice.make_respond_params("PASSWORD_VERIFIER", session, **make_proof(choice, second))
        assert choice.expect_refusal("RespondToAuthChallenge", **again) == expected
    third = begin_user_auth(choice, preferred="PASSWORD_SRP", SRP_A=SRP_A)
    swapped = choice.make_respond_params("PASSWORD_VERIFIER", third["Session"], **make_proof(choice, second))
    assert choice.expect_refusal("RespondToAuthChallenge", **swapped) == INVALID_SESSION
    assert "AuthenticationResult" in choice.respond("PASSWORD_VERIFIER", third["Session"], **make_proof(choice, third))


def test_time_for_a_proof_is_a_setting(clock: Clock) -> None:
    emulator = Emulator(clock, settings=Settings(proof_validity=timedelta(seconds=5)))
    world = make_user_auth_client(World(emulator, clock, "", "").make_pool())
    world.make_user("ada")
    asked = begin_user_auth(world, preferred="PASSWORD_SRP", SRP_A=SRP_A)
    claim = make_proof(world, asked)
    clock.forward(seconds=5)
    request = world.make_respond_params("PASSWORD_VERIFIER", asked["Session"], **claim)
    assert world.expect_refusal("RespondToAuthChallenge", **request).endswith("session is expired.")


def test_preferred_challenge_without_its_proof(choice: World) -> None:
    asked = begin_user_auth(choice, preferred="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    assert "AuthenticationResult" in answer(choice, asked, PASSWORD=PASSWORD)
    asked = begin_user_auth(choice, preferred="PASSWORD_SRP")
    assert asked["ChallengeName"] == "PASSWORD_SRP"
    verifier = answer(choice, asked, SRP_A=SRP_A)
    assert "AuthenticationResult" in choice.respond(
        "PASSWORD_VERIFIER", verifier["Session"], **make_proof(choice, verifier)
    )


@pytest.mark.parametrize("direct", [False, True])
def test_chosen_password(choice: World, direct: bool) -> None:
    session = begin_user_auth(choice)["Session"]
    given = {"USERNAME": "ada", "PASSWORD": PASSWORD}
    if direct:
        assert "AuthenticationResult" in choice.respond("PASSWORD", session, **given)
    else:
        assert "AuthenticationResult" in choice.respond("SELECT_CHALLENGE", session, ANSWER="PASSWORD", **given)


@pytest.mark.parametrize("direct", [False, True])
def test_chosen_srp(choice: World, direct: bool) -> None:
    session = begin_user_auth(choice)["Session"]
    given = {"USERNAME": "ada", "SRP_A": SRP_A}
    if direct:
        asked = choice.respond("PASSWORD_SRP", session, **given)
    else:
        asked = choice.respond("SELECT_CHALLENGE", session, ANSWER="PASSWORD_SRP", **given)
    reply = choice.respond("PASSWORD_VERIFIER", asked["Session"], **make_proof(choice, asked))
    assert "AuthenticationResult" in reply


def test_wrong_password_uses_up_the_session(choice: World) -> None:
    asked = begin_user_auth(choice)
    assert expect_refusal(choice, asked, ANSWER="PASSWORD", PASSWORD=OTHER_PASSWORD) == WRONG
    assert expect_refusal(choice, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD) == USED


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "Missing required parameter ANSWER"),
        ({"ANSWER": "WEB_AUTHN"}, "ANSWER is not one of the offered options"),
        ({"ANSWER": "PASSWORD"}, "Missing required parameter PASSWORD"),
        ({"ANSWER": "PASSWORD_SRP"}, "Missing required parameter SRP_A"),
    ],
)
def test_answers_that_leave_the_session_usable(choice: World, given: dict[str, str], expected: str) -> None:
    asked = begin_user_auth(choice)
    assert expect_refusal(choice, asked, **given) == f"InvalidParameterException: {expected}"
    assert "AuthenticationResult" in answer(choice, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)


# --- codes as first factor


@pytest.mark.parametrize(
    ("name", "medium", "contact"), [("EMAIL_OTP", "EMAIL", "email"), ("SMS_OTP", "SMS", "phone_number")]
)
def test_code(choice: World, name: str, medium: str, contact: str) -> None:
    asked = begin_user_auth(choice, preferred=name)
    assert asked["ChallengeName"] == name
    assert asked["AvailableChallenges"] == ALL
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"] == medium
    assert "USER_ID_FOR_SRP" not in asked["ChallengeParameters"]
    message = choice.get_last_message()
    assert (message.medium, message.purpose, len(message.code)) == (medium, Purpose.FIRST_FACTOR, 8)
    for _ in range(6):  # no lockout
        assert expect_refusal(choice, asked, **{f"{name}_CODE": make_other_code(message.code)}) == WRONG_CODE
    assert "AuthenticationResult" in answer_with_sent_code(choice, asked)
    assert get_attribute(choice, "ada", f"{contact}_verified") == "true"
    assert expect_refusal(choice, asked, **{f"{name}_CODE": message.code}) == USED


def test_chosen_code(choice: World) -> None:
    asked = answer(choice, begin_user_auth(choice), ANSWER="SMS_OTP")
    assert asked["ChallengeName"] == "SMS_OTP"
    assert "AuthenticationResult" in answer_with_sent_code(choice, asked)


def test_code_expires(choice: World, clock: Clock) -> None:
    asked = begin_user_auth(choice, preferred="EMAIL_OTP")
    clock.forward(minutes=3)
    refusal = expect_refusal(choice, asked, EMAIL_OTP_CODE=choice.get_last_message().code)
    assert refusal.endswith("session is expired.")


def test_code_confirms_a_sign_up(choice: World) -> None:
    given = [{"Name": "email", "Value": "eve@example.com"}]
    choice.call("SignUp", ClientId=choice.client_id, Username="eve", Password=PASSWORD, UserAttributes=given)
    assert (
        expect_refusal(choice, begin_user_auth(choice, "eve"), "eve", ANSWER="PASSWORD", PASSWORD=PASSWORD)
        == UNCONFIRMED
    )
    assert (
        expect_refusal(choice, begin_user_auth(choice, "eve"), "eve", ANSWER="PASSWORD_SRP", SRP_A=SRP_A) == UNCONFIRMED
    )
    assert "AuthenticationResult" in answer_with_sent_code(choice, begin_user_auth(choice, "eve", "EMAIL_OTP"), "eve")
    assert choice.call_admin("AdminGetUser", "eve")["UserStatus"] == "CONFIRMED"
    assert get_attribute(choice, "eve", "email_verified") == "true"


def test_temporary_password(choice: World) -> None:
    choice.invite("bob", **CONTACTS)
    reply = begin_user_auth(choice, "bob", "EMAIL_OTP")
    assert (reply["ChallengeName"], reply["AvailableChallenges"]) == ("SELECT_CHALLENGE", PASSWORDS)
    asked = answer(choice, reply, "bob", ANSWER="PASSWORD", PASSWORD=TEMPORARY)
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert "AuthenticationResult" in answer(choice, asked, "bob", NEW_PASSWORD=OTHER_PASSWORD)


# --- with MFA


def test_no_codes_where_mfa_is_configured(choice: World) -> None:
    configure(choice, "OPTIONAL", SMS, TOTP)
    assert begin_user_auth(choice)["AvailableChallenges"] == ALL
    prefer(choice, "ada", SMS)
    reply = begin_user_auth(choice, preferred="EMAIL_OTP")
    assert (reply["ChallengeName"], reply["AvailableChallenges"]) == ("SELECT_CHALLENGE", PASSWORDS)
    asked = answer(choice, reply, ANSWER="PASSWORD", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in answer_with_sent_code(choice, asked)


def test_no_codes_where_mfa_is_required(choice: World) -> None:
    configure(choice, "ON", EMAIL)
    assert begin_user_auth(choice)["AvailableChallenges"] == PASSWORDS


def test_mfa_turned_on_after_the_choice(choice: World) -> None:
    reply = begin_user_auth(choice)
    configure(choice, "ON", EMAIL)
    assert "is not one of the offered options" in expect_refusal(choice, reply, ANSWER="EMAIL_OTP")


def test_second_factor_of_the_same_kind(choice: World) -> None:
    """The code of the first factor does not count as the second factor."""
    asked = begin_user_auth(choice, preferred="EMAIL_OTP")
    configure(choice, "OPTIONAL", EMAIL)
    prefer(choice, "ada", EMAIL)
    first = choice.get_last_message().code
    second = answer_with_sent_code(choice, asked)
    assert second["ChallengeName"] == EMAIL
    assert expect_refusal(choice, second, EMAIL_OTP_CODE=first) == WRONG_CODE
    assert "AuthenticationResult" in answer_with_sent_code(choice, second)


# --- names


def test_entered_username_counts_until_the_canonical_one_is_revealed(empty: World) -> None:
    pool = make_user_auth_client(empty.make_pool(Policies=POLICY, UsernameAttributes=["email"]), GenerateSecret=True)
    pool.make_user("ada@example.com")
    pool.make_user("eve@example.com")
    reply = begin_user_auth(pool, "ada@example.com")
    assert expect_refusal(pool, reply, "eve@example.com", ANSWER="EMAIL_OTP") == INVALID_SESSION
    asked = answer(pool, reply, "ada@example.com", ANSWER="EMAIL_OTP")
    assert "AuthenticationResult" in answer_with_sent_code(pool, asked, "ada@example.com")
    asked = answer(
        pool, begin_user_auth(pool, "ada@example.com"), "ada@example.com", ANSWER="PASSWORD_SRP", SRP_A=SRP_A
    )
    claim = {**make_proof(pool, asked), "USERNAME": "ada@example.com"}
    request = pool.make_respond_params("PASSWORD_VERIFIER", asked["Session"], **claim)
    assert pool.expect_refusal("RespondToAuthChallenge", **request) == INVALID_SESSION
    reply = pool.respond("PASSWORD_VERIFIER", asked["Session"], **make_proof(pool, asked))
    assert "AuthenticationResult" in reply


# --- users who do not exist


@pytest.fixture
def closed(choice: World) -> World:
    return make_user_auth_client(choice, PreventUserExistenceErrors="ENABLED", GenerateSecret=True)


def test_unknown_user(choice: World) -> None:
    assert expect_refused_begin(choice, "nobody") == "UserNotFoundException: User does not exist."


def collect_visible_replies(world: World, name: str) -> list[Any]:
    """Return all replies that a stranger can get for a username."""
    wrong = {"EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}
    replies: list[Any] = []
    for preferred in (*ALL, None):
        reply = begin_user_auth(world, name, preferred)
        replies.append((reply["ChallengeName"], reply.get("AvailableChallenges"), sorted(reply["ChallengeParameters"])))
        if preferred in wrong:
            replies.append([expect_refusal(world, reply, name, **{wrong[preferred]: "12345678"}) for _ in range(6)])
    replies.append(
        expect_refusal(world, begin_user_auth(world, name), name, ANSWER="PASSWORD", PASSWORD=OTHER_PASSWORD)
    )
    verifier = begin_user_auth(world, name, "PASSWORD_SRP", SRP_A=SRP_A)
    claim = make_proof(world, verifier, OTHER_PASSWORD)
    request = world.make_respond_params("PASSWORD_VERIFIER", verifier["Session"], **claim)
    replies.append((sorted(verifier["ChallengeParameters"]), world.expect_refusal("RespondToAuthChallenge", **request)))
    replies.append([expect_refused_begin(world, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="x") for _ in range(5)])
    return replies


def test_no_difference_is_visible(closed: World) -> None:
    closed.make_user("off", **CONTACTS)
    closed.call_admin("AdminDisableUser", "off")
    expected = collect_visible_replies(closed, "ada")
    assert (
        collect_visible_replies(closed, "nobody")
        == collect_visible_replies(closed, "nobody@example.com")
        == collect_visible_replies(closed, "off")
        == expected
    )


def test_simulated_destinations_stay_the_same(closed: World) -> None:
    before = len(closed.emulator.outbox)
    first, second, other = (begin_user_auth(closed, name, "EMAIL_OTP") for name in ("nobody", "nobody", "someone"))
    assert first["ChallengeParameters"] == second["ChallengeParameters"] != other["ChallengeParameters"]
    by_email = begin_user_auth(closed, "grace@navy.mil", "EMAIL_OTP")
    assert by_email["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "g***@n***"
    assert len(closed.emulator.outbox) == before


def test_disabled_after_a_code_was_sent(choice: World) -> None:
    asked = begin_user_auth(choice, preferred="EMAIL_OTP")
    choice.call_admin("AdminDisableUser", "ada")
    expected = "NotAuthorizedException: User is disabled."
    assert expect_refusal(choice, asked, EMAIL_OTP_CODE=choice.get_last_message().code) == expected


def test_disabled_after_a_right_password(choice: World) -> None:
    asked = begin_user_auth(choice)
    choice.call_admin("AdminDisableUser", "ada")
    assert (
        expect_refusal(choice, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)
        == "NotAuthorizedException: User is disabled."
    )


# --- step-up


def test_step_up(choice: World) -> None:
    token = begin_user_auth(choice, preferred="PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]["AccessToken"]
    levels = {"ACCESS_TOKEN": token, "TARGET_ACR_VALUES": "urn:cognito:loa:1", "MAX_AGE": "60"}
    reached = "InvalidParameterException: The access token already has the authentication level urn:cognito:loa:1"
    assert expect_refused_begin(choice, **levels) == reached
    choice.make_user("bob")
    assert expect_refused_begin(choice, "bob", **levels) == "NotAuthorizedException: Invalid Access Token"
    assert expect_refused_begin(choice, **{**levels, "ACCESS_TOKEN": "a.b.c"}).startswith("NotAuthorizedException")
    alone = expect_refused_begin(choice, ACCESS_TOKEN=token)
    assert alone == "InvalidParameterException: Missing required parameter TARGET_ACR_VALUES"
    for age in ("soon", "-1", "\u0661"):
        assert expect_refused_begin(choice, MAX_AGE=age).startswith("InvalidParameterException: MAX_AGE")
