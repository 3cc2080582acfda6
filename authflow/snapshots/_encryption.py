"""Authenticated encryption, and keys that rotate. The home of cryptography.

A box is::

    4 bytes  which key: a digest of it
    12 bytes nonce
    the rest AES-256-GCM: as long as what is in it, and a tag of 16 bytes

Nonces are random, drawn here: no caller can use one twice. A key may close 2**32 boxes (NIST SP 800-38D, section 8.3).
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
OVERHEAD: Final = _ID + _NONCE + _TAG  # bytes by which a box is longer than what is in it


class KeyRing:
    """One key or several: the first encrypts, and all decrypt. Make one with ``make_key_ring``."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_key_id(one): AESGCM(one) for one in keys}
        self._first = _key_id(keys[0])

    def encrypt(self, plaintext: bytes, associated_data: bytes) -> bytes:
        """Return the ciphertext. ``associated_data`` is authenticated and not part of it: decrypt with the same."""
        nonce = os.urandom(_NONCE)
        return self._first + nonce + self._ciphers[self._first].encrypt(nonce, plaintext, associated_data)

    def decrypt(self, ciphertext: bytes, associated_data: bytes) -> bytes:
        """Return the plaintext.

        Raises:
            SnapshotError: ``unknown_key``; or ``altered``, also for other associated data.
        """
        cipher = self._ciphers.get(ciphertext[:_ID])
        if cipher is None:
            raise SnapshotError("unknown_key", "it was sealed with a key that is not among those given")
        try:
            return cipher.decrypt(ciphertext[_ID : _ID + _NONCE], ciphertext[_ID + _NONCE :], associated_data)
        except (InvalidTag, ValueError):  # ValueError: not even a whole nonce
            raise SnapshotError("altered", "it is not as it was sealed") from None


def make_key_ring(key: Keys) -> KeyRing:
    """Return the ring of a key, or of several of which the first is used for what is new.

    Raises:
        InvalidInput: a key that is not 32 bytes.
    """
    keys = (key,) if isinstance(key, bytes) else tuple(key) if isinstance(key, Sequence) else ()
    if not keys or not all(isinstance(one, bytes) and len(one) == KEY_BYTES for one in keys):
        raise InvalidInput("key", f"must be {KEY_BYTES} bytes, or several such keys")
    return _cached_key_ring(keys)


@lru_cache(maxsize=8)  # a service has a key or two; making a cipher anew costs more than sealing with it
def _cached_key_ring(keys: tuple[bytes, ...]) -> KeyRing:
    return KeyRing(keys)


def to_base64url(raw: bytes) -> str:
    """Return bytes as base64url, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Return the bytes that a text stands for.

    Raises:
        ValueError: it is not base64url.
    """
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"authflow seal key" + key).digest()[:_ID]
