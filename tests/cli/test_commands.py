"""The output and the exit codes of the commands."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

import pytest
from rich.console import Console

from authflow import AppClient, Authenticator, SignedIn, Srp, __version__
from authflow.backends.boto3 import Boto3Backend
from authflow.cli import _demo, _qr, _serve
from authflow.cli._commands import run as run_here
from authflow.cli._demo import custom, passwords, second_factor
from authflow.cli._demo.report import Report
from authflow.core.modexp import Arithmetic, find_arithmetic
from authflow.diagram import draw_mermaid
from authflow.emulator import client_at
from authflow.machines.sign_in.table import GROUPS, TABLE, Node

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


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command, env = [str(AUTHFLOW), *arguments], os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env)


@dataclass(frozen=True)
class Served:
    """A running ``authflow emulator``: the lines that it printed before it was ready, its URL, and its output."""

    lines: list[str]
    url: str
    output: IO[str]


@contextmanager
def emulator(*arguments: str) -> Iterator[Served]:
    """Run ``authflow emulator`` on a free port."""
    command = [str(AUTHFLOW), "emulator", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        lines = []
        while not (ready := re.search(r"emulator at (https?://\S+)", line := process.stdout.readline())):
            assert line, process.stderr.read()
            lines.append(line)
        try:
            yield Served(lines, ready[1], process.stdout)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0, "Ctrl-C stops it cleanly"
            assert not process.stderr.read()


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as response:  # noqa: S310 - our own emulator
        return json.load(response)


def test_without_a_command_it_shows_the_help() -> None:
    assert run().stdout == run("--help").stdout != ""


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "authflow", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == run("--version").stdout


def test_version() -> None:
    arithmetic = find_arithmetic()
    assert arithmetic.is_constant_time
    expected = f"authflow {__version__}\nSRP arithmetic: {arithmetic.name}, constant-time\n"
    assert run("--version").stdout == expected


def test_version_warns_of_arithmetic_that_is_not_constant_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "authflow.cli._commands.find_arithmetic",
        lambda: Arithmetic("Python", is_constant_time=False, compute_power=pow),
    )
    assert run_here(["--version"]) == 0
    assert capsys.readouterr().out.endswith("SRP arithmetic: Python, not constant-time: install gmpy2\n")


def test_diagram() -> None:
    assert run("diagram").stdout == draw_mermaid(TABLE, GROUPS, Node.START)


@pytest.fixture(scope="module")
def demo() -> subprocess.CompletedProcess[str]:
    """The result of ``authflow demo`` with a pipe as its output."""
    return run("demo")


def test_the_demo_passes_and_prints_plain_text_to_a_pipe(demo: subprocess.CompletedProcess[str]) -> None:
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "\x1b" not in demo.stdout
    assert "FAILED" not in demo.stdout
    assert demo.stdout.endswith("All checks passed.\n")
    assert all(len(line) <= 100 for line in demo.stdout.splitlines())
    nodes = set(re.findall(r"^  ([a-z_]+) |-> ([a-z_]+)$", demo.stdout, re.MULTILINE))
    assert {"initiating_srp", "verifying_password", "answering", "refreshing", "initiating_custom"} <= {
        a for a, _ in nodes
    }
    assert {"new_password_required", "signed_in", "failed", "custom_challenge", "kept"} <= {b for _, b in nodes}
    assert len(re.findall(r"\d+\.\d ms", demo.stdout)) >= 30
    assert demo.stdout.count("ms in total") == 9


def test_the_demo_draws_the_qr_code_of_the_secret_that_it_shows(demo: subprocess.CompletedProcess[str]) -> None:
    out = demo.stdout
    secret = re.search(r"or type in: ([A-Z2-7]+)\n", out)
    assert secret
    blocks = [line[2:] for line in out.splitlines() if len(line) > 30 and set(line) <= set(" ▀▄█")]
    uri = f"otpauth://totp/authflow%20demo:ada?secret={secret[1]}&issuer=authflow%20demo"
    assert blocks == _qr.draw(uri, "utf-8")


def test_the_demo_signs_in_with_a_device_instead_of_a_code(demo: subprocess.CompletedProcess[str]) -> None:
    part = demo.stdout.partition("A remembered device\n")[2]
    later = part.partition("the device is confirmed")[2].partition("signed in with the device")[0]
    steps = re.findall(r"-> ([a-z_]+)$", later, re.MULTILINE)
    assert steps == ["verifying_password", "device_srp_auth", "verifying_device", "signed_in"]


def test_a_report_draws_no_qr_code_if_the_encoding_has_no_block_characters() -> None:
    output = TextIOWrapper(BytesIO(), "ascii")
    assert not Report(Console(file=output)).draw_qr("otpauth://totp/a:b?secret=C")
    assert not output.tell()


def test_a_demo_with_failed_checks_reports_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(passwords, "verify_with_jwks", lambda *_: {"token_use": "id"})
    monkeypatch.setattr(passwords, "GRACE", "nobody@example.com/")
    monkeypatch.setattr(passwords, "loads", lambda *_: 1 / 0)
    monkeypatch.setattr(second_factor, "compute_code", lambda *_: "000000")
    monkeypatch.setattr(custom, "verify", lambda event: {**event, "response": {"answerCorrect": False}})
    assert not _demo.run_demo()
    out = capsys.readouterr().out
    assert "ZeroDivisionError" in out
    failed = re.findall(r"^  FAILED  (.*)$", out, re.MULTILINE)
    assert "an altered token is refused" in failed
    assert "signed in with the app's first code" in failed
    assert "TypeError: expected CustomChallenge, but the flow is at failed" in failed
    assert out.endswith("Some checks failed.\n")


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["demo", "extra"], ["emulator", "--port", "99999"], ["emulator", "--seed-file", "/no/file"]],
)
def test_usage_errors_are_one_line_and_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert not done.stdout
    assert re.fullmatch(r"authflow: .+\n", done.stderr)


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("demo", "emulator", "sign-in", "diagram"))


def run_without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``authflow`` as if a module were not installed."""
    code = f"import sys; sys.modules['{module}'] = None; from authflow.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


