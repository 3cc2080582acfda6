"""The AWS SDK for JavaScript v3, in Node, against the port of ``authflow emulator``."""

from pathlib import Path

from tests.cli.test_commands import emulator
from tests.support.node import install_project, run_script

HERE = Path(__file__).with_name("node")


def test_one_person_from_sign_up_to_deletion(tmp_path: Path) -> None:
    project = install_project(HERE, tmp_path)
    with emulator("--seed-file", str(project / "seed.json")) as served:
        run_script(project, "sdk.mjs", served.url)
