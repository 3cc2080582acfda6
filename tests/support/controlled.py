"""``authflow emulator`` as a command, with its control paths: what clients that are other programs are tested with."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp

from tests.cli.test_commands import emulator


@dataclass(frozen=True)
class Controlled:
    """A running emulator.

    Attributes:
        url: its URL.
        authority: with ``--tls``, the file of its certificate's authority.
    """

    url: str
    authority: str | None

    def control(self, method: str, path: str, body: object = None) -> Any:
        verify = ssl.create_default_context(cafile=self.authority)
        response = httpx.request(method, f"{self.url}/_authflow/{path}", json=body, verify=verify, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()

    def read_code(self, purpose: str, username: str | None = None) -> str:
        """Return the code of the newest message; wait for one if there is none."""
        whose = f"&username={username}" if username else ""
        messages = self.control("GET", f"outbox?purpose={purpose}&wait=10{whose}")
        assert messages, f"no message: {purpose}"
        code: str = messages[-1]["code"]
        return code

    def read_totp(self, secret: str) -> str:
        """Return the next code of an authenticator app: each works once."""
        self.control("POST", "clock/advance", {"seconds": 30})
        now = self.control("GET", "clock")["now"]
        return pyotp.TOTP(secret).at(datetime.fromisoformat(now))


@contextmanager
def controlled(seed: object, folder: Path, *options: str) -> Iterator[Controlled]:
    """Run the emulator with a seed, which is written to a file in the folder."""
    path = folder / "seed.json"
    path.write_text(json.dumps(seed))
    with emulator("--seed-file", str(path), *options) as served:
        authorities = [line.rsplit(maxsplit=1)[1] for line in served.lines if "authority" in line]
        yield Controlled(served.url, authorities[0] if authorities else None)
