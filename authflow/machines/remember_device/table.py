"""The transitions of remembering a device.

This is a machine of its own, which starts after a sign-in: a refusal here never affects the tokens.
"""

from enum import StrEnum
from typing import Final

from authflow.core.transitions import SAME, Row, TransitionTable

__all__ = ["TABLE", "TRANSITIONS", "Node", "Trigger"]


class Node(StrEnum):
    """The nodes: a gerund waits for Cognito."""

    START = "start"
    CONFIRMING = "confirming"
    UPDATING = "updating"
    KEPT = "kept"
    FAILED = "failed"


class Trigger(StrEnum):
    """The triggers."""

    BEGIN = "begin"
    CONFIRMED = "confirmed"
    STATUS_NEEDED = "status_needed"
    UPDATED = "updated"
    REFUSED = "refused"
    CANCEL = "cancel"


N, T = Node, Trigger

# A confirmed device is kept even if its status can't be set, because a refresh needs its key in such pools.
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
