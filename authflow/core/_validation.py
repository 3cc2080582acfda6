"""Checks of what callers hand in, written once. Each raises InvalidInput and never shows the value."""

from typing import TypeVar

from authflow.core.errors import InvalidInput

T = TypeVar("T")

USERNAME_MOST = 128  # characters; UsernameType of the service model
PASSWORD_MOST = 256  # characters; PasswordType
TOKEN_MOST = 131_072  # characters; StringType, which AuthParameters hold


def require_text(field: str, value: object, *, at_most: int) -> str:
    """Return ``value`` if it is text of 1 to ``at_most`` characters that UTF-8 can carry."""
    if not isinstance(value, str):
        raise InvalidInput(field, f"must be a str, not {type(value).__name__}")
    if not value:
        raise InvalidInput(field, "must not be empty")
    if len(value) > at_most:
        raise InvalidInput(field, f"has {len(value)} characters, at most {at_most} are allowed")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(field, "holds a lone surrogate, which UTF-8 can't carry") from None
    return value


def require_instance(field: str, value: object, kind: type[T]) -> T:
    """Return ``value`` if it is a ``kind``."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOUaeiou" else "a"
        raise InvalidInput(field, f"must be {article} {kind.__name__}, not {type(value).__name__}")
    return value
