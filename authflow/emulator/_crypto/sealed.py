"""Short texts that clients keep for the emulator: they can't be read, changed or used elsewhere."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from authflow.emulator._crypto.entropy import Entropy

TAG_BYTES: Final = 16


class SealedTexts:
    """Seals and opens texts. A sealed text is the tag of text and binding, then the text under a stream of the tag.

    Args:
        entropy: the source of the key.

    Attributes:
        key: the secret key.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.key: bytes = entropy.bytes(32)

    def seal(self, text: str, binding: str) -> str:
        """Return the sealed text, in base64url without padding. It opens with the same binding only."""
        tag = self._make_tag(text, binding)
        return urlsafe_b64encode(tag + self._mask(text.encode(), tag)).decode().rstrip("=")

    def open(self, sealed: str, binding: str) -> str | None:
        """Return the text; None if this object did not seal it with this binding."""
        try:
            data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            text = self._mask(data[TAG_BYTES:], data[:TAG_BYTES]).decode()
        except ValueError:
            return None
        same = hmac.compare_digest(self.seal(text, binding).encode(), sealed.encode())
        return text if same else None

    def _make_tag(self, text: str, binding: str) -> bytes:
        parts = b"".join(len(part).to_bytes(8) + part for part in (binding.encode(), text.encode()))
        return hmac.digest(self.key, parts, "sha256")[:TAG_BYTES]

    def _mask(self, data: bytes, tag: bytes) -> bytes:
        stream = hashlib.shake_256(self.key + tag).digest(len(data))
        return bytes(one ^ other for one, other in zip(data, stream, strict=True))
