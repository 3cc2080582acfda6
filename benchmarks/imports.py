"""Time of ``import authflow``, compared with ``import boto3``, each in a new interpreter."""

import os
import subprocess
import sys
from functools import partial
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.common import Figure, Spread, measure_pairs

PAIRS: Final = 21
_PROGRAM: Final = "import time; at = time.perf_counter(); {}; print(time.perf_counter() - at)"


def measure() -> list[Figure]:
    """Measure the area."""
    with TemporaryDirectory() as bytecode:
        ours, theirs = partial(_run, "import authflow", bytecode), partial(_run, "import boto3", bytecode)
        names = partial(_run, "from authflow import *", bytecode)
        ours(), theirs(), names()  # write the bytecode
        taken = measure_pairs(ours, theirs, PAIRS)
        all_names = Spread.of(names() * 1e3 for _ in range(PAIRS))
    return [
        Figure(name="`import authflow`", value=Spread.of(first * 1e3 for first, _ in taken), unit="ms"),
        Figure(name="`from authflow import *`", value=all_names, unit="ms"),
        Figure(name="`import boto3`", value=Spread.of(second * 1e3 for _, second in taken), unit="ms"),
        Figure(
            name="authflow's time, relative to boto3's",
            value=Spread.of(first / second for first, second in taken),
            unit="times",
            at_most=1 / 3,
        ),
    ]


def _run(statement: str, bytecode: str) -> float:
    """Return the seconds of a statement, without the interpreter's startup."""
    command = [sys.executable, "-c", _PROGRAM.format(statement)]
    environment = os.environ | {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return float(done.stdout)
