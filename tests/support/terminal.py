"""Run ``authflow sign-in`` in a pseudo-terminal, or with piped input."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from authflow.cli._commands import run
from authflow.cli._sign_in import Settings
from authflow.emulator import Emulator
from tests.support.emulator.world import Clock, World

AUTHFLOW = Path(sys.executable).with_name("authflow")
pty = pytest.importorskip("pty", reason="terminals of this kind are POSIX only")

# Makes the terminal the controlling one of the process, so that Ctrl-C in it interrupts the command and not the tests.
TAKES_THE_TERMINAL = (
    "import fcntl, os, signal, sys, termios; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
PATIENCE = 20.0  # seconds


class Screen:
    """The output of a command in a terminal, and its keyboard."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        self.text = ""
        self._master = master
        self._process = process
        self._seen = 0

    def read_until(self, pattern: str) -> str:
        """Wait for a pattern; return the text between the last answered prompt and the pattern."""
        found = self._find(pattern)
        return self.text[self._seen : found.start()]

    def answer(self, prompt: str, text: str) -> None:
        """Wait for a prompt, then type a line."""
        self._seen = self._find(f"^{prompt}: ").end()
        self.press(f"{text}\n")

    def _find(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + PATIENCE
        while not (found := re.compile(pattern, re.MULTILINE).search(self.text, self._seen)):
            assert self._read(deadline), f"the command ended without {pattern}:\n{self.text}"
        return found

    def press(self, keys: str) -> None:
        """Type characters without a line end."""
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """Wait until the command ends; return its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"no more output:\n{self.text}"
        with suppress(OSError):  # raised on Linux when the other end is closed
            data = os.read(self._master, 4096)
            self.text += data.decode(errors="replace")
            return bool(data)
        return False


@contextmanager
def terminal(command: list[str], **environment: str) -> Iterator[Screen]:
    master, slave = pty.openpty()
    wrapped = [sys.executable, "-c", TAKES_THE_TERMINAL, *command]
    process = subprocess.Popen(
        wrapped, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environ(**environment)
    )
    os.close(slave)
    try:
        yield Screen(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def environ(**more: str) -> dict[str, str]:
    """Return an environment without AWS credentials: the public API needs none."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AUTHFLOW_"))}
    return {
        **kept,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "LANGUAGE": "",
        "LC_ALL": "C.UTF-8",
        **more,
    }


class EmulatorServer:
    """An emulator at a URL. Tests make their own pools in it."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self.url = url
        self.world = World(emulator, Clock(datetime.now(UTC)), "", "")

    def settings(self, world: World, **changes: Any) -> Settings:
        settings = Settings(
            pool_id=world.pool_id,
            client_id=world.client_id,
            client_secret=world.secret,
            endpoint_url=self.url,
            region=None,
            flow="srp",
            preferred=None,
            username="ada",
            admin=False,
            devices=None,
            client_metadata={},
            show_tokens=False,
        )
        return replace(settings, **changes)

    def command(self, world: World, *options: str) -> list[str]:
        pool = ["--pool-id", world.pool_id, "--client-id", world.client_id, "--endpoint-url", self.url]
        return [str(AUTHFLOW), "sign-in", *pool, *options]


class Pipe:
    """Runs the command in this process with piped input, which is faster than starting a process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, command: list[str], *lines: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        with self._monkeypatch.context() as patched:
            patched.setattr("os.environ", environ(**environment))
            patched.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))
            code = run(command[1:])
        shown = self._capsys.readouterr()
        return subprocess.CompletedProcess(command, code, shown.out, shown.err)
