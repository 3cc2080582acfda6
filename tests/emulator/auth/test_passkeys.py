"""Sign-ins with passkeys: the challenge and its answer."""

import json
from dataclasses import replace

import pytest

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
from tests.support.emulator.world import OTHER_PASSWORD, World

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
