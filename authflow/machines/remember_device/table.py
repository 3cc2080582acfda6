"""Where remembering a device goes: a book of its own, so that a refusal here never costs the tokens."""

from enum import StrEnum
from typing import Final

from authflow.core.transitions import SAME, Row, TransitionTable

__all__ = ["TABLE", "TRANSITIONS", "Node", "Trigger"]


class Node(StrEnum):
    """Where it can stand."""

    START = "start"
    CONFIRMING = "confirming"
    UPDATING = "updating"
    KEPT = "kept"
    FAILED = "failed"


class Trigger(StrEnum):
    """What moves it."""

    BEGIN = "begin"
    CONFIRMED = "confirmed"
    STATUS_NEEDED = "status_needed"
    UPDATED = "updated"
    REFUSED = "refused"
    CANCEL = "cancel"


N, T = Node, Trigger

# A confirmed device is kept whatever becomes of its status: in such pools a refresh needs its key.
TABLE: Final = (
    Row(T.BEGIN,         (N.START,),         N.CONFIRMING),
    Row(T.CONFIRMED,     (N.CONFIRMING,),    N.KEPT),
    Row(T.STATUS_NEEDED, (N.CONFIRMING,),    N.UPDATING),
    Row(T.UPDATED,       (N.UPDATING,),      N.KEPT),
    Row(T.REFUSED,       (N.CONFIRMING,),    N.FAILED),
    Row(T.REFUSED,       (N.UPDATING,),      N.KEPT),
    Row(T.CANCEL,        (N.CONFIRMING,),    N.FAILED),
    Row(T.CANCEL,        (N.UPDATING,),      N.KEPT),
    Row(T.CANCEL,        (N.KEPT, N.FAILED), SAME),
)  # fmt: skip

TRANSITIONS: Final = TransitionTable(TABLE)
