"""What all challenges have, and the checks that their replies share."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Final, Self

from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput

ATTRIBUTE_MOST: Final = 2048  # characters; AttributeValueType


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cognito refused an answer and lets the person try again.

    Attributes:
        code: the exception's name, such as ``CodeMismatchException``.
        message: Cognito's text.
        times: how often this challenge has been refused so far.
    """

    code: str
    message: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChallenge:
    """What all challenges have.

    Attributes:
        session: Cognito's Session, a bearer secret.
        asked_at: when the Session came; it lives as long as ``AppClient.session_validity`` says.
        rejected: why and how often Cognito refused an answer; None the first time.
    """

    NAME: ClassVar[str]

    session: str = field(repr=False)
    asked_at: datetime
    rejected: Rejected | None = None

    @property
    def name(self) -> str:
        """What Cognito calls it in ChallengeName."""
        return self.NAME

    @property
    def asked_by(self) -> str:
        """The trigger that leads to this challenge, by Cognito's name for it."""
        return self.name

    @property
    def digest(self) -> str:
        """What binds an answer to this challenge; gives nothing of the Session away."""
        return hashlib.sha256(f"{self.asked_by} {self.session}".encode()).hexdigest()

    def rejected_by(self, code: str, message: str) -> Self:
        """Return the same challenge, asked again."""
        times = self.rejected.times if self.rejected else 0
        return replace(self, rejected=Rejected(code, message, times + 1))


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
