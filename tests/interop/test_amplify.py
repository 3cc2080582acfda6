"""aws-amplify, in Node, does all that it can with one person's account, at the port of ``authflow emulator``."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).with_name("amplify")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts and aws-amplify."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    installed = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if installed.returncode != 0:
        pytest.skip(f"npm can't install aws-amplify: {installed.stderr[-300:]}")
    return folder


@pytest.fixture
def configuration(project: Path) -> Iterator[Path]:
    """The file that a started emulator wrote for ``Amplify.configure``."""
    written = project / "cognito.json"
    command = [sys.executable, "-m", "authflow", "emulator", "--port", "0", "--seed-file", str(project / "seed.json")]
    with subprocess.Popen([*command, "--amplify-file", str(written)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert any("authflow emulator at" in line for line in process.stdout)
            yield written
        finally:
            process.terminate()


def test_one_person_from_sign_up_to_deletion(project: Path, configuration: Path) -> None:
    node = shutil.which("node")
    assert node is not None, "npm comes with it"
    done = subprocess.run(
        [node, "people.mjs", str(configuration)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.endswith("done\n"), done.stdout + done.stderr
