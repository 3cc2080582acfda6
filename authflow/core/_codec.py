"""Convert frozen dataclasses to JSON values and back, as their annotations say.

Decoding is strict: each member is checked against its annotation, and an unknown or missing member is an error.
The reader of a class is built once, from the readers of its members.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import repeat
from types import NoneType, UnionType
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
T = TypeVar("T")
Reader: TypeAlias = Callable[[Any], Any]


class FieldError(ValueError):
    """A JSON value does not fit its annotation.

    Attributes:
        field: the path to the value, such as ``state.rejected.times``.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field  # each enclosing reader prepends its own part of the path


def encode(value: Any) -> Any:  # noqa: ANN401 - any annotated value
    """Return a dataclass, or a member of one, as a JSON value. Members with their default are omitted."""
    if isinstance(value, str | int | NoneType):
        return value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, datetime):
        return value.isoformat()
    members = ((name, getattr(value, name), default) for name, default in _list_members(type(value)))  # type: ignore[arg-type]  # classes are hashable
    return {name: encode(item) for name, item, default in members if item != default}


def encode_json(value: object) -> str:
    """Return JSON without spaces, with sorted keys, and with only those characters escaped that must be.

    Raises:
        UnicodeEncodeError: a text holds a lone surrogate, which no store could keep.
    """
    text = _ENCODE(value)
    text.encode()
    return text


def load_json(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a JSON text, in which other readers could see nothing else.

    Raises:
        ValueError: it is not JSON: also because of NaN, two members of one name, or a number of thousands of digits.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_make_object, parse_constant=_refuse_constant)


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("two members have one name")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def measure_json(value: object) -> int:
    """Return how many characters a value has as JSON."""
    return len(_ENCODE(value))


def decode(kind: type[T], value: object, path: str) -> T:
    """Return the ``kind`` that ``encode`` turned into ``value``.

    Args:
        kind: the dataclass.
        value: a JSON value.
        path: what ``FieldError.field`` starts with.

    Raises:
        FieldError: a member is unknown, missing, or not of its annotated type.
    """
    try:
        decoded: T = _make_reader(kind)(value)  # type: ignore[arg-type]  # classes are hashable
    except FieldError as error:
        error.field = path + error.field
        raise
    return decoded


@cache
def _list_members(kind: type) -> tuple[tuple[str, object], ...]:
    """Return the names of a dataclass's members with their defaults."""
    return tuple((member.name, member.default) for member in fields(kind))


@cache
def _make_reader(hint: Any) -> Reader:  # noqa: ANN401 - an annotation
    if isinstance(hint, UnionType) or (get_origin(hint) is not tuple and NoneType in get_args(hint)):
        return _make_optional_reader(_make_reader(next(choice for choice in get_args(hint) if choice is not NoneType)))
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        return _make_list_reader(_make_reader(first)) if others == [Ellipsis] else _make_tuple_reader((first, *others))
    if is_dataclass(hint):
        return _make_dataclass_reader(hint)  # type: ignore[arg-type]  # it is a class, no instance
    if issubclass(hint, StrEnum):
        return _make_enum_reader(hint)
    return _READERS.get(hint) or _make_exact_reader(hint)


def _make_dataclass_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {name: _make_reader(hints[name]) for name, _ in _list_members(kind)}
    required = [name for name, default in _list_members(kind) if default is MISSING]

    def read(value: object) -> object:
        if not isinstance(value, Mapping):
            raise FieldError("", "is not a JSON object")
        members = {}
        for name, item in value.items():
            if name not in readers:
                raise FieldError(f".{name}", "is unknown")
            try:
                members[name] = readers[name](item)
            except FieldError as error:
                error.field = f".{name}{error.field}"
                raise
        for name in required:
            if name not in members:
                raise FieldError(f".{name}", "is missing")
        try:
            return kind(**members)
        except InvalidInput as error:  # its text names no value
            raise FieldError(f".{error.field}", str(error).removeprefix(f"{error.field}: ")) from None

    return read


def _make_optional_reader(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _make_list_reader(reader: Reader) -> Reader:
    return lambda value: _read_items(_require_list(value), repeat(reader))


def _make_tuple_reader(hints: tuple[Any, ...]) -> Reader:
    readers = [_make_reader(hint) for hint in hints]

    def read(value: object) -> tuple[Any, ...]:
        items = _require_list(value)
        if len(items) != len(readers):
            raise FieldError("", f"has {len(items)} items instead of {len(readers)}")
        return _read_items(items, readers)

    return read


def _require_list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise FieldError("", "is not a JSON list")
    return value


def _read_items(items: list[Any], readers: Iterable[Reader]) -> tuple[Any, ...]:
    values = []
    for index, (item, reader) in enumerate(zip(items, readers, strict=False)):  # ``readers`` may be endless
        try:
            values.append(reader(item))
        except FieldError as error:
            error.field = f"[{index}]{error.field}"
            raise
    return tuple(values)


def _make_enum_reader(kind: type[StrEnum]) -> Reader:
    def read(value: object) -> StrEnum:
        try:
            return kind(value)  # type: ignore[arg-type]  # or it raises
        except ValueError:
            raise FieldError("", f"is not one of {', '.join(kind)}") from None

    return read


def _make_exact_reader(kind: type) -> Reader:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise FieldError("", f"is not {kind.__name__} but {type(value).__name__}")
        return value

    return read


_read_str = _make_exact_reader(str)


def _read_text(value: object) -> str:
    try:
        text: str = _read_str(value)
        text.encode()
    except UnicodeEncodeError:
        raise FieldError("", "holds a lone surrogate, which UTF-8 can't encode") from None
    return text


def _read_datetime(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(value)  # type: ignore[arg-type]  # or it raises
    except (TypeError, ValueError):
        raise FieldError("", "is not an ISO 8601 date and time") from None
    if time.utcoffset() is None:
        raise FieldError("", "has no time zone")
    return time


def _read_secret(value: object) -> Secret:
    return Secret(_read_text(value))


_READERS: Final[Mapping[type, Reader]] = {str: _read_text, Secret: _read_secret, datetime: _read_datetime}
