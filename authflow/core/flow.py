"""The engine. A flow is an immutable value; each event returns a new flow, as the flow's ``Machine`` defines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from authflow.core._frames import hide_frames
from authflow.core._opaque import Opaque
from authflow.core._validation import require_instance
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.challenge import BaseQuestion
from authflow.core.context import Context
from authflow.core.errors import IllegalTransition, InvalidInput, Refusal, UnexpectedReply
from authflow.core.events import Answered, Begun, Cancelled, DeviceForgotten, Event, Replied
from authflow.core.machine import Machine
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Calling, Failed

__all__ = ["BaseFlow", "Opens", "begin_flow"]

S = TypeVar("S")
Q = TypeVar("Q")
FlowT = TypeVar("FlowT", bound="BaseFlow[Any, Any]")
FlowT_co = TypeVar("FlowT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFlow(Opaque, Generic[S, Q]):
    """A conversation with Cognito at one moment: immutable, hashable, and without I/O.

    Attributes:
        machine: the definition of the conversation.
        app: the app client.
        id: identifies the flow in logs; not a secret.
        node: the flow's node in its table.
        state: the data that belongs to the node: an outstanding request, a challenge, or an outcome.
        entered_username: the name as the person entered it. It is empty in a refresh without a username.
        canonical_username: the name that Cognito returned; None until then. A reply that names another user is refused.
        admin: whether requests use the admin API.
        holder: identifies the browser or installation that holds the remembered device.
        device_key: the key of the remembered device; None if there is none.
        context: the context of all requests.
        call_context: replaces ``context`` until the flow pauses.
    """

    INSTEAD: ClassVar[str] = "use authflow.dumps or authflow.seal"
    NAME: ClassVar[str]  # the machine's

    machine: Machine[S] = field(repr=False)
    app: AppClient
    id: str
    node: str
    state: S
    entered_username: str = ""
    canonical_username: str | None = None
    admin: bool = False
    holder: str | None = field(default=None, repr=False)
    device_key: str | None = None
    context: Context | None = None
    call_context: Context | None = None

    @property
    def username(self) -> str:
        """The name that requests use: the canonical one as soon as it is known."""
        return self.canonical_username or self.entered_username

    @property
    def current_context(self) -> Context | None:
        """The context of the outstanding request: ``call_context`` if there is one, else ``context``."""
        return self.call_context or self.context

    @property
    def request(self) -> Request | None:
        """The complete request to send now; None if no request is outstanding."""
        return self.state.request.address(self) if isinstance(self.state, Calling) else None

    @property
    def challenge(self) -> Q | None:
        """The question for the person to answer; None if the flow asks nothing."""
        return cast("Q", self.state) if isinstance(self.state, BaseQuestion) else None

    @property
    def failure(self) -> Failed | None:
        """Why the flow has failed; None if it has not."""
        return self.state if isinstance(self.state, Failed) else None

    @property
    def is_resting(self) -> bool:
        """Whether no request is outstanding."""
        return not isinstance(self.state, Calling)

    @property
    def is_cpu_bound(self) -> bool:
        """Whether ``receive`` or ``answer`` may compute SRP values now, which blocks an event loop for milliseconds."""
        return self.machine.transitions.may_lead_to(self.node, self.machine.cpu_bound)

    def receive(self, reply: Mapping[str, Any], stamp: Stamp) -> Self:
        """Return the flow after Cognito's reply.

        You must have sent ``request``.

        Args:
            reply: Cognito's JSON reply as a mapping, unchanged.
            stamp: made for this event.

        Raises:
            IllegalTransition: no request is outstanding.
            UnexpectedReply: the reply has no row in the table, lacks a member, or holds an impossible value; ``.flow``
                is this flow.
            InvalidInput: ``stamp`` is no ``Stamp``.
        """
        call = self._require_call("receive")
        try:
            event = self.machine.read_reply(call, reply, require_instance("stamp", stamp, Stamp))
            self._require_row(event.trigger)
            return self._advance(event)
        except UnexpectedReply as error:
            error.flow = self
            failure = hide_frames(error)
        del reply  # this frame stays in the traceback
        raise failure

    def refuse(self, refusal: Refusal, stamp: Stamp) -> Self:
        """Return the flow after Cognito refused the outstanding request.

        The challenge is asked again, the request is sent again without a device that Cognito has forgotten, or the flow
        has failed.

        Args:
            refusal: what Cognito returned instead of a reply.
            stamp: made for this event.

        Raises:
            IllegalTransition: no request is outstanding.
            InvalidInput: an argument has the wrong type.
        """
        call = self._require_call("refuse")
        require_instance("refusal", refusal, Refusal)
        require_instance("stamp", stamp, Stamp)
        with_device = self.device_key is not None and call.request.may_name_device
        return self._advance(self.machine.read_refusal(call, refusal, stamp, with_device))

    def answer(self, answer: Answer, stamp: Stamp, context: Context | None = None) -> Self:
        """Return the flow after a person's answer.

        Args:
            answer: made by the ``answer`` method of this flow's challenge.
            stamp: made for this event.
            context: replaces the flow's context until the flow pauses again.

        Raises:
            IllegalTransition: the flow is at no challenge.
            InvalidInput: the answer belongs to another challenge, or an argument has the wrong type.
        """
        challenge = self._require_challenge()
        if require_instance("answer", answer, Answer).digest != challenge.digest:
            raise InvalidInput("answer", "belongs to another challenge; make it with the challenge of this flow")
        if context is not None:
            require_instance("context", context, Context)
        event = Answered(answer.trigger, require_instance("stamp", stamp, Stamp), answer, challenge)
        return replace(self, call_context=context)._advance(event)

    def cancel(self, stamp: Stamp) -> Self:
        """Return the cancelled flow, which has failed with ``Reason.CANCELLED``.

        Args:
            stamp: made for this event.

        Raises:
            InvalidInput: ``stamp`` is no ``Stamp``.
        """
        return self._advance(Cancelled("cancel", require_instance("stamp", stamp, Stamp)))

    def _advance(self, event: Event) -> Self:
        transitions = self.machine.transitions
        node, flow = transitions.find_successor(self.node, event.trigger), self._absorb(event)
        is_reflexive = transitions.is_reflexive(self.node, event.trigger)
        state = flow.state if is_reflexive else self.machine.enter[node](flow, event)
        call_context = flow.call_context if isinstance(state, Calling) else None
        return replace(flow, node=node, state=state, call_context=call_context)

    def _absorb(self, event: Event) -> Self:
        """Return the flow with the canonical username from a reply, or without a device that Cognito has forgotten."""
        if isinstance(event, DeviceForgotten):
            return replace(self, device_key=None)
        username = getattr(event.reply, "username", None) if isinstance(event, Replied) else None
        if not username or username == self.canonical_username:
            return self
        if self.canonical_username is not None:
            raise UnexpectedReply("reply", "names another user than the replies before, or than Refresh")
        return replace(self, canonical_username=username)

    def _require_call(self, event: str) -> Calling:
        if not isinstance(self.state, Calling):
            raise self._make_illegal_transition(event)
        return self.state

    def _require_challenge(self) -> BaseQuestion:
        if not isinstance(self.state, BaseQuestion):
            raise self._make_illegal_transition("answer")
        return self.state

    def _make_illegal_transition(self, event: str) -> IllegalTransition:
        return IllegalTransition(str(self.node), event, self.machine.transitions.list_triggers(self.node))

    def _require_row(self, trigger: str) -> None:
        accepted = self.machine.transitions.list_triggers(self.node)
        if trigger not in accepted:
            expected = ", ".join(name for name in accepted if name not in ("refused", "cancel"))
            raise UnexpectedReply("reply", f"{trigger} can't follow {self.node!s}; expected: {expected}")


class Opens(Generic[FlowT_co]):
    """The base of openings of other flows than sign-ins: it names the flow's type, and begins the flow.

    Attributes:
        username: as the person entered it.
    """

    __slots__ = ()

    username: str

    def begin(self, app: AppClient, stamp: Stamp, *, context: Context | None = None) -> FlowT_co:
        """Begin the flow, whose first request is outstanding. An ``Authenticator`` does this for you.

        You must send ``flow.request`` and pass Cognito's reply to ``flow.receive``, or its refusal to ``flow.refuse``,
        until ``flow.is_resting``.

        Args:
            app: the app client.
            stamp: made for this event.
            context: additional facts for every request.

        Raises:
            InvalidInput: an argument has the wrong type.
        """
        raise NotImplementedError


def begin_flow(
    kind: type[FlowT], machine: Machine[Any], event: Begun[Any], app: AppClient, context: Context | None
) -> FlowT:
    """Return a new flow after its first event.

    Args:
        kind: the flow's class.
        machine: the definition of the conversation.
        event: leads from the node ``start`` to the first request. Its opening is an ``Opens``.
        app: the app client.
        context: additional facts for every request.

    Raises:
        InvalidInput: an argument has the wrong type.
    """
    if context is not None:
        require_instance("context", context, Context)
    stamp = require_instance("stamp", event.stamp, Stamp)
    node = machine.transitions.find_successor("start", event.trigger)
    return kind(
        machine=machine,
        app=require_instance("app", app, AppClient),
        id=stamp.derive("flow id", 12).hex(),
        node=node,
        state=machine.enter[node](None, event),  # there is no flow yet: the first steps use the event only
        entered_username=event.opening.username,
        context=context,
    )
