"""HttpxBackend and AsyncHttpxBackend: Cognito through httpx, without AWS's SDK. The home of httpx."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, closing, contextmanager
from functools import lru_cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Generic, Self, TypeVar

import httpx

from authflow.backends.endpoints import endpoint
from authflow.backends.json_protocol import Answer, Message, reply, unsigned
from authflow.backends.limits import CALL_TIMEOUT, CONNECT_TIMEOUT, CONNECTIONS, FREE_TIMEOUT, MAX_BODY, READ_TIMEOUT
from authflow.backends.turns import Turnstile
from authflow.errors import BackendError, InvalidInput
from authflow.inputs import require_instance, require_text
from authflow.requests import Request

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

_KEPT: Final = 15.0  # seconds that an idle connection is kept
# httpx's own, and what the libraries underneath let through
_FAILURES: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    OSError,
    RuntimeError,
    ValueError,
)


class HttpxBackend:
    """Carries the public API's requests through httpx. May be shared by threads.

    The admin API takes AWS's signatures, which only ``Boto3Backend`` makes.

    Args:
        region: where all requests go; without it each goes to the region of its user pool.
        endpoint_url: where they go instead, such as an emulator's.
        client: your own, with its proxies, certificates and time-outs, which you close; else connections are made here.

    Attributes:
        region: the AWS region that it talks to; None where that is not always the same.

    Raises:
        InvalidInput: an argument that can't be, or proxies or certificates in the environment that httpx can't use.
    """

    def __init__(
        self, region: str | None = None, endpoint_url: str | None = None, client: httpx.Client | None = None
    ) -> None:
        self._where = _Where(region, endpoint_url)
        self.region = self._where.region
        self._clients = _Clients(httpx.Client, client)
        self._places = threading.BoundedSemaphore(CONNECTIONS)

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request; see ``Backend.call``.

        Raises:
            InvalidInput: the operation is of the admin API, no region is known, or the backend is closed.
        """
        message, url = unsigned(request), self._where.url(request)
        if not self._places.acquire(timeout=FREE_TIMEOUT):
            raise _no_place(message)
        try:
            answer = self._asked(message, url)
        finally:
            self._places.release()
            if self._clients.closed:
                self.close()
        return reply(message.operation, answer)

    def close(self) -> None:
        """Close the connections; those in use when their calls end. A client of yours stays open."""
        self._clients.closed = True
        for client in self._clients.taken_out():
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, message: Message, url: httpx.URL) -> Answer:
        with self._clients.taken() as client:
            try:
                return _exchanged(client, message, url)
            except _FAILURES as error:
                failed = _failure(message, error)
        raise failed  # outside of the handler: httpx's errors hold the request, and with it secrets


