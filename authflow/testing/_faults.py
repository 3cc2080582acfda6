"""For tests of what is built on authflow: a backend that goes wrong on purpose."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from random import Random
from threading import Lock
from typing import Any, Final

from authflow.backends._json_protocol import HttpResponse, read_reply
from authflow.backends.base import Backend
from authflow.core.errors import BackendError, InvalidInput, Refusal, Throttled
from authflow.core.requests import Request
from authflow.testing._damage import garble, misshape, truncate


class Fault(StrEnum):
    """What goes wrong with one call.

    Attributes:
        LOST: the request never arrives.
        UNANSWERED: the request arrives, its answer never comes.
        REPEATED: the request arrives twice, as through a proxy that tries again; the second answer comes.
        SLOW: the answer takes its time.
        UNAVAILABLE: HTTP 503; nothing was done.
        CRASHED: HTTP 500; what was asked for was done.
        THROTTLED: HTTP 429; nothing was done.
        TRUNCATED: the answer ends too early.
        GARBLED: the answer is no JSON.
        MISSHAPEN: the answer is JSON, of which one member is missing or wrong; an empty one is no object.
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


_UNSEEN: Final = (Fault.LOST, Fault.UNAVAILABLE, Fault.THROTTLED)  # of these the server knows nothing
_DAMAGE: Final[Mapping[Fault, Callable[[bytes, Random], bytes]]] = {
    Fault.TRUNCATED: truncate,
    Fault.GARBLED: garble,
    Fault.MISSHAPEN: misshape,
}


class FaultyBackend:
    """Carries requests through another backend, and lets things go wrong on the way; threads may share it.

    What comes back passes the same checks as an answer over HTTP. On an event loop, use it within ``Threaded``.

    Args:
        backend: what carries the requests.
        faults: one for each call, None where it goes well; when they have run out, all calls go well.
        random: where answers are damaged, and how; the same values each time if None. What becomes of a call depends
            on it, the call's place in ``met`` and the answer alone.
        delay: seconds that a slow answer takes.

    Attributes:
        region: the backend's, where it has one.
        signs: whether that signs what the admin API takes.
        met: the operation and the fault of each call so far.

    Raises:
        InvalidInput: from a call, where its fault is none.
    """

    def __init__(
        self,
        backend: Backend,
        faults: Iterable[Fault | None],
        *,
        random: Random | None = None,
        delay: float = 0.01,
    ) -> None:
        self.region: str | None = getattr(backend, "region", None)
        self.signs: bool = getattr(backend, "signs", True)
        self.met: list[tuple[str, Fault | None]] = []
        self._backend = backend
        self._faults: Iterator[Fault | None] = iter(faults)
        self._random = random or Random(0)  # noqa: S311 - damage, not secrets
        self._lock = Lock()  # a generator takes one thread at a time
        self._delay = delay

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request, or not; see ``Backend.call``."""
        fault, random = self._next(request)
        if fault is None:
            return self._backend.call(request)
        if fault in _UNSEEN:
            raise _failure(request, fault)
        if fault is Fault.REPEATED:
            self._answer(request)
        answer = self._answer(request)
        if fault in (Fault.UNANSWERED, Fault.CRASHED):
            raise _failure(request, fault)
        if fault is Fault.SLOW:
            time.sleep(self._delay)
        damage = _DAMAGE.get(fault)
        body = damage(answer.body, random) if damage else answer.body
        return read_reply(request.operation, HttpResponse(answer.status, answer.headers, body))

    def _next(self, request: Request) -> tuple[Fault | None, Random]:
        """Return the fault of this call, and what its damage is drawn from, whatever other calls do meanwhile."""
        with self._lock:
            fault = next(self._faults, None)
            if not isinstance(fault, Fault | None):
                raise InvalidInput("faults", f"must be Fault or None, not {type(fault).__name__}")
            self.met.append((request.operation, fault))
            return fault, Random(self._random.getrandbits(64))  # noqa: S311 - damage, not secrets

    def _answer(self, request: Request) -> HttpResponse:
        """Return what the backend brings, as it would come over HTTP."""
        try:
            return HttpResponse(200, {}, json.dumps(dict(self._backend.call(request))).encode())
        except Refusal as refusal:
            message = {"message": refusal.message} if refusal.message else {}
            return HttpResponse(400, {}, json.dumps({"__type": refusal.code} | message).encode())


def _failure(request: Request, fault: Fault) -> BackendError:
    kind = Throttled if fault is Fault.THROTTLED else BackendError
    return kind(f"{request.operation}: {fault}")
