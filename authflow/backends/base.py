"""The interface of backends: one method that sends a request to Cognito and returns its reply."""

from collections.abc import Mapping
from typing import Any, Protocol

from authflow.core.requests import Request

__all__ = ["AsyncBackend", "Backend"]


class Backend(Protocol):
    """Sends requests to Cognito and returns the replies."""

    def call(self, request: Request) -> Mapping[str, Any]:
        """Call the operation ``request.operation`` with ``request.params()``, and return the JSON object of the reply.

        Send the request once and never retry: if Cognito has processed the first request, its Session is consumed,
        and Cognito refuses the second one.

        Raises:
            Refusal: Cognito refused the request (HTTP 4xx).
            Throttled: HTTP 429, or TooManyRequestsException.
            BackendError: a time-out, a lost connection, HTTP 5xx, or a response that is not Cognito's.
        """


class AsyncBackend(Protocol):
    """A ``Backend`` whose ``call`` is a coroutine; it must never block the event loop."""

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request once, and return the reply, as ``Backend.call`` does.

        The call may be cancelled at any await. It must then either close its connection or return it for reuse.

        Raises:
            Refusal, Throttled, BackendError: as ``Backend.call``.
        """
