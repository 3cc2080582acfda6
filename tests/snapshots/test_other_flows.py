"""Snapshots, tokens and stores of flows that are no sign-ins."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from authflow import Flow, FlowStore, FlowTaken, SignUp, SnapshotError, Stamp, dumps, loads, seal, unseal
from authflow.core.flow import BaseFlow
from authflow.machines.reset_password import ResetFlow
from authflow.machines.sign_up import SignUpFlow
from authflow.snapshots._format import NAMES, find_kind
from tests.snapshots.test_plain import asked
from tests.support.other_flows import ask_for_password, ask_to_confirm, list_resting
from tests.support.samples import AT, SECRET_APP, stamp
from tests.support.stores import IN_REDIS, KEY, Time, flow_store

FLOWS = list_resting()
IDS = [f"{flow.NAME} {flow.node}" for flow in FLOWS]


@pytest.fixture(params=["memory", "async memory", *IN_REDIS])
def store(request: pytest.FixtureRequest, time: Time) -> Iterator[FlowStore]:
    with flow_store(request.param, request, time) as made:
        yield made


@pytest.mark.parametrize("flow", FLOWS, ids=IDS)
def test_a_flow_survives(flow: BaseFlow[Any, Any]) -> None:
    kind, text, token = type(flow), dumps(flow), seal(flow, KEY, stamp=stamp())
    for read in (loads(text, SECRET_APP, kind), loads(text, SECRET_APP, None)):
        assert read == flow
        assert type(read.node) is type(flow.node)
    assert unseal(token, KEY, SECRET_APP, kind, stamp=stamp()) == flow
    assert unseal(token, KEY, SECRET_APP, None, stamp=stamp()) == flow


def test_no_flow_is_taken_for_another_kind() -> None:
    flow = ask_to_confirm()
    for kind in ((), (Flow,), (ResetFlow,)):
        with pytest.raises(SnapshotError) as caught:
            loads(dumps(flow), SECRET_APP, *kind)
        assert (caught.value.code, caught.value.field) == ("kind", "book")
        with pytest.raises(SnapshotError) as caught:
            unseal(seal(flow, KEY, stamp=stamp()), KEY, SECRET_APP, *kind, stamp=stamp())
        assert caught.value.code == "app_client"


def test_flows_that_are_calling_or_complete_have_no_snapshot() -> None:
    calling = SignUp("ada").begin(SECRET_APP, stamp())
    complete = calling.receive({"UserConfirmed": True, "UserSub": "sub", "Session": "s"}, stamp(1))
    for flow in (calling, complete):
        with pytest.raises(SnapshotError) as caught:
            dumps(flow)
        assert caught.value.code == "not_at_rest"


def test_a_node_of_another_machine() -> None:
    document = json.loads(dumps(ask_to_confirm()))
    document["flow"]["node"] = "new_password"
    with pytest.raises(SnapshotError) as caught:
        loads(json.dumps(document), SECRET_APP, SignUpFlow)
    assert (caught.value.code, caught.value.field) == ("malformed", "flow.node")


def test_a_token_expires_with_the_code() -> None:
    for flow, lifetime in ((ask_to_confirm(), timedelta(hours=24)), (ask_for_password(), timedelta(hours=1))):
        token = seal(flow, KEY, stamp=stamp())
        last = Stamp(AT + lifetime - timedelta(seconds=1), stamp().entropy)
        assert unseal(token, KEY, SECRET_APP, type(flow), stamp=last) == flow
        with pytest.raises(SnapshotError, match="has expired"):
            unseal(token, KEY, SECRET_APP, type(flow), stamp=Stamp(AT + lifetime, stamp().entropy))


def test_each_kind_names_its_own_classes() -> None:
    for name in NAMES:
        kind = find_kind(name)
        assert name == kind.flow.NAME
        assert {machine.name for machine in kind.machines.values()} == {name}
        assert set(kind.machines) == {machine.within for machine in kind.machines.values()}


def test_stores_keep_what_is_of_another_kind(store: FlowStore) -> None:
    flow = ask_to_confirm()
    handle = store.put(flow)
    for kind in ((), (ResetFlow,)):
        with pytest.raises(FlowTaken):
            store.take(handle, *kind)
    assert store.take(handle, SignUpFlow) == flow
    handles = [store.put(each) for each in (asked(), ask_for_password())]
    assert [store.take(handle, None).NAME for handle in handles] == ["sign_in", "reset_password"]
    with pytest.raises(FlowTaken):
        store.take(handle, None)


def test_stores_keep_a_flow_as_long_as_its_code(store: FlowStore, time: Time) -> None:
    handle = store.put(ask_for_password())
    time.passed = timedelta(minutes=59)
    assert store.take(handle, ResetFlow) == ask_for_password()
