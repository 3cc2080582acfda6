"""Passkeys in seed documents."""

from typing import Any

import jsonschema
import pytest

from authflow.emulator import SeedError
from authflow.emulator._control.seed_schema import make_seed_schema
from authflow.emulator._service_model.model import ServiceModel
from authflow.testing import SoftwareAuthenticator, SoftwareCredential
from tests.support.emulator.passkeys import FLOWS, POLICIES, get_token, list_passkeys, sign_in
from tests.support.emulator.world import PASSWORD, Json, World

SUB = "11111111-2222-4333-8444-555555555555"
CREDENTIAL = SoftwareCredential.generate(
    "ES256", credential_id=b"key-1", rp_id="localhost", user_handle=SUB.encode(), user_name="ada"
)
ENTRY = CREDENTIAL.describe_for_seed()


def make_document(*passkeys: Json, status: str = "CONFIRMED") -> Json:
    user = {
        "Username": "ada",
        "Sub": SUB,
        "Password": PASSWORD,
        "Status": status,
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
        "Passkeys": list(passkeys),
    }
    pool = {
        "PoolName": "people",
        "Policies": POLICIES,
        "mfa": {"WebAuthnConfiguration": {"RelyingPartyId": "localhost"}},
        "clients": [{"ClientName": "app", "ExplicitAuthFlows": FLOWS}],
        "users": [user],
    }
    return {"pools": [pool]}


def load(empty: World, document: Json) -> World:
    [client] = empty.emulator.load(document)
    return World(empty.emulator, empty.clock, client.pool_id, client.client_id)


def test_a_user_with_a_passkey(empty: World) -> None:
    authenticator = SoftwareAuthenticator(credentials=[CREDENTIAL])
    assert "AuthenticationResult" in sign_in(load(empty, make_document(ENTRY)), authenticator)


def test_what_an_entry_may_say(empty: World) -> None:
    entry = {
        **ENTRY,
        "SignCount": 7,
        "BackupEligible": True,
        "AuthenticatorAttachment": "cross-platform",
        "AuthenticatorTransports": ["usb"],
    }
    document = make_document(entry)
    jsonschema.Draft202012Validator(make_seed_schema(ServiceModel())).validate(document)
    world = load(empty, document)
    (listed,) = list_passkeys(world, get_token(world))
    assert (listed["CredentialId"], listed["AuthenticatorAttachment"]) == (ENTRY["CredentialId"], "cross-platform")
    assert listed["AuthenticatorTransports"] == ["usb"]
    authenticator = SoftwareAuthenticator(credentials=[CREDENTIAL], is_backup_eligible=True, counter=7)
    assert "AuthenticationResult" in sign_in(world, authenticator)


def test_an_unconfirmed_user(empty: World) -> None:
    world = load(empty, make_document(ENTRY, status="UNCONFIRMED"))
    given = world.make_initiate_params("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert world.expect_refusal("InitiateAuth", **given) == "UserNotConfirmedException: User is not confirmed."


def change(**members: Any) -> Json:
    return {name: value for name, value in {**ENTRY, **members}.items() if value is not ...}


ED25519 = SoftwareCredential.generate("EdDSA", credential_id=b"e", rp_id="localhost", user_handle=b"u")


@pytest.mark.parametrize(
    ("passkeys", "expected"),
    [
        ([change(CredentialId=...)], "Passkeys[0].CredentialId must be a text"),
        ([change(RelyingPartyId="")], "Passkeys[0].RelyingPartyId must be a text"),
        ([change(PublicKey=7)], "Passkeys[0].PublicKey must be a text"),
        ([change(PrivateKey="x")], "Passkeys[0]: unknown member 'PrivateKey'"),
        ([change(CredentialId="a=")], "Passkeys[0].CredentialId must be a text in base64url, without padding"),
        ([change(PublicKey="AQ")], "Passkeys[0].PublicKey must be a COSE_Key for ES256 or RS256, in CBOR"),
        ([ED25519.describe_for_seed()], "Passkeys[0].PublicKey must be a COSE_Key for ES256 or RS256, in CBOR"),
        ([change(SignCount=-1)], "Passkeys[0].SignCount must be a number of uses"),
        ([change(SignCount=True)], "Passkeys[0].SignCount must be a number of uses"),
        ([change(BackupEligible=1)], "Passkeys[0].BackupEligible must be true or false"),
        ([change(AuthenticatorAttachment="x")], "AuthenticatorAttachment must be one of: platform, cross-platform"),
        ([change(AuthenticatorTransports="usb")], "AuthenticatorTransports must be a list of texts"),
        ([ENTRY, ENTRY], "Passkeys[1].CredentialId: there is another passkey with this id"),
        ([change(CredentialId="a" * 24 + f"{n:04}") for n in range(21)], "Passkeys[20]: a user can have 20 passkeys"),
        (["x"], "Passkeys[0] is not a JSON object"),
    ],
)
def test_entries_that_are_refused(empty: World, passkeys: list[Any], expected: str) -> None:
    with pytest.raises(SeedError) as caught:
        empty.emulator.load(make_document(*passkeys))
    assert expected in str(caught.value)
    assert empty.call("ListUserPools", MaxResults=60)["UserPools"] == []
