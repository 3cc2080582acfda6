"""Checks of answers that several challenges share."""

import re
from typing import Final
from unicodedata import category, normalize

from authflow.core._texts import clean
from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret, reveal

_SEPARATORS: Final = {"Zs", "Pd", "Cc", "Cf"}  # Unicode's spaces, dashes, control and format characters
MAX_ATTRIBUTE_LENGTH: Final = 2048  # characters; AttributeValueType


def require_code(code: str | Secret, pattern: re.Pattern[str], shape: str) -> Secret:
    """Return a code if it matches ``pattern``; ``shape`` describes the pattern in words.

    Spaces, hyphens and full-width digits are accepted, as people read codes from a screen and paste them.
    """
    pasted = require_text("code", reveal(code), at_most=64)
    text = "".join(character for character in normalize("NFKC", pasted) if category(character) not in _SEPARATORS)
    if not pattern.fullmatch(text):
        raise InvalidInput("code", f"must be {shape}")
    return Secret(text)


def require_option(option: object, offered: tuple[str, ...]) -> str:
    """Return an option if Cognito offered it."""
    text = require_text("option", option, at_most=64)
    if text not in offered:
        raise InvalidInput("option", f"was not offered; offered: {clean(', '.join(offered), at_most=500) or 'nothing'}")
    return text
