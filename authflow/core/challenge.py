"""BaseChallenge: the part of a challenge that the engine uses. The challenges are in ``authflow.challenges``."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from authflow.core._codec import encode
from authflow.core._describing import Describing
from authflow.core._frozen import assign
from authflow.core._rejections import find_rejection
from authflow.core._validation import MAX_SESSION_LENGTH
from authflow.core.secret import Secret, require_secret

__all__ = ["BaseChallenge", "Rejected"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cognito refused an answer, and the person may try again.

    Attributes:
        code: the exception's name in Cognito's API, such as ``CodeMismatchException``.
        message: Cognito's text.
        times: how many answers to this challenge Cognito has refused so far.
    """

    code: str
    message: str
    times: int

    @property
    def message_id(self) -> str:
        """The id of a text for the person, such as ``rejected.code``."""
        return find_rejection(self.code, self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChallenge(Describing):
    """The base of all challenges.

    Attributes:
        session: Cognito's Session. It is a bearer secret: it authorizes an answer to the challenge.
        asked_at: when the Session was received. It is valid for ``AppClient.session_validity``.
        rejected: why and how often Cognito has refused an answer; None if it has not.
    """

    NAME: ClassVar[str]

    session: Secret
    asked_at: datetime
    rejected: Rejected | None = None

    def __post_init__(self) -> None:
        assign(self, session=require_secret("session", self.session, at_most=MAX_SESSION_LENGTH))

    @property
    def name(self) -> str:
        """Cognito's ChallengeName."""
        return self.NAME

    @property
    def asking_trigger(self) -> str:
        """The trigger that leads to this challenge; usually its ChallengeName."""
        return self.name

    @property
    def digest(self) -> str:
        """A SHA-256 hash, in hex, that binds an answer to this challenge. It does not reveal the Session.

        It covers all that the person is asked, so that an answer never fits another round, even if an endpoint repeats
        a Session. After a refused answer the question is the same, and so is the hash.
        """
        question = encode(self)
        question.pop("rejected", None)
        return hashlib.sha256(f"{self.asking_trigger} {json.dumps(question, sort_keys=True)}".encode()).hexdigest()

    def reject(self, code: str, message: str) -> Self:
        """Return this challenge with one more refusal, to ask it again."""
        times = self.rejected.times if self.rejected else 0
        return replace(self, rejected=Rejected(code, message, times + 1))
