"""What happened to a flow: the trigger that names it, the stamp, and what came with it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge
from authflow.core.errors import Refusal
from authflow.core.openings import Opening
from authflow.core.stamp import Stamp
from authflow.core.states import Calling

__all__ = ["Answered", "AskedAgain", "Begun", "Cancelled", "DeviceForgotten", "Event", "Refused", "Replied"]

OpeningT = TypeVar("OpeningT", bound=Opening)
ReplyT = TypeVar("ReplyT")
AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that moves a flow."""

    trigger: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Begun(Event, Generic[OpeningT]):
    """The caller opened a sign-in."""

    opening: OpeningT


@dataclass(frozen=True, slots=True)
class Replied(Event, Generic[ReplyT]):
    """Cognito answered the request of ``call``."""

    reply: ReplyT
    call: Calling


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """Cognito refused the outstanding request, for good."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class DeviceForgotten(Event):
    """Cognito no longer knows the device whose key was sent."""


@dataclass(frozen=True, slots=True)
class AskedAgain(Event):
    """Cognito refused an answer, but its Session is still good: ``challenge`` says why."""

    challenge: BaseChallenge


@dataclass(frozen=True, slots=True)
class Answered(Event, Generic[AnswerT]):
    """A person answered ``challenge``."""

    answer: AnswerT
    challenge: BaseChallenge


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """The caller gave up."""
