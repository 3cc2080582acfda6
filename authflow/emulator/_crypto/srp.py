"""The server's side of Cognito's SRP, based on srptools.

Cognito differs from RFC 5054 in the generator (2), in the padding (minimal two's complement instead of the modulus's
length) and in the session key (HKDF). Sources: the SDKs' authentication helpers, such as amazon-cognito-identity-js.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from srptools import SRPContext, SRPServerSession
from srptools.constants import PRIME_3072

from authflow.core.modexp import modexp
from authflow.emulator import _errors

PRIVATE_BITS: Final = 256
SALT_BYTES: Final = 16
SIGNING_KEY_BYTES: Final = 16
HEX_NUMBER: Final = re.compile("[0-9A-Fa-f]+")
MAX_DIGITS: Final = 1024  # a value below N has at most 768, but clients may pad it
N: Final = int(PRIME_3072, 16)
HKDF_INFO: Final = b"Caldera Derived Key" + b"\x01"


def pad(value: int) -> bytes:
    """Return the minimal two's-complement big-endian bytes of a non-negative integer."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


class CognitoContext(SRPContext):  # type: ignore[misc]  # srptools has no type information
    """srptools' context with Cognito's group, padding and multiplier. Powers are computed by ``modexp``."""

    def __init__(self, identity: str = "", password: str | None = None) -> None:
        super().__init__(identity, password, prime=PRIME_3072, generator="2", hash_func=hashlib.sha256)

    def pad(self, val: int) -> bytes:
        """Return the bytes to hash for an integer."""
        return pad(val)

    def hash(self, *args: int | str | bytes, joiner: str = "", as_bytes: bool = False) -> int | bytes:
        """Return the digest of the arguments, with integers padded."""
        padded = [pad(arg) if isinstance(arg, int) else arg for arg in args]
        digest: int | bytes = super().hash(*padded, joiner=joiner, as_bytes=as_bytes)
        return digest

    def get_common_password_verifier(self, password_hash: int) -> int:
        """Return v = g^x mod N."""
        return modexp(self._gen, password_hash, self._prime)

    def get_server_public(self, *, password_verifier: int, server_private: int) -> int:
        """Return B = (k·v + g^b) mod N."""
        power = modexp(self._gen, server_private, self._prime)
        return int((self._mult * password_verifier + power) % self._prime)

    def get_server_premaster_secret(
        self, *, password_verifier: int, server_private: int, client_public: int, common_secret: int
    ) -> int:
        """Return S = (A·v^u)^b mod N."""
        base = client_public * modexp(password_verifier, common_secret, self._prime) % self._prime
        return modexp(base, server_private, self._prime)


class CognitoServerSession(SRPServerSession):  # type: ignore[misc]  # srptools has no type information
    """srptools' server session with Cognito's key derivation."""

    def init_session_key(self) -> None:
        """Derive the key of the proof: HKDF-SHA256(ikm=S, salt=u), 16 bytes."""
        secret = self._context.get_server_premaster_secret(
            password_verifier=self._password_verifier,
            server_private=self._this_private,
            client_public=self._client_public,
            common_secret=self._common_secret,
        )
        extracted = hmac.digest(pad(self._common_secret), pad(secret), hashlib.sha256)
        self._key = hmac.digest(extracted, HKDF_INFO, hashlib.sha256)[:SIGNING_KEY_BYTES]


CONTEXT: Final = CognitoContext()
#: stands for the key if the client's A is a multiple of N: anyone could compute that key
NO_KEY: Final = b""


@dataclass(frozen=True, slots=True)
class ServerValues:
    """The server's values in an SRP round.

    Attributes:
        public: the public value B, which the client gets.
        key: the key that a correct proof is made with; ``NO_KEY`` if no proof is correct.
    """

    public: int
    key: bytes = field(repr=False)


def salted_hash(identity: str, password: str, salt: int) -> int:
    """Return x, the salted hash of a password."""
    value: int = CognitoContext(identity, password).get_common_password_hash(pad(salt))
    return value


def verifier(password_hash: int) -> int:
    """Return the SRP verifier of a salted hash: g^x mod N."""
    value: int = CONTEXT.get_common_password_verifier(password_hash)
    return value


def parse_client_public(text: str, *, refuse_zero: bool = False) -> int:
    """Parse SRP_A, the client's public value A in hex.

    Args:
        text: SRP_A.
        refuse_zero: whether to refuse a multiple of N. With that, a client could compute the key without the password.

    Raises:
        ServiceError: InvalidParameterException: it is not hex, is too long, or is refused.
    """
    if not HEX_NUMBER.fullmatch(text):
        raise _errors.SRP_A_NOT_HEX(text)
    if len(text) > MAX_DIGITS:
        raise _errors.BAD_SRP_A()
    value = int(text, 16)
    if refuse_zero and value % N == 0:
        raise _errors.BAD_SRP_A()
    return value


def compute_server_values(password_verifier: int, client_public: int, private: int) -> ServerValues:
    """Compute B and the proof's key from the stored verifier, the client's A and a random ``private`` of 256 bits."""
    session = CognitoServerSession(CONTEXT, password_verifier=password_verifier, private=private)
    public = int(session.public, 16)
    if client_public % N == 0:
        return ServerValues(public, NO_KEY)
    session.init_common_secret(client_public)
    session.init_session_key()
    return ServerValues(public, session.key_bin)


def claim_signature(key: bytes, identity: str, secret_block: bytes, timestamp: str) -> bytes:
    """Return the proof that a client with the correct password sends: PASSWORD_CLAIM_SIGNATURE, not yet in base64."""
    message = identity.encode() + secret_block + timestamp.encode()
    return hmac.digest(key, message, hashlib.sha256)
