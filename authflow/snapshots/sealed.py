"""Sealed snapshots: encrypted and authenticated, for a cookie, a form field, or a store that others read.

A token is base64url, without padding, of::

    1 byte   the version of this frame
    4 bytes  which app client: a digest of its ids
    4 bytes  the length of all that follows
    the rest a box, as ``authflow.snapshots._encryption`` makes them, of:
        8 bytes  expiry, in seconds since 1970
        4 bytes  the length of the Session that follows
        n bytes  Cognito's Session: the bytes that its base64url stands for
        the rest JSON: the version of the snapshot and its parts; the Session too if it is not base64url

The header, the app client and what the token is bound to are authenticated with it, so the snapshot's own frame and
checksum are left out. Nothing is compressed: the length tells only how long the parts are.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.machines.sign_in._machine import MACHINE
from authflow.snapshots import _format
from authflow.snapshots._encryption import OVERHEAD, Keys, from_base64url, make_key_ring, to_base64url

__all__ = ["seal", "unseal"]

FRAME: Final = bytes([1])

_APP, _LENGTH, _EXPIRY = 4, 4, 8
_HEADER: Final = len(FRAME) + _APP + _LENGTH
_LONGEST_LIFETIME: Final = timedelta(days=366)


def seal(
    flow: Flow,
    key: Keys,
    *,
    stamp: Stamp | None = None,
    lifetime: timedelta | None = None,
    bound_to: str = "",
) -> str:
    """Return a resting flow as an encrypted and authenticated token.

    Args:
        flow: at a challenge, or failed.
        key: 32 random bytes that only your servers know; of several the first seals, and all open.
        stamp: says what time it is; the system's if None.
        lifetime: from now, at most 366 days; by default the token expires with Cognito's Session:
            ``AppClient.session_validity`` after the challenge was asked, or from now for a flow that has failed.
        bound_to: what must be said again to unseal it, such as the id of the browser's session; not in the token.

    Raises:
        InvalidInput: a key that is not 32 bytes, or a lifetime that can't be.
        SnapshotError: ``not_at_rest``.
    """
    ring, now = make_key_ring(key), require_instance("stamp", stamp or stamp_now(), Stamp).at
    packed = _packed(*_format.encode_flow(flow))
    expires = _format.expires_at(flow, now).timestamp() if lifetime is None else now.timestamp() + _seconds(lifetime)
    content = int(expires).to_bytes(_EXPIRY, "big", signed=True) + packed
    identity = _identity(flow.app)
    length = len(content) + OVERHEAD
    header = FRAME + _app_digest(identity) + length.to_bytes(_LENGTH, "big")
    box = ring.encrypt(content, header + identity + _bond(bound_to))
    return to_base64url(header + box)


def unseal(token: str, key: Keys, app: AppClient, *, stamp: Stamp | None = None, bound_to: str = "") -> Flow:
    """Return the flow that ``seal`` was given.

    Args:
        token: what ``seal`` returned.
        key: the key, or several to rotate.
        app: the app client of the flow.
        stamp: says what time it is; the system's if None.
        bound_to: what ``seal`` was told.

    Raises:
        InvalidInput: a key that is not 32 bytes.
        SnapshotError: ``malformed``, ``truncated``, ``version``, ``app_client``, ``unknown_key``, ``altered`` (also:
            bound to something else) or ``expired``.
    """
    ring, now = make_key_ring(key), require_instance("stamp", stamp or stamp_now(), Stamp).at
    identity = _identity(require_instance("app", app, AppClient))
    header, box = _whole(require_instance("token", token, str))
    if header[len(FRAME) : -_LENGTH] != _app_digest(identity):
        raise SnapshotError("app_client", "belongs to another app client", "token")
    content = ring.decrypt(box, header + identity + _bond(bound_to))
    if now.timestamp() >= int.from_bytes(content[:_EXPIRY], "big", signed=True):
        raise SnapshotError("expired", "has expired: the sign-in begins anew", "token")
    version, *parts = _unpacked(content[_EXPIRY:])
    return _format.decode_flow(version, parts, app)


def _whole(token: str) -> tuple[bytes, bytes]:
    """Return the header and the box of what looks like a token."""
    if len(token) > 2 * _format.LONGEST:
        raise SnapshotError("malformed", f"has {len(token)} characters, no token has so many", "token")
    try:
        raw = from_base64url(token)
    except ValueError:
        raise SnapshotError("malformed", "is not base64url", "token") from None
    if not raw.startswith(FRAME):
        raise SnapshotError("version" if raw else "malformed", "is not a token of this version", "token")
    header, box = raw[:_HEADER], raw[_HEADER:]
    if len(box) < OVERHEAD + _EXPIRY + _LENGTH or len(box) < int.from_bytes(header[-_LENGTH:], "big"):
        raise SnapshotError("truncated", "is not whole", "token")
    if to_base64url(raw) != token:  # padded, or with last bits that no byte has: nobody gets two texts of one token
        raise SnapshotError("malformed", "is not as it was written", "token")
    return header, box


def _packed(flow: dict[str, Any], state: dict[str, Any]) -> bytes:
    """Return the parts of a snapshot as bytes, a Session in base64url a quarter shorter."""
    session = _session_bytes(state.get("session", ""))
    if session:
        del state["session"]
    return len(session).to_bytes(_LENGTH, "big") + session + _format.as_json([_format.VERSION, flow, state]).encode()


def _unpacked(packed: bytes) -> list[Any]:
    """Return the version of a snapshot and its parts."""
    end = _LENGTH + int.from_bytes(packed[:_LENGTH], "big")
    try:
        version, flow, state = json.loads(packed[end:])
        if end > _LENGTH:
            state["session"] = to_base64url(packed[_LENGTH:end])
    except (ValueError, TypeError, RecursionError):  # what they say may quote the content
        raise SnapshotError("malformed", "holds no snapshot", "token") from None
    return [version, flow, state]


def _session_bytes(session: str) -> bytes:
    """Return the bytes that a Session stands for; none if they would not give the very same text again."""
    try:
        raw = from_base64url(session)
    except ValueError:
        return b""
    return raw if to_base64url(raw) == session else b""


def _seconds(lifetime: timedelta) -> float:
    if not timedelta() < require_instance("lifetime", lifetime, timedelta) <= _LONGEST_LIFETIME:
        raise InvalidInput("lifetime", f"must be more than none and at most {_LONGEST_LIFETIME.days} days")
    return lifetime.total_seconds()


def _bond(bound_to: str) -> bytes:
    # It may come from a request, so even what UTF-8 can't carry has its bytes: it is not what the token is bound to.
    return require_instance("bound_to", bound_to, str).encode(errors="surrogatepass")


def _identity(app: AppClient) -> bytes:
    return f"authflow {MACHINE.name} {app.pool_id} {app.client_id} ".encode()


def _app_digest(identity: bytes) -> bytes:
    return hashlib.sha256(identity).digest()[:_APP]
