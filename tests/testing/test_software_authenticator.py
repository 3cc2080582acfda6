"""The software authenticator: what it makes from options, and what it refuses."""

import json
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, CollectedClientData, PublicKeyCredentialRpEntity

from authflow.testing import AuthenticatorError, SoftwareAuthenticator, SoftwareCredential
from authflow.testing._credentials import decode_base64url

CREATION: dict[str, Any] = {
    "rp": {"id": "example.com", "name": "Example"},
    "user": {"id": "dXNlcg", "name": "ada", "displayName": "Ada"},
    "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
    "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-8, -257, -7)],
}
REQUEST: dict[str, Any] = {"rpId": "example.com", "challenge": "AAAAAAAAAAAAAAAAAAAAAA"}


def make(**settings: Any) -> SoftwareAuthenticator:
    return SoftwareAuthenticator(origin="https://example.com", **settings)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_another_library_accepts_it(algorithm: Any) -> None:
    server = Fido2Server(PublicKeyCredentialRpEntity(id="example.com", name="Example"))
    state = {"challenge": CREATION["challenge"], "user_verification": "required"}
    authenticator = make(algorithms=[algorithm])
    made = server.register_complete(state, authenticator.create(CREATION)).credential_data
    assert made
    used = server.authenticate_complete(state, [made], authenticator.get(REQUEST))
    assert used.credential_id == authenticator.credentials[0].id


def test_the_form_of_a_registration() -> None:
    made = make().create(json.dumps(CREATION))
    assert made["id"] == made["rawId"]
    assert (made["type"], made["authenticatorAttachment"]) == ("public-key", "platform")
    assert made["clientExtensionResults"] == {}
    response = made["response"]
    assert set(response) == {
        "attestationObject",
        "authenticatorData",
        "clientDataJSON",
        "publicKey",
        "publicKeyAlgorithm",
        "transports",
    }
    data = CollectedClientData(decode_base64url(response["clientDataJSON"]))
    assert (data.type, data.origin, data.cross_origin) == ("webauthn.create", "https://example.com", False)
    attested = cbor2.loads(decode_base64url(response["attestationObject"]))
    assert attested == {"fmt": "none", "attStmt": {}, "authData": decode_base64url(response["authenticatorData"])}
    key = AttestedCredentialData(attested["authData"][37:]).public_key
    assert key[3] == response["publicKeyAlgorithm"] == -7


def test_the_form_of_a_sign_in() -> None:
    authenticator = make()
    authenticator.create(CREATION)
    used = authenticator.get(json.dumps(REQUEST))
    assert set(used["response"]) == {"authenticatorData", "clientDataJSON", "signature", "userHandle"}
    assert used["response"]["userHandle"] == "dXNlcg"
    authenticator.sends_user_handle = False
    assert "userHandle" not in authenticator.get(REQUEST)["response"]


def read_flags(used: dict[str, Any]) -> tuple[int, int]:
    data = decode_base64url(used["response"]["authenticatorData"])
    return data[32], int.from_bytes(data[33:37], "big")


@pytest.mark.parametrize(
    ("settings", "flags"),
    [
        ({}, 0x05),
        ({"verifies_user": False}, 0x01),
        ({"is_user_present": False}, 0x04),
        ({"is_backup_eligible": True}, 0x0D),
        ({"is_backup_eligible": True, "is_backed_up": True}, 0x1D),
    ],
)
def test_flags(settings: dict[str, bool], flags: int) -> None:
    authenticator = make(**settings)
    assert read_flags(authenticator.create(CREATION))[0] == flags | 0x40
    assert read_flags(authenticator.get(REQUEST))[0] == flags


@pytest.mark.parametrize(("counts", "expected"), [(True, [1, 2, 3]), (False, [0, 0, 0])])
def test_counters(counts: bool, expected: list[int]) -> None:
    authenticator = make(counts=counts)
    made = [authenticator.create(CREATION), authenticator.get(REQUEST), authenticator.get(REQUEST)]
    assert [read_flags(credential)[1] for credential in made] == expected


