"""Checks of answers that several challenges share."""

from dataclasses import dataclass
from typing import Final
from unicodedata import category, normalize

from authflow.core._describing import MAX_PASTED_LENGTH, make_code_field
from authflow.core._texts import clean
from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput
from authflow.core.form import Field
from authflow.core.secret import Secret, reveal


@dataclass(frozen=True, slots=True)
class CodeShape:
    """How many digits a code has.

    Attributes:
        least, most: the smallest and the largest number of digits.
    """

    least: int
    most: int

    @property
    def field(self) -> Field:
        """The field of such a code in a form."""
        return make_code_field(self.least)

    @property
    def description(self) -> str:
        """The shape in words."""
        return f"{self.least} digits" if self.least == self.most else f"{self.least} to {self.most} digits"

    def fits(self, text: str) -> bool:
        """Return whether a text without separators is such a code."""
        return text.isascii() and text.isdigit() and self.least <= len(text) <= self.most


MESSAGE_CODE: Final = CodeShape(4, 10)  # Cognito does not document the length of codes in messages
TOTP_CODE: Final = CodeShape(6, 6)  # SoftwareTokenMFAUserCodeType


def require_code(code: str | Secret, shape: CodeShape) -> Secret:
    """Return a code if it has this shape.

    Spaces, punctuation and full-width digits are accepted, as people read codes from a screen and paste them.
    """
    pasted = require_text("code", reveal(code), at_most=MAX_PASTED_LENGTH)
    text = "".join(character for character in normalize("NFKC", pasted) if not _is_separator(character))
    if not shape.fits(text):
        raise InvalidInput("code", f"must be {shape.description}")
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
