"""Authenticated encryption (AES-256-GCM) with keys that can be rotated.

A ciphertext consists of::

    4 bytes  the key's id: the start of a SHA-256 digest of the key
    12 bytes the nonce
    the rest the output of AES-256-GCM: as long as the plaintext, plus a tag of 16 bytes

Each nonce is drawn at random here, so that no caller can use one twice. Use a key for at most 2**32 encryptions
(NIST SP 800-38D, section 8.3).
"""

import base64
import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authflow.core.errors import InvalidInput, SnapshotError

KEY_BYTES: Final = 32
Keys: TypeAlias = bytes | Sequence[bytes]

_ID, _NONCE, _TAG = 4, 12, 16
OVERHEAD: Final = _ID + _NONCE + _TAG  # bytes by which a ciphertext is longer than its plaintext


class KeyRing:
    """One key or several: the first one encrypts, and all of them decrypt. Make one with ``make_key_ring``."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_compute_key_id(key): AESGCM(key) for key in keys}
        self._first_id = _compute_key_id(keys[0])

    def encrypt(self, plaintext: bytes, associated_data: bytes) -> bytes:
        """Return the ciphertext.

        ``associated_data`` is authenticated but not part of the ciphertext: ``decrypt`` needs the same data.
        """
        nonce = os.urandom(_NONCE)
        return self._first_id + nonce + self._ciphers[self._first_id].encrypt(nonce, plaintext, associated_data)

    def decrypt(self, ciphertext: bytes, associated_data: bytes) -> bytes:
        """Return the plaintext.

        Raises:
            SnapshotError: ``unknown_key``, or ``altered`` if the ciphertext or its associated data was changed.
        """
        cipher = self._ciphers.get(ciphertext[:_ID])
        if cipher is None:
            raise SnapshotError("unknown_key", "it was encrypted with a key that is not among those given")
        try:
            return cipher.decrypt(ciphertext[_ID : _ID + _NONCE], ciphertext[_ID + _NONCE :], associated_data)
        except (InvalidTag, ValueError):  # ValueError: the nonce is incomplete
            raise SnapshotError("altered", "it was altered, or is bound to something else") from None


def make_key_ring(key: Keys) -> KeyRing:
    """Return the key ring of one key or of several.

    Raises:
        InvalidInput: a key is not 32 bytes, or there is none.
    """
    keys = (key,) if isinstance(key, bytes) else tuple(key) if isinstance(key, Sequence) else ()
    if not keys or not all(isinstance(item, bytes) and len(item) == KEY_BYTES for item in keys):
        raise InvalidInput("key", f"must be {KEY_BYTES} bytes, or several such keys")
    return _make_cached_key_ring(keys)


@lru_cache(maxsize=8)  # a service has one or two keys; making a cipher takes longer than sealing a flow with it
def _make_cached_key_ring(keys: tuple[bytes, ...]) -> KeyRing:
    return KeyRing(keys)


def to_base64url(raw: bytes) -> str:
    """Encode bytes as base64url, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Decode base64url without padding.

    Raises:
        ValueError: the text is not base64url.
    """
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _compute_key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"authflow seal key" + key).digest()[:_ID]
