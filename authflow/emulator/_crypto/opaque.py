"""Opaque bearer texts: Sessions and refresh tokens.

A text is an identifier followed by a keyed stream derived from it. So a long text, as the service hands out, costs
its holder's store only the identifier, and any altered character is noticed.
"""

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode
from typing import Final

from authflow.emulator._crypto.entropy import Entropy

ID_BYTES: Final = 24
ID_LENGTH: Final = ID_BYTES * 4 // 3


class OpaqueTexts:
    """Makes opaque texts of one kind and recognises its own.

    Args:
        entropy: the source of keys and identifiers.
        length: characters of a text; a multiple of 4.
    """

    def __init__(self, entropy: Entropy, length: int) -> None:
        self._entropy = entropy
        self._key = entropy.bytes(32)
        self._stream_bytes = (length - ID_LENGTH) * 3 // 4

    def issue(self) -> tuple[str, str]:
        """Return a new identifier and its text."""
        identifier = urlsafe_b64encode(self._entropy.bytes(ID_BYTES)).decode()
        return identifier, self._text(identifier)

    def id_of(self, text: str) -> str | None:
        """Return the identifier in a text that this maker issued, None for any other text."""
        expected = self._text(text[:ID_LENGTH])
        return text[:ID_LENGTH] if hmac.compare_digest(expected.encode(), text.encode()) else None

    def _text(self, identifier: str) -> str:
        stream = hashlib.shake_256(self._key + identifier.encode()).digest(self._stream_bytes)
        return identifier + b64encode(stream, b"-_").decode()