def test_a_wrong_origin_and_relying_party_id() -> None:
    authenticator = make()
    authenticator.create(CREATION)
    wrong = replace(authenticator, origin="https://evil.example", rp_id="evil.example", obeys=False)
    used = wrong.get(REQUEST)
    assert CollectedClientData(decode_base64url(used["response"]["clientDataJSON"])).origin == "https://evil.example"
    right = decode_base64url(authenticator.get(REQUEST)["response"]["authenticatorData"])
    assert decode_base64url(used["response"]["authenticatorData"])[:32] != right[:32]


def test_several_passkeys() -> None:
    authenticator = make()
    first, second = (authenticator.create(CREATION)["id"] for _ in range(2))
    assert authenticator.get(REQUEST)["id"] == second
    allowed = {**REQUEST, "allowCredentials": [{"type": "public-key", "id": first}]}
    assert authenticator.get(allowed)["id"] == first
    assert authenticator.get(REQUEST, authenticator.credentials[0])["id"] == first


def refuse(call: Any, options: dict[str, Any]) -> str:
    with pytest.raises(AuthenticatorError) as caught:
        call(options)
    assert str(caught.value).startswith(f"{caught.value.name}: ")
    return caught.value.name


def test_what_a_registration_does_not_allow() -> None:
    authenticator = make(algorithms=["ES256"], verifies_user=False, is_discoverable=False)
    made = authenticator.create(CREATION)
    verified = {"authenticatorSelection": {"userVerification": "required"}}
    discoverable = {"authenticatorSelection": {"residentKey": "required"}}
    refused: list[tuple[dict[str, Any], str]] = [
        (verified, "NotAllowedError"),
        (discoverable, "ConstraintError"),
        ({"excludeCredentials": [{"type": "public-key", "id": made["id"]}]}, "InvalidStateError"),
        ({"pubKeyCredParams": [{"type": "public-key", "alg": -8}]}, "NotSupportedError"),
    ]
    for options, name in refused:
        assert refuse(authenticator.create, {**CREATION, **options}) == name
        replace(authenticator, obeys=False, credentials=[]).create({**CREATION, **options})
    assert len(authenticator.credentials) == 1


def test_what_a_sign_in_does_not_allow() -> None:
    authenticator = make(verifies_user=False)
    assert refuse(authenticator.get, REQUEST) == "NotAllowedError"
    authenticator.create(CREATION)
    assert refuse(authenticator.get, {**REQUEST, "userVerification": "required"}) == "NotAllowedError"
    assert refuse(authenticator.get, {**REQUEST, "rpId": "example.org"}) == "NotAllowedError"
    other = {**REQUEST, "allowCredentials": [{"type": "public-key", "id": "AAAA"}]}
    assert refuse(authenticator.get, other) == "NotAllowedError"
    assert authenticator.get(REQUEST)
    authenticator.is_discoverable = False
    assert refuse(authenticator.get, REQUEST) == "NotAllowedError"


@pytest.mark.parametrize("options", [{}, "[]", '{"publicKey": {}}'])
def test_options_of_another_form(options: Any) -> None:
    for call in (make().create, make().get):
        with pytest.raises(ValueError, match="options: must be the JSON of WebAuthn options"):
            call(options)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_a_private_key_is_kept_as_text(algorithm: Any) -> None:
    named = {"credential_id": b"id", "rp_id": "example.com", "user_handle": b"user"}
    credential = SoftwareCredential.generate(algorithm, **named)  # type: ignore[arg-type]  # one dict for all
    again = SoftwareCredential.from_pem(credential.to_pem(), **named)  # type: ignore[arg-type]
    assert again.algorithm == algorithm
    assert again.describe_for_seed() == credential.describe_for_seed()
    assert make(credentials=[again]).get(REQUEST)["id"] == "aWQ"
    assert credential.to_pem() not in repr(credential)


def test_a_key_on_another_curve() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(*form).decode()
    with pytest.raises(ValueError, match="pem: must be a private key on the curve P-256, of RSA or of Ed25519"):
        SoftwareCredential.from_pem(pem, credential_id=b"id", rp_id="example.com", user_handle=b"user")


def test_its_repr_has_no_keys() -> None:
    authenticator = make()
    authenticator.create(CREATION)
    assert "credentials" not in repr(authenticator)
