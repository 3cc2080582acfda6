"""Authentication levels: what a sign-in must prove for them, and what its tokens say."""

import pyotp
import pytest

from authflow.emulator import Settings
from tests.support.emulator.mfa import (
    EMAIL,
    SMS,
    TOTP,
    configure,
    expect_refusal,
    prefer,
    read_code,
    set_up_authenticator,
)
from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import PASSWORD, Json, World, make_with_settings

FLOWS = ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
LEVELS = [f"urn:cognito:loa:{number}" for number in range(1, 5)]


@pytest.fixture
def stepping(empty: World) -> World:
    return make_stepping(empty)


def make_stepping(empty: World, **settings: object) -> World:
    """Make a pool with optional MFA by SMS and authenticator app, and a user with both; neither is turned on."""
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}
    pool = empty.make_pool(Policies={"SignInPolicy": factors}, **settings)
    world = pool.make_client(ExplicitAuthFlows=FLOWS)
    world.make_user("ada", email="ada@example.com", email_verified="true", phone_number="+15550109878")
    configure(world, "OPTIONAL", SMS, TOTP)
    return world


def begin(world: World, target: str = "", **parameters: str) -> Json:
    wanted = {"TARGET_ACR_VALUES": target} if target else {}
    password = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
    return world.initiate("USER_AUTH", **{"USERNAME": "ada", **password, **wanted, **parameters})


def refuse(world: World, target: str, **parameters: str) -> str:
    given = {"USERNAME": "ada", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD, **parameters}
    return world.expect_refusal(
        "InitiateAuth", **world.make_initiate_params("USER_AUTH", TARGET_ACR_VALUES=target, **given)
    )


def read_levels(reply: Json) -> tuple[object, object]:
    result = reply["AuthenticationResult"]
    both = [read_claims(result[token]) for token in ("IdToken", "AccessToken")]
    assert both[0].get("acr") == both[1].get("acr")
    assert both[0].get("amr") == both[1].get("amr")
    return both[0].get("acr"), both[0].get("amr")


def test_a_password_is_level_1(stepping: World) -> None:
    assert read_levels(begin(stepping, LEVELS[0])) == (LEVELS[0], ["pwd"])


def test_a_message_is_level_2(stepping: World) -> None:
    asked = begin(stepping, LEVELS[1], PREFERRED_CHALLENGE="EMAIL_OTP")
    code = {"USERNAME": "ada", "EMAIL_OTP_CODE": stepping.get_last_message().code}
    assert read_levels(stepping.respond("EMAIL_OTP", asked["Session"], **code)) == (LEVELS[1], ["email_otp"])


def test_a_password_and_a_message_are_level_3(stepping: World) -> None:
    asked = begin(stepping, LEVELS[2])
    assert asked["ChallengeName"] == SMS
    code = {"USERNAME": "ada", "SMS_MFA_CODE": stepping.get_last_message().code}
    assert read_levels(stepping.respond(SMS, asked["Session"], **code)) == (LEVELS[2], ["pwd", "sms", "mfa"])


def test_a_password_and_an_app_are_level_4(stepping: World) -> None:
    app = set_up_authenticator(stepping)
    for target in LEVELS[2:]:
        stepping.clock.forward(seconds=30)
        asked = begin(stepping, target)
        assert asked["ChallengeName"] == TOTP
        code = {"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": read_code(stepping, app)}
        levels = read_levels(stepping.respond(TOTP, asked["Session"], **code))
        assert levels == (LEVELS[3], ["pwd", "otp", "mfa"])


def test_the_first_level_that_the_user_can_reach_counts(stepping: World) -> None:
    wanted = f"{LEVELS[3]} unknown {LEVELS[0]}"
    assert read_levels(begin(stepping, wanted)) == (LEVELS[0], ["pwd"])
    app = set_up_authenticator(stepping)
    answer_totp(stepping, app, begin(stepping, wanted), LEVELS[3])
    assert read_levels(begin(stepping, f"{LEVELS[0]} {LEVELS[3]}")) == (LEVELS[0], ["pwd"])


def answer_totp(world: World, app: pyotp.TOTP, asked: Json, level: str) -> None:
    """Answer SOFTWARE_TOKEN_MFA with a new code, and require the level that is then reached."""
    assert asked["ChallengeName"] == TOTP
    world.clock.forward(seconds=30)
    code = {"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": read_code(world, app)}
    assert read_levels(world.respond(TOTP, asked["Session"], **code)) == (level, ["pwd", "otp", "mfa"])


