"""Errors can be pickled and copied: the copy has the text and the attributes, but not the flow."""

import copy
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Final

import pytest

from authflow import dumps, loads
from authflow.core import errors
from authflow.core.errors import (
    AuthflowError,
    BackendError,
    FlowTaken,
    IllegalTransition,
    InvalidInput,
    Refusal,
    SignInFailed,
    SnapshotError,
    StoreError,
    Throttled,
    UnexpectedReply,
)
from authflow.core.reasons import Reason
from tests.snapshots.test_plain import asked

ERRORS: Final[list[AuthflowError]] = [
    AuthflowError("text"),
    InvalidInput("field", "can't be"),
    IllegalTransition("failed", "answer", ("cancel", "receive")),
    IllegalTransition("failed", "answer", ()),
    UnexpectedReply("Session", "is missing"),
    Refusal("NotAuthorizedException", "no"),
    Refusal("NotAuthorizedException"),
    SignInFailed("NotAuthorizedException", "no", Reason.WRONG_CREDENTIALS),
    SnapshotError("malformed", "is missing", "state"),
    SnapshotError("not_at_rest", "a flow has no snapshot"),
    FlowTaken("taken"),
    StoreError("gone"),
    BackendError("lost"),
    Throttled("too many"),
]


def unpickle(pickled: bytes) -> Any:
    return pickle.loads(pickled)  # noqa: S301 - our own


COPIES: Final[list[Callable[[AuthflowError], AuthflowError]]] = [
    *(lambda error, protocol=one: unpickle(pickle.dumps(error, protocol)) for one in range(6)),
    copy.copy,
    copy.deepcopy,
]


def list_kinds(kind: type[AuthflowError] = AuthflowError) -> Iterator[type[AuthflowError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from list_kinds(one)


def test_each_error_is_tested() -> None:
    assert {type(error) for error in ERRORS} == {kind for kind in list_kinds() if kind.__module__ == errors.__name__}


@pytest.mark.parametrize("make_copy", COPIES)
@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_copy_has_the_same_text_and_attributes(
    error: AuthflowError, make_copy: Callable[[AuthflowError], AuthflowError]
) -> None:
    back = make_copy(error)
    assert type(back) is type(error)
    assert (str(back), repr(back), back.args) == (str(error), repr(error), error.args)
    assert vars(back) == vars(error)


def test_a_pickled_error_contains_no_flow() -> None:
    error, reply = BackendError("lost"), UnexpectedReply("Session", "is missing")
    error.flow = error.rested = reply.flow = asked()
    assert "AYABeSession" in dumps(error.flow)
    pickled = pickle.dumps(error) + pickle.dumps(reply)
    assert b"AYABeSession" not in pickled
    assert b"ada@example.com" not in pickled
    back = unpickle(pickle.dumps(error))
    assert (back.rested, unpickle(pickle.dumps(reply)).flow) == (None, None)
    with pytest.raises(AttributeError, match="no driver sent the request, or the error was pickled"):
        _ = back.flow
    assert error.flow == error.rested == reply.flow == asked(), "the original error keeps its flows"


def refuse() -> None:
    raise InvalidInput("field", "can't be")


def test_a_process_pool_returns_an_error_of_its_worker() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(InvalidInput) as caught:
        pool.submit(refuse).result(timeout=60)
    assert caught.value.field == "field"


NAMING: Final[list[Callable[[str], AuthflowError]]] = [
    lambda name: InvalidInput(name, "is empty"),
    lambda name: SnapshotError("malformed", "is unknown", name),
]


@pytest.mark.parametrize("make", NAMING)
def test_a_name_from_outside_is_escaped_and_cut(make: Callable[[str], AuthflowError]) -> None:
    assert str(make("x\nINFO admin signed in\x1b[2J")).startswith(r"x\nINFO admin signed in\x1b[2J: is ")
    assert len(str(make("k" * 1_000_000))) < 300


def test_a_failure_from_a_snapshot_is_escaped() -> None:
    error = SignInFailed("Code\x1b", "no\nINFO admin signed in" + "m" * 10_000, Reason.OTHER)
    assert str(error).startswith(r"Code\x1b: no\nINFO")
    assert len(str(error)) < 2500


def test_a_version_of_thousands_of_digits_is_cut() -> None:
    text = dumps(asked()).replace('"v":2', f'"v":{"2" * 4000}')
    with pytest.raises(SnapshotError) as caught:
        loads(text, asked().app)
    assert len(str(caught.value)) < 200
