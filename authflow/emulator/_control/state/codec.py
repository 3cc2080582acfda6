"""Conversion of records to JSON values and back, by their annotations.

A dataclass becomes an object without the members that have their default value. Integers that not every JSON parser
can read become texts in hexadecimal, times become ISO 8601, bytes base64.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from authflow.emulator._control.state import anything
from authflow.emulator._control.state.errors import Misfit
from authflow.emulator._records.expiring import ExpiringMap

#: greater integers lose digits in JavaScript
MAX_INTEGER: Final = 2**53 - 1
MAX_HEXADECIMAL: Final = 4096


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type are converted.

    Attributes:
        encode: returns the JSON value.
        decode: returns the value; it raises ``Misfit``.
    """

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


@cache
def get_codec(annotation: Any) -> Codec:  # noqa: ANN401 -- a type
    """Return the codec of a type."""
    if annotation in SCALARS:
        return SCALARS[annotation]
    if get_origin(annotation) is not None:
        return _make_generic_codec(get_origin(annotation), get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _make_enumeration(annotation)
    if is_dataclass(annotation):
        return make_record_codec(annotation)
    raise TypeError(f"no codec for {annotation}")


def _make_generic_codec(origin: Any, arguments: tuple[Any, ...]) -> Codec:  # noqa: ANN401 -- a type
    if origin in {Union, UnionType}:
        (present,) = (argument for argument in arguments if argument is not NoneType)
        return make_optional(get_codec(present))
    if origin is ExpiringMap:
        return _make_expiring(get_codec(arguments[0]))
    if origin in {dict, Mapping}:
        return _make_object(get_codec(arguments[1]))
    if origin in COLLECTIONS:
        return _make_collection(origin, get_codec(arguments[0]))
    raise TypeError(f"no codec for {origin}")


def make_record_codec(record_type: Any) -> Codec:  # noqa: ANN401 -- a type
    """Return the codec of a dataclass."""
    parts = make_arguments_codec(record_type)
    return Codec(parts.encode, lambda value: record_type(**parts.decode(value)))


def make_arguments_codec(record_type: Any, **special: Codec | None) -> Codec:  # noqa: ANN401 -- a type
    """Return the codec of a dataclass that decodes its arguments.

    Args:
        record_type: the dataclass.
        special: the codecs of some fields; None for a field that is left out.
    """
    types = get_type_hints(record_type, localns=UNRESOLVED)
    members = [
        Member(field.name, field.name.lstrip("_"), codec, _encode_default(field, codec))
        for field in fields(record_type)
        if field.init and (codec := special[field.name] if field.name in special else get_codec(types[field.name]))
    ]
    known = {member.label: member for member in members}
    required = [member for member in members if member.default is MISSING]

    def encode(record: object) -> dict[str, Any]:
        encoded = {}
        for member in members:
            value = member.codec.encode(getattr(record, member.name))
            if value != member.default:
                encoded[member.label] = value
        return encoded

    def decode(value: object) -> dict[str, Any]:
        arguments = {}
        for label, item in require_object(value).items():
            if label not in known:
                raise Misfit(f"unknown member {label[:50]!a}")
            try:
                arguments[known[label].name] = known[label].codec.decode(item)
            except Misfit as misfit:
                raise misfit.inside(f".{label}") from None
        for member in required:
            if member.name not in arguments:
                raise Misfit(f"{member.label} is missing")
        return arguments

    return Codec(encode, decode)


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a dataclass, and the member of the JSON object.

    Attributes:
        name: the field's name.
        label: the member's name.
        default: the JSON value of the field's default; MISSING if it has none.
    """

    name: str
    label: str
    codec: Codec
    default: object


def _encode_default(field: "Field[Any]", codec: Codec) -> object:
    if field.default is not MISSING:
        return codec.encode(field.default)
    return codec.encode(field.default_factory()) if field.default_factory is not MISSING else MISSING


def require_object(value: object) -> dict[str, Any]:
    """Return an object."""
    if not isinstance(value, dict):
        raise Misfit("must be an object")
    return value


def require_list(value: object) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise Misfit("must be a list")
    return value


def decode_items(decode: Callable[[Any], Any], value: object) -> list[Any]:
    """Return the decoded items of a list."""
    decoded = []
    for item in require_list(value):
        try:
            decoded.append(decode(item))
        except Misfit as misfit:
            raise misfit.inside(f"[{len(decoded)}]") from None
    return decoded


def require_text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise Misfit("must be a text")
    return value


def _require_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise Misfit("must be true or false")
    return value


def encode_integer(value: int) -> int | str:
    """Return an integer as JSON, in hexadecimal if it is large."""
    return value if -MAX_INTEGER <= value <= MAX_INTEGER else f"{value:#x}"


def decode_integer(value: object) -> int:
    """Return an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        if isinstance(value, str) and len(value) <= MAX_HEXADECIMAL and value.startswith(("0x", "-0x")):
            return int(value, 16)
    except ValueError:
        pass
    raise Misfit('must be an integer, as a number or as a text such as "0x1f"')


def decode_time(value: object) -> datetime:
    """Return an aware datetime."""
    try:
        time = datetime.fromisoformat(require_text(value))
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise Misfit("must be a time such as 2026-11-25T12:00:00+00:00")
    return time


def encode_bytes(value: bytes) -> str:
    """Return bytes in base64."""
    return b64encode(value).decode()


def decode_bytes(value: object) -> bytes:
    """Return the bytes of a text in base64."""
    try:
        return b64decode(require_text(value), validate=True)
    except (binascii.Error, ValueError):
        raise Misfit("must be a text in base64") from None


def _identity(value: object) -> object:
    return value


def _require_none(value: object) -> None:
    if value is not None:
        raise Misfit("must be null")


def make_optional(codec: Codec) -> Codec:
    """Return the codec of values that may be None."""
    return Codec(
        lambda value: None if value is None else codec.encode(value),
        lambda value: None if value is None else codec.decode(value),
    )


def _make_object(codec: Codec) -> Codec:
    def decode(value: object) -> dict[str, Any]:
        decoded = {}
        for name, item in require_object(value).items():
            try:
                decoded[name] = codec.decode(item)
            except Misfit as misfit:
                raise misfit.inside(f".{name[:50]}") from None
        return decoded

    return Codec(lambda value: {name: codec.encode(item) for name, item in value.items()}, decode)


def _make_collection(collection: Callable[[list[Any]], Any], codec: Codec) -> Codec:
    arrange = sorted if collection in {set, frozenset} else list
    return Codec(
        lambda value: arrange(codec.encode(item) for item in value) if value else [],
        lambda value: collection(decode_items(codec.decode, value)),
    )


def _make_enumeration(enumeration: type[StrEnum]) -> Codec:
    def decode(value: object) -> StrEnum:
        try:
            return enumeration(require_text(value))
        except ValueError:
            raise Misfit(f"must be one of: {', '.join(enumeration)}") from None

    return Codec(str, decode)


def _make_expiring(codec: Codec) -> Codec:
    """Return the codec of an ExpiringMap: a list of key, time and value."""

    def encode(kept: ExpiringMap[Any]) -> list[Any]:
        entries = ((key, entry) for key in kept.keys() if (entry := kept.read(key)))  # noqa: SIM118 -- no mapping
        return [[key, until.isoformat(), codec.encode(value)] for key, (until, value) in entries]

    def decode_entry(entry: object) -> tuple[str, datetime, Any]:
        parts = require_list(entry)
        if len(parts) != 3:
            raise Misfit("must be a list of a key, a time and a value")
        return require_text(parts[0]), decode_time(parts[1]), codec.decode(parts[2])

    def decode(value: object) -> ExpiringMap[Any]:
        kept: ExpiringMap[Any] = ExpiringMap()
        for key, until, entry in decode_items(decode_entry, value):
            kept.restore(key, entry, until)
        return kept

    return Codec(encode, decode)


COLLECTIONS: Final = frozenset({list, tuple, set, frozenset})
SCALARS: Final[Mapping[object, Codec]] = {
    str: Codec(_identity, require_text),
    bool: Codec(_identity, _require_boolean),
    int: Codec(encode_integer, decode_integer),
    datetime: Codec(datetime.isoformat, decode_time),
    bytes: Codec(encode_bytes, decode_bytes),
    NoneType: Codec(_identity, _require_none),
    object: Codec(anything.encode, anything.decode),
    Any: Codec(anything.encode, anything.decode),
}
#: names that records import for type checkers only; their fields have codecs of their own
UNRESOLVED: Final = {"PoolKeys": object, "User": object}
