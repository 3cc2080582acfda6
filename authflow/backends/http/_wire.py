"""HTTP/1.1 without I/O: one request and its response at a time on one connection, parsed by h11."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

import h11

from authflow.backends import _limits
from authflow.backends._json_protocol import HttpResponse
from authflow.backends.http._errors import TransportError

Headers: TypeAlias = tuple[tuple[str, str], ...]
MakeHead: TypeAlias = Callable[[str, Headers, int], h11.Request]


@dataclass(frozen=True, slots=True)
class Message:
    """A request, ready to be sent."""

    head: h11.Request = field(repr=False)
    body: bytes = field(repr=False)


def build_head(target: str, headers: Headers, length: int) -> h11.Request:
    """Return the head of a POST request with a body of ``length`` bytes.

    Raises:
        TransportError: the head is not allowed in HTTP.
    """
    fields = [*headers, ("Content-Length", str(length))]
    try:
        return h11.Request(method="POST", target=target, headers=fields)
    except h11.LocalProtocolError:
        raise TransportError("the request can't be sent by HTTP/1.1") from None


#: The same for heads that repeat, and hold no secrets: h11 validates them once, which takes longer than to send them.
recall_head: Final = lru_cache(maxsize=256)(build_head)


def build_get_head(target: str, headers: Headers) -> h11.Request:
    """Return the head of a GET request.

    Raises:
        TransportError: the head is not allowed in HTTP.
    """
    try:
        return h11.Request(method="GET", target=target, headers=list(headers))
    except h11.LocalProtocolError:
        raise TransportError("the request can't be sent by HTTP/1.1") from None


class Wire:
    """The client's side of one connection."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_limits.MAX_HEAD)
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._hints = 0

    def send(self, message: Message) -> bytes:
        """Return the bytes of a request. The response to the request before it must be complete."""
        self._body, self._hints = bytearray(), 0
        if self._h11.our_state is h11.DONE:
            self._h11.start_next_cycle()
        return _send(self._h11, (message.head, h11.Data(data=message.body), h11.EndOfMessage()))

    def receive(self, data: bytes) -> HttpResponse | None:
        """Take received bytes, ``b""`` at the end of the stream. Return the response when it is complete.

        Raises:
            TransportError: what was received is not a response, is too long, or was not asked for.
        """
        for event in _receive(self._h11, data):
            if (response := self._take(event)) is not None:
                return response
        return None

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow: both sides are done, and nothing follows the response."""
        states = self._h11.our_state, self._h11.their_state
        return states == (h11.DONE, h11.DONE) and self._h11.trailing_data == (b"", False)

    def _take(self, event: h11.Event) -> HttpResponse | None:
        if isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > _limits.MAX_BODY:
                raise TransportError(f"a response of more than {_limits.MAX_BODY} bytes")
        elif isinstance(event, h11.Response):
            self._status, self._headers = event.status_code, _read_headers(event)
        elif isinstance(event, h11.InformationalResponse):
            self._hints += 1
            if event.status_code == 101 or self._hints > _limits.MAX_HINTS:
                raise TransportError("a provisional response that was not asked for")
        elif isinstance(event, h11.EndOfMessage):
            return HttpResponse(self._status, self._headers, bytes(self._body))
        return None


class Tunnel:
    """CONNECT, which asks a proxy to forward a connection (RFC 9110, section 9.3.6)."""

    def __init__(self, authority: str, headers: Headers) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_limits.MAX_HEAD)
        self._authority, self._headers = authority, headers

    def send(self) -> bytes:
        """Return the bytes of the request."""
        fields = [("Host", self._authority), *self._headers]
        request = h11.Request(method="CONNECT", target=self._authority, headers=fields)
        return _send(self._h11, (request, h11.EndOfMessage()))

    def receive(self, data: bytes) -> bool:
        """Take received bytes. Return whether the proxy forwards the connection from now on.

        Raises:
            TransportError: the proxy refuses, or sends more than its response.
        """
        for event in _receive(self._h11, data):
            if isinstance(event, h11.Response):
                if not 200 <= event.status_code < 300:
                    raise TransportError(f"the proxy responded with HTTP {event.status_code}")
                if self._h11.trailing_data[0]:
                    raise TransportError("the proxy sent more than its response")
                return True
        return False


def _send(connection: h11.Connection, events: Iterable[h11.Event]) -> bytes:
    return b"".join(connection.send(event) or b"" for event in events)


def _receive(connection: h11.Connection, data: bytes) -> Iterator[h11.Event]:
    """Yield the events in received bytes.

    Raises:
        TransportError: the bytes are not HTTP, or the stream ends before the response does.
    """
    try:
        connection.receive_data(data)
        while True:
            event = connection.next_event()
            if not isinstance(event, h11.Event):  # NEED_DATA or PAUSED
                return
            if isinstance(event, h11.ConnectionClosed):
                raise TransportError("the connection was closed before the response was complete")
            yield event
    except h11.RemoteProtocolError:
        problem = "an incomplete response, or not HTTP/1.1" if not data else "the response is not HTTP/1.1"
        raise TransportError(problem) from None


def _read_headers(head: h11.Response) -> dict[str, str]:
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers]
    if sum(len(name) + len(value) for name, value in fields) > _limits.MAX_HEAD:
        raise TransportError(f"headers of more than {_limits.MAX_HEAD} bytes")
    # A compressed body may be far longer than it looks, and we did not accept one.
    if any(name == "content-encoding" and value != "identity" for name, value in fields):
        raise TransportError(f"HTTP {head.status_code}, a compressed response")
    return dict(fields)
