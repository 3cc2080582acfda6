"""Events that move a flow: each has a trigger, a stamp, and the data of the event."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from authflow.core.answers import Answer
from authflow.core.challenge import BaseQuestion
from authflow.core.errors import Refusal
from authflow.core.stamp import Stamp
from authflow.core.states import Calling

__all__ = ["Answered", "AskedAgain", "Begun", "Cancelled", "DeviceForgotten", "Event", "Refused", "Replied"]

OpeningT = TypeVar("OpeningT")
ReplyT = TypeVar("ReplyT")
AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events."""

    trigger: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Begun(Event, Generic[OpeningT]):
    """The caller began a flow.

    Attributes:
        auth_flow: Cognito's AuthFlow, if it is a sign-in.
    """

    opening: OpeningT
    auth_flow: str = ""


@dataclass(frozen=True, slots=True)
class Replied(Event, Generic[ReplyT]):
    """Cognito replied to the request of ``call``."""

    reply: ReplyT
    call: Calling


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """Cognito refused the outstanding request, and no further answer is possible."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class DeviceForgotten(Event):
    """Cognito does not know the device whose key the request carried."""


@dataclass(frozen=True, slots=True)
class AskedAgain(Event):
    """Cognito refused an answer, but the Session is still valid. ``challenge`` says why, and is asked again."""

    challenge: BaseQuestion


@dataclass(frozen=True, slots=True)
class Answered(Event, Generic[AnswerT]):
    """A person answered ``challenge``."""

    answer: AnswerT
    challenge: BaseQuestion


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """The caller cancelled the flow."""
