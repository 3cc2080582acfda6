"""Checks that the answers to several challenges share."""

import re
from typing import Final

from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput

ATTRIBUTE_MOST: Final = 2048  # characters; AttributeValueType


def require_code(code: object, form: re.Pattern[str], shape: str) -> str:
    """Return a code without the spaces around it, if it has the form; ``shape`` says it in words."""
    text = require_text("code", code, at_most=64).strip()
    if not form.fullmatch(text):
        raise InvalidInput("code", f"must be {shape}")
    return text


def require_option(option: object, offered: tuple[str, ...]) -> str:
    """Return an option if it was offered."""
    text = require_text("option", option, at_most=64)
    if text not in offered:
        raise InvalidInput("option", f"was not offered; offered: {', '.join(offered) or 'nothing'}")
    return text
