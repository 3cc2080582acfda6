"""Passkeys as both factors, and as an authentication level."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.emulator.mfa import TOTP, prefer, read_code, set_up_authenticator
from tests.support.emulator.passkeys import (
    RP_ID,
    answer,
    ask,
    change_settings,
    configure_passkeys,
    get_token,
    make_authenticator,
    make_passkey_pool,
    refuse_answer,
    register,
    sign_in,
)
from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import PASSWORD, Json, World

MULTI = "MULTI_FACTOR_WITH_USER_VERIFICATION"
ALL = ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN", "EMAIL_OTP"]
PASSWORDS = ["PASSWORD_SRP", "PASSWORD"]
WRONG = "NotAuthorizedException: Incorrect passkey: "
USED = "NotAuthorizedException: Invalid session for the user, session can only be used once."


# --- MFA


def make_mfa_pool(empty: World, mode: str = "OPTIONAL", **configuration: str) -> tuple[World, Any]:
    """Return a pool with MFA and passkeys, and ada's authenticator, whose passkey is registered before MFA is on."""
    world = make_passkey_pool(empty)
    configure_passkeys(world, "OPTIONAL", RelyingPartyId=RP_ID, **configuration)
    authenticator = make_authenticator()
    register(world, authenticator)
    set_up_authenticator(world)
    prefer(world, "ada", TOTP)
    if configuration.get("FactorConfiguration") == MULTI:
        world.call_admin("AdminSetUserMFAPreference", "ada", WebAuthnMfaSettings={"Enabled": True})
    configure_passkeys(world, mode, RelyingPartyId=RP_ID, **configuration)
    return world, authenticator


@pytest.mark.parametrize("mode", ["OPTIONAL", "ON"])
def test_a_passkey_that_is_one_factor_is_not_offered_with_mfa(empty: World, mode: str) -> None:
    world, _ = make_mfa_pool(empty, mode, FactorConfiguration="SINGLE_FACTOR")
    reply = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert reply["AvailableChallenges"] == PASSWORDS


@pytest.mark.parametrize("mode", ["OPTIONAL", "ON"])
def test_a_verified_passkey_is_both_factors(empty: World, mode: str) -> None:
    world, authenticator = make_mfa_pool(empty, mode, FactorConfiguration=MULTI)
    asked = ask(world)
    assert asked.reply["AvailableChallenges"] == [*PASSWORDS, "WEB_AUTHN"]
    assert asked.options["userVerification"] == "required"
    assert "AuthenticationResult" in answer(world, asked.session, authenticator.get(asked.options))


def test_a_passkey_without_verification_is_not_both_factors(empty: World) -> None:
    world, authenticator = make_mfa_pool(empty, "ON", FactorConfiguration=MULTI)
    lax = replace(authenticator, verifies_user=False, obeys=False)
    asked = ask(world)
    assert refuse_answer(world, asked.session, lax.get(asked.options)) == f"{WRONG}the user was not verified"


def test_the_preference_is_needed(empty: World) -> None:
    world, _ = make_mfa_pool(empty, "ON", FactorConfiguration=MULTI)
    world.call_admin("AdminSetUserMFAPreference", "ada", WebAuthnMfaSettings={"Enabled": False})
    assert world.initiate("USER_AUTH", USERNAME="ada")["AvailableChallenges"] == PASSWORDS


def test_the_preference_is_a_setting(empty: World) -> None:
    world, authenticator = make_mfa_pool(empty, "ON", FactorConfiguration=MULTI)
    world.call_admin("AdminSetUserMFAPreference", "ada", WebAuthnMfaSettings={"Enabled": False})
    change_settings(world, passkey_mfa_by_preference=False)
    asked = ask(world)
    assert asked.options["userVerification"] == "required"
    assert "AuthenticationResult" in answer(world, asked.session, authenticator.get(asked.options))


def test_mfa_that_is_turned_on_meanwhile(empty: World) -> None:
    world = make_passkey_pool(empty)
    configure_passkeys(world, "OPTIONAL", RelyingPartyId=RP_ID)
    authenticator = make_authenticator()
    register(world, authenticator)
    totp = set_up_authenticator(world)
    asked = ask(world)
    prefer(world, "ada", TOTP)
    reply = answer(world, asked.session, authenticator.get(asked.options))
    assert reply["ChallengeName"] == TOTP
    code = {f"{TOTP}_CODE": read_code(world, totp)}
    assert "AuthenticationResult" in world.respond(TOTP, reply["Session"], USERNAME="ada", **code)


def test_a_new_password_is_set_first(empty: World) -> None:
    world = make_passkey_pool(empty)
    register(world, make_authenticator())
    world.call_admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=False)
    reply = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert reply["AvailableChallenges"] == PASSWORDS


def test_a_reset_password(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    world.call_admin("AdminResetUserPassword", "ada")
    asked = ask(world)
    refusal = refuse_answer(world, asked.session, authenticator.get(asked.options))
    assert refusal == "PasswordResetRequiredException: Password reset required for the user"


# --- authentication levels


def read_levels(reply: Json) -> tuple[Any, Any]:
    claims = read_claims(reply["AuthenticationResult"]["AccessToken"])
    return claims["acr"], claims["amr"]


@pytest.mark.parametrize(("attachment", "method"), [("platform", "swk"), ("cross-platform", "hwk")])
def test_the_level_of_a_passkey(empty: World, attachment: Any, method: str) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, acr_in_every_token=True)
    authenticator = make_authenticator(attachment=attachment, transports=["usb"])
    register(world, authenticator)
    assert read_levels(sign_in(world, authenticator)) == ("urn:cognito:loa:3", [method])


def step_up(world: World, level: int, **parameters: str) -> Json:
    target = {"TARGET_ACR_VALUES": f"urn:cognito:loa:{level}"}
    return world.initiate("USER_AUTH", USERNAME="ada", **target, **parameters)


def test_a_passkey_reaches_the_third_level(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    reply = step_up(world, 3, PREFERRED_CHALLENGE="WEB_AUTHN")
    credential = authenticator.get(reply["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    assert read_levels(answer(world, reply["Session"], credential)) == ("urn:cognito:loa:3", ["swk"])


def test_a_passkey_beside_a_password(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    token = get_token(world)
    register(world, authenticator, token=token)
    reply = step_up(world, 3, ACCESS_TOKEN=token)
    assert reply["AvailableChallenges"] == ["WEB_AUTHN", "EMAIL_OTP"]
    asked = world.respond("SELECT_CHALLENGE", reply["Session"], USERNAME="ada", ANSWER="WEB_AUTHN")
    credential = authenticator.get(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    assert read_levels(answer(world, asked["Session"], credential)) == ("urn:cognito:loa:3", ["pwd", "swk", "mfa"])


def test_a_passkey_does_not_reach_the_fourth_level(empty: World) -> None:
    world = make_passkey_pool(empty)
    configure_passkeys(world, "OPTIONAL", RelyingPartyId=RP_ID)
    authenticator = make_authenticator(attachment="cross-platform")
    register(world, authenticator)
    set_up_authenticator(world)
    token = sign_in(world, authenticator)["AuthenticationResult"]["AccessToken"]
    assert step_up(world, 4)["AvailableChallenges"] == PASSWORDS
    assert step_up(world, 4, ACCESS_TOKEN=token)["AvailableChallenges"] == PASSWORDS
