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
    attribute,
    configure,
    first_step,
    other_code,
    prefer,
    refused,
    sent,
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


def choosing(world: World, **settings: Any) -> World:
    """Return a client of the same pool that has no other flow."""
    return world.client(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], **settings)


@pytest.fixture
def choice(empty: World) -> World:
    """A pool that allows codes, and ada, who has an address and a number that are not verified."""
    made = choosing(empty.pool(Policies=POLICY))
    made.user("ada", **CONTACTS)
    return made


def begin(world: World, name: str = "ada", preferred: str | None = None, **more: str) -> Json:
    preference = {"PREFERRED_CHALLENGE": preferred} if preferred else {}
    return world.initiate("USER_AUTH", USERNAME=name, **preference, **more)


def refused_begin(world: World, name: str = "ada", **parameters: str) -> str:
    return world.refused("InitiateAuth", **world.initiation("USER_AUTH", USERNAME=name, **parameters))


def proof(world: World, asked: Json, password: str = PASSWORD) -> dict[str, str]:
    return world.claim(asked["ChallengeParameters"], password)


# --- the first answer


def test_choice(choice: World) -> None:
    reply = begin(choice)
    assert reply.pop("Session")
    assert reply == {"ChallengeName": "SELECT_CHALLENGE", "ChallengeParameters": {}, "AvailableChallenges": ALL}


@pytest.mark.parametrize("preferred", ["WEB_AUTHN", "NONSENSE", "SELECT_CHALLENGE"])
def test_preference_that_does_not_apply(choice: World, preferred: str) -> None:
    assert begin(choice, preferred=preferred)["ChallengeName"] == "SELECT_CHALLENGE"


def test_only_what_the_user_has(choice: World) -> None:
    choice.user("bob", email="bob@example.com")
    assert begin(choice, "bob", "SMS_OTP")["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]


def test_only_what_the_pool_allows(world: World) -> None:
    assert begin(choosing(world), preferred="EMAIL_OTP")["AvailableChallenges"] == PASSWORDS
    codes = world.pool(Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}})
    codes.user("ada", **CONTACTS)
    assert begin(choosing(codes))["AvailableChallenges"] == ["EMAIL_OTP"]


def test_client_that_may_not(world: World) -> None:
    expected = "InvalidParameterException: USER_AUTH flow not enabled for this client"
    assert refused_begin(world) == expected


