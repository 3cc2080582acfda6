"""JSON Web Keys, signatures and encryption: the home of joserfc.

It takes a tenth of a second to import, so it is loaded with the first token or SRP round.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from authflow.emulator._crypto.entropy import Entropy

RSA_BITS: Final = 2048
ALGORITHM: Final = "RS256"
SEALING: Final = {"alg": "dir", "enc": "A256GCM"}


class SigningKey:
    """An RSA key pair of a pool. The pair itself always comes from the operating system, whatever the seed.

    Attributes:
        kid: the key's name, in each token's header.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.kid = b64encode(entropy.bytes(32)).decode()
        self._key = RSAKey.generate_key(RSA_BITS, {"kid": self.kid, "use": "sig", "alg": ALGORITHM})
        self._own_header = _header(self.sign({}))

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a JWT."""
        header = {"kid": self.kid, "alg": ALGORITHM}
        return jwt.encode(header, dict(claims), self._key, [ALGORITHM], default_type=None)

    def verify(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a JWT that this key signed, else None. The claims themselves are not checked."""
        if _header(token) != self._own_header:
            return None
        try:
            return dict(jwt.decode(token, self._key, [ALGORITHM]).claims)
        except (JoseError, ValueError):
            return None

    def public(self) -> RSAKey:
        """Return the public half."""
        return self._key


def verified(token: str, jwks: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the claims of a JWT that a key of a JSON Web Key Set signed, else None. The claims are not checked."""
    try:
        return dict(jwt.decode(token, KeySet.import_key_set(dict(jwks)), [ALGORITHM]).claims)  # type: ignore[arg-type]  # JSON
    except (JoseError, ValueError, TypeError):  # TypeError: joserfc stumbles over wilder headers
        return None


class PoolKeys:
    """A pool's keys: one for id tokens, another for access tokens."""

    def __init__(self, entropy: Entropy) -> None:
        self.identity = SigningKey(entropy)
        self.access = SigningKey(entropy)

    def jwks(self) -> dict[str, Any]:
        """Return the JSON Web Key Set that verifies both."""
        return dict(KeySet([self.identity.public(), self.access.public()]).as_dict(private=False))


class Sealer:
    """Authenticated encryption of small JSON objects, with a key of its own."""

    def __init__(self, entropy: Entropy) -> None:
        self._key = OctKey.import_key(entropy.bytes(32))
        self._own_header = _header(self._compact({}))

    def seal(self, state: Mapping[str, Any]) -> str:
        """Return the state as base64."""
        return b64encode(self._compact(state).encode()).decode()

    def unseal(self, text: str) -> dict[str, Any] | None:
        """Return the state in a text that this sealer made, None for any other text."""
        try:
            compact = b64decode(text, validate=True).decode("ascii")
            if _header(compact) != self._own_header:
                return None
            opened = jwe.decrypt_compact(compact, self._key)
        except (JoseError, ValueError):
            return None
        state: dict[str, Any] = json.loads(opened.plaintext or b"null")
        return state

    def _compact(self, state: Mapping[str, Any]) -> str:
        return jwe.encrypt_compact(SEALING, json.dumps(state).encode(), self._key)


def _header(compact: str) -> str:
    """Return the first part of a token: only our own is let through to joserfc, which stumbles over wilder ones."""
    return compact.split(".", 1)[0]