def test_a_level_that_the_user_can_not_reach(stepping: World) -> None:
    refusal = refuse(stepping, LEVELS[3])
    assert refusal == f"NotAuthorizedException: The user can't reach the authentication level {LEVELS[3]}"


def test_the_second_factor_that_is_on_anyway(stepping: World) -> None:
    prefer(stepping, "ada", SMS)
    asked = begin(stepping, LEVELS[0])
    code = {"USERNAME": "ada", "SMS_MFA_CODE": stepping.get_last_message().code}
    assert read_levels(stepping.respond(SMS, asked["Session"], **code))[0] == LEVELS[2]


def test_levels_have_the_names_of_the_pool(empty: World) -> None:
    world = make_stepping(empty, AcrConfiguration={"Level1": {"AcrValue": "low"}})
    assert read_levels(begin(world, "low")) == ("low", ["pwd"])
    text = "InvalidParameterException: TARGET_ACR_VALUES has no value of the user pool"
    assert refuse(world, LEVELS[0]) == text


def test_a_refresh_keeps_the_levels(stepping: World) -> None:
    first = begin(stepping, LEVELS[0])
    stepping.clock.forward(minutes=5)
    again = stepping.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first["AuthenticationResult"]["RefreshToken"])
    assert read_levels(again) == read_levels(first)


def test_a_tier_without_levels(empty: World) -> None:
    lite = empty.make_pool(UserPoolTier="LITE")
    lite.make_user("ada")
    request = lite.make_initiate_params("USER_AUTH", USERNAME="ada", TARGET_ACR_VALUES=LEVELS[0])
    assert "Exception" in lite.expect_refusal("InitiateAuth", **request)


@pytest.mark.parametrize("always", [True, False])
def test_sign_ins_that_ask_for_no_level(empty: World, *, always: bool) -> None:
    world = make_with_settings(empty, Settings(acr_in_every_token=always))
    levels = read_levels(world.initiate(USERNAME="ada", PASSWORD=PASSWORD))
    assert levels == ((LEVELS[0], ["pwd"]) if always else (None, None))


def test_email_as_second_factor(empty: World) -> None:
    world = make_stepping(empty)
    configure(world, "OPTIONAL", EMAIL)
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=[{"Name": "phone_number", "Value": ""}])
    asked = begin(world, LEVELS[2])
    code = {"USERNAME": "ada", "EMAIL_OTP_CODE": world.get_last_message().code}
    levels = read_levels(world.respond(EMAIL, asked["Session"], **code))
    assert levels == (LEVELS[2], ["pwd", "email_otp", "mfa"])


def test_the_factor_that_the_user_prefers(stepping: World) -> None:
    set_up_authenticator(stepping)
    prefer(stepping, "ada", SMS)
    assert begin(stepping, LEVELS[2])["ChallengeName"] == SMS
    assert begin(stepping, LEVELS[3])["ChallengeName"] == TOTP


def test_only_first_factors_that_lead_to_the_level_are_offered(stepping: World) -> None:
    passwords, codes = ["PASSWORD_SRP", "PASSWORD"], ["EMAIL_OTP", "SMS_OTP"]
    expected = {LEVELS[0]: [*passwords, *codes], LEVELS[1]: [*passwords, *codes], LEVELS[2]: passwords}
    for level, offers in expected.items():
        asked = stepping.initiate("USER_AUTH", USERNAME="ada", TARGET_ACR_VALUES=level)
        assert asked["AvailableChallenges"] == offers
    assert expect_refusal(stepping, asked, ANSWER="EMAIL_OTP").startswith("InvalidParameterException")


def test_a_password_for_level_2_needs_a_code_too(stepping: World) -> None:
    asked = begin(stepping, LEVELS[1])
    code = {"USERNAME": "ada", "SMS_MFA_CODE": stepping.get_last_message().code}
    assert read_levels(stepping.respond(SMS, asked["Session"], **code))[0] == LEVELS[2]


# --- from an access token


def get_access_token(world: World, **parameters: str) -> str:
    token: str = begin(world, **parameters)["AuthenticationResult"]["AccessToken"]
    return token


def step_up(world: World, target: str, token: str, **parameters: str) -> Json:
    return world.initiate("USER_AUTH", USERNAME="ada", TARGET_ACR_VALUES=target, ACCESS_TOKEN=token, **parameters)


def test_only_the_missing_factor_is_asked_for(stepping: World) -> None:
    app = set_up_authenticator(stepping)
    before = begin(stepping)["AuthenticationResult"]
    stepping.clock.forward(seconds=90)
    answer_totp(stepping, app, step_up(stepping, LEVELS[3], before["AccessToken"]), LEVELS[3])
    stepping.call("GetUser", AccessToken=before["AccessToken"])  # the tokens from before stay


