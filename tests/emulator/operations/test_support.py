"""The notes on request members: each honoured member makes a difference to the test that its note names."""

import itertools
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from authflow.emulator._operations.support import Note, Notes, Status, find_gaps, read_notes
from authflow.emulator._service_model.model import ServiceModel
from tests.support.emulator.fixtures import make_arguments

NOTES: Final = read_notes()
HONOURED: Final = [
    pytest.param(operation, path, note.detail, id=f"{operation}.{path}")
    for operation, notes in NOTES.members.items()
    for path, note in notes.items()
    if note.status is Status.HONOURED
]


def remove(value: Any, path: list[str]) -> Any:
    """Return a request without the member at a path; lists are gone through."""
    if isinstance(value, list):
        return [remove(entry, path) for entry in value]
    if not isinstance(value, Mapping):
        return value
    name, *rest = path
    kept = {key: entry for key, entry in value.items() if key != name or rest}
    return {**kept, name: remove(kept[name], rest)} if rest and name in kept else kept


def list_calls(test: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield a test function with each combination of its parameters."""
    path, _, name = test.partition("::")
    function = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
    parameters = []
    for mark in (mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"):
        names = [part.strip() for part in mark.args[0].split(",")] if isinstance(mark.args[0], str) else mark.args[0]
        rows = [getattr(row, "values", row) if len(names) > 1 else [row] for row in mark.args[1]]
        parameters.append([dict(zip(names, row, strict=True)) for row in rows])
    for combination in itertools.product(*parameters):
        yield function, {name: value for part in combination for name, value in part.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("operation", "path", "test"), HONOURED)
def test_a_test_fails_without_the_member(operation: str, path: str, test: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_request, removed = ServiceModel.check_request, []

    def check_without(model: ServiceModel, called: str, params: Mapping[str, object]) -> dict[str, Any]:
        if called != operation:
            return check_request(model, called, params)
        changed = remove(params, path.split("."))
        removed.append(changed != params)
        return check_request(model, called, changed)

    monkeypatch.setattr(ServiceModel, "check_request", check_without)
    failed = False
    for function, given in list_calls(test):
        try:
            function(**make_arguments(function, given))
        except (Exception, pytest.fail.Exception):  # of any kind: the test notices
            failed = True
            break
    assert any(removed), f"{test} sends no {path}"
    assert failed, f"{test} passes without {path}"


# --- the notes themselves


def test_the_tests_exist() -> None:
    root = Path(__file__).parents[3]
    for case in HONOURED:
        path, _, name = str(case.values[2]).partition("::")
        assert f"def {name}(" in (root / path).read_text(), case.id


def make_notes(members: dict[str, dict[str, Note]], absent: set[str]) -> Notes:
    return Notes(members, dict.fromkeys(absent, "a reason"))


def test_each_gap_is_found() -> None:
    model, stored = ServiceModel(), Note(Status.STORED, "")
    absent = set(model.operations - {"GetGroup", "CreateUserPool"})
    whole = {name: stored for name in model.list_members("CreateUserPool") if name != "Policies"}
    parts = {f"Policies.{name}": stored for name in model.list_members("CreateUserPool", "Policies")}
    members = {"GetGroup": {"GroupName": stored, "UserPoolId": stored}, "CreateUserPool": {**whole, **parts}}
    register = {"GetGroup", "CreateUserPool"}
    assert not list(find_gaps(make_notes(members, absent), model, register))

    def find(notes: Notes, operations: set[str] = register) -> list[str]:
        return list(find_gaps(notes, model, operations))

    assert find(make_notes(members, absent - {"ListGroups"})) == ["ListGroups: is not classified"]
    assert find(make_notes(members, {*absent, "GetGroup"})) == ["GetGroup: is in the register"]
    assert find(make_notes(members, {*absent, "GetTea"})) == ["GetTea: is not in the service model"]
    assert find(make_notes(members, {*absent, "GetGroup"}), {"CreateUserPool"}) == ["GetGroup: is not in the register"]
    no_name = {**members, "GetGroup": {"UserPoolId": stored}}
    assert find(make_notes(no_name, absent)) == ["GetGroup: no note on GroupName"]
    more = {**members, "GetGroup": {**members["GetGroup"], "Tea": stored, "GroupName.Tea": stored}}
    assert find(make_notes(more, absent)) == ["GetGroup: has no member Tea", "GetGroup: has no member GroupName.Tea"]
    fewer = {name: note for name, note in members["CreateUserPool"].items() if name != "Policies.PasswordPolicy"}
    assert find(make_notes({**members, "CreateUserPool": fewer}, absent)) == [
        "CreateUserPool: no note on Policies.PasswordPolicy"
    ]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("stored", Note(Status.STORED, "")),
        ("refused: no KMS", Note(Status.REFUSED, "no KMS")),
        ("not emulated: a: b", Note(Status.NOT_EMULATED, "a: b")),
        ("tests/a.py::test_b", Note(Status.HONOURED, "tests/a.py::test_b")),
    ],
)
def test_notes(text: str, note: Note) -> None:
    assert Note.parse(text) == note


@pytest.mark.parametrize("text", ["", "honoured", "ignored", "Stored"])
def test_malformed_notes(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}'"):
        Note.parse(text)
