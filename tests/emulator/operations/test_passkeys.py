"""Registration of passkeys, their lists and their deletion."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.emulator.passkeys import (
    ORIGIN,
    RP_ID,
    change_settings,
    complete,
    configure_passkeys,
    get_token,
    list_passkeys,
    make_authenticator,
    make_passkey_pool,
    refuse,
    register,
    sign_in,
    start,
)
from tests.support.emulator.world import Json, World

MULTI = "MULTI_FACTOR_WITH_USER_VERIFICATION"
GONE = "WebAuthnChallengeNotFoundException: No registration is in progress, or it has expired"
OFF = "WebAuthnNotEnabledException: Passkeys are not enabled for the user pool"
BAD_RP_ID = "InvalidParameterException: RelyingPartyId must be a domain name that is no public suffix"
BAD_CREDENTIAL = "InvalidParameterException: Credential data is not valid"
OTHER_RP_ID = "WebAuthnRelyingPartyMismatchException: The passkey belongs to another relying party id than example.com"


# --- the options


def test_options(empty: World) -> None:
    world = make_passkey_pool(empty, {"UserVerification": "required"})
    sub = next(
        entry["Value"] for entry in world.call_admin("AdminGetUser", "ada")["UserAttributes"] if entry["Name"] == "sub"
    )
    options = start(world, get_token(world))
    authenticator = make_authenticator()
    assert len(options.pop("challenge")) == 22  # 16 bytes
    user = options.pop("user")
    assert (user["name"], user["displayName"]) == ("ada", "ada")
    assert options == {
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": "required",
        },
        "excludeCredentials": [],
        "pubKeyCredParams": [{"alg": -7, "type": "public-key"}, {"alg": -257, "type": "public-key"}],
        "rp": {"id": RP_ID, "name": RP_ID},
        "timeout": 60_000,
    }
    made = register(world, authenticator)
    assert authenticator.credentials[0].user_handle == sub.encode()
    assert start(world, get_token(world))["excludeCredentials"] == [{"id": made, "type": "public-key"}]


def test_no_two_challenges_are_the_same(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    assert start(world, token)["challenge"] != start(world, token)["challenge"]


def test_user_verification_is_preferred_by_default(empty: World) -> None:
    world = make_passkey_pool(empty)
    assert start(world, get_token(world))["authenticatorSelection"]["userVerification"] == "preferred"
    register(world, make_authenticator(verifies_user=False))


def test_the_display_name_is_a_setting(empty: World) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, passkey_display_name=False)
    assert start(world, get_token(world))["user"]["displayName"] == ""


# --- completing


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_registration(empty: World, algorithm: Any) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator(algorithms=[algorithm])
    token = get_token(world)
    made = register(world, authenticator, token=token)
    assert list_passkeys(world, token) == [
        {
            "CredentialId": made,
            "FriendlyCredentialName": "Platform passkey",
            "RelyingPartyId": RP_ID,
            "AuthenticatorAttachment": "platform",
            "AuthenticatorTransports": ["internal"],
            "CreatedAt": world.clock.now.timestamp(),
        }
    ]
    assert "AuthenticationResult" in sign_in(world, authenticator)


def test_no_registration_is_in_progress(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    assert refuse(world, token, {}) == GONE


def test_a_challenge_is_answered_once(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    made = make_authenticator().create(start(world, token))
    complete(world, token, made)
    assert refuse(world, token, made) == GONE


def test_another_answer_after_a_refused_one(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    options = start(world, token)
    assert refuse(world, token, make_authenticator(origin="https://evil.example").create(options)) != GONE
    complete(world, token, make_authenticator().create(options))


def test_a_new_registration_replaces_the_older_one(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    older, newer = start(world, token), start(world, token)
    assert refuse(world, token, make_authenticator().create(older)) == GONE
    complete(world, token, make_authenticator().create(newer))


def test_time_for_a_registration(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    made = make_authenticator().create(start(world, token))
    world.clock.forward(seconds=60)
    assert refuse(world, token, made) == GONE


def test_time_for_a_registration_is_a_setting(empty: World) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, passkey_registration=timedelta(minutes=5))
    token = get_token(world)
    made = make_authenticator().create(start(world, token))
    world.clock.forward(seconds=299)
    complete(world, token, made)


def test_the_token_of_another_client(empty: World) -> None:
    world = make_passkey_pool(empty)
    options = start(world, get_token(world))
    other = get_token(world.make_client())
    expected = "WebAuthnClientMismatchException: The registration was started by another app client"
    assert refuse(world, other, make_authenticator().create(options)) == expected


def test_the_registration_of_another_user(empty: World) -> None:
    world = make_passkey_pool(empty)
    world.make_user("bob")
    options = start(world, get_token(world))
    token = get_token(world, "bob")
    assert refuse(world, token, make_authenticator().create(options)) == GONE
    start(world, token)
    assert refuse(world, token, make_authenticator().create(options)) == GONE


def test_the_registration_of_another_pool(empty: World) -> None:
    world, other = make_passkey_pool(empty), make_passkey_pool(empty)
    made = make_authenticator().create(start(world, get_token(world)))
    token = get_token(other)
    start(other, token)
    assert refuse(other, token, made) == GONE


def test_another_relying_party_id_meanwhile(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    made = make_authenticator().create(start(world, token))
    configure_passkeys(world, RelyingPartyId="example.org")
    assert refuse(world, token, made) == OTHER_RP_ID


def test_a_passkey_belongs_to_one_user(empty: World) -> None:
    world = make_passkey_pool(empty)
    world.make_user("bob")
    authenticator = make_authenticator()
    register(world, authenticator)
    token = get_token(world, "bob")
    again = make_authenticator(credentials=list(authenticator.credentials), obeys=False)
    forged = again.create(start(world, token))
    known = authenticator.credentials[0].id
    made = replace_id(forged, again.credentials[-1].id, known)
    expected = "InvalidParameterException: The passkey is registered already"
    assert refuse(world, token, made) == expected
    world.call_admin("AdminDeleteUser", "ada")
    complete(world, token, made)  # the user who had it is gone


def test_the_number_of_passkeys(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    for _ in range(20):
        register(world, make_authenticator(), token=token)
    options = start(world, token)
    assert len(options["excludeCredentials"]) == 20
    expected = "LimitExceededException: A user can have 20 passkeys"
    assert refuse(world, token, make_authenticator().create(options)) == expected
    delete(world, token, list_passkeys(world, token)[3]["CredentialId"])
    complete(world, token, make_authenticator().create(options))


def test_an_authenticator_that_has_a_passkey_already(empty: World) -> None:
    world = make_passkey_pool(empty)
    authenticator = make_authenticator()
    register(world, authenticator)
    with pytest.raises(Exception, match="InvalidStateError"):
        register(world, authenticator)


@pytest.mark.parametrize("needed", [True, False])
def test_transports_or_attachment_are_needed(empty: World, *, needed: bool) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, passkey_needs_transports=needed)
    token = get_token(world)
    made = make_authenticator(attachment=None, transports=()).create(start(world, token))
    if needed:
        assert refuse(world, token, made) == BAD_CREDENTIAL
    else:
        complete(world, token, made)


@pytest.mark.parametrize(
    ("attachment", "transports", "name"),
    [
        ("platform", [], "Platform passkey"),
        ("cross-platform", ["usb", "nfc"], "Roaming passkey"),
        (None, ["internal", "hybrid"], "Platform passkey"),
        (None, ["usb"], "Roaming passkey"),
    ],
)
def test_friendly_names(empty: World, attachment: Any, transports: list[str], name: str) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    register(world, make_authenticator(attachment=attachment, transports=transports), token=token)
    (listed,) = list_passkeys(world, token)
    assert listed["FriendlyCredentialName"] == name
    assert listed["AuthenticatorTransports"] == transports
    assert listed.get("AuthenticatorAttachment") == attachment


# --- lists and deletion


def test_transports_in_lists_are_a_setting(empty: World) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, passkey_transports_listed=False)
    token = get_token(world)
    register(world, make_authenticator(), token=token)
    assert "AuthenticatorTransports" not in list_passkeys(world, token)[0]


def test_pages(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    assert list_passkeys(world, token) == []
    made = [register(world, make_authenticator(), token=token) for _ in range(5)]
    page = world.call("ListWebAuthnCredentials", AccessToken=token, MaxResults=2)
    found = [entry["CredentialId"] for entry in page["Credentials"]]
    delete(world, token, made[1])
    for _ in range(2):
        given = {"MaxResults": 2, "NextToken": page["NextToken"]}
        page = world.call("ListWebAuthnCredentials", AccessToken=get_token(world), **given)
        found += [entry["CredentialId"] for entry in page["Credentials"]]
    assert found == made
    assert "NextToken" not in page
    refusal = world.expect_refusal("ListWebAuthnCredentials", AccessToken=token, NextToken="x")
    assert refusal.startswith("InvalidParameterException")


def test_the_page_token_of_another_user(empty: World) -> None:
    world = make_passkey_pool(empty)
    world.make_user("bob")
    token = get_token(world)
    for _ in range(2):
        register(world, make_authenticator(), token=token)
    more = world.call("ListWebAuthnCredentials", AccessToken=token, MaxResults=1)["NextToken"]
    given = {"AccessToken": get_token(world, "bob"), "MaxResults": 1, "NextToken": more}
    assert world.expect_refusal("ListWebAuthnCredentials", **given).startswith("InvalidParameterException")


def delete(world: World, token: str, identifier: str) -> None:
    assert world.call("DeleteWebAuthnCredential", AccessToken=token, CredentialId=identifier) == {}


def test_deletion(empty: World) -> None:
    world = make_passkey_pool(empty)
    token, authenticator = get_token(world), make_authenticator()
    made = register(world, authenticator, token=token)
    delete(world, token, made)
    assert list_passkeys(world, token) == []
    assert world.initiate("USER_AUTH", USERNAME="ada")["AvailableChallenges"] == [
        "PASSWORD_SRP",
        "PASSWORD",
        "EMAIL_OTP",
    ]
    refusal = world.expect_refusal("DeleteWebAuthnCredential", AccessToken=token, CredentialId=made)
    assert refusal == "ResourceNotFoundException: The user has no such passkey"
    authenticator.credentials.clear()
    register(world, authenticator, token=token)


def test_only_the_owner_deletes_a_passkey(empty: World) -> None:
    world = make_passkey_pool(empty)
    world.make_user("bob")
    made = register(world, make_authenticator())
    given = {"AccessToken": get_token(world, "bob"), "CredentialId": made}
    assert world.expect_refusal("DeleteWebAuthnCredential", **given).startswith("ResourceNotFoundException")
    assert len(list_passkeys(world, get_token(world))) == 1


# --- who may call


OPERATIONS: list[tuple[str, Json]] = [
    ("StartWebAuthnRegistration", {}),
    ("CompleteWebAuthnRegistration", {"Credential": {}}),
    ("ListWebAuthnCredentials", {}),
    ("DeleteWebAuthnCredential", {"CredentialId": "a"}),
]


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_users_who_are_not_signed_in(empty: World, operation: str, params: Json) -> None:
    world = make_passkey_pool(empty)
    assert world.expect_refusal(operation, AccessToken="a.b.c", **params).startswith("NotAuthorizedException")
    token = get_token(world)
    world.call("GlobalSignOut", AccessToken=token)
    expected = "NotAuthorizedException: Access Token has been revoked"
    assert world.expect_refusal(operation, AccessToken=token, **params) == expected


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_users_who_are_gone(empty: World, operation: str, params: Json) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    world.call_admin("AdminDeleteUser", "ada")
    assert world.expect_refusal(operation, AccessToken=token, **params).startswith("NotAuthorizedException")


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_users_who_must_reset_their_password(empty: World, operation: str, params: Json) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    world.call_admin("AdminResetUserPassword", "ada")
    expected = "PasswordResetRequiredException: Password reset required for the user"
    assert world.expect_refusal(operation, AccessToken=token, **params) == expected


def replace_id(credential: Json, old: bytes, new: bytes) -> Json:
    """Return a registration of a credential with another id. Attestation ``none`` does not sign it."""
    from authflow.testing._credentials import decode_base64url, encode_base64url

    attested = decode_base64url(credential["response"]["attestationObject"]).replace(old, new)
    response = {**credential["response"], "attestationObject": encode_base64url(attested)}
    return {**credential, "id": encode_base64url(new), "rawId": encode_base64url(new), "response": response}


def test_origins_below_the_relying_party_id(empty: World) -> None:
    world = make_passkey_pool(empty)
    for origin in (ORIGIN, "https://example.com", "https://a.b.example.com:8443"):
        register(world, make_authenticator(origin=origin))
