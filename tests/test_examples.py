"""The examples run, and print what they should."""

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(name: str) -> list[str]:
    """Return the lines that an example prints."""
    command, env = [sys.executable, str(EXAMPLES / name)], os.environ | {"LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.splitlines()


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
        f"too late, or answered already: begin again, welcome person-{number}" for number in range(20)
    ]