def test_admin_api(choice: World) -> None:
    request = choice.initiation("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in choice.call("AdminInitiateAuth", UserPoolId=choice.pool_id, **request)


# --- passwords


def test_preferred_password(choice: World) -> None:
    assert "AuthenticationResult" in begin(choice, preferred="PASSWORD", PASSWORD=PASSWORD)
    assert refused_begin(choice, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=OTHER_PASSWORD) == WRONG


def test_preferred_srp(choice: World) -> None:
    asked = begin(choice, preferred="PASSWORD_SRP", SRP_A=SRP_A)
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    claim = proof(choice, asked)
    without = choice.response("PASSWORD_VERIFIER", None, **claim)
    assert choice.refused("RespondToAuthChallenge", **without).startswith("NotAuthorizedException")
    assert "AuthenticationResult" in choice.respond("PASSWORD_VERIFIER", asked["Session"], **claim)


def test_session_of_one_srp_round_with_the_block_of_another(choice: World) -> None:
    first, second = (begin(choice, preferred="PASSWORD_SRP", SRP_A=SRP_A) for _ in range(2))
    choice.respond("PASSWORD_VERIFIER", first["Session"], **proof(choice, first))
    for session, expected in ((first["Session"], USED), (begin(choice)["Session"], INVALID_SESSION)):
        again = choice.response("PASSWORD_VERIFIER", session, **proof(choice, second))
        assert choice.refused("RespondToAuthChallenge", **again) == expected
    third = begin(choice, preferred="PASSWORD_SRP", SRP_A=SRP_A)
    swapped = choice.response("PASSWORD_VERIFIER", third["Session"], **proof(choice, second))
    assert choice.refused("RespondToAuthChallenge", **swapped) == INVALID_SESSION
    assert "AuthenticationResult" in choice.respond("PASSWORD_VERIFIER", third["Session"], **proof(choice, third))


def test_time_for_a_proof_is_a_setting(clock: Clock) -> None:
    emulator = Emulator(clock, settings=Settings(proof_validity=timedelta(seconds=5)))
    world = choosing(World(emulator, clock, "", "").pool())
    world.user("ada")
    asked = begin(world, preferred="PASSWORD_SRP", SRP_A=SRP_A)
    claim = proof(world, asked)
    clock.forward(seconds=5)
    request = world.response("PASSWORD_VERIFIER", asked["Session"], **claim)
    assert world.refused("RespondToAuthChallenge", **request).endswith("session is expired.")


def test_preferred_challenge_without_its_proof(choice: World) -> None:
    asked = begin(choice, preferred="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    assert "AuthenticationResult" in answer(choice, asked, PASSWORD=PASSWORD)
    asked = begin(choice, preferred="PASSWORD_SRP")
    assert asked["ChallengeName"] == "PASSWORD_SRP"
    verifier = answer(choice, asked, SRP_A=SRP_A)
    assert "AuthenticationResult" in choice.respond("PASSWORD_VERIFIER", verifier["Session"], **proof(choice, verifier))


@pytest.mark.parametrize("direct", [False, True])
def test_chosen_password(choice: World, direct: bool) -> None:
    session = begin(choice)["Session"]
    given = {"USERNAME": "ada", "PASSWORD": PASSWORD}
    if direct:
        assert "AuthenticationResult" in choice.respond("PASSWORD", session, **given)
    else:
        assert "AuthenticationResult" in choice.respond("SELECT_CHALLENGE", session, ANSWER="PASSWORD", **given)


@pytest.mark.parametrize("direct", [False, True])
def test_chosen_srp(choice: World, direct: bool) -> None:
    session = begin(choice)["Session"]
    given = {"USERNAME": "ada", "SRP_A": SRP_A}
    if direct:
        asked = choice.respond("PASSWORD_SRP", session, **given)
    else:
        asked = choice.respond("SELECT_CHALLENGE", session, ANSWER="PASSWORD_SRP", **given)
    reply = choice.respond("PASSWORD_VERIFIER", asked["Session"], **proof(choice, asked))
    assert "AuthenticationResult" in reply


def test_wrong_password_costs_the_session(choice: World) -> None:
    asked = begin(choice)
    assert refused(choice, asked, ANSWER="PASSWORD", PASSWORD=OTHER_PASSWORD) == WRONG
    assert refused(choice, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD) == USED


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "Missing required parameter ANSWER"),
        ({"ANSWER": "WEB_AUTHN"}, "ANSWER is not among what can be answered"),
        ({"ANSWER": "PASSWORD"}, "Missing required parameter PASSWORD"),
        ({"ANSWER": "PASSWORD_SRP"}, "Missing required parameter SRP_A"),
    ],
)
def test_answers_that_leave_the_session_usable(choice: World, given: dict[str, str], expected: str) -> None:
    asked = begin(choice)
    assert refused(choice, asked, **given) == f"InvalidParameterException: {expected}"
    assert "AuthenticationResult" in answer(choice, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)


# --- codes as first factor


@pytest.mark.parametrize(
    ("name", "medium", "contact"), [("EMAIL_OTP", "EMAIL", "email"), ("SMS_OTP", "SMS", "phone_number")]
)
def test_code(choice: World, name: str, medium: str, contact: str) -> None:
    asked = begin(choice, preferred=name)
    assert asked["ChallengeName"] == name
    assert asked["AvailableChallenges"] == ALL
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"] == medium
    assert "USER_ID_FOR_SRP" not in asked["ChallengeParameters"]
    message = choice.last_message()
    assert (message.medium, message.purpose, len(message.code)) == (medium, Purpose.FIRST_FACTOR, 8)
    for _ in range(6):  # no lock
        assert refused(choice, asked, **{f"{name}_CODE": other_code(message.code)}) == WRONG_CODE
    assert "AuthenticationResult" in sent(choice, asked)
    assert attribute(choice, "ada", f"{contact}_verified") == "true"
    assert refused(choice, asked, **{f"{name}_CODE": message.code}) == USED


def test_chosen_code(choice: World) -> None:
    asked = answer(choice, begin(choice), ANSWER="SMS_OTP")
    assert asked["ChallengeName"] == "SMS_OTP"
    assert "AuthenticationResult" in sent(choice, asked)


def test_code_expires(choice: World, clock: Clock) -> None:
    asked = begin(choice, preferred="EMAIL_OTP")
    clock.forward(minutes=3)
    refusal = refused(choice, asked, EMAIL_OTP_CODE=choice.last_message().code)
    assert refusal.endswith("session is expired.")


