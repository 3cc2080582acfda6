"""FaultyBackend: injects faults between an application and a backend."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from random import Random
from threading import Lock
from typing import Any, Final

from authflow.backends._checks import require_call
from authflow.backends._json_protocol import HttpResponse, read_reply
from authflow.backends.base import Backend
from authflow.core._opaque import ProcessBound
from authflow.core.errors import BackendError, InvalidInput, Refusal, Throttled
from authflow.core.requests import Request
from authflow.testing._damage import garble, misshape, truncate


class Fault(StrEnum):
    """The fault of one call.

    Attributes:
        LOST: the request is lost before it reaches the server.
        UNANSWERED: the server processes the request, but the response is lost.
        REPEATED: the server receives the request twice, as from a proxy that retries; the second response arrives.
        SLOW: the response is delayed.
        UNAVAILABLE: HTTP 503; the server does not process the request.
        CRASHED: HTTP 500; the server has processed the request.
        THROTTLED: HTTP 429; the server does not process the request.
        TRUNCATED: the response is incomplete.
        GARBLED: the response is not UTF-8, and so not JSON.
        MISSHAPEN: the response is JSON, but a member is missing or has a wrong value. An empty object becomes a value
            of another type.
    """

    LOST = "lost"
    UNANSWERED = "unanswered"
    REPEATED = "repeated"
    SLOW = "slow"
    UNAVAILABLE = "unavailable"
    CRASHED = "crashed"
    THROTTLED = "throttled"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    MISSHAPEN = "misshapen"


_NOT_PROCESSED: Final = (Fault.LOST, Fault.UNAVAILABLE, Fault.THROTTLED)
_DAMAGE: Final[Mapping[Fault, Callable[[bytes, Random], bytes]]] = {
    Fault.TRUNCATED: truncate,
    Fault.GARBLED: garble,
    Fault.MISSHAPEN: misshape,
}


class FaultyBackend(ProcessBound):
    """A backend that sends requests through another backend, and injects faults. Threads may share it.

    Responses pass the same checks as responses over HTTP. On an event loop, wrap it in ``Threaded``.

    Args:
        backend: sends the requests.
        faults: the fault of each call, or None for a call without a fault. After the last one, no call has a fault.
        random: chooses the damage; with a fixed seed if None. The outcome of a call depends only on this, on the call's
            position in ``met``, and on the response of the backend.
        delay: how long a slow response is delayed, in seconds.

    Attributes:
        region: the region of the backend; None if it has none.
        signs: whether the backend can sign requests, as the admin API requires.
        met: the operation and the fault of each call so far.

    Raises:
        InvalidInput: ``backend`` is no blocking backend; or raised by ``call`` if its item of ``faults`` is neither a
            Fault nor None.
    """

    def __init__(
        self,
        backend: Backend,
        faults: Iterable[Fault | None],
        *,
        random: Random | None = None,
        delay: float = 0.01,
    ) -> None:
        require_call(backend, asynchronous=False)
        self.region: str | None = getattr(backend, "region", None)
        self.signs: bool = getattr(backend, "signs", True)
        self.met: list[tuple[str, Fault | None]] = []
        self._backend = backend
        self._faults: Iterator[Fault | None] = iter(faults)
        self._random = random or Random(0)  # noqa: S311 - damage, not secrets
        self._lock = Lock()  # only one thread at a time may advance a generator
        self._delay = delay

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request with the next fault; see ``Backend.call``."""
        fault, random = self._take_fault(request)
        if fault is None:
            return self._backend.call(request)
        if fault in _NOT_PROCESSED:
            raise _make_error(request, fault)
        if fault is Fault.REPEATED:
            self._exchange(request)
        response = self._exchange(request)
        if fault in (Fault.UNANSWERED, Fault.CRASHED):
            raise _make_error(request, fault)
        if fault is Fault.SLOW:
            time.sleep(self._delay)
        damage = _DAMAGE.get(fault)
        body = damage(response.body, random) if damage else response.body
        return read_reply(request.operation, HttpResponse(response.status, response.headers, body))

    def _take_fault(self, request: Request) -> tuple[Fault | None, Random]:
        """Return the fault of this call, and a random generator that other calls do not affect."""
        with self._lock:
            fault = next(self._faults, None)
            if not isinstance(fault, Fault | None):
                raise InvalidInput("faults", f"must be Fault or None, not {type(fault).__name__}")
            self.met.append((request.operation, fault))
            return fault, Random(self._random.getrandbits(64))  # noqa: S311 - damage, not secrets

    def _exchange(self, request: Request) -> HttpResponse:
        """Send a request through the backend, and return its reply or refusal as an HTTP response."""
        try:
            return HttpResponse(200, {}, json.dumps(dict(self._backend.call(request))).encode())
        except Refusal as refusal:
            message = {"message": refusal.message} if refusal.message else {}
            return HttpResponse(400, {}, json.dumps({"__type": refusal.code} | message).encode())


def _make_error(request: Request, fault: Fault) -> BackendError:
    kind = Throttled if fault is Fault.THROTTLED else BackendError
    return kind(f"{request.operation}: {fault}")
