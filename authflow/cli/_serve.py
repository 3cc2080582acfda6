"""``authflow emulator``."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final

from authflow.cli._terminal import plain
from authflow.core.errors import InvalidInput
from authflow.emulator import Emulator, Message
from authflow.emulator._seeding import SeedError, seed
from authflow.emulator._transports.http import serve as serve_http

WARNING: Final = "authflow: warning: not on loopback alone: whoever reaches this port can do everything"


def serve(host: str, port: int, region: str, issuer: str | None, seed_text: str | None) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        InvalidInput: the seed file can't be carried out.
        OSError: the address can't be listened at.
    """

    def make(url: str) -> Emulator:
        emulator = Emulator(region=region, issuer=issuer or url)
        emulator.outbox.listener = _show
        for client in seed(emulator, seed_text) if seed_text is not None else ():
            secret = f" secret {client.client_secret}" if client.client_secret else ""
            _say(f"pool {client.pool_id} ({client.pool_name}) client {client.client_id} ({client.client_name}){secret}")
        return emulator

    def ready(url: str) -> None:
        _say(f"authflow emulator at {url} (Ctrl-C stops it)")
        if not _is_loopback(host):
            sys.stderr.write(WARNING + "\n")
            sys.stderr.flush()

    try:
        serve_http(make, host, port, ready)
    except SeedError as error:
        raise InvalidInput("--seed-file", str(error)) from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _show(message: Message) -> None:
    """Print a message that was "sent"."""
    to = f"{message.medium} to {message.destination}"
    purpose = f"{message.purpose} for {message.username} in {message.pool_id}"
    # It is called while the emulator answers: an output that is gone must not spoil that.
    with suppress(OSError):
        _say(f"{datetime.now(UTC).astimezone():%H:%M:%S}  {plain(to)}  {plain(purpose)}: {plain(message.code)}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
