"""The command line, as a person runs it: what it prints, and what it returns."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from authflow import AppClient, Authenticator, SignedIn, Srp, __version__
from authflow.backends.boto3 import Boto3Backend
from authflow.cli import demo as demo_module
from authflow.emulator.boto3_door import client_at
from authflow.machine import mermaid
from authflow.sign_in.table import GROUPS, TABLE, Node

AUTHFLOW = Path(sys.executable).with_name("authflow")
SEED = {
    "pools": [
        {
            "PoolName": "people",
            "clients": [
                {"ClientName": "web", "GenerateSecret": True, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]},
                {"ClientName": "open", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]},
            ],
            "users": [
                {"Username": "ada", "Password": "Correct-Horse-9"},
                {"Username": "grace", "TemporaryPassword": "Temporary-1"},
            ],
        }
    ]
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([AUTHFLOW, *arguments], capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def emulator(*arguments: str) -> Iterator[tuple[list[str], str]]:
    """``authflow emulator`` on a free port: the lines before it is ready, and its URL."""
    command = [str(AUTHFLOW), "emulator", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        lines = []
        while not (ready := re.search(r"emulator at (http://\S+)", line := process.stdout.readline())):
            assert line, process.stderr.read()
            lines.append(line)
        try:
            yield lines, ready[1]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0, "Ctrl-C stops it cleanly"
            assert not process.stderr.read()


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as response:  # noqa: S310 - our own emulator
        return json.load(response)


def test_version() -> None:
    assert run("--version").stdout == f"authflow {__version__}\n"


def test_diagram() -> None:
    assert run("diagram").stdout == mermaid(TABLE, GROUPS, Node.START)


def test_demo_holds_and_is_plain_text_in_a_pipe() -> None:
    done = run("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "FAILED" not in done.stdout
    assert done.stdout.endswith("All of it held.\n")
    assert all(len(line) <= 100 for line in done.stdout.splitlines())
    for node in ("initiating_srp", "verifying_password", "new_password_required", "refreshing", "signed_in", "failed"):
        assert node in done.stdout
    assert len(re.findall(r"\d+\.\d ms", done.stdout)) >= 12


def test_a_demo_that_does_not_hold_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo_module, "verified", lambda *_: {"token_use": "id"})
    monkeypatch.setattr(demo_module, "GRACE", "nobody@example.com/")
    monkeypatch.setattr(demo_module, "loads", lambda *_: 1 / 0)
    assert not demo_module.show()
    out = capsys.readouterr().out
    assert "FAILED" in out
    assert "ZeroDivisionError" in out
    assert out.endswith("It did not hold.\n")


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], [], ["demo", "extra"], ["emulator", "--port", "99999"], ["emulator", "--seed-file", "/no/file"]],
)
def test_usage_errors_are_one_line_and_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert not done.stdout
    assert re.fullmatch(r"authflow: .+\n", done.stderr)


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("demo", "emulator", "diagram"))


def test_without_the_extras_it_says_what_is_missing() -> None:
    code = "import sys; sys.modules['click'] = None; from authflow.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "authflow: click is missing: pip install 'cognito-authflow[all]'\n"


def test_the_emulator_signs_in_those_in_the_seed_file(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED))
    with emulator("--seed-file", str(seed)) as (lines, url):
        [web, open_] = lines
        found = re.fullmatch(r"pool (\S+) \(people\) client (\S+) \(web\) secret (\S+)\n", web)
        assert found
        assert "secret" not in open_
        app = AppClient(found[1], found[2], found[3])
        flow = Authenticator(app, Boto3Backend(endpoint_url=url)).begin(Srp("ada", "Correct-Horse-9"))
        assert isinstance(flow.state, SignedIn)
        assert Authenticator(app, Boto3Backend(endpoint_url=url)).begin(Srp("grace", "Temporary-1")).challenge
        assert len(get(f"{url}/{app.pool_id}/.well-known/jwks.json")["keys"]) == 2
        assert get(f"{url}/{app.pool_id}/.well-known/openid-configuration")["issuer"] == f"{url}/{app.pool_id}"
        assert get(f"{url}/_authflow/health") == {"status": "ok"}
        assert get(f"{url}/_authflow/outbox") == []


def test_region_and_issuer_of_the_emulator() -> None:
    with emulator("--region", "eu-north-1", "--issuer", "https://id.example.com") as (_, url):
        pool = client_at(url, "eu-north-1").create_user_pool(PoolName="people")["UserPool"]["Id"]
        assert pool.startswith("eu-north-1_")
        assert get(f"{url}/{pool}/.well-known/openid-configuration")["issuer"] == f"https://id.example.com/{pool}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "it is not JSON"),
        ("[]", "document is not a JSON object"),
        ('{"pools": {}}', "document.pools is not a JSON list"),
        ('{"pools": [5]}', "document.pools[0] is not a JSON object"),
        ('{"pools": [{"PoolName": 5}]}', "pools[0]: CreateUserPool"),
        ('{"pools": [{"PoolName": "p", "clients": [{}]}]}', "pools[0].clients[0]: CreateUserPoolClient"),
        (
            '{"pools": [{"PoolName": "p", "users": [{"Username": "a", "Password": "weak"}]}]}',
            "pools[0].users[0]: AdminSetUserPassword: InvalidPasswordException",
        ),
    ],
)
def test_a_seed_file_that_can_not_be_carried_out(tmp_path: Path, text: str, says: str) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(text)
    done = run("emulator", "--port", "0", "--seed-file", str(seed))
    assert done.returncode == 1
    assert done.stderr.startswith(f"authflow: --seed-file: {says}")
    assert done.stderr.count("\n") == 1


def test_an_address_that_can_not_be_listened_at() -> None:
    with emulator() as (_, url):
        done = run("emulator", "--port", url.rpartition(":")[2])
    assert done.returncode == 1
    assert re.fullmatch(r"authflow: .*in use.*\n", done.stderr)


def test_the_script_of_the_quickstart() -> None:
    script = Path(__file__).parent.parent / "examples" / "script.py"
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}, check=False
    )
    assert done.stderr == ""
    assert re.fullmatch(r"asked for a new password\nsigned in as ada, until \d\d:\d\d UTC\n", done.stdout)
