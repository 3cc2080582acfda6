"""The backend that goes wrong on purpose: what the server saw, and what came."""

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


class Seen:
    """A backend that counts."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def call(self, request: Request) -> Mapping[str, Any]:
        self.requests.append(request)
        if len(self.requests) > 1:
            raise Refusal("NotAuthorizedException", "Invalid session for the user.")
        return tokens()


def call(*faults: Fault, **options: Any) -> tuple[int, Mapping[str, Any] | Exception]:
    """Return how often the server saw a request, and what came of it."""
    seen = Seen()
    request = begin(APP, Password("ada", "pw"), stamp()).request
    assert request is not None
    try:
        came: Mapping[str, Any] | Exception = FaultyBackend(seen, faults, **options).call(request)
    except (BackendError, Refusal) as error:
        came = error
    return len(seen.requests), came


@pytest.mark.parametrize(
    ("fault", "seen", "kind"),
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
def test_what_the_server_saw_and_what_came(fault: Fault, seen: int, kind: type[Exception]) -> None:
    for seed in range(30):
        saw, came = call(fault, random=Random(seed))
        assert (saw, type(came)) == (seen, kind)


def test_a_slow_answer_comes() -> None:
    started = time.perf_counter()
    assert call(Fault.SLOW, delay=0.05) == (1, tokens())
    assert time.perf_counter() - started >= 0.05


def test_a_misshapen_answer_differs_in_one_member() -> None:
    came = [call(Fault.MISSHAPEN, random=Random(seed))[1] for seed in range(50)]
    assert all(isinstance(answer, dict) and answer != tokens() for answer in came)
    assert len({repr(answer) for answer in came}) > 20


class Always:
    """A backend that always brings the same."""

    def __init__(self, answer: Mapping[str, Any] | Refusal) -> None:
        self.answer = answer

    def call(self, _: Request) -> Mapping[str, Any]:
        if isinstance(self.answer, Refusal):
            raise self.answer
        return self.answer


def came_of(backend: FaultyBackend) -> object:
    """What comes of a call, as something to compare."""
    request = begin(APP, Password("ada", "pw"), stamp()).request
    assert request is not None
    try:
        return json.dumps(backend.call(request))
    except (BackendError, Refusal) as error:
        return repr(error)


@pytest.mark.parametrize(
    "answer",
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
def test_a_misshapen_answer_is_never_the_right_one(answer: Mapping[str, Any] | Refusal) -> None:
    right = came_of(FaultyBackend(Always(answer), []))
    for seed in range(100):
        assert came_of(FaultyBackend(Always(answer), [Fault.MISSHAPEN], random=Random(seed))) != right


def test_threads_share_the_faults() -> None:
    """Each call takes one, though a generator runs in one thread at a time."""

    def slowly() -> Iterator[Fault | None]:
        for fault in (Fault.LOST, None) * 20:
            time.sleep(0.001)
            yield fault

    faulty = FaultyBackend(Always(tokens()), slowly())
    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(lambda _: came_of(faulty), range(50)))
    assert came.count(json.dumps(tokens())) == 30
    assert [fault for _, fault in faulty.met] == [Fault.LOST, None] * 20 + [None] * 10


@pytest.mark.parametrize("fault", [Fault.MISSHAPEN, Fault.TRUNCATED, Fault.GARBLED])
def test_the_same_seed_brings_the_same_damage(fault: Fault) -> None:
    """To each call in turn, whatever became of the others."""

    def damaged(first: Fault | None) -> list[object]:
        faulty = FaultyBackend(Always(tokens()), [first, *[fault] * 5], random=Random(3))
        return [came_of(faulty) for _ in range(6)][1:]

    assert damaged(None) == damaged(None) == damaged(Fault.MISSHAPEN) == damaged(Fault.LOST)


@pytest.mark.parametrize("faults", [["lost"], "lost", [5], [False], [BackendError]])
def test_what_is_no_fault(faults: Any) -> None:
    seen = Seen()
    with pytest.raises(InvalidInput) as caught:
        came_of(FaultyBackend(seen, faults))
    assert caught.value.field == "faults"
    assert not seen.requests


def test_a_refusal_may_be_damaged_too() -> None:
    refused = FaultyBackend(Seen(), [None, Fault.GARBLED])
    request = begin(APP, Password("ada", "pw"), stamp()).request
    assert request is not None
    refused.call(request)
    with pytest.raises(BackendError):
        refused.call(request)
    with pytest.raises(Refusal):
        refused.call(request)
    assert refused.met == [("InitiateAuth", None), ("InitiateAuth", Fault.GARBLED), ("InitiateAuth", None)]
