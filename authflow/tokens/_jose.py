"""RSA keys and signatures, with joserfc. No other module of the client imports joserfc."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from authflow.tokens._compact import MAX_HEADER, MAX_LENGTH

_RS256: Final = "RS256"
_MAX_KEYS: Final = 100  # Cognito has two or, during a rotation, four
_BITS: Final = range(2048, 8193)
_MAX_EXPONENT: Final = 2**32  # with a large one, a verification takes seconds


class KeySetError(ValueError):
    """A mapping is not a JSON Web Key Set with a key that can verify tokens. The text says why."""


class _Registry(jws.JWSRegistry):
    max_header_length = MAX_HEADER
    max_payload_length = MAX_LENGTH


_REGISTRY: Final = _Registry(algorithms=[_RS256], strict_check_header=False)


class PublicKey:
    """A public key that verifies RS256 signatures.

    Raises:
        KeySetError: the members are not those of an RSA key of 2048 to 8192 bits.
    """

    def __init__(self, n: object, e: object) -> None:
        if not isinstance(n, str) or not isinstance(e, str):
            raise KeySetError("an RSA key has no text as n or e")
        try:
            bits, exponent = _decode(n).bit_length(), _decode(e)
        except ValueError:
            raise KeySetError("an RSA key has an n or e that is not base64url") from None
        if bits not in _BITS or exponent >= _MAX_EXPONENT:
            raise KeySetError("an RSA key is too short or too long")
        try:
            self._key: Final = RSAKey.import_key({"kty": "RSA", "n": n, "e": e})
        except (JoseError, ValueError, TypeError):
            raise KeySetError("an RSA key can't be used") from None

    def has_signed(self, token: str) -> bool:
        """Return whether this key's private key has signed a token in compact form."""
        try:
            jws.deserialize_compact(token, self._key, [_RS256], _REGISTRY)
        except (JoseError, ValueError, TypeError):  # TypeError: joserfc raises it for some malformed headers
            return False
        return True


def import_key_set(document: object) -> dict[str, PublicKey]:
    """Return the keys of a JSON Web Key Set (RFC 7517) that can verify RS256 signatures, by their ``kid``.

    Keys of other types, for other uses or without ``kid`` are skipped, as section 5 demands.

    Raises:
        KeySetError: it is no such set, has no such key, or has two keys with one ``kid``.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or len(entries) > _MAX_KEYS:
        raise KeySetError(f"is not a JSON Web Key Set of at most {_MAX_KEYS} keys")
    keys: dict[str, PublicKey] = {}
    for entry in entries:
        if (kid := _find_kid(entry)) is None:
            continue
        if kid in keys:
            raise KeySetError("has two keys with one kid")
        keys[kid] = PublicKey(entry.get("n"), entry.get("e"))
    if not keys:
        raise KeySetError("has no RSA key for signatures")
    return keys


def _find_kid(entry: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return the ``kid`` of a key that can verify RS256 signatures; None for any other."""
    if not isinstance(entry, Mapping) or entry.get("kty") != "RSA":
        return None
    kid = entry.get("kid")
    can_verify = entry.get("use", "sig") == "sig" and entry.get("alg", _RS256) == _RS256
    return kid if can_verify and isinstance(kid, str) and kid else None


def _decode(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4)))
