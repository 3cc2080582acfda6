"""For tests of what is built on authflow: a backend that goes wrong on purpose."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from random import Random
from typing import Any, Final

from authflow.backend import Backend
from authflow.backends.json_protocol import Answer, reply
from authflow.errors import BackendError, Refusal, Throttled
from authflow.requests import Request

__all__ = ["Fault", "FaultyBackend"]


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
        MISSHAPEN: the answer is JSON, of which one member is missing, or not what it should be.
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
_WRONG: Final[tuple[object, ...]] = (None, True, -1, "", [], {}, ["x"], {"x": 1})


class FaultyBackend:
    """Carries requests through another backend, and lets things go wrong on the way.

    What comes back passes the same checks as an answer over HTTP. On an event loop, use it within ``Threaded``.

    Args:
        backend: what carries the requests.
        faults: one for each call, None where it goes well; when they have run out, all calls go well.
        random: where answers are damaged, and how; the same values each time if None.
        delay: seconds that a slow answer takes.

    Attributes:
        region: the backend's, where it has one.
        met: the operation and the fault of each call so far.
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
        self.met: list[tuple[str, Fault | None]] = []
        self._backend = backend
        self._faults: Iterator[Fault | None] = iter(faults)
        self._random = random or Random(0)  # noqa: S311 - damage, not secrets
        self._delay = delay

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request, or not; see ``Backend.call``."""
        fault = next(self._faults, None)
        self.met.append((request.operation, fault))
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
        body = self._damaged(answer.body, fault)
        return reply(request.operation, Answer(answer.status, answer.headers, body))

    def _answer(self, request: Request) -> Answer:
        """Return what the backend brings, as it would come over HTTP."""
        try:
            return Answer(200, {}, json.dumps(dict(self._backend.call(request))).encode())
        except Refusal as refusal:
            return Answer(400, {}, json.dumps({"__type": refusal.code, "message": refusal.message}).encode())

    def _damaged(self, body: bytes, fault: Fault) -> bytes:
        damage = _DAMAGE.get(fault)
        return damage(body, self._random) if damage else body


def _failure(request: Request, fault: Fault) -> BackendError:
    kind = Throttled if fault is Fault.THROTTLED else BackendError
    return kind(f"{request.operation}: {fault}")


def _truncated(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body))]


def _garbled(body: bytes, random: Random) -> bytes:
    at = random.randrange(len(body))
    return body[:at] + b"\xff" + body[at + 1 :]  # in UTF-8 there is no such byte


def _misshapen(body: bytes, random: Random) -> bytes:
    content = json.loads(body)
    places = list(_places(content))
    if places:
        holder, name = random.choice(places)
        if random.random() < 0.5:
            del holder[name]
        else:
            holder[name] = random.choice(_WRONG)
    return json.dumps(content).encode()


def _places(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each member of a JSON object and of the objects in it."""
    for name, value in content.items():
        yield content, name
        if isinstance(value, dict):
            yield from _places(value)


_DAMAGE: Final[Mapping[Fault, Callable[[bytes, Random], bytes]]] = {
    Fault.TRUNCATED: _truncated,
    Fault.GARBLED: _garbled,
    Fault.MISSHAPEN: _misshapen,
}
