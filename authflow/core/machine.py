"""Machine: the definition of one kind of conversation with Cognito, which the engine in ``authflow.core.flow`` runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from authflow.core.errors import Refusal
from authflow.core.events import AskedAgain, DeviceForgotten, Refused, Replied
from authflow.core.stamp import Stamp
from authflow.core.states import Calling
from authflow.core.transitions import TransitionTable

__all__ = ["Machine"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True, eq=False)
class Machine(Generic[S]):
    """One kind of conversation with Cognito: its table, and the functions that build states and read replies.

    Attributes:
        name: such as ``sign_in``; snapshots contain it.
        transitions: decides which node follows.
        enter: for each destination in the table, a function that makes the node's state from the flow and the event.
        read_reply: checks a reply to the outstanding call, and returns it as an event.
        read_refusal: returns a refusal of the outstanding call as an event. The last argument says whether the request
            carried DEVICE_KEY.
        cpu_bound: the nodes whose ``enter`` function may compute SRP values.
        within: the kind of conversation, as ``Row.within`` names it, such as an AuthFlow.
        resting: the nodes whose flows snapshots can hold, with the classes of their states.
    """

    name: str
    transitions: TransitionTable
    enter: Mapping[str, Callable[..., S]]
    read_reply: Callable[[Calling, Mapping[str, Any], Stamp], Replied[Any] | AskedAgain]
    read_refusal: Callable[[Calling, Refusal, Stamp, bool], Refused | AskedAgain | DeviceForgotten]
    cpu_bound: frozenset[str] = frozenset()
    within: str = ""
    resting: Mapping[str, type[Any]] = field(default_factory=dict)
