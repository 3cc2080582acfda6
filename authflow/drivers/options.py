"""Options of an Authenticator: an observer of its calls, and how it treats new devices."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from authflow.core.errors import BackendError, Refusal, UnexpectedReply
from authflow.core.flow import BaseFlow
from authflow.core.requests import Request

__all__ = ["AnyFlow", "Observe", "Outcome", "Remember"]

Outcome: TypeAlias = Mapping[str, Any] | Refusal | BackendError | UnexpectedReply
AnyFlow: TypeAlias = BaseFlow[Any, Any]


class Observe(Protocol):
    """A function that an Authenticator calls after each request, for logs and metrics.

    It is called for throttled requests too. ``request`` contains secrets, and so does ``outcome`` if it is a mapping:
    log ``request.operation``, the nodes and ``Refusal.code`` only. An exception that it raises becomes a
    warning of the logger ``authflow`` and does not affect the flow.
    """

    def __call__(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        """Record one request.

        Args:
            before: the flow before the request.
            request: the request.
            outcome: the reply, if the flow accepted it; otherwise the Refusal, BackendError or UnexpectedReply.
            after: the flow after the request; None after a BackendError or an UnexpectedReply, which leave the flow
                unchanged.
            seconds: how long the backend took.
        """


class Remember(StrEnum):
    """What an Authenticator does with a new device that Cognito proposes to remember.

    Attributes:
        ALWAYS: confirm the device, have it remembered, and put it into the device store.
        ASK: do nothing. Ask the person, then call ``remember_device``.
        NEVER: do nothing. In user pools that track devices, Cognito may then refuse to refresh the tokens.
    """

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"
