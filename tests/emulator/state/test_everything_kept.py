"""Other tests of the emulator, with a file for each emulator that is compared with memory after every request."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: those in which many records change and that are quick; the others run in this way by ``tox -e kept``
CHANGING = (
    "operations/test_import_jobs.py",
    "operations/test_providers.py",
    "operations/test_pool_surroundings.py",
    "auth/test_mfa_setup.py",
)


@pytest.mark.slow
@pytest.mark.parametrize("module", CHANGING)
def test_the_file_has_what_is_in_memory(module: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/emulator/{module}"]
    environment = {**os.environ, "AUTHFLOW_TEST_STATE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
