"""Reading what a trigger returned: each member is of the documented type, or the response is refused."""

from collections.abc import Mapping
from typing import Any

from authflow.emulator import _errors


def flag(value: object) -> bool:
    """Return a boolean.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, bool):
        raise _errors.TRIGGER_OUTPUT()
    return value


def text(value: object) -> str:
    """Return a text.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, str):
        raise _errors.TRIGGER_OUTPUT()
    return value


def texts(value: object) -> dict[str, str]:
    """Return a map of texts.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, dict):
        raise _errors.TRIGGER_OUTPUT()
    return {name: text(entry) for name, entry in value.items()}


def text_list(value: object) -> list[str]:
    """Return a list of texts.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, list):
        raise _errors.TRIGGER_OUTPUT()
    return [text(entry) for entry in value]


def structure(value: object) -> Mapping[str, Any]:
    """Return a structure; an absent one has no members.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, dict | None):
        raise _errors.TRIGGER_OUTPUT()
    return value or {}
