"""The book of sign-in: its table, what each node holds, and how replies and refusals are named."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.errors import Refusal, UnexpectedReply
from authflow.events import AskedAgain, Refused, Replied
from authflow.flow import Book
from authflow.replies import AuthReply, ChallengeReply, parse_auth_reply
from authflow.sign_in.asking import asking, send_answer
from authflow.sign_in.end import fail, sign_in
from authflow.sign_in.password import ask_new_password, initiate_password, initiate_srp, verify_password
from authflow.sign_in.refresh import initiate_refresh
from authflow.sign_in.table import ASKS_AGAIN, CHALLENGE_NAMES, RULES, Node, Trigger
from authflow.stamp import Stamp
from authflow.states import Calling, State

ENTER: Final[Mapping[str, Callable[..., State]]] = {
    Node.INITIATING_SRP: initiate_srp,
    Node.INITIATING_PASSWORD: initiate_password,
    Node.REFRESHING: initiate_refresh,
    Node.VERIFYING_PASSWORD: verify_password,
    Node.NEW_PASSWORD_REQUIRED: asking(ask_new_password),
    Node.ANSWERING: send_answer,
    Node.SIGNED_IN: sign_in,
    Node.FAILED: fail,
}


def read_reply(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[AuthReply]:
    """Name a reply after the challenge in it, or ``tokens``."""
    parsed = parse_auth_reply(reply)
    if not isinstance(parsed, ChallengeReply):
        return Replied(Trigger.TOKENS, stamp, parsed, call)
    if parsed.name not in CHALLENGE_NAMES:
        raise UnexpectedReply("ChallengeName", f"{parsed.name!r} is not a challenge that authflow can answer")
    return Replied(parsed.name, stamp, parsed, call)


def read_refusal(call: Calling, refusal: Refusal, stamp: Stamp) -> Refused | AskedAgain:
    """Name a refusal after the challenge that was asked where its Session is still good, else ``refused``."""
    if call.asked is not None and (call.asked.name, refusal.code) in ASKS_AGAIN:
        return AskedAgain(call.asked.name, stamp, call.asked.rejected_by(refusal))
    return Refused(Trigger.REFUSED, stamp, refusal)


BOOK: Final[Book[State]] = Book("sign_in", RULES, ENTER, read_reply, read_refusal)
