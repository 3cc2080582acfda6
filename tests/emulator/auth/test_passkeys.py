"""Sign-ins with passkeys: as one factor, as both factors, and as an authentication level."""

import json
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
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Json, World

MULTI = "MULTI_FACTOR_WITH_USER_VERIFICATION"
ALL = ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN", "EMAIL_OTP"]
PASSWORDS = ["PASSWORD_SRP", "PASSWORD"]
WRONG = "NotAuthorizedException: Incorrect passkey: "
USED = "NotAuthorizedException: Invalid session for the user, session can only be used once."


# --- the challenge


def test_preferred(empty: World) -> None:
    world = make_passkey_pool(empty, {"UserVerification": "required"})
    authenticator = make_authenticator()
    ids = [register(world, authenticator), register(world, make_authenticator())]
    asked = ask(world)
    assert asked.reply["AvailableChallenges"] == ALL
    assert list(asked.options) == [
        "hints",
        "attestation",
        "attestationFormats",
        "challenge",
        "timeout",
        "rpId",
        "allowCredentials",
        "userVerification",
    ]
    assert len(asked.options.pop("challenge")) == 22
    assert asked.options == {
        "hints": [],
        "attestation": "none",
        "attestationFormats": [],
        "timeout": 180_000,
        "rpId": RP_ID,
        "allowCredentials": [{"id": identifier, "type": "public-key"} for identifier in ids],
        "userVerification": "required",
    }