def test_code_confirms_a_sign_up(choice: World) -> None:
    given = [{"Name": "email", "Value": "eve@example.com"}]
    choice.call("SignUp", ClientId=choice.client_id, Username="eve", Password=PASSWORD, UserAttributes=given)
    assert refused(choice, begin(choice, "eve"), "eve", ANSWER="PASSWORD", PASSWORD=PASSWORD) == UNCONFIRMED
    assert refused(choice, begin(choice, "eve"), "eve", ANSWER="PASSWORD_SRP", SRP_A=SRP_A) == UNCONFIRMED
    assert "AuthenticationResult" in sent(choice, begin(choice, "eve", "EMAIL_OTP"), "eve")
    assert choice.admin("AdminGetUser", "eve")["UserStatus"] == "CONFIRMED"
    assert attribute(choice, "eve", "email_verified") == "true"


def test_temporary_password(choice: World) -> None:
    choice.invited("bob", **CONTACTS)
    reply = begin(choice, "bob", "EMAIL_OTP")
    assert (reply["ChallengeName"], reply["AvailableChallenges"]) == ("SELECT_CHALLENGE", PASSWORDS)
    asked = answer(choice, reply, "bob", ANSWER="PASSWORD", PASSWORD=TEMPORARY)
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert "AuthenticationResult" in answer(choice, asked, "bob", NEW_PASSWORD=OTHER_PASSWORD)


# --- with MFA


