"""The machine that replaces forgotten passwords: its table, its states, and how replies and refusals become events."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.challenges import NewPassword
from authflow.core import requests
from authflow.core.answers import NewPasswordAnswer, ResendAnswer
from authflow.core.events import Answered, AskedAgain, Begun, Replied
from authflow.core.machine import Machine
from authflow.core.refusals import fail, make_refusal_reader
from authflow.core.replies import Delivery, parse_sent
from authflow.core.stamp import Stamp
from authflow.core.states import Calling, Failed
from authflow.machines.reset_password._flow import PasswordReset, ResetFlow, ResetState
from authflow.machines.reset_password.table import ASKS_AGAIN, TRANSITIONS, Node, Trigger


def send_code(flow: ResetFlow | None, _: Begun[Any] | Answered[ResendAnswer]) -> Calling:
    """ForgotPassword. After the first time the question stays, in case that no code can be sent."""
    return Calling(requests.ForgotPassword(), asked=flow.challenge if flow else None)


def ask_for_password(_: ResetFlow, event: Replied[Delivery] | AskedAgain) -> NewPassword:
    """A code was sent, or an answer was refused."""
    if not isinstance(event, AskedAgain):
        nonce = event.stamp.derive("question", 12).hex()
        return NewPassword(asked_at=event.stamp.at, nonce=nonce, delivery=event.reply)
    if not isinstance(event.challenge, NewPassword):
        raise TypeError("a reset asks for a new password only")
    return event.challenge


def reset_password(flow: ResetFlow, event: Answered[NewPasswordAnswer]) -> Calling:
    """ConfirmForgotPassword."""
    request = requests.ConfirmForgotPassword(confirmation_code=event.answer.code, password=event.answer.new_password)
    return Calling(request, asked=flow.challenge)


def complete(flow: ResetFlow, _: Replied[None]) -> PasswordReset:
    """The password is replaced."""
    return PasswordReset(flow.entered_username)


def read_reply(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[Any]:
    """Return a reply as an event: a code was sent, or the password is replaced."""
    if isinstance(call.request, requests.ForgotPassword):
        return Replied(Trigger.CODE_SENT, stamp, parse_sent(reply), call)
    return Replied(Trigger.RESET, stamp, None, call)


ENTER: Final[Mapping[str, Callable[..., ResetState]]] = {
    Node.SENDING_CODE: send_code,
    Node.NEW_PASSWORD: ask_for_password,
    Node.RESETTING: reset_password,
    Node.PASSWORD_RESET: complete,
    Node.FAILED: fail,
}

RESTING: Final[Mapping[str, type[ResetState]]] = {Node.NEW_PASSWORD: NewPassword, Node.FAILED: Failed}
MACHINE: Final[Machine[ResetState]] = Machine(
    ResetFlow.NAME, TRANSITIONS, ENTER, read_reply, make_refusal_reader(ASKS_AGAIN), resting=RESTING
)
MACHINES: Final = {MACHINE.within: MACHINE}
FLOW: Final = ResetFlow
