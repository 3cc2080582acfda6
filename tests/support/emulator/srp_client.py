"""A simple SRP client for tests. It uses ``pow`` and hashlib, and no code of authflow."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime

# RFC 3526, group 15
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D"
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D"
    "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G = 2


def pad(number: int) -> bytes:
    digits = f"{number:x}"
    digits = "0" * (len(digits) % 2) + digits
    return bytes.fromhex("00" + digits if digits[0] in "89abcdef" else digits)


def hash_parts(*parts: bytes) -> int:
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)


def compute_values(a: int, srp_b: int, salt: int, identity: str, password: str) -> tuple[int, int, bytes]:
    """Return u, S and the key of the proof."""
    u = hash_parts(pad(pow(G, a, N)), pad(srp_b))
    x = hash_parts(pad(salt), hashlib.sha256(f"{identity}:{password}".encode()).digest())
    s = pow(srp_b - hash_parts(pad(N), pad(G)) * pow(G, x, N), a + u * x, N)
    extracted = hmac.new(pad(u), pad(s), "sha256").digest()
    return u, s, hmac.new(extracted, b"Caldera Derived Key\x01", "sha256").digest()[:16]


def verifier(identity: str, password: str, salt: int) -> int:
    return pow(G, hash_parts(pad(salt), hashlib.sha256(f"{identity}:{password}".encode()).digest()), N)


def sign(key: bytes, identity: str, secret_block: str, stamp: str) -> str:
    message = identity.encode() + b64decode(secret_block) + stamp.encode()
    return b64encode(hmac.new(key, message, "sha256").digest()).decode()


def format_timestamp(now: datetime) -> str:
    days, months = "MonTueWedThuFriSatSun", "JanFebMarAprMayJunJulAugSepOctNovDec"
    day, month = days[now.weekday() * 3 :][:3], months[now.month * 3 - 3 :][:3]
    return f"{day} {month} {now.day} {now:%H:%M:%S} UTC {now.year}"


def make_password_proof(
    a: int, challenge: Mapping[str, str], pool_id: str, password: str, stamp: str
) -> dict[str, str]:
    """Return the answer to PASSWORD_VERIFIER."""
    return make_proof(a, challenge, pool_id.partition("_")[2] + challenge["USER_ID_FOR_SRP"], password, stamp)


def make_proof(a: int, challenge: Mapping[str, str], identity: str, password: str, stamp: str) -> dict[str, str]:
    """Return the answer to PASSWORD_VERIFIER, or to DEVICE_PASSWORD_VERIFIER without its DEVICE_KEY."""
    _, _, key = compute_values(a, int(challenge["SRP_B"], 16), int(challenge["SALT"], 16), identity, password)
    return {
        "USERNAME": challenge["USERNAME"],
        "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": sign(key, identity, challenge["SECRET_BLOCK"], stamp),
        "TIMESTAMP": stamp,
    }
