"""The machine that signs people up: its table, its states, and how replies and refusals become events."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from authflow.challenges import ConfirmSignUp
from authflow.core import requests
from authflow.core.answers import ResendAnswer, SignUpCodeAnswer
from authflow.core.events import Answered, AskedAgain, Begun, Replied
from authflow.core.machine import Machine
from authflow.core.refusals import fail, make_refusal_reader
from authflow.core.replies import Delivery, SignedUpReply, parse_sent, parse_sign_up_session, parse_signed_up
from authflow.core.secret import Secret
from authflow.core.stamp import Stamp
from authflow.core.states import Calling, Failed
from authflow.machines.sign_up._flow import SignedUp, SignUpFlow, SignUpState
from authflow.machines.sign_up.table import ASKS_AGAIN, TRANSITIONS, Node, Trigger


class _SignUpOpening(Protocol):
    def make_request(self) -> requests.SignUp: ...


def sign_up(_: object, event: Begun[_SignUpOpening]) -> Calling:
    """SignUp."""
    return Calling(event.opening.make_request())


def resend(flow: SignUpFlow | None, _: Begun[Any] | Answered[ResendAnswer]) -> Calling:
    """ResendConfirmationCode. The question stays, in case that no code can be sent."""
    return Calling(requests.ResendConfirmationCode(), asked=flow.challenge if flow else None)


def ask_for_code(_: SignUpFlow, event: Replied[SignedUpReply] | Replied[Delivery] | AskedAgain) -> ConfirmSignUp:
    """A code was sent, or an answer was refused."""
    if isinstance(event, AskedAgain):
        return _require_question(event.challenge)
    nonce, at = event.stamp.derive("question", 12).hex(), event.stamp.at
    if isinstance(event.reply, SignedUpReply):
        session = event.reply.session
        return ConfirmSignUp(
            asked_at=at,
            nonce=nonce,
            delivery=event.reply.delivery or Delivery(),
            session=session,
            session_at=session and at,
        )
    asked = _require_question(event.call.asked) if event.call.asked else None
    session, session_at = (asked.session, asked.session_at) if asked else (None, None)
    return ConfirmSignUp(asked_at=at, nonce=nonce, delivery=event.reply, session=session, session_at=session_at)


def confirm(flow: SignUpFlow, event: Answered[SignUpCodeAnswer]) -> Calling:
    """ConfirmSignUp. SignUp's Session is sent only while it is fresh: a stale one costs the confirmation."""
    asked = _require_question(event.challenge)
    is_fresh = asked.session_at is not None and event.stamp.at - asked.session_at < flow.app.session_validity
    request = requests.ConfirmSignUp(
        confirmation_code=event.answer.code,
        force_alias_creation=event.answer.force_alias_creation,
        session=asked.session if is_fresh else None,
    )
    return Calling(request, asked=asked)


def complete(flow: SignUpFlow, event: Replied[SignedUpReply] | Replied[Secret | None]) -> SignedUp:
    """The user exists: confirmed, or to be confirmed by an administrator. Only ConfirmSignUp's Session signs in."""
    if isinstance(event.reply, SignedUpReply):
        return SignedUp(flow.entered_username, event.reply.confirmed)
    return SignedUp(flow.entered_username, confirmed=True, session=event.reply)


def read_reply(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[Any]:
    """Return a reply as an event: a code was sent, the user is confirmed, or there is nothing to confirm."""
    if isinstance(call.request, requests.SignUp):
        parsed = parse_signed_up(reply)
        trigger = Trigger.CODE_SENT if parsed.delivery else Trigger.NO_CODE
        return Replied(Trigger.CONFIRMED if parsed.confirmed else trigger, stamp, parsed, call)
    if isinstance(call.request, requests.ConfirmSignUp):
        return Replied(Trigger.CONFIRMED, stamp, parse_sign_up_session(reply), call)
    return Replied(Trigger.CODE_SENT, stamp, parse_sent(reply), call)


def _require_question(question: object) -> ConfirmSignUp:
    if not isinstance(question, ConfirmSignUp):
        raise TypeError("a sign-up asks for a code only")
    return question


ENTER: Final[Mapping[str, Callable[..., SignUpState]]] = {
    Node.SIGNING_UP: sign_up,
    Node.RESENDING: resend,
    Node.CONFIRM_SIGN_UP: ask_for_code,
    Node.CONFIRMING: confirm,
    Node.SIGNED_UP: complete,
    Node.FAILED: fail,
}

RESTING: Final[Mapping[str, type[SignUpState]]] = {Node.CONFIRM_SIGN_UP: ConfirmSignUp, Node.FAILED: Failed}
MACHINE: Final[Machine[SignUpState]] = Machine(
    SignUpFlow.NAME, TRANSITIONS, ENTER, read_reply, make_refusal_reader(ASKS_AGAIN), resting=RESTING
)
MACHINES: Final = {MACHINE.within: MACHINE}
FLOW: Final = SignUpFlow
