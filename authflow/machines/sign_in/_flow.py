"""Flow: a sign-in at one moment, and the states that it can be in."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from authflow.challenges import Challenge
from authflow.core.errors import IllegalTransition, SignInFailed
from authflow.core.flow import BaseFlow
from authflow.core.states import Calling, Failed, SignedIn, Tokens
from authflow.machines.sign_in.table import AuthFlow, Node

RestingState: TypeAlias = Challenge | SignedIn | Failed
State: TypeAlias = Calling | RestingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(BaseFlow[State, Challenge]):
    """A sign-in at one moment. Make one with ``begin``, or let an ``Authenticator`` do so.

    Attributes:
        only: the first factors that the opening permits; empty if all.
    """

    NAME: ClassVar[str] = "sign_in"

    node: Node
    only: tuple[str, ...] = ()

    @property
    def auth_flow(self) -> AuthFlow:
        """Cognito's AuthFlow, which decides the rows of the table that hold."""
        return AuthFlow(self.machine.within)

    @property
    def rest(self) -> RestingState:
        """The state of a flow that rests, as drivers return them: a challenge, or an end. It suits ``match``.

        Raises:
            IllegalTransition: a request is outstanding.
        """
        if isinstance(self.state, Calling):
            raise IllegalTransition(self.node, "rest", self.machine.transitions.list_triggers(self.node))
        return self.state

    @property
    def tokens(self) -> Tokens:
        """The tokens of a flow that is signed in.

        Raises:
            SignInFailed: the flow has failed; ``.reason`` says why.
            IllegalTransition: the flow has not ended. It is at a challenge, or a request is outstanding.
        """
        match self.state:
            case SignedIn(tokens):
                return tokens
            case Failed(code, message, reason):
                raise SignInFailed(code, message, reason)
            case _:
                raise IllegalTransition(self.node, "tokens", self.machine.transitions.list_triggers(self.node))
