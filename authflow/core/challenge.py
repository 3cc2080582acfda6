"""BaseChallenge: what the engine knows of a challenge. The challenges themselves are in ``authflow.challenges``."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

__all__ = ["BaseChallenge", "Rejected"]


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
    def asking_trigger(self) -> str:
        """The trigger that leads to this challenge, by Cognito's name for it."""
        return self.name

    @property
    def digest(self) -> str:
        """What binds an answer to this challenge; gives nothing of the Session away."""
        return hashlib.sha256(f"{self.asking_trigger} {self.session}".encode()).hexdigest()

    def reject(self, code: str, message: str) -> Self:
        """Return the same challenge, asked again."""
        times = self.rejected.times if self.rejected else 0
        return replace(self, rejected=Rejected(code, message, times + 1))
