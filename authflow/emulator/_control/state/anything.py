"""Conversion of values whose type is not known to JSON values and back.

They are JSON values already, or have times and bytes in them, which become objects with one member that begins with a
dollar sign. Other objects with such members are wrapped, so that they stay different.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from authflow.emulator._control.state.errors import Misfit

TIME, BYTES, OBJECT = "$time", "$bytes", "$object"
PLAIN: Final = frozenset({str, int, float, bool, type(None)})
#: values are never nested deeper: the service model has no such shapes
MAX_DEPTH: Final = 50


def encode(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Return a value as JSON."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, dict | Mapping):
        encoded = {name: encode(item) for name, item in value.items()}
        return {OBJECT: encoded} if any(name.startswith("$") for name in encoded) else encoded
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, datetime):
        return {TIME: value.isoformat()}
    if isinstance(value, bytes):
        return {BYTES: b64encode(value).decode()}
    return value


def decode(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 -- JSON
    """Return the value that ``encode`` has converted."""
    if depth > MAX_DEPTH:
        raise Misfit("is nested too deeply")
    if isinstance(value, list):
        return [decode(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if any(name.startswith("$") for name in value):
        return _decode_tagged(value, depth)
    return {name: decode(item, depth + 1) for name, item in value.items()}


def _decode_tagged(value: dict[str, Any], depth: int) -> Any:  # noqa: ANN401 -- JSON
    (tag, content), *others = value.items()
    try:
        if tag == TIME and not others:
            return datetime.fromisoformat(content)
        if tag == BYTES and not others:
            return b64decode(content, validate=True)
        if tag == OBJECT and not others and isinstance(content, dict):
            return {name: decode(item, depth + 1) for name, item in content.items()}
    except (ValueError, TypeError):
        pass
    raise Misfit(f"unknown or wrong {tag[:50]!a}")
