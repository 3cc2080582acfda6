"""The claims of a JWT whose signature nobody has checked, for what a client may take from its own tokens."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any


def read_unverified_claims(token: str) -> Mapping[str, Any]:
    """Return a JWT's claims; an empty mapping if it can't be read.

    Use it only for tokens that were received from Cognito, over the same connection as the rest of the reply.
    """
    parts = token.split(".")
    if len(parts) != 3:  # a JWS in compact form, RFC 7515 section 3.1
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def find_time(claims: Mapping[str, Any], name: str) -> int | None:
    """Return a claim that is a number of seconds since 1970; None if there is none."""
    value = claims.get(name)
    return value if type(value) is int and 0 <= value < 2**38 else None  # until the year 10680
