"""Authentication levels: what a sign-in must prove for them, and what its tokens say."""

import pytest

from authflow.emulator import Settings
from tests.support.emulator.mfa import EMAIL, SMS, TOTP, configure, prefer, read_code, set_up_authenticator
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
        assert levels == (LEVELS[3], ["otp", "pwd", "mfa"])


def test_the_lowest_level_is_enough(stepping: World) -> None:
    assert read_levels(begin(stepping, f"{LEVELS[3]} unknown {LEVELS[0]}")) == (LEVELS[0], ["pwd"])


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
    assert levels == (LEVELS[2], ["email_otp", "pwd", "mfa"])
