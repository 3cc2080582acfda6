"""The state as a document."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authflow.emulator import Emulator, StateError
from authflow.emulator._control.state.document import KINDS
from tests.support.emulator.busy import finish, make_busy_world, move
from tests.support.emulator.world import Json, World


def test_a_document_has_every_kind_of_record(empty: World) -> None:
    world, _ = make_busy_world(empty)
    records = world.emulator.dump_state()["records"]
    assert {kind for kind, entries in records.items() if entries} == KINDS.keys() - {"token_event"}


def test_dump_load_dump(empty: World) -> None:
    world, _ = make_busy_world(empty)
    dumped = world.emulator.dump_state()
    other = Emulator(empty.clock)
    other.load_state(json.loads(json.dumps(dumped)))
    assert other.dump_state() == dumped


def test_every_integer_is_safe_in_javascript(empty: World) -> None:
    world, _ = make_busy_world(empty)

    def check(value: Any) -> None:
        if isinstance(value, dict | list):
            for item in value.values() if isinstance(value, dict) else value:
                check(item)
        assert not isinstance(value, int) or abs(value) < 2**53

    check(world.emulator.dump_state())


def test_what_has_begun_goes_on_in_another_emulator(empty: World) -> None:
    world, pending = make_busy_world(empty)
    other = Emulator(empty.clock)
    other.load_state(json.loads(json.dumps(world.emulator.dump_state())))
    finish(move(world, other), pending)
    finish(world, pending)  # and the first one has not changed


def test_loading_replaces_what_was_there(world: World) -> None:
    nothing = Emulator(world.clock).dump_state()
    world.emulator.load_state(nothing)
    assert world.emulator.dump_state() == nothing
    assert world.call("ListUserPools", MaxResults=10)["UserPools"] == []


def test_the_clock_and_its_latest_time(world: World) -> None:
    world.emulator.clock.advance(world.clock.now - world.clock.now.replace(year=2020))
    world.emulator.clock.stop()
    shown = world.emulator.clock()
    other = Emulator(world.clock)
    other.load_state(world.emulator.dump_state())
    assert other.clock() == shown
    assert other.clock.is_stopped


def test_random_values_go_on() -> None:
    one, other = Emulator(seed=1), Emulator(seed=2)
    other.load_state(one.dump_state())
    ids = [emulator.call("CreateUserPool", {"PoolName": "a"})["UserPool"]["Id"] for emulator in (one, other)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda document: document.update(format="x"), "format: "),
        (lambda document: document.update(version=2), "version 2, from a newer authflow"),
        (lambda document: document.update(version=0), "version 0, which this authflow does not read"),
        (lambda document: document.update(more=1), "unknown member 'more'"),
        (lambda document: document["records"].update(more=[]), "records: unknown kind 'more'"),
        (lambda document: document["records"].pop("service"), "records.service: "),
        (lambda document: document["records"]["user"][0].pop("key"), r"records.user\[0\]: must have"),
        (lambda document: document["records"]["user"].append(document["records"]["user"][0]), r"user\[1\]: the key is"),
        (lambda document: document["records"]["user"][0]["value"].update(created=3), r"records.user\[0\].created: "),
        (lambda document: document["records"]["user"][0]["value"].pop("password"), "password is missing"),
        (lambda document: document["records"]["user"][0].update(key="x/y"), "the key names no pool: 'x'"),
        (lambda document: document["records"]["user"][0]["value"].update(status="X"), r"user\[0\].status: must be one"),
        (lambda document: document["records"]["pool"][0]["value"].update(settings={}), "records.pool "),
        (lambda document: document["records"]["client"][0]["value"].update(pool="x"), r"client\[0\].pool: "),
    ],
)
def test_bad_documents(world: World, change: Any, place: str) -> None:
    before = world.emulator.dump_state()
    document = copy.deepcopy(before)
    change(document)
    with pytest.raises(StateError, match=place):
        world.emulator.load_state(document)
    assert world.emulator.dump_state() == before


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2026-01-01T00:00:00+00:00"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def list_places(value: Any) -> list[tuple[Any, Any]]:
    """Return each container with one of its keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((value, key), *list_places(item))]


@pytest.fixture
def document(empty: World) -> Json:
    """The state of a world with records of every kind."""
    return make_busy_world(empty)[0].emulator.dump_state()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_is_refused_or_makes_sense(document: Json, data: st.DataObject) -> None:
    changed = copy.deepcopy(document)
    container, key = data.draw(st.sampled_from(list_places(changed)))
    container[key] = data.draw(VALUES)
    emulator = Emulator()
    before = emulator.dump_state()
    try:
        emulator.load_state(changed)
    except StateError:
        assert emulator.dump_state() == before
    else:
        again = Emulator()
        again.load_state(emulator.dump_state())
