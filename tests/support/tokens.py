"""Tokens as Cognito signs them, and as attackers make them: with cryptography alone, independent of the verifier."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from authflow import AppClient

POOL: Final = "eu-west-1_Ab12Cd34E"
OTHER_POOL: Final = "eu-west-1_Zz98Yy76X"
CLIENT: Final = "1h57kf5cpq17m0eml12EXAMPLE"
SECOND_CLIENT: Final = "2h57kf5cpq17m0eml12EXAMPLE"
STRANGE_CLIENT: Final = "9h57kf5cpq17m0eml12EXAMPLE"
ISSUER: Final = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"
APPS: Final = (AppClient(POOL, CLIENT), AppClient(POOL, SECOND_CLIENT))
Json = dict[str, Any]


class Signer:
    """An RSA key that signs tokens.

    Args:
        kid: the key's id.
        bits: the length of the key.
    """

    def __init__(self, kid: str, bits: int = 2048) -> None:
        self.kid = kid
        self.key = rsa.generate_private_key(65537, bits)

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """Return a JWT; ``header`` replaces parameters of the header, None removes them."""
        parameters = {"kid": self.kid, "alg": "RS256", **header}
        return self.sign_text(
            json.dumps({name: value for name, value in parameters.items() if value is not None}), json.dumps(claims)
        )

    def sign_text(self, header: str, payload: str) -> str:
        """Return a JWT of these JSON texts, or of what only looks like JSON."""
        signed = f"{encode(header.encode())}.{encode(payload.encode())}"
        return f"{signed}.{encode(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def jwk(self) -> Json:
        """Return the public key as Cognito publishes it."""
        numbers = self.key.public_key().public_numbers()
        return {
            "alg": "RS256",
            "e": encode_number(numbers.e),
            "kid": self.kid,
            "kty": "RSA",
            "n": encode_number(numbers.n),
            "use": "sig",
        }

    def pem(self) -> bytes:
        """Return the public key in PEM."""
        formats = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(*formats)


@cache
def make_signer(kid: str, bits: int = 2048) -> Signer:
    """Return the signer with this ``kid``, the same one in each call: keys take long to make."""
    return Signer(kid, bits)


def get_pool_signer() -> Signer:
    """Return the signer of the pool."""
    return make_signer("pool-key")


def get_attacker() -> Signer:
    """Return a signer whose key no pool knows."""
    return make_signer("attacker-key")


def make_jwks(*signers: Signer) -> Json:
    """Return the JSON Web Key Set of these signers; by default of the pool's."""
    return {"keys": [signer.jwk() for signer in signers or (get_pool_signer(),)]}


def make_access_claims(**changes: Any) -> Json:
    """Return the claims of an access token that is valid now; None removes one."""
    now = int(time.time())
    claims = {
        "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "iss": ISSUER,
        "client_id": CLIENT,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin openid",
        "cognito:groups": ["staff", "readers"],
        "auth_time": now,
        "iat": now,
        "exp": now + 3600,
        "jti": "11111111-2222-3333-4444-555555555555",
        "username": "ada",
    }
    return _change(claims, changes)


def make_id_claims(**changes: Any) -> Json:
    """Return the claims of an id token that is valid now; None removes one."""
    claims = make_access_claims(client_id=None, scope=None, username=None, jti=None)
    more = {"aud": CLIENT, "token_use": "id", "cognito:username": "ada", "email": "ada@example.com", "custom:plan": "7"}
    return _change(claims | more, changes)


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number: int) -> str:
    """Return a number as JWKs have it."""
    return encode(number.to_bytes((number.bit_length() + 7) // 8))


def _change(claims: Json, changes: Json) -> Json:
    return {name: value for name, value in (claims | changes).items() if value is not None}
