"""JSON Web Keys, signatures and encryption, with joserfc. No other module imports joserfc.

Importing joserfc takes a tenth of a second, so this module is imported with the first token or SRP round.
"""

import json
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from authflow.emulator._crypto.entropy import Entropy

RSA_BITS: Final = 2048
ALGORITHM: Final = "RS256"
ENCRYPTION: Final = {"alg": "dir", "enc": "A256GCM"}


class SigningKey:
    """An RSA key pair of a pool. It is generated from the operating system's randomness, even with a seed.

    Attributes:
        kid: the key's id, in the header of each token.
        key: the key pair, which contains the private key.
    """

    def __init__(self, key: RSAKey) -> None:
        self.kid: str = str(key.kid)
        self.key: RSAKey = key
        self._own_header = _get_header(self.sign({}))

    @classmethod
    def generate(cls, entropy: Entropy) -> "SigningKey":
        """Return a new key pair."""
        kid = b64encode(entropy.bytes(32)).decode()
        return cls(RSAKey.generate_key(RSA_BITS, {"kid": kid, "use": "sig", "alg": ALGORITHM}))

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a JWT with these claims, signed with this key."""
        header = {"kid": self.kid, "alg": ALGORITHM}
        return jwt.encode(header, dict(claims), self.key, [ALGORITHM], default_type=None)

    def verify(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a JWT that this key signed, None for any other text. The claims are not validated."""
        if _get_header(token) != self._own_header:
            return None
        try:
            return dict(jwt.decode(token, self.key, [ALGORITHM]).claims)
        except (JoseError, ValueError):
            return None


def read_key_id(token: str) -> str | None:
    """Return the ``kid`` in a JWT's header, None if a text has no such header."""
    encoded = _get_header(token)
    try:
        header = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        return None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None


def verify_with_jwks(token: str, jwks: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the claims of a JWT that a key of a JSON Web Key Set signed, else None. The claims are not validated."""
    try:
        return dict(jwt.decode(token, KeySet.import_key_set(dict(jwks)), [ALGORITHM]).claims)  # type: ignore[arg-type]  # JSON
    except (JoseError, ValueError, TypeError):  # TypeError: joserfc raises it for some malformed headers
        return None


class PoolKeys:
    """A pool's key pairs: one for id tokens, another for access tokens.

    Args:
        entropy: the source of the keys' ids.
        private: key pairs that ``export`` has returned; None to generate new ones.

    Raises:
        ValueError: ``private`` is no such text.
    """

    def __init__(self, entropy: Entropy, private: str | None = None) -> None:
        id_key, access_key = _import_keys(private) if private else (SigningKey.generate(entropy) for _ in range(2))
        self.id_token_key: SigningKey = id_key
        self.access_token_key: SigningKey = access_key
        self._private = private

    def export(self) -> str:
        """Return the key pairs, with the private keys, as a JSON text."""
        if self._private is None:
            keys = KeySet([self.id_token_key.key, self.access_token_key.key])
            self._private = json.dumps(keys.as_dict(private=True))
        return self._private

    def jwks(self) -> dict[str, Any]:
        """Return the JSON Web Key Set with both public keys."""
        return dict(KeySet([self.id_token_key.key, self.access_token_key.key]).as_dict(private=False))


def _import_keys(private: str) -> tuple[SigningKey, SigningKey]:
    try:
        id_key, access_key = KeySet.import_key_set(json.loads(private)).keys
        if not (isinstance(id_key, RSAKey) and isinstance(access_key, RSAKey) and id_key.is_private):
            raise ValueError("not two private RSA keys")
        return SigningKey(id_key), SigningKey(access_key)
    except ValueError:
        raise
    except Exception as error:  # joserfc raises many kinds
        raise ValueError(f"{type(error).__name__}: {error}") from None


class StateCipher:
    """Authenticated encryption of small JSON objects.

    Args:
        key: the secret key, of 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)
        self._own_header = _get_header(self._encrypt_compact({}))

    def encrypt(self, state: Mapping[str, Any]) -> str:
        """Return the ciphertext of the state, in base64."""
        return b64encode(self._encrypt_compact(state).encode()).decode()

    def decrypt(self, text: str) -> dict[str, Any] | None:
        """Return the state in a ciphertext that this cipher made, None for any other text."""
        try:
            compact = b64decode(text, validate=True).decode("ascii")
            if _get_header(compact) != self._own_header:
                return None
            decrypted = jwe.decrypt_compact(compact, self._key)
        except (JoseError, ValueError):
            return None
        state: dict[str, Any] = json.loads(decrypted.plaintext or b"null")
        return state

    def _encrypt_compact(self, state: Mapping[str, Any]) -> str:
        return jwe.encrypt_compact(ENCRYPTION, json.dumps(state).encode(), self._key)


def _get_header(compact: str) -> str:
    """Return the header of a compact token.

    Callers compare it with their own header before joserfc parses the token: joserfc fails on some malformed headers.
    """
    return compact.split(".", 1)[0]
