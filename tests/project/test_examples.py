"""The examples run, and print what they should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.redis_server import PROGRAM

EXAMPLES = Path(__file__).parents[2] / "examples"


def done(name: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / name)]
    env = {**os.environ, "LC_ALL": "C", **env}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)


def run(name: str) -> list[str]:
    """Return the lines that an example prints."""
    process = done(name)
    assert process.stderr == ""
    assert process.returncode == 0
    return process.stdout.splitlines()


def test_script() -> None:
    asked, signed_in = run("script.py")
    assert asked == "asked for a new password"
    assert re.fullmatch(r"signed in as ada, until \d\d:\d\d UTC", signed_in)


def test_two_requests() -> None:
    assert run("two_requests.py") == [
        "asked: new_password_required",
        "new_password_required again: the policy refused it",
        "welcome ada",
        "too late, or answered already: begin again",
    ]


def test_custom_backend() -> None:
    assert run("custom_backend.py") == [
        "NotAuthorizedException: Incorrect username or password.",
        "signed in as ada",
    ]


def test_async_login() -> None:
    assert run("async_login.py") == [
        "person-0 clicks twice",
        "one click shows: welcome person-0",
        "the other shows: too late, or answered already: begin again",
        "signed in, by one click each: 20 of 20 people",
    ]


@pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed (Debian: apt-get install redis-server)")
@pytest.mark.slow
def test_many_processes() -> None:
    assert run("many_processes.py") == [
        f"person-{number}, by 3 processes: two clicks: too late, or answered already; welcome person-{number}; "
        f"another day, without a code: welcome person-{number}"
        for number in range(6)
    ]


def test_many_processes_without_redis(tmp_path: Path) -> None:
    process = done("many_processes.py", PATH=str(tmp_path))
    assert process.stderr == "redis-server is not installed (Debian: apt-get install redis-server)\n"
    assert (process.stdout, process.returncode) == ("", 1)
