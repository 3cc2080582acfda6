"""Machine: what defines one conversation with Cognito. The engine in ``authflow.core.flow`` runs any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    """One conversation with Cognito: its table, what each node holds, and how to read what Cognito sends.

    Attributes:
        name: such as ``sign_in``; snapshots have it.
        transitions: where a flow goes.
        enter: what it holds there: for each node that the table leads to, a function of the flow and the event.
        read_reply: checks a raw reply to the outstanding call, and names what it means.
        read_refusal: names what a refusal of it means; told whether the call carried a DEVICE_KEY.
        cpu_bound: the nodes that compute SRP values when they are entered.
    """

    name: str
    transitions: TransitionTable
    enter: Mapping[str, Callable[..., S]]
    read_reply: Callable[[Calling, Mapping[str, Any], Stamp], Replied[Any] | AskedAgain]
    read_refusal: Callable[[Calling, Refusal, Stamp, bool], Refused | AskedAgain | DeviceForgotten]
    cpu_bound: frozenset[str] = frozenset()
