"""Frozen dataclasses to JSON values and back, by their annotations: every member checked, none unknown or missing.

What a class's annotations ask for is worked out once, into a reader made of smaller readers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import repeat
from types import NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader: TypeAlias = Callable[[Any], Any]


class FieldError(ValueError):
    """A JSON value that is not of the annotated shape. ``field``: the path to it, such as ``state.rejected.times``."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field  # each reader on the way out puts its own step in front


def encode(value: Any) -> Any:  # noqa: ANN401 - any annotated value
    """Return a value as JSON has it; members that have their default are left out.

    Args:
        value: a dataclass, or what the members of dataclasses hold.
    """
    if isinstance(value, str | int | NoneType):
        return value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    members = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))  # type: ignore[arg-type]  # classes are hashable
    return {name: encode(item) for name, item, default in members if item != default}


def decode(kind: type[T], value: object, path: str) -> T:
    """Return the dataclass that ``encode`` made ``value`` of.

    Raises:
        FieldError: a member is unknown, missing, or not of its annotated type.
    """
    try:
        decoded: T = _reader(kind)(value)  # type: ignore[arg-type]  # classes are hashable
    except FieldError as error:
        error.field = path + error.field
        raise
    return decoded


@cache
def _defaults(kind: type) -> tuple[tuple[str, object], ...]:
    """Return the members of a dataclass, each with its default."""
    return tuple((member.name, member.default) for member in fields(kind))


@cache
def _reader(hint: Any) -> Reader:  # noqa: ANN401 - an annotation
    if isinstance(hint, UnionType) or (get_origin(hint) is not tuple and NoneType in get_args(hint)):
        return _optional(_reader(next(choice for choice in get_args(hint) if choice is not NoneType)))
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        return _many(_reader(first)) if others == [Ellipsis] else _tuple((first, *others))
    if is_dataclass(hint):
        return _dataclass(hint)  # type: ignore[arg-type]  # it is a class, no instance
    if hint is datetime:
        return _read_datetime
    if issubclass(hint, StrEnum):
        return _enum(hint)
    return _read_text if hint is str else _exactly(hint)


def _dataclass(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name, _ in _defaults(kind)}
    required = [name for name, default in _defaults(kind) if default is MISSING]

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
        return kind(**members)

    return read


def _optional(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _many(reader: Reader) -> Reader:
    return lambda value: _read_items(_list(value), repeat(reader))


def _tuple(hints: tuple[Any, ...]) -> Reader:
    readers = [_reader(hint) for hint in hints]

    def read(value: object) -> tuple[Any, ...]:
        items = _list(value)
        if len(items) != len(readers):
            raise FieldError("", f"has {len(items)} items instead of {len(readers)}")
        return _read_items(items, readers)

    return read


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise FieldError("", "is not a JSON list")
    return value


def _read_items(items: list[Any], readers: Iterable[Reader]) -> tuple[Any, ...]:
    read = []
    for at, (item, reader) in enumerate(zip(items, readers, strict=False)):  # one reader may serve them all
        try:
            read.append(reader(item))
        except FieldError as error:
            error.field = f"[{at}]{error.field}"
            raise
    return tuple(read)


def _enum(kind: type[StrEnum]) -> Reader:
    def read(value: object) -> StrEnum:
        try:
            return kind(value)  # type: ignore[arg-type]  # or it raises
        except ValueError:
            raise FieldError("", f"is none of {', '.join(kind)}") from None

    return read


def _exactly(kind: type) -> Reader:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise FieldError("", f"is not {kind.__name__} but {type(value).__name__}")
        return value

    return read


_any_text = _exactly(str)


def _read_text(value: object) -> object:
    try:
        _any_text(value).encode()
    except UnicodeEncodeError:
        raise FieldError("", "holds a lone surrogate, which UTF-8 can't carry") from None
    return value


def _read_datetime(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]  # or it raises
    except (TypeError, ValueError):
        raise FieldError("", "is not an ISO 8601 time") from None
    if at.utcoffset() is None:
        raise FieldError("", "has no time zone")
    return at
