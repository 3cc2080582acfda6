"""The examples of a clock that is moved, in two languages."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from authflow.emulator import Emulator, running

EXAMPLES = Path(__file__).parents[4] / "examples"
NODE = shutil.which("node")


@pytest.mark.parametrize(
    ("program", "file", "refusal"),
    [
        (sys.executable, "expiry.py", "after 30 days: Refresh Token has expired"),
        pytest.param(
            NODE,
            "expiry.mjs",
            "after 30 days: NotAuthorizedException: Refresh Token has expired",
            marks=pytest.mark.skipif(NODE is None, reason="there is no node"),
        ),
    ],
)
def test_thirty_days_take_no_time(program: str, file: str, refusal: str) -> None:
    with running(lambda _: Emulator()) as url:
        command = [program, str(EXAMPLES / file), url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.splitlines() == ["after 30 days less a second: refreshed", refusal], done.stderr
