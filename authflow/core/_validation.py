"""Checks of arguments. Each returns the value, or raises InvalidInput with a text that does not contain the value."""

from typing import TypeVar
from unicodedata import category

from authflow.core.errors import InvalidInput

T = TypeVar("T")

MAX_USERNAME_LENGTH = 128  # characters; UsernameType of the service model
MAX_PASSWORD_LENGTH = 256  # characters; PasswordType
MAX_ATTRIBUTE_LENGTH = 2048  # characters; AttributeValueType
MAX_STRING_LENGTH = 131_072  # characters; StringType, the type of AuthParameters' values
MAX_SESSION_LENGTH = 4096  # characters; SessionType
MAX_HOLDER_LENGTH = 1024  # characters


def require_text(field: str, value: object, *, at_least: int = 1, at_most: int) -> str:
    """Return ``value`` if it is a string of ``at_least`` to ``at_most`` characters that UTF-8 can encode."""
    if not isinstance(value, str):
        raise InvalidInput(field, f"must be a str, not {type(value).__name__}")
    if len(value) < at_least:
        raise InvalidInput(field, "must not be empty")
    if len(value) > at_most:
        raise InvalidInput(field, f"has {len(value)} characters, at most {at_most} are allowed")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(field, "holds a lone surrogate, which UTF-8 can't encode") from None
    return value


def require_username(value: object, *, field: str = "username") -> str:
    """Return ``value`` if it is a username or alias as UsernameType allows it.

    That is letters, marks, symbols, numbers and punctuation. A name that was pasted with a space behind it is nobody's.
    """
    text = require_text(field, value, at_most=MAX_USERNAME_LENGTH)
    if not all(category(character)[0] in "LMSNP" for character in text):
        raise InvalidInput(field, "holds a character that no username has, such as a space")
    return text


def require_holder(value: object, *usernames: str | None) -> str:
    """Return ``value`` if it is a holder of devices, and none of these names of the person."""
    holder = require_text("holder", value, at_most=MAX_HOLDER_LENGTH)
    if holder.strip().casefold() in {name.casefold() for name in usernames if name}:
        raise InvalidInput("holder", "is the username: every browser would share the device. Use a random id of each")
    return holder


def require_instance(field: str, value: object, kind: type[T]) -> T:
    """Return ``value`` if it is an instance of ``kind``."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOUaeiou" else "a"
        raise InvalidInput(field, f"must be {article} {kind.__name__}, not {type(value).__name__}")
    return value
