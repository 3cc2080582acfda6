"""What pyright finds in authflow and in code that uses it; basedpyright is pyright in a package without downloads."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def run_pyright(*arguments: str, cwd: Path) -> dict[str, Any]:
    """Return pyright's report."""
    command = [sys.executable, "-m", "basedpyright", "--outputjson", *arguments]
    here = {"VIRTUAL_ENV": sys.prefix, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=cwd, env=os.environ | here, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_nearly_all_public_types_are_complete(tmp_path: Path) -> None:
    found = run_pyright("--verifytypes", "authflow", "--ignoreexternal", cwd=tmp_path)["typeCompleteness"]
    incomplete = [symbol["name"] for symbol in found["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]]
    assert found["completenessScore"] >= 0.99, incomplete
    assert found["exportedSymbolCounts"]["withKnownType"] > 800


@pytest.mark.parametrize("mode", ["standard", "strict"])
def test_code_that_uses_authflow_is_complete(tmp_path: Path, mode: str) -> None:
    settings = {"include": [str(Path(__file__).with_name("user_code.py"))], "typeCheckingMode": mode}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    assert run_pyright("--project", str(tmp_path), cwd=tmp_path)["generalDiagnostics"] == []


def test_the_examples_are_correct(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"include": [str(ROOT / "examples")], "typeCheckingMode": "standard"}
    settings |= {"reportTypedDictNotRequiredAccess": False}  # boto3's types call every member of a reply optional
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    assert run_pyright("--project", str(tmp_path), cwd=tmp_path)["generalDiagnostics"] == []
