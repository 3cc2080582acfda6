"""One request and its answer."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing, closing
from typing import Any, Final, cast

import httpx

from authflow.backends import _limits
from authflow.backends._fair_queue import FairQueue
from authflow.backends._json_protocol import HttpRequest, HttpResponse
from authflow.backends.httpx._trailing_data import left_over
from authflow.core.errors import BackendError, InvalidInput

# httpx's own, and what the libraries underneath let through
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
    """One request and its answer, in a task of its own, which outlives a caller that is cancelled.

    httpcore 1.0 loses connections whose request is cancelled while they are made or given back. So the task is
    cancelled only where httpcore cleans up: before it sends, and while it reads the answer. The rest has time-outs.
    With a transport that is not httpcore's it always runs to its end.
    """

    def __init__(self, message: HttpRequest, url: httpx.URL, turns: FairQueue) -> None:
        self._message = message
        self._url = url
        self._turns = turns
        self._abandoned = False
        self._reading = False

    def abandon(self, task: "asyncio.Task[HttpResponse]") -> None:
        """Let it end as soon as it cleanly can; call it once, when nobody waits for the task any more."""
        self._abandoned = True
        if self._reading:
            task.cancel()

    async def run(self, client: httpx.AsyncClient) -> HttpResponse:
        """Send the request, read the answer."""
        body = _Body(self._message)
        sent = _post(client, self._message, self._url, trace=self._trace)
        async with aclosing(await client.send(sent, stream=True, follow_redirects=False)) as response:
            body.begin(response)
            read = response.is_closed  # by a hook of the given client; else the stream stays open at its end
            async for piece in response.aiter_bytes() if read else cast(httpx.AsyncByteStream, response.stream):
                body.add(piece)
            if left_over(response):
                await response.extensions["network_stream"].aclose()  # so that httpcore drops the connection
        return body.answer(response)

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        # httpcore tells of each step before and after it
        step, _, moment = event.rpartition(".")
        reads_head, begins = step.endswith("receive_response_headers"), moment == "started"
        self._reading = begins and (reads_head or step.endswith("receive_response_body"))
        if self._abandoned and (self._reading or (begins and step.endswith("send_request_headers"))):
            raise asyncio.CancelledError
        if reads_head and not begins:
            await self._turns.wait()


class _Body:
    """The body of an answer as it comes in, up to a length and a time."""

    def __init__(self, message: HttpRequest) -> None:
        self._message = message
        self._read = bytearray()
        self._until = time.monotonic() + _limits.CALL_TIMEOUT

    def begin(self, response: httpx.Response) -> None:
        """Look whether it may be read.

        Raises:
            BackendError: it is packed, though nobody asked for that, and may be far longer than it looks.
        """
        if response.headers.get("content-encoding", "identity") != "identity":
            raise BackendError(f"{self._message.operation}: HTTP {response.status_code}, a packed answer")

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            BackendError: it is too much, or it came too late.
        """
        self._read += piece
        if len(self._read) > _limits.MAX_BODY:
            raise BackendError(f"{self._message.operation}: an answer of more than {_limits.MAX_BODY} bytes")
        if time.monotonic() > self._until:
            raise too_slow(self._message)

    def answer(self, response: httpx.Response) -> HttpResponse:
        """Return the whole answer."""
        return HttpResponse(response.status_code, response.headers, bytes(self._read))


def exchanged(client: httpx.Client, message: HttpRequest, url: httpx.URL) -> HttpResponse:
    """Send the request, read the answer."""
    body = _Body(message)
    with closing(client.send(_post(client, message, url), stream=True, follow_redirects=False)) as response:
        body.begin(response)
        read = response.is_closed  # by a hook of the given client; else the stream stays open at its end
        for piece in response.iter_bytes() if read else cast(httpx.SyncByteStream, response.stream):
            body.add(piece)
        if left_over(response):
            response.extensions["network_stream"].close()  # so that httpcore drops the connection
    return body.answer(response)


def _post(
    client: httpx.Client | httpx.AsyncClient, message: HttpRequest, url: httpx.URL, trace: object = None
) -> httpx.Request:
    extensions = {"trace": trace} if trace else None
    sent = client.build_request("POST", url, content=message.body, headers=message.headers, extensions=extensions)
    sent.headers.pop("Cookie", None)  # a given client keeps those that came with another person's answer
    return sent


def failure(message: HttpRequest, error: Exception) -> BackendError:
    """Return what an error of httpx means."""
    # The text of a ConnectError is the system's or TLS's, such as a certificate's fault; others may quote the answer.
    why = f": {error}" if isinstance(error, httpx.ConnectError) else ""
    return BackendError(f"{message.operation}: {type(error).__name__}{why}")


def no_place(message: HttpRequest) -> BackendError:
    """Return what to raise when it is still not sent."""
    return BackendError(f"{message.operation}: not sent, no connection was free for {_limits.FREE_TIMEOUT:g} s")


def too_slow(message: HttpRequest) -> BackendError:
    """Return what to raise when the answer does not end."""
    return BackendError(f"{message.operation}: no whole answer in {_limits.CALL_TIMEOUT:g} s")


def require_open(*, closed: bool) -> None:
    """Raise InvalidInput where a backend is closed."""
    if closed:
        raise InvalidInput("backend", "is closed")
