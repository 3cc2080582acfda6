"""Tokens as text: the parts of a JWS in compact form (RFC 7515, section 7.1), parsed strictly.

Nothing here is verified: whoever uses a value must check the signature first, or use it to find the key only.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.core._codec import load_json
from authflow.core._validation import require_instance
from authflow.tokens._rejection import Rejection, TokenRejected

MAX_LENGTH: Final = 65_536  # characters; servers accept headers of 8,000 to 64,000 bytes
MAX_HEADER: Final = 1024  # characters of the encoded header; Cognito's has about 100
_MAX_DEPTH: Final = 16  # lists and objects within each other
_MAX_NESTING_CHARACTERS: Final = 8192  # "[" and "{" in a part, more than 100 groups or identities need
_PART: Final = re.compile(r"[A-Za-z0-9_-]*")
_ALGORITHM: Final = "RS256"
# They name or carry a key, or change how the token must be read. RFC 7515 section 4.1, RFC 7797
_REFUSED_PARAMETERS: Final = ("crit", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "b64", "zip", "enc")


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token whose signature was not checked.

    Attributes:
        text: the token.
        kid: the key that the header names.
        claims: the payload.
    """

    text: str = field(repr=False)
    kid: str
    claims: dict[str, Any] = field(repr=False)


def parse(token: object) -> UnverifiedToken:
    """Parse a token. The time that it takes is proportional to the token's length, which is limited.

    Raises:
        InvalidInput: ``token`` is no ``str``.
        TokenRejected: ``TOO_LARGE``, ``MALFORMED``, ``HEADER`` or ``ALGORITHM``.
    """
    text = require_instance("token", token, str)
    if len(text) > MAX_LENGTH:
        raise TokenRejected(Rejection.TOO_LARGE)
    parts = text.split(".", 3)
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        raise TokenRejected(Rejection.MALFORMED)
    if len(parts[0]) > MAX_HEADER:
        raise TokenRejected(Rejection.TOO_LARGE)
    kid = _check_header(_parse_object(parts[0]))
    if not _decode(parts[2]):
        raise TokenRejected(Rejection.SIGNATURE)
    return UnverifiedToken(text, kid, _parse_object(parts[1]))


def _check_header(header: dict[str, Any]) -> str:
    """Return the ``kid`` of a header that Cognito could have made."""
    if header.get("alg") != _ALGORITHM:
        raise TokenRejected(Rejection.ALGORITHM, "alg")
    for name in _REFUSED_PARAMETERS:
        if name in header:
            raise TokenRejected(Rejection.HEADER, name)
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise TokenRejected(Rejection.UNKNOWN_KEY, "kid")
    return kid


def _parse_object(part: str) -> dict[str, Any]:
    data = _decode(part)
    if data.count(b"[") + data.count(b"{") > _MAX_NESTING_CHARACTERS:
        raise TokenRejected(Rejection.MALFORMED)
    try:
        value = load_json(data.decode())
    except (ValueError, RecursionError):
        raise TokenRejected(Rejection.MALFORMED) from None
    if not isinstance(value, dict) or not _is_shallow(value):
        raise TokenRejected(Rejection.MALFORMED)
    return value


def _decode(part: str) -> bytes:
    """Return the bytes of a part in base64url, which has one encoding only: without padding and unused bits."""
    try:
        data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise TokenRejected(Rejection.MALFORMED) from None
    if urlsafe_b64encode(data).rstrip(b"=") != part.encode():
        raise TokenRejected(Rejection.MALFORMED)
    return data


def _is_shallow(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(_MAX_DEPTH):
        level = [item for each in level for item in _list_items(each)]
        if not level:
            return True
    return False


def _list_items(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
