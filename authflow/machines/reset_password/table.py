"""The transitions of replacing a forgotten password."""

from enum import StrEnum
from typing import Final

from authflow.core.transitions import SAME, Row, TransitionTable

__all__ = ["ASKS_AGAIN", "TABLE", "TRANSITIONS", "Node", "Trigger"]


class Node(StrEnum):
    """The nodes. A gerund waits for Cognito; ``NEW_PASSWORD`` waits for a person."""

    START = "start"
    SENDING_CODE = "sending_code"
    NEW_PASSWORD = "new_password"
    RESETTING = "resetting"
    PASSWORD_RESET = "password_reset"
    FAILED = "failed"


class Trigger(StrEnum):
    """The triggers."""

    BEGIN = "begin"
    CODE_SENT = "code_sent"
    ANSWER = "answer"
    ANSWER_RESEND = "answer_resend"
    RESET = "reset"
    REFUSED = "refused"
    CANCEL = "cancel"


N, T = Node, Trigger
CALLS: Final = (N.SENDING_CODE, N.RESETTING)

# CODE_SENT leads from both calls, since it is also how the question is asked again after a refused answer.
TABLE: Final = (
    Row(T.BEGIN,         (N.START,),                      N.SENDING_CODE),
    Row(T.CODE_SENT,     CALLS,                           N.NEW_PASSWORD),
    Row(T.ANSWER,        (N.NEW_PASSWORD,),               N.RESETTING),
    Row(T.ANSWER_RESEND, (N.NEW_PASSWORD,),               N.SENDING_CODE),
    Row(T.RESET,         (N.RESETTING,),                  N.PASSWORD_RESET),
    Row(T.REFUSED,       CALLS,                           N.FAILED),
    Row(T.CANCEL,        (*CALLS, N.NEW_PASSWORD),        N.FAILED),
    Row(T.CANCEL,        (N.PASSWORD_RESET, N.FAILED),    SAME),
)  # fmt: skip

# The refusals after which the question is asked again: the code stays valid, or a new one can be sent.
_LATER: Final = "the limit concerns this hour: the person may try again later"
_OTHER_PASSWORD: Final = "the code stays valid for another password"
ASKS_AGAIN: Final = {
    ("ConfirmForgotPassword", "CodeMismatchException"): "a wrong code leaves the right one valid",
    ("ConfirmForgotPassword", "ExpiredCodeException"): "a new code can be sent; hidden users' codes are refused so too",
    ("ConfirmForgotPassword", "InvalidPasswordException"): _OTHER_PASSWORD,
    ("ConfirmForgotPassword", "PasswordHistoryPolicyViolationException"): _OTHER_PASSWORD,
    ("ConfirmForgotPassword", "LimitExceededException"): _LATER,
    ("ConfirmForgotPassword", "TooManyFailedAttemptsException"): _LATER,
    ("ForgotPassword", "LimitExceededException"): _LATER,
    ("ForgotPassword", "CodeDeliveryFailureException"): "the code that was sent before stays valid",
}

TRANSITIONS: Final = TransitionTable(TABLE)
