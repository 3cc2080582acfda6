"""The table: each trigger has one destination, each node is reachable and has a step, each challenge is covered."""

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, StringShape

from authflow import IllegalTransition
from authflow.core.transitions import SAME, Row, TransitionTable
from authflow.diagram import draw_mermaid, excerpt
from authflow.machines.remember_device import _machine as device_machine
from authflow.machines.remember_device import table as device_table
from authflow.machines.sign_in._machine import ENTER, MACHINES
from authflow.machines.sign_in.table import (
    ASKS_AGAIN,
    CHALLENGE_NAMES,
    CHALLENGE_NODES,
    GROUPS,
    TABLE,
    TRANSITIONS,
    AuthFlow,
    Node,
    Trigger,
)


def load_service_model() -> ServiceModel:
    """Return Cognito's service model, which botocore contains."""
    return ServiceModel(Loader().load_service_model("cognito-idp", "service-2"), "cognito-idp")


def test_each_challenge_name_of_cognito_is_supported() -> None:
    names = load_service_model().shape_for("ChallengeNameType")
    assert isinstance(names, StringShape)
    assert set(names.enum) == CHALLENGE_NAMES


def test_each_node_and_trigger_has_one_destination() -> None:
    pairs = [(source, row.trigger) for row in TABLE for source in row.sources]
    assert len(pairs) == len(set(pairs))


def test_two_destinations_for_a_trigger_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows for go in a"):
        TransitionTable([Row("go", ("a",), "b"), Row("go", ("a",), "c")])


def test_each_node_is_reachable() -> None:
    reached = {Node.START}
    for _ in Node:
        reached |= {Node(row.destination) for row in TABLE if reached & set(row.sources) and row.destination != SAME}
    assert reached == set(Node) == {node for table in TRANSITIONS.values() for node in table.nodes}


def test_each_trigger_has_a_row() -> None:
    assert {row.trigger for row in TABLE} == set(Trigger)


def test_enter_has_exactly_the_tables_destinations() -> None:
    assert set(ENTER) == {row.destination for row in TABLE} - {SAME}
    assert {auth_flow: machine.transitions for auth_flow, machine in MACHINES.items()} == TRANSITIONS


def test_the_same_holds_for_the_device_machine() -> None:
    rows = device_table.TABLE
    pairs = [(source, row.trigger) for row in rows for source in row.sources]
    assert len(pairs) == len(set(pairs))
    assert {row.trigger for row in rows} == set(device_table.Trigger)
    built = {row.destination for row in rows if row.sources != (device_table.Node.START,)} - {SAME}
    assert set(device_machine.ENTER) == built


def test_each_challenge_is_asked_by_its_name() -> None:
    for name in CHALLENGE_NAMES - {"PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER"}:
        assert {row.destination for row in TABLE if row.trigger == name} == {name.lower()}
        assert name.lower() in CHALLENGE_NODES


def test_every_call_can_be_refused_and_everything_can_be_cancelled() -> None:
    for table in TRANSITIONS.values():
        for node in set(table.nodes) - {Node.START}:
            assert "cancel" in table.list_triggers(node)
            assert ("refused" in table.list_triggers(node)) == (node.endswith("ing") or "ing_" in node)


def test_the_service_model_declares_the_refusals_that_ask_again() -> None:
    model = load_service_model()
    declared = {
        name: {shape.name for shape in model.operation_model(name).error_shapes}
        for name in ("RespondToAuthChallenge", "VerifySoftwareToken")
    }
    for asked, code in ASKS_AGAIN:
        operation = "VerifySoftwareToken" if asked == Trigger.TOTP_REJECTED else "RespondToAuthChallenge"
        assert code in declared[operation]
        assert asked in set(Trigger)


@pytest.mark.parametrize("auth_flow", AuthFlow)
def test_an_illegal_trigger_is_refused_with_the_legal_ones(auth_flow: AuthFlow) -> None:
    table = TRANSITIONS[auth_flow]
    for node in table.nodes:
        for trigger in set(Trigger) - set(table.list_triggers(node)):
            with pytest.raises(IllegalTransition) as caught:
                table.find_successor(node, trigger)
            assert caught.value.accepted == table.list_triggers(node)
            assert (caught.value.node, caught.value.trigger) == (node, trigger)
            assert "Node." not in str(caught.value)


def test_an_unknown_trigger_is_illegal() -> None:
    with pytest.raises(IllegalTransition, match="accepted here: nothing, the flow has ended"):
        TransitionTable([Row("go", ("a",), "b")]).find_successor("b", "no such thing")


def test_same_leads_to_the_same_node() -> None:
    table = TransitionTable([Row("go", ("a",), "b"), Row("again", ("b",), SAME)])
    assert table.find_successor("b", "again") == "b"
    assert table.nodes == ("a", "b")


def test_mermaid_draws_a_row_of_a_whole_group_once() -> None:
    table = [Row("go", ("a",), "b"), Row("on", ("b",), "c"), Row("stop", ("b", "c"), "d"), Row("again", ("b",), SAME)]
    assert draw_mermaid(table, {"work": ("b", "c")}, "a").splitlines() == [
        "stateDiagram-v2",
        "    [*] --> a",
        "    state work {",
        "        b",
        "        c",
        "    }",
        "    a --> b: go",
        "    b --> c: on",
        "    work --> d: stop",
        "    b --> b: again",
        "    d --> [*]",
    ]


def test_mermaid_nests_a_group_in_another() -> None:
    table = [Row("stop", ("a", "b", "c"), "d"), Row("on", ("a", "b"), "c")]
    assert draw_mermaid(table, {"all": ("a", "b", "c"), "some": ("a", "b")}, "a").splitlines()[2:] == [
        "    state all {",
        "        state some {",
        "            a",
        "            b",
        "        }",
        "        c",
        "    }",
        "    all --> d: stop",
        "    some --> c: on",
        "    d --> [*]",
    ]


def test_an_excerpt_stays_among_its_nodes() -> None:
    table = [Row("go", ("a", "x"), "b"), Row("on", ("b",), "x"), Row("again", ("b", "x"), SAME)]
    assert excerpt(table, ("a", "b")) == [Row("go", ("a",), "b"), Row("again", ("b",), SAME)]


def test_mermaid_of_the_table_names_every_node_and_trigger() -> None:
    text = draw_mermaid(TABLE, GROUPS, Node.START)
    assert all(name in text for name in (*Node, *Trigger))
