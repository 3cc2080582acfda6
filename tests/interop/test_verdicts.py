"""aws-jwt-verify, in Node, comes to the same verdicts as ours, but where the cases say otherwise."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.node import find_program, install_project
from tests.support.token_cases import CASES, LEEWAY, Case
from tests.support.tokens import CLIENT, POOL, SECOND_CLIENT, make_jwks

HERE = Path(__file__).with_name("node")


def describe(case: Case) -> dict[str, Any]:
    """Return a case as the script reads it. Groups and scopes that are None are absent."""
    wanted = {"groups": case.groups, "scopes": case.scopes}
    return {
        "name": case.name,
        "token": case.make(),
        "kind": case.kind,
        **{name: list(value) for name, value in wanted.items() if value is not None},
    }


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """The verdicts of aws-jwt-verify by the cases' names: None, or the name of its error."""
    folder = install_project(HERE, tmp_path_factory.mktemp("node"))
    document = {
        "pool": POOL,
        "clients": [CLIENT, SECOND_CLIENT],
        "leeway": LEEWAY,
        "jwks": make_jwks(),
        "cases": [describe(case) for case in CASES],
    }
    (folder / "cases.json").write_text(json.dumps(document), encoding="utf-8")
    command = [find_program("node"), "verdicts.mjs", "cases.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_the_same(case: Case, verdicts: dict[str, str | None]) -> None:
    ours = case.reason is None
    assert (verdicts[case.name] is None) == (ours if case.aws_accepts is None else case.aws_accepts), verdicts[
        case.name
    ]


@pytest.mark.parametrize("case", [case for case in CASES if case.aws_accepts is not None], ids=lambda case: case.name)
def test_a_difference_is_one(case: Case) -> None:
    assert case.aws_accepts is not (case.reason is None)
