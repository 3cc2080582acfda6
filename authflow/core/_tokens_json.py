"""The tokens of a sign-in as JSON text, for a store of the caller's."""

from typing import Final, NoReturn, TypeVar

from authflow.core._codec import FieldError, decode, encode, encode_json, load_json
from authflow.core._validation import require_instance
from authflow.core.errors import SnapshotError

T = TypeVar("T")

_VERSION: Final = 1
_LONGEST: Final = 524_288  # characters: three tokens of the longest that Cognito's service model allows
_REQUIRED: Final = ("access_token", "id_token", "refresh_token", "username")


def write_tokens(tokens: object) -> str:
    """Return tokens as JSON text.

    Raises:
        SnapshotError: ``malformed``: they are not Cognito's: too long, or with a lone surrogate.
    """
    try:
        text = encode_json({"tokens": encode(tokens), "v": _VERSION})
    except UnicodeEncodeError:
        _raise_malformed("tokens", "hold a lone surrogate, which UTF-8 can't encode")
    return _require_readable(text)


def read_tokens(kind: type[T], text: str) -> T:
    """Return the tokens that ``write_tokens`` wrote.

    Args:
        kind: their class.
        text: the JSON text.

    Raises:
        SnapshotError: ``malformed`` or ``version``.
    """
    readable = _require_readable(require_instance("text", text, str))
    try:
        document = load_json(readable)
    except (ValueError, RecursionError):
        _raise_malformed(None, "the text is not JSON: truncated, or not what to_json() returned")
    if not isinstance(document, dict) or document.keys() != {"tokens", "v"}:
        _raise_malformed(None, "the text is not what to_json() returned")
    if type(document["v"]) is not int or document["v"] != _VERSION:
        raise SnapshotError("version", f"is not {_VERSION}, which this release of authflow reads", "v")
    try:
        tokens = decode(kind, document["tokens"], "tokens")
    except FieldError as error:
        _raise_malformed(error.field, str(error))
    for name in _REQUIRED:
        if not getattr(tokens, name):
            _raise_malformed(f"tokens.{name}", "is empty")
    return tokens


def _require_readable(text: str) -> str:
    if len(text) > _LONGEST:
        _raise_malformed(None, f"has {len(text)} characters, tokens have at most {_LONGEST}")
    return text


def _raise_malformed(field: str | None, problem: str) -> NoReturn:
    raise SnapshotError("malformed", problem, field) from None