SIGN_IN = ["sign-in", "--pool-id", "eu-west-1_a", "--client-id", "b", "--username", "ada"]


@pytest.mark.parametrize(
    ("module", "extra", "arguments"),
    [
        ("click", "cli", []),
        ("rich", "cli", ["demo"]),
        ("segno", "cli", ["demo"]),
        ("segno", "cli", SIGN_IN),
        ("boto3", "boto3", SIGN_IN),
        ("starlette", "emulator", ["emulator"]),
        ("srptools", "emulator", ["emulator"]),
        ("joserfc", "emulator", ["demo"]),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    module: str, extra: str, arguments: list[str]
) -> None:
    done = run_without(module, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f'authflow: this command needs {module}: pip install "cognito-authflow[{extra}]"\n'


def test_a_missing_module_of_no_extra_is_a_traceback() -> None:
    done = run_without("authflow.core.transitions", "diagram")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_users_of_the_seed_file_can_sign_in(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED))
    with emulator("--seed-file", str(seed)) as served:
        [web, open_], url = served.lines, served.url
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


def test_the_emulator_prints_each_message() -> None:
    with emulator() as served:
        cognito = client_at(served.url)
        pool = cognito.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
        email: Any = {"Name": "email", "Value": "ada@example.com"}
        cognito.sign_up(ClientId=client, Username="ada", Password="Correct-Horse-9", UserAttributes=[email])
        line = served.output.readline()
        [message] = get(f"{served.url}/_authflow/outbox")
    rest = rf"  EMAIL to ada@example.com  sign_up for ada in {pool}: {message['code']}\n"
    assert re.fullmatch(r"\d\d:\d\d:\d\d" + rest, line)


def test_the_emulator_uses_the_given_region_and_issuer() -> None:
    with emulator("--region", "eu-north-1", "--issuer", "https://id.example.com") as served:
        url = served.url
        pool = client_at(url, "eu-north-1").create_user_pool(PoolName="people")["UserPool"]["Id"]
        assert pool.startswith("eu-north-1_")
        assert get(f"{url}/{pool}/.well-known/openid-configuration")["issuer"] == f"https://id.example.com/{pool}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "pools": [,]}', "the document is not JSON: line 2, column 13: "),
        ('{"pool": []}', "document: unknown member 'pool'; the only one is: pools"),
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
def test_an_invalid_seed_file_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(text)
    assert run_here(["emulator", "--port", "0", "--seed-file", str(seed)]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith(f"authflow: --seed-file: {message}")
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1", False),
        ("127.0.0.2", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),  # noqa: S104 - the warning is what is tested; nothing listens
        ("", True),
    ],
)
def test_an_address_beyond_loopback_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str, warned: bool
) -> None:
    monkeypatch.setattr(_serve, "serve_http", lambda _make, _access, on_ready: on_ready("http://it", None))
    assert run_here(["emulator", "--host", host]) == 0
    shown = capsys.readouterr()
    console = "console at http://it/_authflow/console"
    assert shown.out == f"authflow emulator at http://it (press Ctrl-C to stop it), {console}\n"
    line = "authflow: warning: not limited to loopback: anyone who can reach this port controls the emulator\n"
    assert shown.err == (line if warned else "")


def test_a_port_that_is_in_use_is_an_error() -> None:
    with emulator() as served:
        done = run("emulator", "--port", served.url.rpartition(":")[2])
    assert done.returncode == 1
    assert re.fullmatch(r"authflow: .*in use.*\n", done.stderr)
