"""Flow: the engine's flow with the states of a sign-in."""

from dataclasses import dataclass
from typing import TypeAlias

from authflow.challenges import CHALLENGES, Challenge
from authflow.core.flow import BaseFlow
from authflow.core.states import Calling, Failed, SignedIn

State: TypeAlias = Calling | Challenge | SignedIn | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(BaseFlow[State]):
    """A sign-in at one moment. Make one with ``begin``, or let an ``Authenticator`` do so."""

    @property
    def challenge(self) -> Challenge | None:
        """What the person is being asked; None where nobody is."""
        return self.state if isinstance(self.state, CHALLENGES) else None