def test_chosen(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    choice = world.initiate("USER_AUTH", USERNAME="ada")
    assert (choice["AvailableChallenges"], choice["ChallengeParameters"]) == (ALL, {})
    asked = world.respond("SELECT_CHALLENGE", choice["Session"], USERNAME="ada", ANSWER="WEB_AUTHN")
    assert asked["ChallengeName"] == "WEB_AUTHN"
    credential = authenticator.get(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    assert "AuthenticationResult" in answer(world, asked["Session"], credential)


def test_chosen_with_the_credential(empty: World) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, passkey_options_at_choice=True)
    authenticator = make_authenticator()
    register(world, authenticator)
    choice = world.initiate("USER_AUTH", USERNAME="ada")
    credential = json.dumps(authenticator.get(choice["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]))
    given = {"USERNAME": "ada", "ANSWER": "WEB_AUTHN", "CREDENTIAL": credential}
    assert "AuthenticationResult" in world.respond("SELECT_CHALLENGE", choice["Session"], **given)
    again = world.make_respond_params("SELECT_CHALLENGE", choice["Session"], **given)
    assert world.expect_refusal("RespondToAuthChallenge", **again) == USED


def test_a_credential_that_answers_no_challenge(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    credential = json.dumps(authenticator.get(ask(world).options))
    choice = world.initiate("USER_AUTH", USERNAME="ada")
    given = {"USERNAME": "ada", "ANSWER": "WEB_AUTHN", "CREDENTIAL": credential}
    request = world.make_respond_params("SELECT_CHALLENGE", choice["Session"], **given)
    assert world.expect_refusal("RespondToAuthChallenge", **request) == f"{WRONG}it does not answer the challenge"


def test_a_user_without_passkeys(empty: World) -> None:
    world = make_passkey_pool(empty)
    reply = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert reply["ChallengeName"] == "SELECT_CHALLENGE"
    assert reply["AvailableChallenges"] == [*PASSWORDS, "EMAIL_OTP"]
    given = {"USERNAME": "ada", "ANSWER": "WEB_AUTHN"}
    request = world.make_respond_params("SELECT_CHALLENGE", reply["Session"], **given)
    refusal = world.expect_refusal("RespondToAuthChallenge", **request)
    assert refusal == "InvalidParameterException: ANSWER is not one of the offered options"


def test_a_user_who_does_not_exist(empty: World) -> None:
    world = make_passkey_pool(empty).make_client(
        ExplicitAuthFlows=["ALLOW_USER_AUTH"], PreventUserExistenceErrors="ENABLED"
    )
    reply = world.initiate("USER_AUTH", USERNAME="nobody", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert reply["ChallengeName"] == "SELECT_CHALLENGE"


def test_passkeys_of_another_relying_party_id(empty: World) -> None:
    world = make_passkey_pool(empty)
    register(world, make_authenticator())
    configure_passkeys(world, RelyingPartyId="example.org")
    reply = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert reply["ChallengeName"] == "SELECT_CHALLENGE"


# --- the answer


def test_each_of_several_passkeys(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticators = [make_authenticator(algorithms=[name]) for name in ("ES256", "RS256")]
    for authenticator in authenticators:
        register(world, authenticator)
    for authenticator in authenticators:
        assert "AuthenticationResult" in sign_in(world, authenticator)


def test_the_user_handle_may_be_missing(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator(sends_user_handle=False)
    register(world, authenticator)
    assert "AuthenticationResult" in sign_in(world, authenticator)
    asked = ask(world)
    credential = authenticator.get(asked.options)
    credential["response"]["userHandle"] = None
    assert "AuthenticationResult" in answer(world, asked.session, credential)


def test_a_counter_that_stays_at_zero(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator(counts=False)
    register(world, authenticator)
    for _ in range(2):
        assert "AuthenticationResult" in sign_in(world, authenticator)


def test_a_counter_that_rises(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    for _ in range(2):
        assert "AuthenticationResult" in sign_in(world, authenticator)
    copy = replace(authenticator, counter=authenticator.counter - 1)
    asked = ask(world)
    assert refuse_answer(world, asked.session, copy.get(asked.options)) == f"{WRONG}its signature counter has not risen"


def test_a_synchronized_passkey(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator(is_backup_eligible=True)
    register(world, authenticator)
    authenticator.is_backed_up = True
    assert "AuthenticationResult" in sign_in(world, authenticator)


def test_an_answer_without_a_credential(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    without = world.make_respond_params("WEB_AUTHN", asked.session, USERNAME="ada")
    missing = "InvalidParameterException: Missing required parameter CREDENTIAL"
    assert world.expect_refusal("RespondToAuthChallenge", **without) == missing
    for text in ("{", "[" * 100_000):
        broken = world.make_respond_params("WEB_AUTHN", asked.session, USERNAME="ada", CREDENTIAL=text)
        expected = "InvalidParameterException: CREDENTIAL must be the JSON of a credential"
        assert world.expect_refusal("RespondToAuthChallenge", **broken) == expected
    assert "AuthenticationResult" in answer(world, asked.session, authenticator.get(asked.options))


def test_a_credential_is_used_once(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator(counts=False)
    register(world, authenticator)
    asked = ask(world)
    credential = authenticator.get(asked.options)
    answer(world, asked.session, credential)
    assert refuse_answer(world, asked.session, credential) == USED
    other = ask(world)
    assert refuse_answer(world, other.session, credential) == f"{WRONG}it does not answer the challenge"


@pytest.mark.parametrize("kept", [True, False])
def test_a_session_after_a_refused_credential(empty: World, *, kept: bool) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, refused_passkey_keeps_session=kept)
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    evil = replace(authenticator, origin="https://evil.example")
    assert refuse_answer(world, asked.session, evil.get(asked.options)) == f"{WRONG}its origin is not allowed"
    if kept:
        assert "AuthenticationResult" in answer(world, asked.session, authenticator.get(asked.options))
    else:
        assert refuse_answer(world, asked.session, authenticator.get(asked.options)) == USED


def test_time_for_an_answer(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    world.clock.forward(minutes=3)
    expected = "NotAuthorizedException: Invalid session for the user, session is expired."
    assert refuse_answer(world, asked.session, authenticator.get(asked.options)) == expected


def test_a_passkey_that_is_deleted_meanwhile(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    made = register(world, authenticator)
    asked = ask(world)
    world.call("DeleteWebAuthnCredential", AccessToken=get_token(world), CredentialId=made)
    refusal = refuse_answer(world, asked.session, authenticator.get(asked.options))
    assert refusal == f"{WRONG}it is none of the user's passkeys"


def test_the_session_of_another_client(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    other = world.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    refusal = refuse_answer(other, asked.session, authenticator.get(asked.options))
    assert refusal == "NotAuthorizedException: Invalid session for the user."


def test_another_password_meanwhile(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    world.call_admin("AdminSetUserPassword", "ada", Password=OTHER_PASSWORD, Permanent=True)
    refusal = refuse_answer(world, asked.session, authenticator.get(asked.options))
    assert refusal == "NotAuthorizedException: Invalid session for the user."


def test_a_disabled_user(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    asked = ask(world)
    world.call_admin("AdminDisableUser", "ada")
    refusal = refuse_answer(world, asked.session, authenticator.get(asked.options))
    assert refusal == "NotAuthorizedException: User is disabled."


def test_client_with_a_secret(empty: World) -> None:
    world = make_passkey_pool(empty)
    secretive = world.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"], GenerateSecret=True)
    authenticator = make_authenticator()
    register(world, authenticator)
    assert "AuthenticationResult" in sign_in(secretive, authenticator)


def test_admin_api(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    begun = world.make_initiate_params("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="WEB_AUTHN")
    asked = world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **begun)
    credential = authenticator.get(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    given = world.make_respond_params("WEB_AUTHN", asked["Session"], USERNAME="ada", CREDENTIAL=json.dumps(credential))
    assert "AuthenticationResult" in world.call("AdminRespondToAuthChallenge", UserPoolId=world.pool_id, **given)


def test_through_boto3_in_five_lines(empty: World) -> None:
    world = make_passkey_pool(empty)
    client, token = world.emulator.boto3_client(), get_token(world)
    authenticator = make_authenticator()
    options = client.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    client.complete_web_authn_registration(AccessToken=token, Credential=authenticator.create(options))
    assert "AuthenticationResult" in sign_in(world, authenticator)


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
