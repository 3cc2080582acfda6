"""Sends one HTTP request and reads its response."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing, closing
from typing import Any, Final, cast

import httpx

from authflow.backends import _limits
from authflow.backends._fair_queue import FairQueue
from authflow.backends._json_protocol import HttpRequest, HttpResponse
from authflow.backends.httpx._trailing_data import has_trailing_data
from authflow.core.errors import BackendError, InvalidInput

# the errors of httpx, and those that its dependencies let through
FAILURES: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    OSError,
    RuntimeError,
    ValueError,
)


class Exchange:
    """Sends one request and reads its response, in a task that may outlive a cancelled caller.

    httpcore 1.0 loses a connection if its request is cancelled while the connection is opened or returned to the pool.
    So the task is cancelled only where httpcore cleans up: before it sends, and while it reads the response. The other
    steps have time-outs. With any other transport the task always runs to its end.
    """

    def __init__(self, http_request: HttpRequest, url: httpx.URL, queue: FairQueue) -> None:
        self._http_request = http_request
        self._url = url
        self._queue = queue
        self._abandoned = False
        self._reading = False

    def abandon(self, task: "asyncio.Task[HttpResponse]") -> None:
        """Cancel the task as soon as that is safe. Call this once, after the last wait for the task."""
        self._abandoned = True
        if self._reading:
            task.cancel()

    async def run(self, client: httpx.AsyncClient) -> HttpResponse:
        """Send the request and read the response."""
        body = _Body(self._http_request)
        sent = _post(client, self._http_request, self._url, trace=self._trace)
        async with aclosing(await client.send(sent, stream=True, follow_redirects=False)) as response:
            body.check(response)
            read = response.is_closed  # by a hook of the given client; otherwise the stream stays open at its end
            async for piece in response.aiter_bytes() if read else cast(httpx.AsyncByteStream, response.stream):
                body.add(piece)
            if has_trailing_data(response):
                await response.extensions["network_stream"].aclose()  # so that httpcore drops the connection
        return body.finish(response)

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        # httpcore reports each step before and after it
        step, _, phase = event.rpartition(".")
        reads_head, begins = step.endswith("receive_response_headers"), phase == "started"
        self._reading = begins and (reads_head or step.endswith("receive_response_body"))
        if self._abandoned and (self._reading or (begins and step.endswith("send_request_headers"))):
            raise asyncio.CancelledError
        if reads_head and not begins:
            await self._queue.wait()


class _Body:
    """The body of a response while it arrives, limited in length and time."""

    def __init__(self, http_request: HttpRequest) -> None:
        self._http_request = http_request
        self._read = bytearray()
        self._until = time.monotonic() + _limits.CALL_TIMEOUT

    def check(self, response: httpx.Response) -> None:
        """Check that the body may be read.

        Raises:
            BackendError: the body is compressed although we did not accept that; it may be far longer than it looks.
        """
        if response.headers.get("content-encoding", "identity") != "identity":
            raise BackendError(f"{self._http_request.operation}: HTTP {response.status_code}, a compressed response")

    def add(self, piece: bytes) -> None:
        """Add the next piece.

        Raises:
            BackendError: the body is too long, or the piece arrived too late.
        """
        self._read += piece
        if len(self._read) > _limits.MAX_BODY:
            raise BackendError(f"{self._http_request.operation}: a response of more than {_limits.MAX_BODY} bytes")
        if time.monotonic() > self._until:
            raise make_too_slow_error(self._http_request)

    def finish(self, response: httpx.Response) -> HttpResponse:
        """Return the complete response."""
        return HttpResponse(response.status_code, response.headers, bytes(self._read))


def exchange(client: httpx.Client, http_request: HttpRequest, url: httpx.URL) -> HttpResponse:
    """Send the request and read the response."""
    body = _Body(http_request)
    with closing(client.send(_post(client, http_request, url), stream=True, follow_redirects=False)) as response:
        body.check(response)
        read = response.is_closed  # by a hook of the given client; otherwise the stream stays open at its end
        for piece in response.iter_bytes() if read else cast(httpx.SyncByteStream, response.stream):
            body.add(piece)
        if has_trailing_data(response):
            response.extensions["network_stream"].close()  # so that httpcore drops the connection
    return body.finish(response)


def _post(
    client: httpx.Client | httpx.AsyncClient, http_request: HttpRequest, url: httpx.URL, trace: object = None
) -> httpx.Request:
    extensions = {"trace": trace} if trace else None
    sent = client.build_request(
        "POST", url, content=http_request.body, headers=http_request.headers, extensions=extensions
    )
    sent.headers.pop("Cookie", None)  # a given client keeps the cookies of other people's responses
    return sent


def make_transport_error(http_request: HttpRequest, error: Exception) -> BackendError:
    """Return the BackendError for an error of httpx."""
    # The text of a ConnectError is that of the system or of TLS; the texts of other errors may quote the response.
    why = f": {error}" if isinstance(error, httpx.ConnectError) else ""
    return BackendError(f"{http_request.operation}: {type(error).__name__}{why}")


def make_no_connection_error(http_request: HttpRequest) -> BackendError:
    """Return the error for a request that was not sent."""
    return BackendError(f"{http_request.operation}: not sent, no connection was free for {_limits.FREE_TIMEOUT:g} s")


def make_too_slow_error(http_request: HttpRequest) -> BackendError:
    """Return the error for a response that takes too long."""
    return BackendError(f"{http_request.operation}: no complete response within {_limits.CALL_TIMEOUT:g} s")


def require_open(*, closed: bool) -> None:
    """Raise InvalidInput if a backend is closed."""
    if closed:
        raise InvalidInput("backend", "is closed")
