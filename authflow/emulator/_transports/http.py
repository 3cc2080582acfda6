"""The HTTP transport, by starlette on uvicorn: the service's own paths, and the emulator's below ``/_authflow``."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from authflow._extras import explain_missing
from authflow.emulator._transports.control.guard import Guard
from authflow.emulator._transports.control.routes import Control
from authflow.emulator._transports.served import EmulatorFactory, ServedEmulator
from authflow.emulator._transports.server import Server, allow_many_connections
from authflow.emulator._transports.service_paths import CONTROL, Endpoints

if TYPE_CHECKING:
    from authflow.emulator._transports.tls import Certificate


def make_application(emulator: ServedEmulator, control_token: str | None = None) -> Starlette:
    """Return the ASGI application that serves an emulator.

    Args:
        emulator: the emulator.
        control_token: lets clients of other machines use the paths below ``/_authflow`` that send it as a bearer token.
    """
    endpoints, control = Endpoints(emulator), Control(emulator)
    routes = [Mount(CONTROL, Guard(control.make_router(), control_token)), *endpoints.routes]
    application = Starlette(routes=routes, exception_handlers={HTTPException: endpoints.refuse})
    # no redirects to paths with or without a slash: their address would be the request's Host
    application.router.redirect_slashes = False
    return application


@dataclass(frozen=True, slots=True)
class Access:
    """Who reaches a server, and how.

    Attributes:
        host: the address to listen on. Anyone who can reach it has full access.
        port: 0 selects a free one.
        control_token: lets other machines use the paths below ``/_authflow``; None: no other machine.
        tls: whether to serve HTTPS, with a certificate that is made at the start.
    """

    host: str = "127.0.0.1"
    port: int = 0
    control_token: str | None = field(default=None, repr=False)
    tls: bool = False


def serve(make: EmulatorFactory, access: Access, on_ready: Callable[[str, Path | None], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return. Call it in the main thread.

    Args:
        make: returns the emulator to serve. It receives the server's URL, which may be the issuer.
        access: who reaches the server, and how.
        on_ready: called once, with the URL and with TLS the file of the authority that clients have to trust, when the
            server accepts requests.

    Raises:
        OSError: the server can't listen on this address.
        StateError: the state could not be kept any more.
    """
    allow_many_connections()
    with _listen(access.host, access.port) as (listener, address), _certify(access) as certificate:
        url = f"https://{address}" if certificate else f"http://{address}"
        authority = certificate.authority if certificate else None
        emulator = _make(make, url)
        server = _make_server(emulator, lambda: on_ready(url, authority), access.control_token, certificate)
        emulator.at_failure(server.stop)
        # uvicorn raises the signal again after it has stopped; that must not end the process
        before = {number: signal.signal(number, server.stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            server.run([listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            failure = emulator.failure
            emulator.close()
        if failure is not None:
            raise failure


@contextmanager
def running(make: EmulatorFactory, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread for the duration of the context, and yield the URL.

    Args:
        make: returns the emulator to serve. It receives the server's URL, which may be the issuer.
        host: the address to listen on. Anyone who can reach it has full access.
        port: 0 selects a free one.

    Raises:
        OSError: the server can't listen on this address.
    """
    ready = threading.Event()
    with _listen(host, port) as (listener, address):
        url = f"http://{address}"
        server = _make_server(_make(make, url), ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            ready.wait()
            yield url
        finally:
            server.stop()
            thread.join()


def _make_server(
    emulator: ServedEmulator,
    on_ready: Callable[[], None],
    control_token: str | None = None,
    certificate: "Certificate | None" = None,
) -> Server:
    application = make_application(emulator, control_token)
    server = Server(application, on_ready, certificate.server if certificate else None)
    application.state.drop = server.drop
    return server


def _make(make: EmulatorFactory, url: str) -> ServedEmulator:
    emulator = make(url)
    emulator.set_address(url)
    return emulator


@contextmanager
def _certify(access: Access) -> "Iterator[Certificate | None]":
    if not access.tls:
        yield None
        return
    with explain_missing("HTTPS"):
        from authflow.emulator._transports.tls import making_certificate  # noqa: PLC0415 -- slow to import, optional
    with making_certificate(access.host) as certificate:
        yield certificate


@contextmanager
def _listen(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        # Connections inherit it. Without it each response waits 40 ms for the client's delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        yield listener, f"{shown}:{listener.getsockname()[1]}"
