"""Checks of answers that several challenges share."""

import re
from typing import Final
from unicodedata import category, normalize

from authflow.core._texts import clean
from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret, reveal

MAX_ATTRIBUTE_LENGTH: Final = 2048  # characters; AttributeValueType


def require_code(code: str | Secret, pattern: re.Pattern[str], shape: str) -> Secret:
    """Return a code if it matches ``pattern``; ``shape`` describes the pattern in words.

    Spaces, punctuation and full-width digits are accepted, as people read codes from a screen and paste them.
    """
    pasted = require_text("code", reveal(code), at_most=64)
    text = "".join(character for character in normalize("NFKC", pasted) if not _is_separator(character))
    if not pattern.fullmatch(text):
        raise InvalidInput("code", f"must be {shape}")
    return Secret(text)


def _is_separator(character: str) -> bool:
    """Return whether a character is a space, punctuation, a minus sign, or a control or format character."""
    kind = category(character)
    return kind[0] in "ZP" or kind in ("Cc", "Cf") or character == "\N{MINUS SIGN}"


def require_option(option: object, offered: tuple[str, ...]) -> str:
    """Return an option if Cognito offered it."""
    text = require_text("option", option, at_most=64)
    if text not in offered:
        raise InvalidInput("option", f"was not offered; offered: {clean(', '.join(offered), at_most=500) or 'nothing'}")
    return text
