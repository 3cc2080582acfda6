"""aws-amplify, in Node, does all that it can with one person's account, at the port of ``authflow emulator``."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import emulator
from tests.support.node import find_program, install_project, run_script

HERE = Path(__file__).with_name("amplify")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_project(HERE, tmp_path_factory.mktemp("amplify"))


def test_one_person_from_sign_up_to_deletion(project: Path) -> None:
    written = project / "cognito.json"
    with emulator("--seed-file", str(project / "seed.json"), "--amplify-file", str(written)):
        run_script(project, "people.mjs", str(written))


@pytest.mark.parametrize("change", [{}, {"UsernameAttributes": ["email"]}], ids=str)
def test_the_types_accept_the_file(project: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    pool = {
        "PoolName": "people",
        "Schema": [{"Name": "given_name", "Required": True}],
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
        "clients": [{"ClientName": "web"}],
    }
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"pools": [{**pool, **change}]}))
    with emulator("--seed-file", str(seed), "--amplify-file", str(project / "cognito.json")):
        pass
    compiler = [find_program("node"), "node_modules/typescript/bin/tsc", "--project", "."]
    done = subprocess.run(compiler, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
