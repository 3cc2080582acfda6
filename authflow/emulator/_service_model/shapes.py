"""Checks JSON values against the shapes of a service model, and copies them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import regex

from authflow.emulator import _errors
from authflow.emulator._service_model.corrections import translate_pattern

Shape = Mapping[str, Any]
#: how deeply documents may be nested
MAX_DEPTH: Final = 32


class InvalidValue(Exception):
    """A value does not match its shape.

    Attributes:
        error: the error that Cognito returns for it.
    """

    def __init__(self, error: _errors.ErrorTemplate, *problems: str) -> None:
        noun = "error" if len(problems) == 1 else "errors"
        super().__init__(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
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
        """Return a checked copy of a structure; see ``copy``."""
        copy: dict[str, Any] = self.copy(reference, value, "")
        return copy

    def copy(self, reference: Shape, value: object, path: str) -> Any:  # noqa: ANN401 -- JSON
        """Return a checked copy of the value at ``path``.

        Raises:
            InvalidValue: it does not match the shape that ``reference`` names. A value of the wrong type is reported
                alone; otherwise all problems are.
        """
        return self.copy_all([(reference, value, path)])[0]

    def copy_all(self, values: Iterable[tuple[Shape, object, str]]) -> list[Any]:
        """Return checked copies of values, each with the reference to its shape and its path; see ``copy``."""
        validation = Validation(self._shapes, limits=self._limits)
        copies = [validation.copy(*value) for value in values]
        if validation.problems:
            raise InvalidValue(_errors.INVALID, *validation.problems)
        return copies

    def drop_unknown_members(self, reference: Shape, value: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return a structure without the members that its shape does not have, and the names of those members."""
        unknown: list[str] = []
        known: dict[str, Any] = self._drop(reference, value, unknown)
        return known, unknown

    def _drop(self, reference: Shape, value: Any, unknown: list[str]) -> Any:  # noqa: ANN401 -- JSON
        shape = self._shapes[reference["shape"]]
        if shape["type"] == "list" and isinstance(value, list):
            return [self._drop(shape["member"], entry, unknown) for entry in value]
        if shape["type"] != "structure" or shape.get("document") or not isinstance(value, Mapping):
            return value  # no map of the service's requests has structures in it
        members = shape["members"]
        unknown += [name for name in value if name not in members]
        return {name: self._drop(members[name], entry, unknown) for name, entry in value.items() if name in members}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A kind of constraint.

    Attributes:
        name: the member of a shape that sets it.
        text: the service's text, with placeholders for what is measured and for the limit.
        is_satisfied: returns whether a limit allows a value.
    """

    name: str
    text: str
    is_satisfied: Callable[[Any, Any], bool]

    def describe(self, shape: Shape) -> str:
        """Return the service's text for a shape that has this constraint."""
        limit = shape[self.name]
        shown = f"[{', '.join(limit)}]" if isinstance(limit, list) else limit
        measured = "value" if shape["type"] in {"integer", "long"} else "length"
        return f"Member must {self.text.format(measured=measured, limit=shown)}"


def _measure(value: Any) -> Any:  # noqa: ANN401 -- JSON
    return value if isinstance(value, int) else len(value)


@cache
def _compile_pattern(text: str) -> regex.Pattern[str]:
    """Return a compiled pattern. The model uses Unicode properties, which the module ``re`` does not support."""
    return regex.compile(translate_pattern(text))


CONSTRAINTS: Final = (
    Constraint("max", "have {measured} less than or equal to {limit}", lambda limit, value: _measure(value) <= limit),
    Constraint(
        "min", "have {measured} greater than or equal to {limit}", lambda limit, value: _measure(value) >= limit
    ),
    Constraint(
        "pattern",
        "satisfy regular expression pattern: {limit}",
        lambda pattern, text: bool(_compile_pattern(pattern).fullmatch(text)),
    ),
    Constraint("enum", "satisfy enum value set: {limit}", lambda values, value: value in values),
)