def test_no_codes_where_mfa_is_configured(choice: World) -> None:
    configure(choice, "OPTIONAL", SMS, TOTP)
    assert begin(choice)["AvailableChallenges"] == ALL
    prefer(choice, "ada", SMS)
    reply = begin(choice, preferred="EMAIL_OTP")
    assert (reply["ChallengeName"], reply["AvailableChallenges"]) == ("SELECT_CHALLENGE", PASSWORDS)
    asked = answer(choice, reply, ANSWER="PASSWORD", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == SMS
    assert "AuthenticationResult" in sent(choice, asked)


def test_no_codes_where_mfa_is_required(choice: World) -> None:
    configure(choice, "ON", EMAIL)
    assert begin(choice)["AvailableChallenges"] == PASSWORDS


def test_mfa_turned_on_after_the_choice(choice: World) -> None:
    reply = begin(choice)
    configure(choice, "ON", EMAIL)
    assert "not among" in refused(choice, reply, ANSWER="EMAIL_OTP")


def test_second_factor_of_the_same_kind(choice: World) -> None:
    """A code of the first factor does not stand for the second one."""
    asked = begin(choice, preferred="EMAIL_OTP")
    configure(choice, "OPTIONAL", EMAIL)
    prefer(choice, "ada", EMAIL)
    first = choice.last_message().code
    second = sent(choice, asked)
    assert second["ChallengeName"] == EMAIL
    assert refused(choice, second, EMAIL_OTP_CODE=first) == WRONG_CODE
    assert "AuthenticationResult" in sent(choice, second)


# --- names


def test_typed_name_until_the_canonical_one_is_told(empty: World) -> None:
    pool = choosing(empty.pool(Policies=POLICY, UsernameAttributes=["email"]), GenerateSecret=True)
    pool.user("ada@example.com")
    pool.user("eve@example.com")
    reply = begin(pool, "ada@example.com")
    assert refused(pool, reply, "eve@example.com", ANSWER="EMAIL_OTP") == INVALID_SESSION
    asked = answer(pool, reply, "ada@example.com", ANSWER="EMAIL_OTP")
    assert "AuthenticationResult" in sent(pool, asked, "ada@example.com")
    asked = answer(pool, begin(pool, "ada@example.com"), "ada@example.com", ANSWER="PASSWORD_SRP", SRP_A=SRP_A)
    claim = {**proof(pool, asked), "USERNAME": "ada@example.com"}
    request = pool.response("PASSWORD_VERIFIER", asked["Session"], **claim)
    assert pool.refused("RespondToAuthChallenge", **request) == INVALID_SESSION
    reply = pool.respond("PASSWORD_VERIFIER", asked["Session"], **proof(pool, asked))
    assert "AuthenticationResult" in reply


# --- users who do not exist


@pytest.fixture
def closed(choice: World) -> World:
    return choosing(choice, PreventUserExistenceErrors="ENABLED", GenerateSecret=True)


def test_unknown_user(choice: World) -> None:
    assert refused_begin(choice, "nobody") == "UserNotFoundException: User does not exist."


def seen(world: World, name: str) -> list[Any]:
    """Return all that a stranger sees who tries everything with a name."""
    wrong = {"EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}
    replies: list[Any] = []
    for preferred in (*ALL, None):
        reply = begin(world, name, preferred)
        replies.append((reply["ChallengeName"], reply.get("AvailableChallenges"), sorted(reply["ChallengeParameters"])))
        if preferred in wrong:
            replies.append([refused(world, reply, name, **{wrong[preferred]: "12345678"}) for _ in range(6)])
    replies.append(refused(world, begin(world, name), name, ANSWER="PASSWORD", PASSWORD=OTHER_PASSWORD))
    verifier = begin(world, name, "PASSWORD_SRP", SRP_A=SRP_A)
    claim = proof(world, verifier, OTHER_PASSWORD)
    request = world.response("PASSWORD_VERIFIER", verifier["Session"], **claim)
    replies.append((sorted(verifier["ChallengeParameters"]), world.refused("RespondToAuthChallenge", **request)))
    replies.append([refused_begin(world, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="x") for _ in range(5)])
    return replies


def test_no_difference_is_visible(closed: World) -> None:
    closed.user("off", **CONTACTS)
    closed.admin("AdminDisableUser", "off")
    expected = seen(closed, "ada")
    assert seen(closed, "nobody") == seen(closed, "nobody@example.com") == seen(closed, "off") == expected


def test_simulated_destinations_stay_the_same(closed: World) -> None:
    before = len(closed.emulator.outbox)
    first, second, other = (begin(closed, name, "EMAIL_OTP") for name in ("nobody", "nobody", "someone"))
    assert first["ChallengeParameters"] == second["ChallengeParameters"] != other["ChallengeParameters"]
    by_email = begin(closed, "grace@navy.mil", "EMAIL_OTP")
    assert by_email["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "g***@n***"
    assert len(closed.emulator.outbox) == before


def test_disabled_while_a_code_is_out(choice: World) -> None:
    asked = begin(choice, preferred="EMAIL_OTP")
    choice.admin("AdminDisableUser", "ada")
    expected = "NotAuthorizedException: User is disabled."
    assert refused(choice, asked, EMAIL_OTP_CODE=choice.last_message().code) == expected


def test_disabled_after_a_right_password(choice: World) -> None:
    asked = begin(choice)
    choice.admin("AdminDisableUser", "ada")
    assert refused(choice, asked, ANSWER="PASSWORD", PASSWORD=PASSWORD) == "NotAuthorizedException: User is disabled."


# --- straight after sign-up


# --- step-up


def test_step_up(choice: World) -> None:
    token = begin(choice, preferred="PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]["AccessToken"]
    levels = {"ACCESS_TOKEN": token, "TARGET_ACR_VALUES": "urn:example:mfa", "MAX_AGE": "60"}
    assert begin(choice, **levels)["ChallengeName"] == "SELECT_CHALLENGE"  # everything is proven anew
    choice.user("bob")
    assert refused_begin(choice, "bob", **levels) == "NotAuthorizedException: Invalid Access Token"
    assert refused_begin(choice, **{**levels, "ACCESS_TOKEN": "a.b.c"}).startswith("NotAuthorizedException")
    alone = refused_begin(choice, ACCESS_TOKEN=token)
    assert alone == "InvalidParameterException: Missing required parameter TARGET_ACR_VALUES"
    for age in ("soon", "-1", "\u0661"):
        assert refused_begin(choice, MAX_AGE=age).startswith("InvalidParameterException: MAX_AGE")


# --- ADMIN_NO_SRP_AUTH, obsolete


def test_admin_no_srp_auth_as_a_challenge(world: World) -> None:
    request = world.initiation("ADMIN_NO_SRP_AUTH", USERNAME="ada")
    asked = world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **request)
    assert asked["ChallengeName"] == "ADMIN_NO_SRP_AUTH"
    given = world.response("ADMIN_NO_SRP_AUTH", asked["Session"], USERNAME="ada", PASSWORD=PASSWORD)
    assert world.refused("RespondToAuthChallenge", **given) == INVALID_SESSION
    assert "AuthenticationResult" in world.call("AdminRespondToAuthChallenge", UserPoolId=world.pool_id, **given)
    direct = world.initiation("ADMIN_NO_SRP_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **direct)


def test_password_flow_of_the_world_is_no_choice(world: World) -> None:
    assert "AvailableChallenges" not in first_step(world)
