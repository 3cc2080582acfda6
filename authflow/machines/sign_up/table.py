"""The transitions of a sign-up."""

from enum import StrEnum
from typing import Final

from authflow.core.transitions import SAME, Row, TransitionTable

__all__ = ["ASKS_AGAIN", "TABLE", "TRANSITIONS", "Node", "Trigger"]


class Node(StrEnum):
    """The nodes. A gerund waits for Cognito; ``CONFIRM_SIGN_UP`` waits for a person."""

    START = "start"
    SIGNING_UP = "signing_up"
    RESENDING = "resending"
    CONFIRM_SIGN_UP = "confirm_sign_up"
    CONFIRMING = "confirming"
    SIGNED_UP = "signed_up"
    FAILED = "failed"


class Trigger(StrEnum):
    """The triggers."""

    BEGIN = "begin"
    BEGIN_RESEND = "begin_resend"
    CODE_SENT = "code_sent"
    ANSWER = "answer"
    ANSWER_RESEND = "answer_resend"
    CONFIRMED = "confirmed"
    NO_CODE = "no_code"
    REFUSED = "refused"
    CANCEL = "cancel"


N, T = Node, Trigger
CALLS: Final = (N.SIGNING_UP, N.RESENDING, N.CONFIRMING)

# CODE_SENT leads from all calls, since it is also how the question is asked again after a refused answer.
TABLE: Final = (
    Row(T.BEGIN,         (N.START,),                    N.SIGNING_UP),
    Row(T.BEGIN_RESEND,  (N.START,),                    N.RESENDING),
    Row(T.CODE_SENT,     CALLS,                         N.CONFIRM_SIGN_UP),
    Row(T.ANSWER,        (N.CONFIRM_SIGN_UP,),          N.CONFIRMING),
    Row(T.ANSWER_RESEND, (N.CONFIRM_SIGN_UP,),          N.RESENDING),
    Row(T.CONFIRMED,     (N.SIGNING_UP, N.CONFIRMING),  N.SIGNED_UP),
    Row(T.NO_CODE,       (N.SIGNING_UP,),               N.SIGNED_UP),
    Row(T.REFUSED,       CALLS,                         N.FAILED),
    Row(T.CANCEL,        (*CALLS, N.CONFIRM_SIGN_UP),   N.FAILED),
    Row(T.CANCEL,        (N.SIGNED_UP, N.FAILED),       SAME),
)  # fmt: skip

# The refusals after which the question is asked again: the code stays valid, or a new one can be sent.
_LATER: Final = "the limit concerns this hour: the person may try again later"
ASKS_AGAIN: Final = {
    ("ConfirmSignUp", "CodeMismatchException"): "a wrong code leaves the right one valid",
    ("ConfirmSignUp", "ExpiredCodeException"): "a new code can be sent; hidden users' codes are refused so too",
    ("ConfirmSignUp", "AliasExistsException"): "measured: the user stays UNCONFIRMED, and the code valid",
    ("ConfirmSignUp", "LimitExceededException"): _LATER,
    ("ConfirmSignUp", "TooManyFailedAttemptsException"): _LATER,
    ("ResendConfirmationCode", "LimitExceededException"): _LATER,
    ("ResendConfirmationCode", "CodeDeliveryFailureException"): "the code that was sent before stays valid",
}

TRANSITIONS: Final = TransitionTable(TABLE)
