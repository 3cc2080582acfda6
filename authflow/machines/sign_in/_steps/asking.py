"""The steps that all challenges share: ask a challenge, and send the answer."""

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
Ask: TypeAlias = Callable[[Flow, Replied[ChallengeReply]], Challenge]


def ask_or_repeat(
    ask: Callable[[Flow, Replied[ReplyT]], Challenge],
) -> Callable[[Flow, Replied[ReplyT] | AskedAgain], Challenge]:
    """Return the step of a challenge: call ``ask`` after a reply, or repeat the challenge after a refused answer."""

    def enter(flow: Flow, event: Replied[ReplyT] | AskedAgain) -> Challenge:
        # It is the challenge of the refused call, so it is one of this machine's
        return cast("Challenge", event.challenge) if isinstance(event, AskedAgain) else ask(flow, event)

    return enter


def send_answer(flow: Flow, event: Answered[Answer]) -> Calling:
    """RespondToAuthChallenge, with the person's answer."""
    request = RespondToAuthChallenge(
        challenge_name=event.challenge.name,
        session=event.challenge.session,
        challenge_responses=(("USERNAME", flow.username), *event.answer.responses),
    )
    return Calling(request, asked=flow.challenge)
