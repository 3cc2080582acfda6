"""The client's side of SRP-6a, as Cognito uses it: SHA-256 over two's-complement padding, and an HMAC as the proof.

All functions are pure. Sources: RFC 5054 for the protocol and its aborts; RFC 3526 section 5 for the group; Amazon's
open-source SDKs for the padding, the key derivation and the signed message, which Amazon does not document.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core.errors import InvalidInput, UnexpectedReply
from authflow.core.modexp import modexp
from authflow.core.secret import Secret

__all__ = [
    "EPHEMERAL_BYTES",
    "DeviceVerifier",
    "Ephemeral",
    "G",
    "K",
    "N",
    "claim_key",
    "claim_signature",
    "device_verifier",
    "format_timestamp",
    "pad",
    "premaster_secret",
    "private_key",
    "scrambler",
]

N: Final = int(  # the 3072-bit MODP prime, RFC 3526 group 15
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G: Final = 2
EPHEMERAL_BYTES: Final = 32  # 256 bits, the minimum of RFC 5054 section 2.5.4

_MAX_HEX_LENGTH: Final = 770  # digits: 3072 bits and a leading zero byte
_MAX_BLOCK_LENGTH: Final = 65_536  # characters
_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def pad(number: int) -> bytes:
    """Return the shortest two's-complement big-endian encoding of a non-negative number."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K: Final = _hash(pad(N), pad(G))


@dataclass(frozen=True, slots=True, init=False)
class Ephemeral:
    """The client's ephemeral key pair for one SRP exchange: a, and A = g^a mod N. You must never use it twice.

    Attributes:
        srp_a: SRP_A, which is A in hex without padding, as the request has it.
    """

    _private: Secret = field(repr=False)
    srp_a: str = field(repr=False)

    def __init__(self, private: int, srp_a: str) -> None:
        assign(self, _private=Secret(f"{private:x}"), srp_a=srp_a)

    @property
    def private(self) -> int:
        """a, as a number."""
        return int(self._private.reveal(), 16)

    @classmethod
    def from_entropy(cls, entropy: bytes) -> "Ephemeral":
        """Make a key pair from random bytes, of which the first 32 are used.

        Raises:
            InvalidInput: fewer than 32 bytes, or 32 zero bytes.
        """
        if len(entropy) < EPHEMERAL_BYTES:
            raise InvalidInput("entropy", f"must be at least {EPHEMERAL_BYTES} bytes, not {len(entropy)}")
        return cls.from_private(int.from_bytes(entropy[:EPHEMERAL_BYTES], "big"))

    @classmethod
    def from_private(cls, private: int) -> "Ephemeral":
        """Make the key pair of a given ``a``: for tests against known values.

        Raises:
            InvalidInput: ``private`` is not positive.
        """
        if private <= 0:
            raise InvalidInput("private", "must be positive")
        return cls(private, f"{modexp(G, private, N):x}")

    @property
    def public(self) -> int:
        """A, as a number."""
        return int(self.srp_a, 16)


def scrambler(srp_a: int, srp_b: int) -> int:
    """Return u = H(pad(A) | pad(B)).

    Raises:
        UnexpectedReply: u is zero, so the proof would not depend on the password.
    """
    u = _hash(pad(srp_a), pad(srp_b))
    if u == 0:
        raise UnexpectedReply("SRP_B", "gives u = 0")
    return u


def private_key(identity: str, password: str, salt: int) -> int:
    """Return x = H(pad(salt) | H(identity | ":" | password))."""
    inner = hashlib.sha256(f"{identity}:{password}".encode()).digest()
    return _hash(pad(salt), inner)


def premaster_secret(ephemeral: Ephemeral, srp_b: int, u: int, x: int) -> int:
    """Return S = (B - k*g^x)^(a + u*x) mod N."""
    base = (srp_b - K * modexp(G, x, N)) % N
    return modexp(base, ephemeral.private + u * x, N)


def claim_key(secret: int, u: int) -> bytes:
    """Return the 16-byte key of the proof's HMAC: HKDF-SHA256 (RFC 5869) of S, with u as the salt."""
    extracted = hmac.digest(pad(u), pad(secret), "sha256")
    return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


@hides_frames
def claim_signature(
    ephemeral: Ephemeral,
    *,
    group: str,
    user: str,
    password: str,
    salt: str,
    srp_b: str,
    secret_block: str,
    timestamp: str,
) -> str:
    """Return PASSWORD_CLAIM_SIGNATURE, the proof of the password, in base64.

    Args:
        ephemeral: the key pair whose public value was sent as SRP_A.
        group: the pool's name (the part of its id after the underscore), or the device group key.
        user: USER_ID_FOR_SRP, or the device key.
        password: the person's password, or the device's secret.
        salt: SALT, in hex.
        srp_b: SRP_B, in hex.
        secret_block: SECRET_BLOCK as Cognito returned it, usually base64. The text itself is signed if it is not.
        timestamp: the same TIMESTAMP that is sent with the proof.

    Raises:
        UnexpectedReply: one of Cognito's values is malformed, or is one on which RFC 5054 requires an abort.
    """
    salt_number, public = _parse_hex("SALT", salt), _parse_hex("SRP_B", srp_b)
    block = _decode_block(secret_block)
    if public % N == 0:
        raise UnexpectedReply("SRP_B", "is 0 modulo N")
    u = scrambler(ephemeral.public, public)
    x = private_key(group + user, password, salt_number)
    key = claim_key(premaster_secret(ephemeral, public, u, x), u)
    message = (group + user).encode() + block + timestamp.encode()
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode()


@dataclass(frozen=True, slots=True)
class DeviceVerifier:
    """The salt and verifier for ConfirmDevice, each padded and in base64."""

    salt: str
    password_verifier: str = field(repr=False)


def device_verifier(group_key: str, device_key: str, secret: str, salt: bytes) -> DeviceVerifier:
    """Return the verifier of a device's secret.

    Args:
        group_key: DeviceGroupKey of NewDeviceMetadata.
        device_key: DeviceKey of NewDeviceMetadata.
        secret: the device's password, any string; Amazon's SDKs use 40 random bytes in base64.
        salt: 16 random bytes.
    """
    number = int.from_bytes(salt, "big")
    verifier = modexp(G, private_key(group_key + device_key, secret, number), N)
    return DeviceVerifier(base64.b64encode(pad(number)).decode(), base64.b64encode(pad(verifier)).decode())


def format_timestamp(at: datetime) -> str:
    """Return TIMESTAMP, such as ``Sat Nov 7 09:05:03 UTC 2026``: in English in any locale, the day not zero-padded."""
    utc = at.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]} {_MONTHS[utc.month - 1]} {utc.day} {utc:%H:%M:%S} UTC {utc.year:04}"


def _parse_hex(name: str, text: str) -> int:
    if len(text) > _MAX_HEX_LENGTH:
        raise UnexpectedReply(name, f"has {len(text)} digits, at most {_MAX_HEX_LENGTH} are allowed")
    if not _HEX.fullmatch(text):
        raise UnexpectedReply(name, "is not a hexadecimal number")
    return int(text, 16)


def _decode_block(text: str) -> bytes:
    if not 0 < len(text) <= _MAX_BLOCK_LENGTH:
        raise UnexpectedReply("SECRET_BLOCK", f"has {len(text)} characters, 1 to {_MAX_BLOCK_LENGTH} are allowed")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # moto sends a UUID: getmoto/moto#10243. The text is opaque, and only its sender reads the proof
        return text.encode()
