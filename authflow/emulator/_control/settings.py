"""Settings as text, as in ``--setting NAME=VALUE``, and in JSON."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from authflow.emulator._settings import Settings

BOOLEANS: Final[Mapping[str, bool]] = {"true": True, "false": False}


def parse_settings(given: Iterable[str]) -> Settings:
    """Return the settings that texts like ``mfa_code_digits=8`` describe; the last one for a name counts.

    Raises:
        ValueError: a text is not NAME=VALUE, no setting has the name, or the value has the wrong type. The message
            lists all names.
    """
    types = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise _refuse(f"{text!r} is not NAME=VALUE")
        if name not in types:
            raise _refuse(f"there is no setting {name!r}")
        values[name] = _parse(name, types[name], value)
    return Settings(**values)


def _parse(name: str, annotation: object, text: str) -> object:
    types = get_args(annotation) or (annotation,)
    for type_ in sorted(types, key=lambda type_: type_ is not NoneType):  # none is no text
        try:
            return PARSERS[type_](text)
        except (KeyError, ValueError, OverflowError):
            continue
    raise _refuse(f"{name} must be {' or '.join(DESCRIPTIONS[type_] for type_ in types)}")


def _refuse(problem: str) -> ValueError:
    return ValueError(f"{problem}; the settings are: {', '.join(field.name for field in fields(Settings))}")


def _parse_none(text: str) -> None:
    if text.lower() != "none":
        raise ValueError


def _parse_integer(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError
    return int(text)


def _parse_seconds(text: str) -> timedelta:
    duration = timedelta(seconds=float(text))
    if duration < timedelta():
        raise ValueError
    return duration


def _parse_text(text: str) -> str:
    if not text:
        raise ValueError
    return text


#: how to read a value of each type
PARSERS: Final[Mapping[object, Callable[[str], Any]]] = {
    bool: lambda text: BOOLEANS[text.lower()],
    int: _parse_integer,
    str: _parse_text,
    timedelta: _parse_seconds,
    NoneType: _parse_none,
}
DESCRIPTIONS: Final[Mapping[object, str]] = {
    bool: "true or false",
    int: "an integer",
    str: "a text",
    timedelta: "a number of seconds",
    NoneType: "none",
}
