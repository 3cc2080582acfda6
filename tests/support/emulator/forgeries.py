"""Changes of credentials: forgeries."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from authflow.testing import SoftwareCredential
from authflow.testing._credentials import decode_base64url, encode_base64url, encode_cbor
from tests.support.emulator.world import Json

BAD: Final = "InvalidParameterException: Credential data is not valid"
GONE: Final = "WebAuthnChallengeNotFoundException"
ORIGIN: Final = "WebAuthnOriginNotAllowedException"
OTHER_RP_ID: Final = "WebAuthnRelyingPartyMismatchException"
UNSUPPORTED: Final = "WebAuthnCredentialNotSupportedException: The passkey is refused: "
FLAGS_AT: Final = 32
COUNTER_AT: Final = 33
KEY_AT: Final = 37 + 16 + 2 + 32

Change = Callable[[Json], None]


def decode_part(credential: Json, name: str) -> bytes:
    return decode_base64url(credential["response"][name])


def encode_part(credential: Json, name: str, value: bytes) -> None:
    credential["response"][name] = encode_base64url(value)


def change_client_data(**changes: Any) -> Change:
    """Return a change of the client data. None removes a member."""

    def change(credential: Json) -> None:
        data = {**json.loads(decode_part(credential, "clientDataJSON")), **changes}
        kept = {name: value for name, value in data.items() if value is not None}
        encode_part(credential, "clientDataJSON", json.dumps(kept).encode())

    return change


def replace_client_data(value: bytes) -> Change:
    return lambda credential: encode_part(credential, "clientDataJSON", value)


def change_attestation(change: Callable[[dict[str, Any]], object]) -> Change:
    """Return a change of the attestation object's map."""

    def apply(credential: Json) -> None:
        attested = cbor2.loads(decode_part(credential, "attestationObject"))
        change(attested)
        encode_part(credential, "attestationObject", encode_cbor(attested))

    return apply


def change_data(change: Callable[[bytes], bytes]) -> Change:
    """Return a change of the authenticator data of a registration."""
    return change_attestation(lambda attested: attested.update(authData=change(attested["authData"])))


def flip_flags(data: bytes, flags: int) -> bytes:
    return data[:FLAGS_AT] + bytes([data[FLAGS_AT] ^ flags]) + data[FLAGS_AT + 1 :]


def change_key(change: Callable[[dict[int, Any]], object]) -> Change:
    """Return a change of the COSE_Key."""

    def apply(data: bytes) -> bytes:
        key = cbor2.loads(data[KEY_AT:])
        change(key)
        return data[:KEY_AT] + encode_cbor(key)

    return change_data(apply)


def set_member(*path: str, value: Any) -> Change:
    """Return a change of a member of the JSON. ``...`` removes it."""

    def change(credential: Json) -> None:
        *parents, name = path
        for parent in parents:
            credential = credential[parent]
        if value is ...:
            del credential[name]
        else:
            credential[name] = value

    return change


def change_ids(value: str) -> Change:
    return lambda credential: credential.update(id=value, rawId=value)


def make_other_curve_key() -> dict[int, Any]:
    numbers = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    return {1: 2, 3: -35, -1: 2, -2: numbers.x.to_bytes(48, "big"), -3: numbers.y.to_bytes(48, "big")}


def replace_key(key: dict[int, Any]) -> Change:
    return change_data(lambda data: data[:KEY_AT] + encode_cbor(key))


def sign_as_packed(credential: Json) -> None:
    """Make it a self attestation with a signature over something else."""
    change_attestation(lambda attested: attested.update(fmt="packed", attStmt={"alg": -7, "sig": b"0" * 70}))(
        credential
    )


def resign(credential: Json, key: SoftwareCredential) -> None:
    """Sign what the credential says now."""
    signed = decode_part(credential, "authenticatorData")
    client_data = decode_part(credential, "clientDataJSON")
    encode_part(credential, "signature", key.sign(signed + hashlib.sha256(client_data).digest()))


def change_assertion_data(change: Callable[[bytes], bytes]) -> Change:
    return lambda credential: encode_part(
        credential, "authenticatorData", change(decode_part(credential, "authenticatorData"))
    )


def alter_signature(change: Callable[[bytes], bytes]) -> Change:
    return lambda credential: encode_part(credential, "signature", change(decode_part(credential, "signature")))


def set_counter(value: int) -> Change:
    return change_assertion_data(lambda data: data[:COUNTER_AT] + value.to_bytes(4, "big") + data[COUNTER_AT + 4 :])
