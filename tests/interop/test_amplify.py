"""aws-amplify, in Node, does all that it can with one person's account, at the port of ``authflow emulator``."""

from pathlib import Path

from tests.cli.test_commands import emulator
from tests.support.node import install_project, run_script

HERE = Path(__file__).with_name("amplify")


def test_one_person_from_sign_up_to_deletion(tmp_path: Path) -> None:
    project = install_project(HERE, tmp_path)
    written = project / "cognito.json"
    with emulator("--seed-file", str(project / "seed.json"), "--amplify-file", str(written)):
        run_script(project, "people.mjs", str(written))
