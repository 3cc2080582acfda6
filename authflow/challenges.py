"""What a person is asked: one class for each thing, with typed replies."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Final, Self, TypeAlias

from authflow.context import Pairs
from authflow.errors import Refusal
from authflow.inputs import PASSWORD_MOST, require_text

_ATTRIBUTE_MOST: Final = 2048  # characters; AttributeValueType


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cognito refused an answer and lets the person try again.

    Attributes:
        code: the exception's name, such as ``InvalidPasswordException``.
        message: Cognito's text.
        times: how often this challenge has been refused so far.
    """

    code: str
    message: str
    times: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to one challenge, made by that challenge's ``reply``; it fits no other.

    Attributes:
        digest: of the challenge that it replies to.
        responses: ChallengeResponses beside USERNAME and SECRET_HASH.
    """

    digest: str
    responses: Pairs = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChallenge:
    """What all challenges have.

    Attributes:
        name: ChallengeName.
        session: Cognito's Session, a bearer secret.
        asked_at: when the Session came; it lives as long as ``AppClient.session_validity`` says.
        rejected: why and how often Cognito refused an answer; None the first time.
    """

    name: ClassVar[str]

    session: str = field(repr=False)
    asked_at: datetime
    rejected: Rejected | None = None

    @property
    def digest(self) -> str:
        """What binds an answer to this challenge; gives nothing of the Session away."""
        return hashlib.sha256(f"{self.name} {self.session}".encode()).hexdigest()

    def rejected_by(self, refusal: Refusal) -> Self:
        """Return the same challenge, asked again."""
        times = self.rejected.times if self.rejected else 0
        return replace(self, rejected=Rejected(refusal.code, refusal.message, times + 1))

    def _answer(self, responses: Pairs) -> Answer:
        return Answer(self.digest, responses)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordRequired(BaseChallenge):
    """NEW_PASSWORD_REQUIRED: the temporary password was right; choose a new one.

    Attributes:
        required_attributes: the attributes that must be given with it, such as ``family_name``.
        attributes: those that the user has, as pairs. A required one that has a value can't be changed here.
    """

    name = "NEW_PASSWORD_REQUIRED"

    required_attributes: tuple[str, ...] = ()
    attributes: Pairs = field(default=(), repr=False)

    def reply(self, new_password: str, /, **attributes: str) -> Answer:
        """Answer with a new password and attributes; ``**{"custom:team": "a"}`` gives names that Python can't spell.

        Raises:
            InvalidInput: an empty or over-long text, or a required attribute is missing; ``.field`` says which.
        """
        require_text("new_password", new_password, at_most=PASSWORD_MOST)
        for name in dict.fromkeys((*self.required_attributes, *attributes)):
            require_text(name, attributes.get(name, ""), at_most=_ATTRIBUTE_MOST)
        prefixed = tuple((f"userAttributes.{name}", value) for name, value in attributes.items())
        return self._answer((("NEW_PASSWORD", new_password), *prefixed))


Challenge: TypeAlias = NewPasswordRequired
CHALLENGES: Final = (NewPasswordRequired,)
