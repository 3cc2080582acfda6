"""Opaque bearer tokens: Sessions and refresh tokens.

A token is a random identifier, followed by bytes that are derived from the identifier and a secret key. So the emulator
stores only the identifier of a token that is as long as Cognito's, and detects any change to it.
"""

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode
from typing import Final

from authflow.emulator._crypto.entropy import Entropy

ID_BYTES: Final = 24
ID_LENGTH: Final = ID_BYTES * 4 // 3


class OpaqueTokens:
    """Issues and verifies the tokens of one kind.

    Args:
        entropy: the source of the key and the identifiers.
        length: the length of a token in characters; a multiple of 4.

    Attributes:
        key: the secret key.
    """

    def __init__(self, entropy: Entropy, length: int) -> None:
        self._entropy = entropy
        self.key: bytes = entropy.bytes(32)
        self._stream_bytes = (length - ID_LENGTH) * 3 // 4

    def issue(self) -> tuple[str, str]:
        """Return a new identifier and its token."""
        identifier = urlsafe_b64encode(self._entropy.bytes(ID_BYTES)).decode()
        return identifier, self.restore(identifier)

    def verify(self, token: str) -> str | None:
        """Return the identifier in a token that this object issued, None for any other text."""
        expected = self.restore(token[:ID_LENGTH])
        return token[:ID_LENGTH] if hmac.compare_digest(expected.encode(), token.encode()) else None

    def restore(self, identifier: str) -> str:
        """Return the token of an identifier."""
        stream = hashlib.shake_256(self.key + identifier.encode()).digest(self._stream_bytes)
        return identifier + b64encode(stream, b"-_").decode()
