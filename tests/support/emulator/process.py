"""``authflow emulator`` as a process that a test kills and starts again."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

AUTHFLOW = Path(sys.executable).with_name("authflow")


@dataclass(frozen=True)
class EmulatorProcess:
    """A running ``authflow emulator``."""

    process: subprocess.Popen[str]
    url: str

    def kill(self) -> None:
        """Send SIGKILL: the process has no time for anything."""
        self.process.kill()
        self.process.communicate()


def start(*arguments: str, wrapper: Sequence[str] = ()) -> EmulatorProcess:
    """Start it on a free port, and return when it accepts requests."""
    command = [*wrapper, str(AUTHFLOW), "emulator", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stderr
    while not (ready := re.search(r"emulator at (https?://\S+)", line := process.stdout.readline())):
        assert line, process.stderr.read()
    return EmulatorProcess(process, ready[1])
