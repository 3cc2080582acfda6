"""Checking the types in the response of a Lambda trigger."""

from collections.abc import Mapping
from typing import Any

from authflow.emulator import _errors


def require_bool(value: object) -> bool:
    """Return the value if it is a boolean.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, bool):
        raise _errors.TRIGGER_OUTPUT()
    return value


def require_string(value: object) -> str:
    """Return the value if it is a string.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, str):
        raise _errors.TRIGGER_OUTPUT()
    return value


def require_string_map(value: object) -> dict[str, str]:
    """Return the value if it is a map of strings.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, dict):
        raise _errors.TRIGGER_OUTPUT()
    return {name: require_string(entry) for name, entry in value.items()}


def require_string_list(value: object) -> list[str]:
    """Return the value if it is a list of strings.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, list):
        raise _errors.TRIGGER_OUTPUT()
    return [require_string(entry) for entry in value]


def require_structure(value: object) -> Mapping[str, Any]:
    """Return the value if it is a structure; an empty structure if it is None.

    Raises:
        ServiceError: InvalidLambdaResponseException.
    """
    if not isinstance(value, dict | None):
        raise _errors.TRIGGER_OUTPUT()
    return value or {}
