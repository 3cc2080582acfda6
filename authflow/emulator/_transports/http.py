"""The HTTP transport, by starlette on uvicorn.

::

    POST /                                         the service's JSON protocol
    GET  /<pool id>/.well-known/jwks.json          the keys that verify the pool's tokens
    GET  /<pool id>/.well-known/openid-configuration
    GET  /_authflow/health
    GET  /_authflow/outbox                         the messages "sent"; only for clients on this machine
"""

import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any, Protocol, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from authflow.emulator._errors import ServiceError
from authflow.emulator._outbox import Message
from authflow.emulator._transports import json_protocol


class ServedEmulator(Protocol):
    """What the server uses of an ``Emulator``."""

    @property
    def outbox(self) -> Iterable[Message]:
        """The messages that the emulator would have sent."""

    def call(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Call an operation of the Cognito API."""

    def jwks(self, pool_id: str) -> dict[str, Any]:
        """Return the JSON Web Key Set of a pool."""

    def issuer(self, pool_id: str) -> str:
        """Return the ``iss`` of a pool's tokens."""


EmulatorFactory: TypeAlias = Callable[[str], ServedEmulator]


class Endpoints:
    """The request handlers. Each blocks the event loop for the milliseconds that an operation takes."""

    def __init__(self, emulator: ServedEmulator) -> None:
        self._emulator = emulator

    async def operation(self, request: Request) -> Response:
        """POST /: an operation of the Cognito API."""
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody receives it
        target = request.headers.get("x-amz-target", "")
        response = (
            json_protocol.respond_too_long()
            if body is None
            else json_protocol.respond(self._emulator.call, target, body)
        )
        return Response(response.body, response.status, response.headers)

    async def jwks(self, request: Request) -> Response:
        """GET /<pool id>/.well-known/jwks.json."""
        return _respond_for_pool(self._emulator.jwks, request)

    async def openid_configuration(self, request: Request) -> Response:
        """GET /<pool id>/.well-known/openid-configuration: the metadata that token verifiers read."""
        return _respond_for_pool(self._openid_configuration, request)

    async def health(self, _: Request) -> Response:
        """GET /_authflow/health."""
        return JSONResponse({"status": "ok"})

    async def outbox(self, request: Request) -> Response:
        """GET /_authflow/outbox. It contains codes, so only clients on this machine may read it."""
        if request.client is None or not ip_address(request.client.host).is_loopback:
            return PlainTextResponse("only for clients on this machine", 403)
        return JSONResponse([asdict(message) for message in self._emulator.outbox])

    def _openid_configuration(self, pool_id: str) -> dict[str, Any]:
        issuer = self._emulator.issuer(pool_id)
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        }


def make_application(emulator: ServedEmulator) -> Starlette:
    """Return the ASGI application that serves an emulator."""
    endpoints = Endpoints(emulator)
    well_known = "/{pool_id}/.well-known"
    return Starlette(
        routes=[
            Route("/", endpoints.operation, methods=["POST"]),
            Route(f"{well_known}/jwks.json", endpoints.jwks),
            Route(f"{well_known}/openid-configuration", endpoints.openid_configuration),
            Route("/_authflow/health", endpoints.health),
            Route("/_authflow/outbox", endpoints.outbox),
        ]
    )


def serve(make: EmulatorFactory, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return. Call it in the main thread.

    Args:
        make: returns the emulator to serve. It receives the server's URL, which may be the issuer.
        host: the address to listen on. Anyone who can reach it has full access.
        port: 0 selects a free one.
        on_ready: called once, with the URL, when the server accepts requests.

    Raises:
        OSError: the server can't listen on this address.
    """
    with _listen(host, port) as (listener, url):
        server = _Server(make(url), lambda: on_ready(url))
        # uvicorn raises the signal again after it has stopped; that must not end the process
        before = {number: signal.signal(number, server.stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            server.run([listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


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
    with _listen(host, port) as (listener, url):
        server = _Server(make(url), ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            ready.wait()
            yield url
        finally:
            server.stop()
            thread.join()


class _Server(uvicorn.Server):
    """uvicorn's server, which reports when it accepts requests."""

    def __init__(self, emulator: ServedEmulator, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                make_application(emulator),
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                loop="asyncio",
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        self._on_ready()

    def stop(self, *_: object) -> None:
        """End ``run`` after the requests in progress."""
        self.should_exit = True


@contextmanager
def _listen(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        # Connections inherit it. Without it each response waits 40 ms for the client's delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"


async def _read_body(request: Request) -> bytes | None:
    """Return the body; None if it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > json_protocol.MAX_BODY:
            return None
    return bytes(body)


def _respond_for_pool(describe: Callable[[str], dict[str, Any]], request: Request) -> Response:
    try:
        return JSONResponse(describe(request.path_params["pool_id"]))
    except ServiceError as error:
        return JSONResponse({"message": error.message}, 404)
