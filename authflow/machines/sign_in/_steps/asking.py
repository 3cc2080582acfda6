"""Asking a person, and sending what the person said: the same for every challenge."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

from authflow.challenges import Challenge
from authflow.core.answers import Answer
from authflow.core.events import Answered, AskedAgain, Replied
from authflow.core.replies import ChallengeReply
from authflow.core.requests import RespondToAuthChallenge
from authflow.core.states import Calling
from authflow.machines.sign_in._flow import Flow

ReplyT = TypeVar("ReplyT")
Asks: TypeAlias = Callable[[Flow, Replied[ChallengeReply]], Challenge]


def asking(
    ask: Callable[[Flow, Replied[ReplyT]], Challenge],
) -> Callable[[Flow, Replied[ReplyT] | AskedAgain], Challenge]:
    """Return the step of a challenge's node: what ``ask`` makes of the reply, or the same again after a refusal."""

    def enter(flow: Flow, event: Replied[ReplyT] | AskedAgain) -> Challenge:
        # A refusal repeats the challenge of its own call, and this machine asks no others
        return cast("Challenge", event.challenge) if isinstance(event, AskedAgain) else ask(flow, event)

    return enter


def send_answer(flow: Flow, event: Answered[Answer]) -> Calling:
    """RespondToAuthChallenge with a person's answer."""
    request = RespondToAuthChallenge(
        challenge_name=event.challenge.name,
        session=event.challenge.session,
        challenge_responses=(("USERNAME", flow.username), *event.answer.responses),
    )
    return Calling(request, asked=flow.challenge)
