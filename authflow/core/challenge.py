"""What a person is asked: the part of all questions that the engine uses. ``authflow.challenges`` has the questions."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

from authflow.core._codec import encode
from authflow.core._describing import Describing
from authflow.core._frozen import assign
from authflow.core._rejections import find_rejection
from authflow.core._validation import MAX_SESSION_LENGTH
from authflow.core.app_client import AppClient
from authflow.core.secret import Secret, require_secret

__all__ = ["BaseChallenge", "BaseQuestion", "LastingQuestion", "Rejected"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cognito refused an answer, and the person may try again.

    Attributes:
        code: the exception's name in Cognito's API, such as ``CodeMismatchException``.
        message: Cognito's text.
        times: how many answers to this question Cognito has refused so far.
    """

    code: str
    message: str
    times: int

    @property
    def message_id(self) -> str:
        """The id of a text for the person, such as ``rejected.code``."""
        return find_rejection(self.code, self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseQuestion(Describing):
    """The base of everything that a flow asks a person.

    Attributes:
        asked_at: when Cognito asked.
        rejected: why and how often Cognito has refused an answer; None if it has not.
        session: Cognito's Session, a bearer secret: it authorizes an answer. None if the question has none.
    """

    NAME: ClassVar[str]

    asked_at: datetime
    rejected: Rejected | None = None
    session: Secret | None = None

    @property
    def name(self) -> str:
        """The question's name: Cognito's ChallengeName if it is a challenge."""
        return self.NAME

    @property
    def asking_trigger(self) -> str:
        """The trigger that leads to this question; usually its name."""
        return self.name

    def get_lifetime(self, app: AppClient) -> timedelta:
        """Return how long the question can be answered after it was asked, by an app client."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """A SHA-256 hash, in hex, that binds an answer to this question. It does not reveal a secret.

        It covers all that the person is asked, so that an answer never fits another round, even if an endpoint repeats
        a Session. After a refused answer the question is the same, and so is the hash.
        """
        question = encode(self)
        question.pop("rejected", None)
        return hashlib.sha256(f"{self.asking_trigger} {json.dumps(question, sort_keys=True)}".encode()).hexdigest()

    def reject(self, code: str, message: str) -> Self:
        """Return this question with one more refusal, to ask it again."""
        times = self.rejected.times if self.rejected else 0
        return replace(self, rejected=Rejected(code, message, times + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChallenge(BaseQuestion):
    """The base of all challenges of a sign-in.

    Attributes:
        session: Cognito's Session, a bearer secret: it authorizes an answer. It was received at ``asked_at``, and is
            valid for ``AppClient.session_validity``.
    """

    session: Secret

    def __post_init__(self) -> None:
        assign(self, session=require_secret("session", self.session, at_most=MAX_SESSION_LENGTH))

    def get_lifetime(self, app: AppClient) -> timedelta:
        """Return how long the Session is valid."""
        return app.session_validity


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingQuestion(BaseQuestion):
    """The base of questions that need no Session: a code that was sent, or an enrolment.

    Attributes:
        nonce: tells this question from the same one of another round, such as after a new code was sent.
    """

    LIFETIME: ClassVar[timedelta]

    nonce: str

    def get_lifetime(self, app: AppClient) -> timedelta:  # noqa: ARG002 - as the base has it
        """Return how long what Cognito keeps for the question is valid."""
        return self.LIFETIME
