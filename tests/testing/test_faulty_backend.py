"""FaultyBackend: which requests the server receives, and what the caller gets."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from authflow import BackendError, InvalidInput, Password, Refusal, Throttled, begin
from authflow.core.requests import Request
from authflow.testing import Fault, FaultyBackend
from tests.support.replies import tokens
from tests.support.samples import APP, stamp


class Recording:
    """A backend that keeps its requests, and refuses all but the first."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def call(self, request: Request) -> Mapping[str, Any]:
        self.requests.append(request)
        if len(self.requests) > 1:
            raise Refusal("NotAuthorizedException", "Invalid session for the user.")
        return tokens()


def call(*faults: Fault, **options: Any) -> tuple[int, Mapping[str, Any] | Exception]:
    """Return how often the server received a request, and the outcome."""
    backend = Recording()
    request = begin(APP, Password("ada", "pw"), stamp()).request
    assert request is not None
    try:
        outcome: Mapping[str, Any] | Exception = FaultyBackend(backend, faults, **options).call(request)
    except (BackendError, Refusal) as error:
        outcome = error
    return len(backend.requests), outcome


@pytest.mark.parametrize(
    ("fault", "requests", "kind"),
    [
        (Fault.LOST, 0, BackendError),
        (Fault.UNAVAILABLE, 0, BackendError),
        (Fault.THROTTLED, 0, Throttled),
        (Fault.UNANSWERED, 1, BackendError),
        (Fault.CRASHED, 1, BackendError),
        (Fault.TRUNCATED, 1, BackendError),
        (Fault.GARBLED, 1, BackendError),
        (Fault.REPEATED, 2, Refusal),
    ],
)
def test_requests_and_outcome_of_each_fault(fault: Fault, requests: int, kind: type[Exception]) -> None:
    for seed in range(30):
        received, outcome = call(fault, random=Random(seed))
        assert (received, type(outcome)) == (requests, kind)


def test_a_slow_response_arrives() -> None:
    started = time.perf_counter()
    assert call(Fault.SLOW, delay=0.05) == (1, tokens())
    assert time.perf_counter() - started >= 0.05


def test_a_misshapen_response_differs() -> None:
    replies = [call(Fault.MISSHAPEN, random=Random(seed))[1] for seed in range(50)]
    assert all(isinstance(reply, dict) and reply != tokens() for reply in replies)
    assert len({repr(reply) for reply in replies}) > 20


class Always:
    """A backend with the same outcome for each call."""

    def __init__(self, reply: Mapping[str, Any] | Refusal) -> None:
        self.reply = reply

    def call(self, _: Request) -> Mapping[str, Any]:
        if isinstance(self.reply, Refusal):
            raise self.reply
        return self.reply


def find_outcome(backend: FaultyBackend) -> object:
    """Call the backend, and return the outcome as text, for comparison."""
    request = begin(APP, Password("ada", "pw"), stamp()).request
    assert request is not None
    try:
        return json.dumps(backend.call(request))
    except (BackendError, Refusal) as error:
        return repr(error)


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"a": {}},
        {"a": []},
        {"a": None},
        {"a": True},
        {"a": 1},
        {"a": ""},
        {"a": -1},
        {"a": {"x": 1}},
        {"a": ["x"]},
        Refusal("NotAuthorizedException"),
        Refusal("NotAuthorizedException", "no"),
    ],
    ids=repr,
)
def test_a_misshapen_response_is_never_the_right_one(reply: Mapping[str, Any] | Refusal) -> None:
    right = find_outcome(FaultyBackend(Always(reply), []))
    for seed in range(100):
        assert find_outcome(FaultyBackend(Always(reply), [Fault.MISSHAPEN], random=Random(seed))) != right


def test_threads_share_the_faults() -> None:
    """Each call takes one fault, although only one thread at a time may advance a generator."""

    def slowly() -> Iterator[Fault | None]:
        for fault in (Fault.LOST, None) * 20:
            time.sleep(0.001)
            yield fault

    faulty = FaultyBackend(Always(tokens()), slowly())
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: find_outcome(faulty), range(50)))
    assert outcomes.count(json.dumps(tokens())) == 30
    assert [fault for _, fault in faulty.met] == [Fault.LOST, None] * 20 + [None] * 10


@pytest.mark.parametrize("fault", [Fault.MISSHAPEN, Fault.TRUNCATED, Fault.GARBLED])
def test_the_same_seed_gives_the_same_damage(fault: Fault) -> None:
    """The damage of a call does not depend on the faults of earlier calls."""

    def damaged(first: Fault | None) -> list[object]:
        faulty = FaultyBackend(Always(tokens()), [first, *[fault] * 5], random=Random(3))
        return [find_outcome(faulty) for _ in range(6)][1:]

    assert damaged(None) == damaged(None) == damaged(Fault.MISSHAPEN) == damaged(Fault.LOST)


@pytest.mark.parametrize("faults", [["lost"], "lost", [5], [False], [BackendError]])
def test_invalid_faults(faults: Any) -> None:
    backend = Recording()
    with pytest.raises(InvalidInput) as caught:
        find_outcome(FaultyBackend(backend, faults))
    assert caught.value.field == "faults"
    assert not backend.requests


def test_a_refusal_may_be_damaged_too() -> None:
    refused = FaultyBackend(Recording(), [None, Fault.GARBLED])
    request = begin(APP, Password("ada", "pw"), stamp()).request
    assert request is not None
    refused.call(request)
    with pytest.raises(BackendError):
        refused.call(request)
    with pytest.raises(Refusal):
        refused.call(request)
    assert refused.met == [("InitiateAuth", None), ("InitiateAuth", Fault.GARBLED), ("InitiateAuth", None)]
