"""``authflow emulator``: run an emulator over HTTP."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from authflow.cli._front_end import FrontEnd
from authflow.core._texts import escape
from authflow.core.errors import InvalidInput
from authflow.emulator import Emulator, LambdaTrigger, Message, SeededClient, SeedError, Settings, StateError
from authflow.emulator._transports.control.console import PATH as CONSOLE
from authflow.emulator._transports.http import Access
from authflow.emulator._transports.http import serve as serve_http
from authflow.emulator._transports.service_paths import CONTROL

WARNING: Final = "authflow: warning: not limited to loopback: anyone who can reach this port controls the emulator"


def serve(
    access: Access,
    *,
    region: str,
    issuer: str | None,
    seed_text: str | None,
    settings: Settings,
    functions: Mapping[str, LambdaTrigger | str],
    default_triggers: Mapping[str, LambdaTrigger] | LambdaTrigger,
    state: Path | None = None,
    write_files: Callable[[FrontEnd], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM. For the arguments see ``Emulator`` and ``serve_http``.

    ``write_files`` is called with what a front end needs, each time that the pools of the seed file are made.

    Raises:
        InvalidInput: the seed file is not valid, the state can't be read or kept, or a file of somebody else is in the
            place of one for a front end.
        OSError: the address can't be used.
    """
    started = threading.Event()

    def make(url: str) -> Emulator:
        emulator = Emulator(
            region=region,
            issuer=issuer or url,
            settings=settings,
            functions=functions,
            default_triggers=default_triggers,
            state=state,
        )
        emulator.outbox.listener = _print_message

        def load() -> None:
            show(emulator.load(seed_text) if seed_text is not None else [])

        def show(clients: list[SeededClient]) -> None:
            _print_clients(clients)
            with _warning_if(started.is_set()):
                write_files(FrontEnd(url, region, clients, emulator.call))

        emulator.at_start(load)
        if emulator.is_restored:
            show(emulator.list_clients())
        return emulator

    def ready(url: str, authority: Path | None) -> None:
        started.set()
        if authority is not None:
            _print_line(f"clients have to trust the authority in {authority}")
        _print_line(f"authflow emulator at {url} (press Ctrl-C to stop it), console at {url}{CONTROL}{CONSOLE}")
        if not _is_loopback(access.host):
            sys.stderr.write(WARNING + "\n")
            sys.stderr.flush()

    try:
        serve_http(make, access, ready)
    except SeedError as error:
        raise InvalidInput("--seed-file", str(error)) from None
    except StateError as error:
        raise InvalidInput("--state", str(error)) from None


@contextmanager
def _warning_if(is_started: bool) -> Iterator[None]:  # noqa: FBT001 - it reads as a sentence
    """After the start, warn of files that can't be written: the emulator goes on without them."""
    try:
        yield
    except (OSError, InvalidInput) as error:
        if not is_started:
            raise
        sys.stderr.write(f"authflow: warning: {escape(str(error))}\n")
        sys.stderr.flush()


def _print_clients(clients: list[SeededClient]) -> None:
    for client in clients:
        secret = f" secret {client.client_secret}" if client.client_secret else ""
        _print_line(
            f"pool {client.pool_id} ({client.pool_name}) client {client.client_id} ({client.client_name}){secret}"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _print_message(message: Message) -> None:
    """Print a message that Cognito would send."""
    to = f"{message.medium} to {message.destination}"
    purpose = f"{message.purpose} for {message.username} in {message.pool_id}"
    # The emulator calls this during a request, which must not fail because stdout is closed.
    with suppress(OSError):
        _print_line(
            f"{datetime.now(UTC).astimezone():%H:%M:%S}  {escape(to)}  {escape(purpose)}: {escape(message.code)}"
        )


def _print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
