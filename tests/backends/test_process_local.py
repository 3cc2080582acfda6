"""Each process makes objects of its own. What that means for connections is in the conformance tests."""

import os
import threading
from typing import Any

import pytest

from authflow.backends._process_local import ProcessLocal
from authflow.core.errors import InvalidInput

ELSEWHERE = "client: was made in another process: make the backend after the fork"


def test_an_object_is_made_once_in_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    own, given = ProcessLocal(make), ProcessLocal(make, given=True)
    assert own() is own() is own.get_existing() is made[0]
    assert given() is made[1]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert own.get_existing() is None
    assert own() is own() is made[2]
    with pytest.raises(InvalidInput, match=ELSEWHERE):
        given()


def test_threads_share_the_object_of_their_process(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(8)
    own = ProcessLocal(object)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    found: list[Any] = []

    def ask() -> None:
        together.wait(10)
        found.append(own())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
