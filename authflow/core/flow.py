"""The engine: a flow is an immutable value, and an event gives the next flow. Each flow carries its ``Machine``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

from authflow.core._validation import require_instance
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.challenge import BaseChallenge
from authflow.core.context import Context
from authflow.core.errors import IllegalTransition, InvalidInput, Refusal, UnexpectedReply
from authflow.core.events import Answered, Cancelled, DeviceForgotten, Event, Replied
from authflow.core.machine import Machine
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Calling

__all__ = ["BaseFlow"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFlow(Generic[S]):
    """A conversation with Cognito at one moment: immutable, hashable, without I/O.

    Attributes:
        id: names the flow in logs; not a secret.
        node: where it stands in its table.
        state: what it holds there.
        app: the app client.
        username: the name that requests use: as entered at first, later as Cognito returned it; empty where a
            refresh names none.
        admin: whether requests take the admin form.
        entered_username: the name as the person entered it.
        holder: who holds the remembered device: a browser, an installation.
        device_key: the remembered device, where there is one.
        context: for all requests.
        call_context: for the requests until the flow rests, instead of ``context``.
    """

    machine: Machine[S] = field(repr=False)
    app: AppClient
    id: str
    node: str
    state: S
    username: str = ""
    entered_username: str = ""
    admin: bool = False
    holder: str | None = field(default=None, repr=False)
    device_key: str | None = None
    context: Context | None = None
    call_context: Context | None = None

    @property
    def current_context(self) -> Context | None:
        """The context of the outstanding request."""
        return self.call_context or self.context

    @property
    def request(self) -> Request | None:
        """What to send now, complete; None where nothing is outstanding."""
        return self.state.request.address(self) if isinstance(self.state, Calling) else None

    @property
    def is_resting(self) -> bool:
        """Whether no request is outstanding."""
        return not isinstance(self.state, Calling)

    @property
    def cpu_bound(self) -> bool:
        """Whether ``receive`` or ``answer`` may compute SRP values now, which takes milliseconds of an event loop."""
        return self.machine.transitions.may_lead_to(self.node, self.machine.cpu_bound)

    def receive(self, reply: Mapping[str, Any], stamp: Stamp) -> Self:
        """Return the flow after Cognito's answer.

        You must have sent ``request``, and pass the JSON mapping that came, as it came, with a stamp of its own.

        Raises:
            IllegalTransition: nothing is outstanding.
            UnexpectedReply: it fits no row, lacks a field, or holds a value that can't be; ``.flow`` is this flow.
        """
        call = self._outstanding("receive")
        try:
            event = self.machine.read_reply(call, reply, require_instance("stamp", stamp, Stamp))
            self._require_row(event.trigger)
            return self._advance(event)
        except UnexpectedReply as error:
            error.flow = self
            raise

    def refuse(self, refusal: Refusal, stamp: Stamp) -> Self:
        """Return the flow after Cognito's refusal: the person is asked again, or the flow has failed.

        Raises:
            IllegalTransition: nothing is outstanding.
        """
        call = self._outstanding("refuse")
        require_instance("refusal", refusal, Refusal)
        require_instance("stamp", stamp, Stamp)
        with_device = self.device_key is not None and call.request.may_name_device
        return self._advance(self.machine.read_refusal(call, refusal, stamp, with_device))

    def answer(self, answer: Answer, stamp: Stamp, context: Context | None = None) -> Self:
        """Return the flow after a person's answer.

        Args:
            answer: what the ``answer`` of this flow's very challenge returned.
            stamp: made for this event.
            context: for the requests until the flow rests again, instead of the flow's own.

        Raises:
            IllegalTransition: the flow is not asking.
            InvalidInput: the answer belongs to another challenge.
        """
        challenge = self._asked()
        if require_instance("answer", answer, Answer).digest != challenge.digest:
            raise InvalidInput("answer", "replies to another challenge than the one that is being asked")
        if context is not None:
            require_instance("context", context, Context)
        event = Answered(answer.trigger, require_instance("stamp", stamp, Stamp), answer, challenge)
        return replace(self, call_context=context)._advance(event)

    def cancel(self, stamp: Stamp) -> Self:
        """Return the flow given up: Failed, with ``Reason.CANCELLED``.

        Raises:
            InvalidInput: not a stamp.
        """
        return self._advance(Cancelled("cancel", require_instance("stamp", stamp, Stamp)))

    def _advance(self, event: Event) -> Self:
        transitions = self.machine.transitions
        node, flow = transitions.find_successor(self.node, event.trigger), self._told(event)
        state = (
            flow.state if transitions.is_reflexive(self.node, event.trigger) else self.machine.enter[node](flow, event)
        )
        return replace(
            flow, node=node, state=state, call_context=flow.call_context if isinstance(state, Calling) else None
        )

    def _told(self, event: Event) -> Self:
        """Return the flow with what an event tells beside its trigger: the canonical name, a device that is gone."""
        if isinstance(event, DeviceForgotten):
            return replace(self, device_key=None)
        username = getattr(event.reply, "username", None) if isinstance(event, Replied) else None
        return replace(self, username=username) if username else self

    def _outstanding(self, event: str) -> Calling:
        if not isinstance(self.state, Calling):
            raise self._illegal(event)
        return self.state

    def _asked(self) -> BaseChallenge:
        if not isinstance(self.state, BaseChallenge):
            raise self._illegal("answer")
        return self.state

    def _illegal(self, event: str) -> IllegalTransition:
        return IllegalTransition(str(self.node), event, self.machine.transitions.list_triggers(self.node))

    def _require_row(self, trigger: str) -> None:
        accepted = self.machine.transitions.list_triggers(self.node)
        if trigger not in accepted:
            expected = ", ".join(name for name in accepted if name not in ("refused", "cancel"))
            raise UnexpectedReply("reply", f"{trigger} can't follow {self.node!s}; expected: {expected}")