class Validation:
    """The validation of one value.

    Attributes:
        problems: what is wrong with the values that have the right type, in the service's words.
    """

    def __init__(self, shapes: Mapping[str, Shape], *, limits: bool) -> None:
        self.problems: list[str] = []
        self._shapes = shapes
        self._constraints = CONSTRAINTS if limits else CONSTRAINTS[-1:]

    def copy(self, reference: Shape, value: object, path: str) -> Any:  # noqa: ANN401 -- JSON
        """Return a copy of the value at ``path``, and note its problems.

        Raises:
            InvalidValue: it has the wrong type.
        """
        shape = self._shapes[reference["shape"]]
        kind = "document" if shape.get("document") else shape["type"]
        return COPY_FUNCTIONS[kind](self, shape, value, path)

    def copy_entry(self, reference: Shape, value: object, path: str) -> Any:  # noqa: ANN401 -- JSON
        """Return a copy of an entry of a list or map. Problems of a plain value are noted by ``check_entries``.

        Raises:
            InvalidValue: it has the wrong type.
        """
        noted = len(self.problems)
        copy = self.copy(reference, value, path)
        if self._is_plain(reference):
            del self.problems[noted:]
        return copy

    def note(self, path: str, problem: str, shown: str = "Value") -> None:
        """Note a problem. ``shown`` is the value as the text has it."""
        self.problems.append(f"{shown} at '{path}' failed to satisfy constraint: {problem}")

    def note_missing(self, reference: Shape, path: str) -> None:
        """Note that a member is missing."""
        sensitive = self._shapes[reference["shape"]].get("sensitive")
        self.note(path, "Member must not be null", "Value" if sensitive else "Value null")

    def check(self, shape: Shape, value: object, path: str) -> None:
        """Note each constraint of a shape that a value breaks."""
        may_pass = value == "" and shape.get("mayBeBlank")  # then no pattern holds
        for constraint in self._constraints:
            if constraint.name not in shape or (may_pass and constraint.name == "pattern"):
                continue
            if not constraint.is_satisfied(shape[constraint.name], value):
                self.note(path, constraint.describe(shape), self._show(shape, value))

    def check_entries(self, shape: Shape, part: str, container: Mapping[str, Any] | list[Any], path: str) -> None:
        """Note the constraints of the plain values in a container if one of them breaks one.

        Args:
            shape: the shape of the container.
            part: the entries: ``member`` of a list, ``key`` or ``value`` of a map.
            container: the list or map.
            path: the path of the list or map.
        """
        entries = container.values() if isinstance(container, Mapping) and part == "value" else container
        entry_shape = self._shapes[shape[part]["shape"]]
        present = [constraint for constraint in self._constraints if constraint.name in entry_shape]
        if not present or not self._is_plain(shape[part]):
            return
        checks = ((constraint, entry) for constraint in present for entry in entries)
        if all(constraint.is_satisfied(entry_shape[constraint.name], entry) for constraint, entry in checks):
            return
        texts = ", ".join(constraint.describe(entry_shape) for constraint in present)
        self.note(path, f"{ENTRIES[part]} must satisfy constraint: [{texts}]", self._show(shape, container))

    def _is_plain(self, reference: Shape) -> bool:
        return self._shapes[reference["shape"]]["type"] not in {"structure", "list", "map"}

    def _show(self, shape: Shape, value: object) -> str:
        return f"Value '{_format(value)}'" if self._is_shown(shape) else "Value"

    def _is_shown(self, shape: Shape) -> bool:
        """Return whether the service shows a value: not if it or a part of it is sensitive."""
        parts = [self._shapes[shape[part]["shape"]] for part in ENTRIES if part in shape]
        return not shape.get("sensitive") and shape["type"] != "structure" and all(map(self._is_shown, parts))


#: the parts of a container: their names in a shape and in the service's texts
ENTRIES: Final[Mapping[str, str]] = {"member": "Member", "key": "Map keys", "value": "Map value"}


def _format(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}={_format(entry)}' for name, entry in value.items())}}}"
    return f"[{', '.join(map(_format, value))}]" if isinstance(value, list) else str(value)


