"""Flow: a sign-in at one moment, and the states that it can be in."""

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
        """The challenge for the person to answer; None if the flow is at no challenge."""
        return self.state if isinstance(self.state, CHALLENGES) else None
