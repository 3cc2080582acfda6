"""The command in terminals and environments that can't be used as they are: a message, and no tokens are lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from authflow import InvalidInput
from authflow.backends.boto3 import Boto3Backend
from authflow.emulator import Emulator, running
from tests.support.emulator.world import PASSWORD
from tests.support.terminal import EmulatorServer

AUTHFLOW = Path(sys.executable).with_name("authflow")
BROKEN = {
    "a profile": ({"AWS_PROFILE": "nonesuch"}, "profile (nonesuch) could not be found"),
    "a file": ({"AWS_CONFIG_FILE": "{broken}"}, "Unable to parse config file"),
    "a retry mode": ({"AWS_RETRY_MODE": "silly"}, "silly"),
    "a defaults mode": ({"AWS_DEFAULTS_MODE": "silly"}, "silly"),
    "half of the credentials": ({"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": ""}, "Partial credentials"),
}


@pytest.fixture
def broken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Break boto3's configuration in one way; return a part of the text that says so."""
    variables, problem = BROKEN[request.param]
    (tmp_path / "config").write_text("[[[")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(broken=tmp_path / "config"))
    return problem


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_a_configuration_that_boto3_can_not_use_is_invalid_input(broken: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend(endpoint_url="http://127.0.0.1:9")
    assert caught.value.field == "boto3's configuration"
    assert broken in str(caught.value)


def run(*arguments: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    command = [str(AUTHFLOW), *arguments]
    return subprocess.run(
        command, check=False, input=typed, text=True, capture_output=True, env=environment, timeout=60
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_terminal_can_not_show_is_escaped(encoding: str) -> None:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        world = EmulatorServer(emulator, url).world.make_pool()
        world.make_user("日本", email="ada@example.com")
        done = run(
            *("sign-in", "--pool-id", world.pool_id, "--client-id", world.client_id, "--username", "日本"),
            *("--endpoint-url", url),
            typed=f"{PASSWORD}\n",
            PYTHONIOENCODING=encoding,
            AUTHFLOW_CLIENT_SECRET=world.secret or "",
        )
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, r"signed in as \u65e5\u672c"), done.stderr


def test_a_seed_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(b"\xff\xfe{")
    done = run("emulator", "--port", "0", "--seed-file", str(tmp_path / "seed"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "authflow: Invalid value for --seed-file: is not text in UTF-8 (see authflow emulator --help)"
    ]
