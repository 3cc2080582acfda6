"""Projects of Node: their packages, and their scripts."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

#: the cache first; without a network the answer comes within seconds
INSTALL = "ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000"
#: lock file and project differ, or a package is not the one that the lock file names
FAULTS = {"EUSAGE", "EINTEGRITY", "EJSONPARSE"}
SHARED = Path(__file__).parents[1] / "interop" / "emulator.mjs"


def install_project(source: Path, folder: Path) -> Path:
    """Copy a project with a lock file, and install what the lock file names; skip the test where that can't be done."""
    npm = find_program("npm")
    shutil.copytree(source, folder, dirs_exist_ok=True)
    shutil.copy(SHARED, folder)
    command = [npm, *INSTALL.split()]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not get the packages within three minutes")
    if done.returncode != 0:
        code = re.search(r"npm error code (\w+)", done.stderr)
        assert code is not None, done.stderr
        assert code[1] not in FAULTS, done.stderr
        pytest.skip(f"npm can't get the packages: {code[1]}")
    return folder


def run_script(folder: Path, script: str, *arguments: str, **environment: str) -> None:
    """Run a script, which prints ``done`` as its last line."""
    command = [find_program("node"), script, *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False, env=os.environ | environment
    )
    assert done.stdout.endswith("done\n"), done.stdout + done.stderr


def find_program(*names: str) -> str:
    """Return the path of the first of these programs that is installed; skip the test if none is."""
    for name in names:
        if (found := shutil.which(name)) is not None:
            return found
    pytest.skip(f"{' or '.join(names)} is not installed")
