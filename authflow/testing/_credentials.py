"""Key pairs of passkeys, and the bytes of authenticators: with cryptography and cbor2.

https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
https://www.rfc-editor.org/rfc/rfc9053
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

Algorithm: TypeAlias = Literal["ES256", "RS256", "EdDSA"]
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

#: https://www.iana.org/assignments/cose/cose.xhtml#algorithms
ALGORITHMS: Final[Mapping[int, Algorithm]] = {-7: "ES256", -257: "RS256", -8: "EdDSA"}
COORDINATE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SoftwareCredential:
    """A passkey with its private key.

    Attributes:
        id: the credential's id.
        rp_id: the RP id that it belongs to.
        user_handle: ``user.id`` of the options.
        user_name: ``user.name`` of the options.
        algorithm: what it signs with.
    """

    id: bytes
    rp_id: str
    user_handle: bytes = field(repr=False)
    user_name: str
    algorithm: Algorithm
    _private_key: PrivateKey = field(repr=False)

    @classmethod
    def generate(
        cls,
        algorithm: Algorithm,
        *,
        credential_id: bytes,
        rp_id: str,
        user_handle: bytes,
        user_name: str = "",
    ) -> "SoftwareCredential":
        """Return a credential with a new key pair."""
        return cls(credential_id, rp_id, user_handle, user_name, algorithm, _generate_key(algorithm))

    @classmethod
    def from_pem(
        cls,
        pem: str,
        *,
        credential_id: bytes,
        rp_id: str,
        user_handle: bytes,
        user_name: str = "",
    ) -> "SoftwareCredential":
        """Return a credential with a private key in PKCS #8, as for a user of a seed file.

        Raises:
            ValueError: the text is no private key for one of the algorithms.
        """
        key = serialization.load_pem_private_key(pem.encode(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(credential_id, rp_id, user_handle, user_name, "ES256", key)
        if isinstance(key, rsa.RSAPrivateKey):
            return cls(credential_id, rp_id, user_handle, user_name, "RS256", key)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(credential_id, rp_id, user_handle, user_name, "EdDSA", key)
        raise ValueError("pem: must be a private key on the curve P-256, of RSA or of Ed25519")

    def to_pem(self) -> str:
        """Return the private key in PKCS #8, not encrypted: keep it out of anything but tests."""
        form = serialization.PrivateFormat.PKCS8
        return self._private_key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        key = self._private_key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(message, ec.ECDSA(hashes.SHA256()))
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return key.sign(message)

    def encode_public_key(self) -> bytes:
        """Return the public key as a COSE_Key in CBOR."""
        return encode_cbor(_describe_key(self._private_key))

    def encode_spki(self) -> bytes:
        """Return the public key as a SubjectPublicKeyInfo in DER, as browsers' ``getPublicKey`` does."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._private_key.public_key().public_bytes(serialization.Encoding.DER, form)

    def describe_for_seed(self) -> dict[str, str]:
        """Return the entry of ``Passkeys`` of a user in a seed file. It has the public key only."""
        return {
            "CredentialId": encode_base64url(self.id),
            "PublicKey": encode_base64url(self.encode_public_key()),
            "RelyingPartyId": self.rp_id,
        }


def encode_cbor(value: object) -> bytes:
    """Return a value in CBOR, in the canonical form of CTAP2."""
    return cbor2.dumps(value, canonical=True)


def encode_base64url(value: bytes) -> str:
    """Return bytes in base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Return the bytes in a text in base64url, with or without padding."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def make_authenticator_data(rp_id: str, flags: int, counter: int, attested: bytes = b"") -> bytes:
    """Return authenticator data."""
    return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big") + attested


def make_attested_data(credential: SoftwareCredential, aaguid: bytes) -> bytes:
    """Return attested credential data."""
    return aaguid + len(credential.id).to_bytes(2, "big") + credential.id + credential.encode_public_key()


def _generate_key(algorithm: Algorithm) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ed25519.Ed25519PrivateKey.generate()


def _describe_key(key: PrivateKey) -> dict[int, Any]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        x, y = (number.to_bytes(COORDINATE_BYTES, "big") for number in (point.x, point.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        n, e = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (numbers.n, numbers.e))
        return {1: 3, 3: -257, -1: n, -2: e}
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {1: 1, 3: -8, -1: 6, -2: raw}
