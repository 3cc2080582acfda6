"""What you may tell an Authenticator beside its backend: whom to inform of calls, and what to do with new devices."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from authflow.core.errors import BackendError, Refusal, UnexpectedReply
from authflow.core.requests import Request
from authflow.machines.remember_device import DeviceFlow
from authflow.machines.sign_in import Flow

__all__ = ["AnyFlow", "Observe", "Outcome", "Remember"]

Outcome: TypeAlias = Mapping[str, Any] | Refusal | BackendError | UnexpectedReply
AnyFlow: TypeAlias = Flow | DeviceFlow


class Observe(Protocol):
    """Told of every call, throttled ones too: for logs and metrics.

    ``request`` and a mapping as ``outcome`` hold secrets: log ``request.operation``, the nodes, ``Refusal.code``.
    What it raises does not disturb the sign-in: it becomes a RuntimeWarning.
    """

    def __call__(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        """Take note of one call.

        Args:
            before: the flow that called.
            request: what was sent.
            outcome: the reply, if the flow could go on with it; else Cognito's refusal, or what went wrong.
            after: the flow after the call; None where it did not move, after a BackendError or an UnexpectedReply.
            seconds: how long the backend took.
        """


class Remember(StrEnum):
    """What an Authenticator does with a device that Cognito proposes to remember.

    Attributes:
        ALWAYS: confirm it, have it remembered, and keep it in the device store.
        ASK: nothing by itself: ask the person, then call ``remember_device``.
        NEVER: nothing; in pools that track devices Cognito may then refuse to refresh the tokens.
    """

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"