def _wrong_type(path: str, expected: str) -> InvalidValue:
    return InvalidValue(
        _errors.SERIALIZATION, f"Value at '{path}' failed to satisfy constraint: Member must be {expected}"
    )


def _copy_structure(validation: Validation, shape: Shape, value: object, path: str) -> dict[str, Any]:
    """Copy a structure. Its members are checked in alphabetical order, as in a recorded error of the service.

    https://github.com/amazon-archives/amazon-cognito-identity-js/issues/388
    """
    if not isinstance(value, Mapping):
        raise _wrong_type(path, "a structure")
    members, given = shape["members"], {name: member for name, member in value.items() if member is not None}
    copies = {}
    for name in sorted({*given, *shape.get("required", ())}):
        member_path = _join(path, name)
        if name not in members:
            validation.note(member_path, "Member must be a known member")
        elif name not in given:
            validation.note_missing(members[name], member_path)
        else:
            copies[name] = validation.copy(members[name], given[name], member_path)
    return {name: copies[name] for name in given if name in copies}


def _copy_list(validation: Validation, shape: Shape, value: object, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _wrong_type(path, "a list")
    entries = list(value)
    validation.check(shape, entries, path)
    copies = [
        validation.copy_entry(shape["member"], entry, f"{path}.{number}.member")
        for number, entry in enumerate(entries, 1)
    ]
    validation.check_entries(shape, "member", copies, path)
    return copies


def _copy_map(validation: Validation, shape: Shape, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong_type(path, "a map")
    copies = {
        validation.copy_entry(shape["key"], name, f"{path}.key"): validation.copy_entry(
            shape["value"], entry, f"{path}.{name}"
        )
        for name, entry in value.items()
        if entry is not None
    }
    validation.check(shape, copies, path)
    validation.check_entries(shape, "key", copies, path)
    validation.check_entries(shape, "value", copies, path)
    return copies


def _join(path: str, name: str) -> str:
    """Return the path of a member: the service's texts begin names with a lower-case letter."""
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _copy_string(validation: Validation, shape: Shape, value: object, path: str) -> str:
    if not isinstance(value, str) or not _is_unicode(value):
        raise _wrong_type(path, "a string")
    validation.check(shape, value, path)
    return str(value)


def _copy_document(_: Validation, __: Shape, value: object, path: str) -> Any:  # noqa: ANN401 -- JSON
    """Copy a JSON value of any form."""
    return _copy_json(value, path, MAX_DEPTH)


def _copy_json(value: object, path: str, depth: int) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, Mapping | list | tuple) and not depth:
        raise _wrong_type(path, "a document that is not nested so deeply")
    if isinstance(value, Mapping) and all(isinstance(name, str) and _is_unicode(name) for name in value):
        return {name: _copy_json(entry, path, depth - 1) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_copy_json(entry, path, depth - 1) for entry in value]
    if value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and _is_unicode(value)):
        return value
    raise _wrong_type(path, "a JSON value")


def _is_unicode(text: str) -> bool:
    """Return False if the text has a lone surrogate, which JSON can express and UTF-8 can't encode."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _copy_integer(validation: Validation, shape: Shape, value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong_type(path, "an integer")
    validation.check(shape, value, path)
    return value


def _copy_boolean(_: Validation, __: Shape, value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(path, "a boolean")
    return value


def _copy_timestamp(_: Validation, __: Shape, value: object, path: str) -> float:
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000).timestamp()  # as the service: milliseconds
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong_type(path, "a timestamp")
    return value


COPY_FUNCTIONS: Final[Mapping[str, Callable[[Validation, Shape, object, str], Any]]] = {
    "structure": _copy_structure,
    "document": _copy_document,
    "list": _copy_list,
    "map": _copy_map,
    "string": _copy_string,
    "integer": _copy_integer,
    "long": _copy_integer,
    "boolean": _copy_boolean,
    "timestamp": _copy_timestamp,
    "blob": _copy_string,  # base64 in JSON
}