class AsyncHttpxBackend:
    """The same for an asyncio event loop: make one for each loop.

    Cancelled, ``call`` ends at once. What was not sent yet never is; a connection that awaits the answer is closed.

    Args:
        region: where all requests go; without it each goes to the region of its user pool.
        endpoint_url: where they go instead, such as an emulator's.
        client: your own, with its proxies, certificates and time-outs, which you close; else connections are made here.

    Attributes:
        region: the AWS region that it talks to; None where that is not always the same.

    Raises:
        InvalidInput: an argument that can't be, or proxies or certificates in the environment that httpx can't use.
    """

    def __init__(
        self, region: str | None = None, endpoint_url: str | None = None, client: httpx.AsyncClient | None = None
    ) -> None:
        self._where = _Where(region, endpoint_url)
        self.region = self._where.region
        self._clients = _Clients(httpx.AsyncClient, client)
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._turns = Turnstile()
        self._under_way: set[asyncio.Task[Answer]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request; see ``AsyncBackend.call``.

        Raises:
            InvalidInput: the operation is of the admin API, no region is known, the backend is closed, or its first
                call was on another event loop.
        """
        message, url = unsigned(request), self._where.url(request)
        self._require_its_loop()
        await self._place(message)
        exchange = _Exchange(message, url, self._turns)
        task = asyncio.create_task(self._asked(exchange, message))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        try:
            await asyncio.wait({task}, timeout=CALL_TIMEOUT)  # which leaves the task alone when it is cancelled
        finally:
            if not task.done():
                exchange.abandon(task)
        if not task.done():
            raise _too_slow(message)
        return reply(message.operation, task.result())

    async def aclose(self) -> None:
        """Wait for the calls under way, then close the connections. A client of yours stays open."""
        self._clients.closed = True
        if self._under_way:
            await asyncio.wait(self._under_way)
        for client in self._clients.taken_out():
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _require_its_loop(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise InvalidInput("backend", "its connections belong to another event loop: make one for each")

    async def _place(self, message: Message) -> None:
        try:
            async with asyncio.timeout(FREE_TIMEOUT):
                await self._places.acquire()
        except TimeoutError:
            raise _no_place(message) from None

    def _ended(self, task: asyncio.Task[Answer]) -> None:
        self._under_way.discard(task)
        self._places.release()
        if not task.cancelled():
            task.exception()  # after an abandoned one nobody else asks

    async def _asked(self, exchange: "_Exchange", message: Message) -> Answer:
        await self._turns.wait()
        with self._clients.taken() as client:
            try:
                return await exchange.run(client)
            except _FAILURES as error:
                failed = _failure(message, error)
        raise failed  # outside of the handler: httpx's errors hold the request, and with it secrets


class _Exchange:
    """One request and its answer, in a task of its own, which outlives a caller that is cancelled.

    httpcore 1.0 loses connections whose request is cancelled while they are made or given back. So the task is
    cancelled only where httpcore cleans up: before it sends, and while it awaits the answer. The rest has time-outs.
    With a transport that is not httpcore's it always runs to its end.
    """

    def __init__(self, message: Message, url: httpx.URL, turns: Turnstile) -> None:
        self._message = message
        self._url = url
        self._turns = turns
        self._abandoned = False
        self._awaiting = False

    def abandon(self, task: "asyncio.Task[Answer]") -> None:
        """Let it end as soon as it cleanly can; call it once, when nobody waits for the task any more."""
        self._abandoned = True
        if self._awaiting:
            task.cancel()

    async def run(self, client: httpx.AsyncClient) -> Answer:
        """Send the request, read the answer."""
        body = _Body(self._message)
        sent = _post(client, self._message, self._url, trace=self._trace)
        async with aclosing(await client.send(sent, stream=True, follow_redirects=False)) as response:
            body.begin(response)
            async for piece in response.aiter_bytes():
                self._go_on()
                body.add(piece)
        return body.answer(response)

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        # httpcore tells of each step before and after it
        step, _, moment = event.rpartition(".")
        begins, reading = moment == "started", step.endswith("receive_response_headers")
        self._awaiting = begins and reading
        if begins and (reading or step.endswith("send_request_headers")):
            self._go_on()
        if reading and not begins:
            await self._turns.wait()

    def _go_on(self) -> None:
        if self._abandoned:
            raise asyncio.CancelledError


class _Clients(Generic[C]):
    """The clients to send with: the given one, or as many as are in use at a time, each of one connection.

    httpx's own pool goes through all its connections at every step: with 50 a call costs three times as much.
    """

    def __init__(self, kind: type[C], given: C | None) -> None:
        self.closed = False
        self._own = given is None
        self._make: Callable[[], C] = _maker(kind) if given is None else lambda: given
        self._idle: list[C] = (
            [self._make()] if given is None else [require_instance("client", given, kind)] * CONNECTIONS
        )

    @contextmanager
    def taken(self) -> Iterator[C]:
        """A client to send one request with.

        Raises:
            InvalidInput: the backend is closed.
        """
        if self.closed:
            raise InvalidInput("backend", "is closed")
        try:
            client = self._idle.pop()  # the last one used: its connection is the likeliest to be still there
        except IndexError:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    def taken_out(self) -> Iterator[C]:
        """Those to close, which are idle now; a given one is its owner's."""
        while self._own:
            try:
                yield self._idle.pop()
            except IndexError:
                return


class _Where:
    """Which URL requests go to."""

    def __init__(self, region: str | None, endpoint_url: str | None) -> None:
        in_region = None if region is None else _url(endpoint(region))
        self._url = in_region if endpoint_url is None else _given(endpoint_url)
        self.region = region if endpoint_url is None else None

    def url(self, request: Request) -> httpx.URL:
        """Return where a request goes."""
        return self._url or _url(endpoint(request.region))


class _Body:
    """The body of an answer as it comes in, up to a length and a time."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._read = bytearray()
        self._until = time.monotonic() + CALL_TIMEOUT

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
        if len(self._read) > MAX_BODY:
            raise BackendError(f"{self._message.operation}: an answer of more than {MAX_BODY} bytes")
        if time.monotonic() > self._until:
            raise _too_slow(self._message)

    def answer(self, response: httpx.Response) -> Answer:
        """Return the whole answer."""
        return Answer(response.status_code, response.headers, bytes(self._read))


def _exchanged(client: httpx.Client, message: Message, url: httpx.URL) -> Answer:
    body = _Body(message)
    with closing(client.send(_post(client, message, url), stream=True, follow_redirects=False)) as response:
        body.begin(response)
        for piece in response.iter_bytes():
            body.add(piece)
    return body.answer(response)


def _post(
    client: httpx.Client | httpx.AsyncClient, message: Message, url: httpx.URL, trace: object = None
) -> httpx.Request:
    extensions = {"trace": trace} if trace else None
    return client.build_request("POST", url, content=message.body, headers=message.headers, extensions=extensions)


def _failure(message: Message, error: Exception) -> BackendError:
    # The text of a ConnectError is the system's or TLS's, such as a certificate's fault; others may quote the answer.
    why = f": {error}" if isinstance(error, httpx.ConnectError) else ""
    return BackendError(f"{message.operation}: {type(error).__name__}{why}")


def _no_place(message: Message) -> BackendError:
    return BackendError(f"{message.operation}: not sent, no connection was free for {FREE_TIMEOUT:g} s")


def _too_slow(message: Message) -> BackendError:
    return BackendError(f"{message.operation}: no whole answer in {CALL_TIMEOUT:g} s")


def _maker(kind: Callable[..., C]) -> Callable[[], C]:
    try:
        make = partial(
            kind,
            verify=httpx.create_ssl_context(),  # once: it takes long to load
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEPT),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # no person's are sent with another's request
        )
        make()
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        # The text may show a proxy's password.
        problem = f"httpx can't use the proxies or certificates that it names: {type(error).__name__}"
        raise InvalidInput("environment", problem) from None
    return make


def _given(endpoint_url: str) -> httpx.URL:
    try:
        url = httpx.URL(require_text("endpoint_url", endpoint_url, at_most=2048))
    except httpx.InvalidURL:
        raise InvalidInput("endpoint_url", "is not a URL") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise InvalidInput("endpoint_url", "must be an http:// or https:// URL with a host")
    return url


@lru_cache
def _url(text: str) -> httpx.URL:
    return httpx.URL(text)
