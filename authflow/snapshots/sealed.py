"""Sealed snapshots: encrypted and authenticated, for a cookie, a form field, or a store that others can read.

A token is base64url, without padding, of::

    1 byte   the version of this format
    4 bytes  the app client: the start of a SHA-256 digest of its ids
    4 bytes  the length of the ciphertext
    the rest the ciphertext (see ``authflow.snapshots._encryption``) of:
        8 bytes  the expiry, in seconds since 1970
        4 bytes  the length of the Session, in bytes
        n bytes  Cognito's Session, decoded from base64url
        the rest JSON: the snapshot's version, flow and state; includes the Session if that is not base64url

The associated data are the header, the app client's ids and the bound data (``bound_to``). They replace the checksum
and the ids of a plain snapshot. Nothing is compressed, so the length of a token reveals only the length of its parts.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final, TypeVar, overload

from authflow._extras import explain_missing
from authflow.core._frames import hides_frames
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.core.flow import BaseFlow
from authflow.core.stamp import Stamp
from authflow.machines.sign_in import Flow
from authflow.snapshots import _format

with explain_missing("seal"):
    from authflow.snapshots._encryption import OVERHEAD, Keys, from_base64url, make_key_ring, to_base64url

__all__ = ["seal", "unseal"]

F = TypeVar("F", bound=BaseFlow[Any, Any])

FORMAT: Final = bytes([1])

_APP, _LENGTH, _EXPIRY = 4, 4, 8
_HEADER: Final = len(FORMAT) + _APP + _LENGTH
_MAX_TOKEN_LENGTH: Final = 6 * _format.LONGEST  # a character has at most 4 bytes, and 3 bytes are 4 of base64url
_MAX_LIFETIME: Final = timedelta(days=366)


@hides_frames
def seal(
    flow: BaseFlow[Any, Any],
    key: Keys,
    *,
    stamp: Stamp | None = None,
    lifetime: timedelta | None = None,
    bound_to: str = "",
) -> str:
    """Return a snapshot of a flow as an encrypted and authenticated token.

    Args:
        flow: a flow at a question, or a failed one.
        key: 32 random bytes that only your servers know; or several such keys: the first one encrypts.
        stamp: the current time; the system clock's if None.
        lifetime: how long the token is valid from now, at most 366 days. By default it expires with the question:
            with Cognito's Session, or with the code that was sent. A failed flow is kept as long as a Session.
        bound_to: text that ``unseal`` must be given again, such as the id of the browser's session. The token does not
            contain it.

    Raises:
        InvalidInput: a key is not 32 bytes, or another argument is invalid.
        SnapshotError: ``not_at_rest``: the flow is calling Cognito, or complete. ``malformed``: a flow that no sign-in
            made is too long, or holds a lone surrogate.
    """
    ring, now = make_key_ring(key), require_instance("stamp", stamp or stamp_now(), Stamp).at
    packed = _pack(*_format.encode_flow(flow))
    if lifetime is None:
        expires = _format.compute_expiry(flow, now).timestamp()
    else:
        expires = now.timestamp() + _require_lifetime(lifetime).total_seconds()
    content = int(expires).to_bytes(_EXPIRY, "big", signed=True) + packed
    encoded_app = _encode_app(flow.NAME, flow.app)
    length = len(content) + OVERHEAD
    header = FORMAT + _compute_app_id(encoded_app) + length.to_bytes(_LENGTH, "big")
    ciphertext = ring.encrypt(content, header + encoded_app + _encode_binding(bound_to))
    return _format.require_readable(to_base64url(header + ciphertext), _MAX_TOKEN_LENGTH)


@overload
def unseal(token: str, key: Keys, app: AppClient, *, stamp: Stamp | None = None, bound_to: str = "") -> Flow: ...
@overload
def unseal(
    token: str, key: Keys, app: AppClient, kind: type[F], *, stamp: Stamp | None = None, bound_to: str = ""
) -> F: ...
@overload
def unseal(
    token: str, key: Keys, app: AppClient, kind: None, *, stamp: Stamp | None = None, bound_to: str = ""
) -> BaseFlow[Any, Any]: ...
@hides_frames
def unseal(
    token: str,
    key: Keys,
    app: AppClient,
    kind: type[BaseFlow[Any, Any]] | None = Flow,
    *,
    stamp: Stamp | None = None,
    bound_to: str = "",
) -> BaseFlow[Any, Any]:
    """Return the flow of a token.

    Args:
        token: the text that ``seal`` returned.
        key: the key; or several keys, one of which sealed the token. To rotate keys, give the new one and the old one.
        app: the app client of the flow.
        kind: the class of the flow, such as ``SignUpFlow``; None if all are welcome. By default it is a sign-in's.
        stamp: the current time; the system clock's if None.
        bound_to: the text that ``seal`` was given.

    Raises:
        InvalidInput: a key is not 32 bytes, or another argument has the wrong type.
        SnapshotError: ``malformed``, ``truncated``, ``version``, ``app_client`` (also if it is another kind of flow),
            ``unknown_key``, ``altered`` (also if the token is bound to another text) or ``expired``.
    """
    ring, now = make_key_ring(key), require_instance("stamp", stamp or stamp_now(), Stamp).at
    require_instance("app", app, AppClient)
    header, ciphertext = _split_token(require_instance("token", token, str))
    name = _find_name(header, app, _format.NAMES if kind is None else (kind.NAME,))
    content = ring.decrypt(ciphertext, header + _encode_app(name, app) + _encode_binding(bound_to))
    if now.timestamp() >= int.from_bytes(content[:_EXPIRY], "big", signed=True):
        raise SnapshotError("expired", "has expired: begin again", "token")
    version, *parts = _unpack(content[_EXPIRY:])
    return _format.decode_flow(_format.find_kind(name), version, parts, app)


def _find_name(header: bytes, app: AppClient, names: Collection[str]) -> str:
    """Return the name of the machine whose flow a token holds, if it is one of these and the app client is right."""
    found = header[len(FORMAT) : -_LENGTH]
    for name in names:
        if found == _compute_app_id(_encode_app(name, app)):
            return name
    raise SnapshotError("app_client", "belongs to another app client, or to another kind of flow", "token")


def _split_token(token: str) -> tuple[bytes, bytes]:
    """Return the header and the ciphertext of a token."""
    try:
        raw = from_base64url(_format.require_readable(token, _MAX_TOKEN_LENGTH))
    except ValueError:
        raise SnapshotError("malformed", "is not base64url", "token") from None
    if not raw.startswith(FORMAT):
        raise SnapshotError("version" if raw else "malformed", "is not a token of this version", "token")
    header, ciphertext = raw[:_HEADER], raw[_HEADER:]
    if len(ciphertext) < OVERHEAD + _EXPIRY + _LENGTH or len(ciphertext) < int.from_bytes(header[-_LENGTH:], "big"):
        raise SnapshotError("truncated", "is incomplete", "token")
    if to_base64url(raw) != token:  # padding or unused bits in the last character: each token has only one valid text
        raise SnapshotError("malformed", "is not base64url as seal writes it", "token")
    return header, ciphertext


def _pack(flow: dict[str, Any], state: dict[str, Any]) -> bytes:
    """Encode the parts of a snapshot. A Session in base64url is decoded, which makes it a quarter shorter."""
    session = _decode_session(state.get("session", ""))
    if session:
        del state["session"]
    document = _format.encode_as(_format.VERSION, [_format.VERSION, flow, state])
    return len(session).to_bytes(_LENGTH, "big") + session + document.encode()


def _unpack(packed: bytes) -> list[Any]:
    """Return the version of a snapshot, its flow and its state."""
    end = _LENGTH + int.from_bytes(packed[:_LENGTH], "big")
    try:
        version, flow, state = json.loads(packed[end:])
        if end > _LENGTH:
            state["session"] = to_base64url(packed[_LENGTH:end])
    except (ValueError, TypeError, RecursionError):  # their texts may quote the content
        raise SnapshotError("malformed", "contains no snapshot", "token") from None
    return [version, flow, state]


def _decode_session(session: str) -> bytes:
    """Decode a Session from base64url; return no bytes if encoding them would not give the same text."""
    try:
        raw = from_base64url(session)
    except ValueError:
        return b""
    return raw if to_base64url(raw) == session else b""


def _require_lifetime(lifetime: timedelta) -> timedelta:
    if not timedelta() < require_instance("lifetime", lifetime, timedelta) <= _MAX_LIFETIME:
        raise InvalidInput("lifetime", f"must be positive and at most {_MAX_LIFETIME.days} days")
    return lifetime


def _encode_binding(bound_to: str) -> bytes:
    # The text may come from a request, so lone surrogates must not raise an encoding error here.
    return require_instance("bound_to", bound_to, str).encode(errors="surrogatepass")


def _encode_app(name: str, app: AppClient) -> bytes:
    return f"authflow {name} {app.pool_id} {app.client_id} ".encode()


def _compute_app_id(encoded_app: bytes) -> bytes:
    return hashlib.sha256(encoded_app).digest()[:_APP]
