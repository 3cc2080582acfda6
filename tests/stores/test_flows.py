"""Flow stores: a flow is taken once, expires with its Session, and is never overwritten."""

import asyncio
import re
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from authflow import (
    AppClient,
    AsyncMemoryFlowStore,
    Flow,
    FlowStore,
    FlowTaken,
    InvalidInput,
    MemoryFlowStore,
    Password,
    SnapshotError,
    Srp,
    begin,
)
from tests.snapshots.test_plain import asked, flows
from tests.support.replies import CHALLENGES
from tests.support.samples import APP, SECRET_APP, stamp
from tests.support.stores import IN_REDIS, Time, flow_store, race

HANDLE = "A" * 43


@pytest.fixture(params=["memory", "async memory", *IN_REDIS])
def store(request: pytest.FixtureRequest, time: Time) -> Iterator[FlowStore]:
    with flow_store(request.param, request, time) as made:
        yield made


def require_taken(store: FlowStore, handle: Any) -> str:
    """Take a flow that is not in the store, and return the text of the error."""
    with pytest.raises(FlowTaken) as caught:
        store.take(handle)
    return str(caught.value)


def test_every_kind_of_flow_is_taken_once(store: FlowStore) -> None:
    for flow in flows().values():
        if flow.app != SECRET_APP:
            continue
        handle = store.put(flow)
        assert store.take(handle) == flow
        assert "start the sign-in again" in require_taken(store, handle)


def test_a_handle_fits_a_cookie_and_is_never_shown(store: FlowStore) -> None:
    handles = {store.put(asked()) for _ in range(20)}
    assert len(handles) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", handle) for handle in handles)
    handle = handles.pop()
    store.take(handle)
    assert handle not in require_taken(store, handle)


@pytest.mark.parametrize("handle", ["", HANDLE, "x", "x" * 10_000, "\ud800" * 43, "ä" * 43, HANDLE + "\n", None, 5, []])
def test_an_unknown_or_malformed_handle(store: FlowStore, handle: Any) -> None:
    message = require_taken(store, handle)
    assert "start the sign-in again" in message
    assert len(message) < 100


def test_a_flow_is_put_back_under_its_old_handle(store: FlowStore) -> None:
    handle = store.put(asked())
    flow = store.take(handle)
    assert store.put(flow, handle=handle) == handle
    assert store.take(handle) == flow
    require_taken(store, handle)


def test_a_stored_flow_is_never_overwritten(store: FlowStore) -> None:
    handle = store.put(asked())
    for flow in (asked(admin=True), asked()):
        with pytest.raises(InvalidInput) as caught:
            store.put(flow, handle=handle)
        assert caught.value.field == "handle"
        assert handle not in str(caught.value)
    assert store.take(handle) == asked()


@pytest.mark.parametrize("handle", ["", "mine", "x" * 44, "ä" * 43, 5])
def test_a_malformed_handle_is_refused(store: FlowStore, handle: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        store.put(asked(), handle=handle)
    assert caught.value.field == "handle"


def test_a_challenge_expires_with_its_session(store: FlowStore, time: Time) -> None:
    time.passed = timedelta(minutes=2)
    kept, expired = store.put(asked()), store.put(asked())
    time.passed = timedelta(minutes=2, seconds=58)
    assert store.put(store.take(kept), handle=kept) == kept
    assert store.take(kept) == asked()
    time.passed = timedelta(minutes=3)
    require_taken(store, expired)
    assert "start the sign-in again" in require_taken(store, store.put(asked())), (
        "it had already expired when it was put"
    )


def test_a_failed_flow_expires_after_the_same_time(store: FlowStore, time: Time) -> None:
    time.passed = timedelta(minutes=10)
    failed = begin(SECRET_APP, Password("ada", "pw"), stamp()).cancel(stamp(1))
    first, second = store.put(failed), store.put(failed)
    time.passed = timedelta(minutes=12, seconds=58)
    assert store.take(first) == failed
    time.passed = timedelta(minutes=13)
    require_taken(store, second)


def test_a_flow_is_put_back_with_a_later_expiry(store: FlowStore, time: Time) -> None:
    failed = begin(SECRET_APP, Password("ada", "pw"), stamp()).cancel(stamp(1))
    handle = store.put(failed)
    time.passed = timedelta(minutes=2)
    store.put(store.take(handle), handle=handle)
    time.passed = timedelta(minutes=4)
    assert store.take(handle) == failed


def test_the_app_client_sets_the_session_validity(time: Time) -> None:
    store = MemoryFlowStore(stamp=time)
    app = AppClient(APP.pool_id, APP.client_id, session_validity=timedelta(minutes=15))
    handle = store.put(begin(app, Password("ada", "pw"), stamp()).receive(CHALLENGES["SMS_MFA"], stamp(1)))
    time.passed = timedelta(minutes=14)
    assert store.take(handle).app == app


def test_only_resting_flows_are_stored(store: FlowStore) -> None:
    with pytest.raises(SnapshotError) as caught:
        store.put(begin(SECRET_APP, Srp("ada", "pw"), stamp()))
    assert caught.value.code == "not_at_rest"
    with pytest.raises(InvalidInput):
        store.put("flow")  # type: ignore[arg-type]  # wrong on purpose


def test_one_of_many_threads_gets_the_flow() -> None:
    store = MemoryFlowStore(stamp=Time())
    for _ in range(20):
        got = race(store, store.put(asked()), 16)
        assert [flow for flow in got if flow] == [asked()]


def test_one_of_many_tasks_gets_the_flow() -> None:
    async def take(store: AsyncMemoryFlowStore, handle: str) -> Flow | None:
        try:
            return await store.take(handle)
        except FlowTaken:
            return None

    async def run() -> list[Flow | None]:
        store = AsyncMemoryFlowStore(stamp=Time())
        handle = await store.put(asked())
        return await asyncio.gather(*(take(store, handle) for _ in range(50)))

    assert [flow for flow in asyncio.run(run()) if flow] == [asked()]


def test_memory_use_does_not_grow(time: Time) -> None:
    async def run() -> AsyncMemoryFlowStore:
        store = AsyncMemoryFlowStore(stamp=time)
        for _ in range(100):
            handle = await store.put(asked())
            await store.put(await store.take(handle), handle=handle)
        time.passed = timedelta(minutes=3)
        await store.put(asked())
        return store

    kept = vars(asyncio.run(run())).values()
    assert [len(container) for container in kept if isinstance(container, dict | list)] == [1, 1]


def test_with_the_system_clock() -> None:
    store = MemoryFlowStore()
    failed = begin(APP, Password("ada", "pw"), stamp()).cancel(stamp(1))
    assert store.take(store.put(failed)) == failed


def test_putting_back_leaves_nothing_behind(time: Time) -> None:
    store = MemoryFlowStore(stamp=time)
    handle = store.put(asked())
    tracemalloc.start()
    try:
        for _ in range(200):
            store.put(store.take(handle), handle=handle)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(2_000):
            store.put(store.take(handle), handle=handle)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 10_000