def test_a_step_up_is_a_new_sign_in(stepping: World) -> None:
    before = read_claims(get_access_token(stepping))
    stepping.clock.forward(seconds=90)
    asked = step_up(stepping, LEVELS[2], get_access_token(stepping))
    code = {"USERNAME": "ada", "SMS_MFA_CODE": stepping.get_last_message().code}
    result = stepping.respond(SMS, asked["Session"], **code)["AuthenticationResult"]
    after = read_claims(result["AccessToken"])
    assert after["auth_time"] == before["auth_time"] + 90
    assert after["origin_jti"] != before["origin_jti"]
    assert result["RefreshToken"]


def test_a_password_after_a_code(stepping: World) -> None:
    asked = begin(stepping, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = {"USERNAME": "ada", "EMAIL_OTP_CODE": stepping.get_last_message().code}
    token = stepping.respond("EMAIL_OTP", asked["Session"], **code)["AuthenticationResult"]["AccessToken"]
    asked = step_up(stepping, LEVELS[2], token)
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    answer = {"USERNAME": "ada", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD}
    levels = read_levels(stepping.respond("SELECT_CHALLENGE", asked["Session"], **answer))
    assert levels == (LEVELS[2], ["pwd", "email_otp", "mfa"])


def test_a_code_as_first_factor_after_a_password(empty: World) -> None:
    world = make_stepping(empty)
    configure(world, "OFF")
    configure(world, "OPTIONAL", TOTP)  # no message is a second factor
    token = get_access_token(world)
    asked = step_up(world, LEVELS[2], token)
    assert asked["AvailableChallenges"] == ["EMAIL_OTP", "SMS_OTP"]
    asked = step_up(world, LEVELS[2], token, PREFERRED_CHALLENGE="SMS_OTP")
    code = {"USERNAME": "ada", "SMS_OTP_CODE": world.get_last_message().code}
    levels = read_levels(world.respond("SMS_OTP", asked["Session"], **code))
    assert levels == (LEVELS[2], ["pwd", "sms", "mfa"])


@pytest.mark.parametrize(("age", "is_fresh"), [("90", True), ("89", False)])
def test_proofs_that_are_too_old(stepping: World, age: str, *, is_fresh: bool) -> None:
    token = get_access_token(stepping)
    stepping.clock.forward(seconds=90)
    asked = step_up(stepping, LEVELS[2], token, MAX_AGE=age)
    assert asked["ChallengeName"] == (SMS if is_fresh else "SELECT_CHALLENGE")
    stepping.call("GetUser", AccessToken=token)  # the token itself stays valid


def test_a_level_that_the_token_has(stepping: World) -> None:
    token = get_access_token(stepping)
    given = {"USERNAME": "ada", "ACCESS_TOKEN": token}
    for wanted in (LEVELS[0], f"{LEVELS[3]} {LEVELS[0]}"):  # the user can't reach level 4
        request = stepping.make_initiate_params("USER_AUTH", TARGET_ACR_VALUES=wanted, **given)
        reached = f"InvalidParameterException: The access token already has the authentication level {LEVELS[0]}"
        assert stepping.expect_refusal("InitiateAuth", **request) == reached


def test_a_level_that_has_another_name_by_now(empty: World) -> None:
    world = make_stepping(empty)
    token = get_access_token(world)
    sender = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}
    names = {"Level1": {"AcrValue": "low"}}
    world.call(
        "UpdateUserPool", UserPoolId=world.pool_id, AcrConfiguration=names, Policies=policies, SmsConfiguration=sender
    )
    assert read_levels(step_up(world, "low", token)) == ("low", ["pwd"])


def test_tokens_of_a_user_who_must_set_a_password(stepping: World) -> None:
    token = get_access_token(stepping)
    stepping.call_admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=False)
    assert step_up(stepping, LEVELS[2], token)["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]


def test_revoked_tokens(stepping: World) -> None:
    token = get_access_token(stepping)
    stepping.call_admin("AdminUserGlobalSignOut", "ada")
    request = {"USERNAME": "ada", "TARGET_ACR_VALUES": LEVELS[2], "ACCESS_TOKEN": token}
    refusal = stepping.expect_refusal("InitiateAuth", **stepping.make_initiate_params("USER_AUTH", **request))
    assert refusal == "NotAuthorizedException: Access Token has been revoked"
