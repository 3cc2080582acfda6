"""Checks JSON values against the shapes of a service model, and copies them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import regex

from authflow.emulator import _errors
from authflow.emulator._service_model.corrections import LINEAR_FORMS

Shape = Mapping[str, Any]


class InvalidValue(Exception):
    """A value does not match its shape.

    Attributes:
        error: the error that Cognito returns for it.
    """

    def __init__(self, error: _errors.ErrorTemplate, path: str, problem: str) -> None:
        super().__init__(f"Value at '{path}' failed to satisfy constraint: Member must {problem}")
        self.error = error


class ShapeValidator:
    """Checks values and copies them.

    Args:
        shapes: the model's shapes by name.
        limits: whether to check lengths, ranges and patterns in addition to types, members and enums.
    """

    def __init__(self, shapes: Mapping[str, Shape], *, limits: bool) -> None:
        self._shapes = shapes
        self._limits = limits

    def copy_structure(self, reference: Shape, value: object) -> dict[str, Any]:
        """Return a checked copy of a structure.

        Raises:
            InvalidValue: it does not match the shape that ``reference`` names.
        """
        copy: dict[str, Any] = self.copy(reference, value, "")
        return copy

    def copy(self, reference: Shape, value: object, path: str) -> Any:  # noqa: ANN401 -- JSON
        """Return a checked copy of the value at ``path``."""
        shape = self._shapes[reference["shape"]]
        return COPY_FUNCTIONS[shape["type"]](self, shape, value, path)

    def check_range(self, shape: Shape, number: float, path: str, what: str) -> None:
        """Require that a value or length is in the shape's range."""
        if not self._limits:
            return
        if number < shape.get("min", number):
            raise InvalidValue(_errors.INVALID, path, f"have {what} greater than or equal to {shape['min']}")
        if number > shape.get("max", number):
            raise InvalidValue(_errors.INVALID, path, f"have {what} less than or equal to {shape['max']}")

    def check_pattern(self, shape: Shape, text: str, path: str) -> None:
        """Require that a string matches the shape's pattern."""
        if not self._limits or "pattern" not in shape or (not text and shape.get("mayBeBlank")):
            return
        if not _compile_pattern(shape["pattern"]).fullmatch(text):
            raise InvalidValue(_errors.INVALID, path, f"satisfy regular expression pattern: {shape['pattern']}")


@cache
def _compile_pattern(text: str) -> regex.Pattern[str]:
    """Return a compiled pattern. The model uses Unicode properties, which the module ``re`` does not support."""
    return regex.compile(LINEAR_FORMS.get(text, text))


def _copy_structure(validator: ShapeValidator, shape: Shape, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValue(_errors.SERIALIZATION, path, "be a structure")
    members, given = shape["members"], {name: member for name, member in value.items() if member is not None}
    for name in given:
        if name not in members:
            raise InvalidValue(_errors.INVALID, _join(path, name), "be a known member")
    for name in shape.get("required", ()):
        if name not in given:
            raise InvalidValue(_errors.INVALID, _join(path, name), "not be null")
    return {name: validator.copy(members[name], member, _join(path, name)) for name, member in given.items()}


def _copy_list(validator: ShapeValidator, shape: Shape, value: object, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise InvalidValue(_errors.SERIALIZATION, path, "be a list")
    validator.check_range(shape, len(value), path, "length")
    return [validator.copy(shape["member"], entry, f"{path}.{number}") for number, entry in enumerate(value, 1)]


def _copy_map(validator: ShapeValidator, shape: Shape, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValue(_errors.SERIALIZATION, path, "be a map")
    validator.check_range(shape, len(value), path, "size")
    return {
        validator.copy(shape["key"], name, f"{path}.key"): validator.copy(shape["value"], entry, _join(path, name))
        for name, entry in value.items()
        if entry is not None
    }


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _copy_string(validator: ShapeValidator, shape: Shape, value: object, path: str) -> str:
    if not isinstance(value, str) or not _is_unicode(value):
        raise InvalidValue(_errors.SERIALIZATION, path, "be a string")
    validator.check_range(shape, len(value), path, "length")
    if "enum" in shape and value not in shape["enum"]:
        raise InvalidValue(_errors.INVALID, path, f"satisfy enum value set: [{', '.join(shape['enum'])}]")
    validator.check_pattern(shape, value, path)
    return str(value)


def _is_unicode(text: str) -> bool:
    """Return False if the text has a lone surrogate, which JSON can express and UTF-8 can't encode."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _copy_integer(validator: ShapeValidator, shape: Shape, value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValue(_errors.SERIALIZATION, path, "be an integer")
    validator.check_range(shape, value, path, "value")
    return value


def _copy_boolean(_: ShapeValidator, __: Shape, value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(_errors.SERIALIZATION, path, "be a boolean")
    return value


def _copy_timestamp(_: ShapeValidator, __: Shape, value: object, path: str) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidValue(_errors.SERIALIZATION, path, "be a timestamp")
    return value


COPY_FUNCTIONS: Final[Mapping[str, Callable[[ShapeValidator, Shape, object, str], Any]]] = {
    "structure": _copy_structure,
    "list": _copy_list,
    "map": _copy_map,
    "string": _copy_string,
    "integer": _copy_integer,
    "long": _copy_integer,
    "boolean": _copy_boolean,
    "timestamp": _copy_timestamp,
    "blob": _copy_string,  # base64 in JSON
}
