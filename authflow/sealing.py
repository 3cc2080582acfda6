"""Sealed snapshots: encrypted and authenticated, for a cookie or a form field. The home of cryptography.

A token is base64url, without padding, of::

    1 byte   the version of this frame
    1 byte   the version of the snapshot in it
    4 bytes  which key: a digest of it
    4 bytes  which app client: a digest of its ids
    4 bytes  the length of all that follows
    12 bytes nonce
    the rest AES-256-GCM of: 8 bytes expiry (seconds since 1970), 1 byte whether deflated, the snapshot

The header and the app client are authenticated with it.
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authflow.app_client import AppClient
from authflow.challenges import BaseChallenge
from authflow.clock import stamp_now
from authflow.errors import InvalidInput, SnapshotError
from authflow.inputs import require_instance
from authflow.sign_in import Flow
from authflow.snapshot import LONGEST, VERSION, dumps, loads
from authflow.stamp import Stamp

FRAME: Final = 1
KEY_BYTES: Final = 32
Keys: TypeAlias = bytes | Sequence[bytes]

_DIGEST, _LENGTH, _NONCE, _TAG = 4, 4, 12, 16
_KEY_AT: Final = 2
_APP_AT: Final = _KEY_AT + _DIGEST
_HEADER: Final = _APP_AT + _DIGEST + _LENGTH
_LEAST: Final = _NONCE + 9 + _TAG


def seal(flow: Flow, key: Keys, *, stamp: Stamp | None = None, lifetime: timedelta | None = None) -> str:
    """Return a resting flow as an encrypted and authenticated token.

    Args:
        flow: at a challenge, or failed.
        key: 32 random bytes that only your servers know; of several the first seals, and all open.
        stamp: made for this event; the system's if None.
        lifetime: from now; by default the token expires with Cognito's Session: ``AppClient.session_validity`` after
            the challenge was asked, or from now for a flow that has failed.

    Raises:
        InvalidInput: a key that is not 32 bytes.
        SnapshotError: ``not_at_rest``.
    """
    snapshot = dumps(flow).encode()
    first, stamp = _keys(key)[0], require_instance("stamp", stamp or stamp_now(), Stamp)
    begins = flow.state.asked_at if isinstance(flow.state, BaseChallenge) and lifetime is None else stamp.at
    expires = begins + (lifetime if lifetime is not None else flow.app.session_validity)
    deflated = zlib.compress(snapshot, 9)
    pays = len(deflated) < len(snapshot)
    plain = int(expires.timestamp()).to_bytes(8, "big", signed=True) + bytes([pays]) + (deflated if pays else snapshot)
    nonce = stamp.derive("seal nonce", _NONCE)
    length = _NONCE + len(plain) + _TAG
    header = bytes([FRAME, VERSION]) + _key_digest(first) + _app_digest(flow.app) + length.to_bytes(_LENGTH, "big")
    sealed = AESGCM(first).encrypt(nonce, plain, _associated(header, flow.app))
    return base64.urlsafe_b64encode(header + nonce + sealed).decode().rstrip("=")


def unseal(token: str, key: Keys, app: AppClient, *, stamp: Stamp | None = None) -> Flow:
    """Return the flow that ``seal`` was given.

    Args:
        token: what ``seal`` returned.
        key: the key, or several to rotate.
        app: the app client of the flow.
        stamp: says what time it is; the system's if None.

    Raises:
        InvalidInput: a key that is not 32 bytes.
        SnapshotError: ``malformed``, ``truncated``, ``version``, ``app_client``, ``unknown_key``, ``altered`` or
            ``expired``.
    """
    keys, now = _keys(key), require_instance("stamp", stamp or stamp_now(), Stamp).at
    header, body = _opened(require_instance("token", token, str), require_instance("app", app, AppClient))
    by_digest = {_key_digest(one): one for one in keys}
    used = by_digest.get(header[_KEY_AT:_APP_AT])
    if used is None:
        raise SnapshotError("unknown_key", "was sealed with a key that is not among those given", "token")
    try:
        plain = AESGCM(used).decrypt(body[:_NONCE], body[_NONCE:], _associated(header, app))
    except InvalidTag:
        raise SnapshotError("altered", "is not as it was sealed", "token") from None
    if now.timestamp() >= int.from_bytes(plain[:8], "big", signed=True):
        raise SnapshotError("expired", "has expired: the sign-in begins anew", "token")
    return loads(_inflated(plain[9:]) if plain[8] else plain[9:].decode(), app)


def _opened(token: str, app: AppClient) -> tuple[bytes, bytes]:
    """Return header and body of a token that may be this app client's."""
    if len(token) > 2 * LONGEST:
        raise SnapshotError("malformed", f"has {len(token)} characters, no token has so many", "token")
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SnapshotError("malformed", "is not base64url", "token") from None
    if len(raw) < 1 or raw[0] != FRAME:
        raise SnapshotError("version" if raw else "malformed", "is not a token of this version", "token")
    header, body = raw[:_HEADER], raw[_HEADER:]
    if len(raw) < _HEADER + _LEAST or len(body) < int.from_bytes(header[-_LENGTH:], "big"):
        raise SnapshotError("truncated", "is not whole", "token")
    if header[_APP_AT : _APP_AT + _DIGEST] != _app_digest(app):
        raise SnapshotError("app_client", "belongs to another app client", "token")
    return header, body


def _inflated(deflated: bytes) -> str:
    # Authenticated already; bounded all the same.
    return zlib.decompressobj().decompress(deflated, LONGEST + 1).decode()


def _keys(key: Keys) -> Sequence[bytes]:
    keys = [key] if isinstance(key, bytes) else list(key)
    if not keys or not all(isinstance(one, bytes) and len(one) == KEY_BYTES for one in keys):
        raise InvalidInput("key", f"must be {KEY_BYTES} bytes, or several such keys")
    return keys


def _key_digest(key: bytes) -> bytes:
    return hashlib.sha256(b"authflow seal key" + key).digest()[:_DIGEST]


def _app_digest(app: AppClient) -> bytes:
    return hashlib.sha256(f"{app.pool_id} {app.client_id}".encode()).digest()[:_DIGEST]


def _associated(header: bytes, app: AppClient) -> bytes:
    return header + f"authflow snapshot {app.pool_id} {app.client_id}".encode()
