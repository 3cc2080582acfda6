"""What carries requests to Cognito: anything with this one method."""

from collections.abc import Mapping
from typing import Any, Protocol

from authflow.core.requests import Request

__all__ = ["AsyncBackend", "Backend"]


class Backend(Protocol):
    """Carries one request to Cognito and brings the reply."""

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send ``request.operation`` with ``request.params()`` once, and return the JSON mapping that came.

        You must not send it again by yourself: a Session is good for one answer.

        Raises:
            Refusal: Cognito said no (HTTP 4xx).
            Throttled: HTTP 429, TooManyRequestsException.
            BackendError: a time-out, a lost connection, HTTP 5xx, an answer that is not Cognito's.
        """


class AsyncBackend(Protocol):
    """The same for an event loop, which it never blocks."""

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request as ``Backend.call`` does.

        Cancelled at any await, you must leave nothing behind: no connection that is neither closed nor free again.

        Raises:
            Refusal, Throttled, BackendError: as ``Backend.call``.
        """
