"""uvicorn's server, which no client keeps busy or alive."""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.datastructures import Address
from starlette.types import ASGIApp, Receive, Scope, Send

#: how long a shutdown waits for the requests in progress
GRACE_SECONDS: Final = 0.5
#: how long a client may take to send a request
RECEIVE_SECONDS: Final = 20.0
#: how many files a process may open at least, if the system lets it: macOS allows as many
OPEN_FILES: Final = 10_240
TICKS_PER_SECOND: Final = 10


def allow_many_connections() -> None:
    """Raise the number of files that this process may open, which the usual shell sets to 1,024 or fewer."""
    try:
        import resource  # noqa: PLC0415 -- Windows has none, nor such a limit
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if resource.RLIM_INFINITY != soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Server(uvicorn.Server):
    """Serves an application until it is stopped, which takes less than a second.

    Args:
        application: the ASGI application.
        on_ready: called when the server accepts requests.
        certificate: the PEM file with the key and the certificate for HTTPS, None for HTTP.
    """

    def __init__(self, application: ASGIApp, on_ready: Callable[[], None], certificate: Path | None = None) -> None:
        async def end_quietly(scope: Scope, receive: Receive, send: Send) -> None:
            with suppress(asyncio.CancelledError):  # by the shutdown
                await application(scope, receive, send)

        super().__init__(
            uvicorn.Config(
                end_quietly,
                log_level="warning",
                timeout_graceful_shutdown=2,
                proxy_headers=False,
                access_log=False,
                lifespan="off",
                ws="none",
                loop="asyncio",
                ssl_certfile=certificate,
            )
        )
        self._on_ready = on_ready
        #: the connections whose client has to send something: the request before, and since when
        self._waiting: dict[Any, tuple[object, float]] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop. Called ten times a second."""
        if counter % TICKS_PER_SECOND == 0:
            self._abort_the_slow(time.monotonic())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the connections: those with a request in progress after a period of grace."""
        grace = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._abort_all)
        await super().shutdown(sockets)
        grace.cancel()

    def stop(self, *_: object) -> None:
        """End ``run`` after the requests in progress."""
        self.should_exit = True

    def drop(self, peer: Address) -> None:
        """Close the connection of a client without a response."""
        for connection in list(self.server_state.connections):
            if connection.transport.get_extra_info("peername")[:2] == tuple(peer):
                connection.transport.abort()

    def _abort_the_slow(self, now: float) -> None:
        """Close the connections whose client does not send a request, or not all of it."""
        waiting: dict[Any, tuple[object, float]] = {}
        for connection in list(self.server_state.connections):
            request = getattr(connection, "cycle", None)
            if request is not None and not request.more_body and not request.response_complete:
                continue
            before = self._waiting.get(connection)
            since = before[1] if before is not None and before[0] is request else now
            if now - since > RECEIVE_SECONDS:
                connection.transport.abort()
            else:
                waiting[connection] = (request, since)
        self._waiting = waiting

    def _abort_all(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
