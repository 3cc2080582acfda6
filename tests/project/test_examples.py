"""Each example runs and prints what its text promises."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.redis_server import PROGRAM

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_process(name: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / name)]
    env = {**os.environ, "LC_ALL": "C", **env}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)


def run(name: str) -> list[str]:
    """Run an example and return the lines that it prints."""
    process = run_process(name)
    assert process.stderr == ""
    assert process.returncode == 0
    return process.stdout.splitlines()


def test_script() -> None:
    challenge, signed_in = run("script.py")
    assert challenge == "a new password is required"
    assert re.fullmatch(r"signed in as ada, until \d\d:\d\d UTC", signed_in)


def test_two_requests() -> None:
    assert run("two_requests.py") == [
        "challenge: new_password_required",
        "after a weak password: new_password_required",
        "welcome ada",
        "expired or already answered: please start again",
    ]


def test_custom_backend() -> None:
    assert run("custom_backend.py") == [
        "NotAuthorizedException: Incorrect username or password.",
        "signed in as ada",
    ]


def test_async_login() -> None:
    assert run("async_login.py") == [
        "user-0 submits the code twice",
        "one page says: welcome user-0",
        "the other says: expired or already answered: please start again",
        "signed in exactly once: 20 of 20 users",
    ]


@pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed (Debian: apt-get install redis-server)")
@pytest.mark.slow
def test_many_processes() -> None:
    assert run("many_processes.py") == [
        f"user-{number}, 3 processes: submitted twice: expired or already answered; welcome user-{number}; "
        f"later, without a code: welcome user-{number}"
        for number in range(6)
    ]


def test_many_processes_without_redis(tmp_path: Path) -> None:
    process = run_process("many_processes.py", PATH=str(tmp_path))
    assert process.stderr == "redis-server is not installed (Debian: apt-get install redis-server)\n"
    assert (process.stdout, process.returncode) == ("", 1)
