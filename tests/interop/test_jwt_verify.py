"""aws-jwt-verify, in Node, comes to the same verdicts as ours, but where the cases say otherwise."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.token_cases import CASES, LEEWAY, Case
from tests.support.tokens import CLIENT, POOL, SECOND_CLIENT, make_jwks

HERE = Path(__file__).with_name("jwt_verify")


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
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("Node and npm are not installed")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if installed.returncode != 0:
        pytest.skip(f"npm can't install aws-jwt-verify: {installed.stderr[-300:]}")
    document = {
        "pool": POOL,
        "clients": [CLIENT, SECOND_CLIENT],
        "leeway": LEEWAY,
        "jwks": make_jwks(),
        "cases": [describe(case) for case in CASES],
    }
    (folder / "cases.json").write_text(json.dumps(document), encoding="utf-8")
    command = [node, "verify.mjs", "cases.json"]
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
