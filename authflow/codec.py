"""Frozen dataclasses to JSON values and back, by their annotations: every member checked, none unknown or missing."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class FieldError(ValueError):
    """A JSON value that is not of the annotated shape. ``field``: the path to it, such as ``state.rejected.times``."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


def encode(value: Any) -> Any:  # noqa: ANN401 - any annotated value
    """Return a value as JSON has it; members that have their default are left out."""
    if is_dataclass(value):
        members = ((member, getattr(value, member.name)) for member in fields(value))
        return {member.name: encode(item) for member, item in members if item != member.default}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def decode(kind: type[T], value: object, path: str) -> T:
    """Return the dataclass that ``encode`` made ``value`` of.

    Raises:
        FieldError: a member is unknown, missing, or not of its annotated type.
    """
    if not isinstance(value, Mapping):
        raise FieldError(path, "is not a JSON object")
    hints, members = _hints(kind), {member.name: member for member in fields(kind)}  # type: ignore[arg-type]  # dataclasses
    for name in value:
        if name not in members:
            raise FieldError(f"{path}.{name}", "is unknown")
    return kind(
        **{
            name: _decode(hints[name], value[name], f"{path}.{name}")
            for name, member in members.items()
            if name in value or _required(member, f"{path}.{name}")
        }
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _required(member: Field[Any], path: str) -> bool:
    if member.default is MISSING:
        raise FieldError(path, "is missing")
    return False


def _decode(hint: Any, value: Any, path: str) -> Any:  # noqa: ANN401 - by annotation
    if isinstance(hint, UnionType) or (get_origin(hint) is not tuple and NoneType in get_args(hint)):
        return None if value is None else _decode(_not_none(hint), value, path)
    if get_origin(hint) is tuple:
        return _decode_tuple(get_args(hint), value, path)
    if is_dataclass(hint):
        return decode(hint, value, path)  # type: ignore[arg-type]  # is_dataclass told
    if hint is datetime:
        return _decode_datetime(value, path)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _decode_enum(hint, value, path)
    if type(value) is not hint:
        raise FieldError(path, f"is not {hint.__name__} but {type(value).__name__}")
    return _encodable(value, path) if hint is str else value


def _encodable(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldError(path, "holds a lone surrogate, which UTF-8 can't carry") from None
    return value


def _not_none(hint: Any) -> Any:  # noqa: ANN401 - an annotation
    return next(choice for choice in get_args(hint) if choice is not NoneType)


def _decode_tuple(hints: tuple[Any, ...], value: object, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise FieldError(path, "is not a JSON list")
    if hints[-1] is Ellipsis:
        hints = (hints[0],) * len(value)
    if len(hints) != len(value):
        raise FieldError(path, f"has {len(value)} items instead of {len(hints)}")
    return tuple(_decode(hint, item, f"{path}[{i}]") for i, (hint, item) in enumerate(zip(hints, value, strict=True)))


def _decode_datetime(value: object, path: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]  # or it raises
    except (TypeError, ValueError):
        raise FieldError(path, "is not an ISO 8601 time") from None
    if at.utcoffset() is None:
        raise FieldError(path, "has no time zone")
    return at


def _decode_enum(hint: type[StrEnum], value: object, path: str) -> StrEnum:
    try:
        return hint(value)  # type: ignore[arg-type]  # or it raises
    except ValueError:
        raise FieldError(path, f"is none of {', '.join(hint)}") from None
