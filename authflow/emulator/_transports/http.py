"""The HTTP transport, by starlette on uvicorn.

::

    POST /                                         the service's JSON protocol
    GET  /<pool id>/.well-known/jwks.json          the keys that verify the pool's tokens
    GET  /<pool id>/.well-known/openid-configuration
    GET  /_authflow/health
    GET  /_authflow/outbox                         the messages "sent"
    PUT  /_authflow/import/<pool id>/<job id>      the CSV file of a user import job

The last three are only for clients on this machine, and never for web pages of another origin.
"""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from authflow.emulator._errors import ServiceError
from authflow.emulator._operations.import_jobs import MAX_FILE, UploadRefused
from authflow.emulator._outbox import Message
from authflow.emulator._settings import Settings
from authflow.emulator._transports import json_protocol, openid
from authflow.emulator._transports.lenient import make_lenient
from authflow.emulator._transports.threads import run_in_thread


class LambdaTriggers(Protocol):
    """What the server uses of the Lambda triggers."""

    @property
    def may_run(self) -> bool:
        """Whether an operation may have to wait for one."""


class ServedEmulator(Protocol):
    """What the server uses of an ``Emulator``."""

    @property
    def settings(self) -> Settings:
        """How it behaves."""

    @property
    def outbox(self) -> Iterable[Message]:
        """The messages that the emulator would have sent."""

    @property
    def triggers(self) -> LambdaTriggers:
        """The Lambda triggers."""

    def upload(self, url: str, file: bytes) -> None:
        """Upload the CSV file of a user import job."""

    def set_address(self, url: str) -> None:
        """Set the URL at which clients reach the emulator."""

    def call(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Call an operation of the Cognito API."""

    def jwks(self, pool_id: str) -> dict[str, Any]:
        """Return the JSON Web Key Set of a pool."""

    def issuer(self, pool_id: str) -> str:
        """Return the ``iss`` of a pool's tokens."""


LOGGER: Final = logging.getLogger("authflow.emulator")
#: the headers that let a browser show a response to a page of any origin, as recorded from the service
#: https://github.com/getmoto/moto/issues/1007
SHARED_HEADERS: Final[Mapping[str, str]] = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
}
PREFLIGHT_SECONDS: Final = "172800"
#: the beginning of the emulator's own paths
CONTROL: Final = "/_authflow"
#: characters that separate the host of a URL from its other parts
AUTHORITY_FORBIDS: Final = frozenset("@/?#\\")
#: how long a shutdown waits for clients to send the rest of a request or to read a response
GRACE_SECONDS: Final = 1

#: the operation that takes long with a large file
SLOW: Final = ".StartUserImportJob"

EmulatorFactory: TypeAlias = Callable[[str], ServedEmulator]


class Endpoints:
    """The request handlers of the service's paths. If there are Lambda triggers, operations run in threads.

    An operation that waits for a Lambda trigger must not stop the event loop; without one, a thread costs a tenth.
    """

    def __init__(self, emulator: ServedEmulator) -> None:
        self._emulator = emulator
        self._call = make_lenient(emulator.call) if emulator.settings.ignore_unknown_members else emulator.call
        self._shared_headers = SHARED_HEADERS if emulator.settings.cors else {}
        self._serves_pages = emulator.settings.cors

    async def operation(self, request: Request) -> Response:
        """POST /: an operation of the Cognito API.

        Browsers put the page's origin into each POST request, also if the page's name stands for this machine.
        """
        if not self._serves_pages and "origin" in request.headers:
            raise HTTPException(403, "not for web pages")
        try:
            body = await _read_body(request, json_protocol.MAX_BODY)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody receives it
        target = request.headers.get("x-amz-target", "")
        waits = self._emulator.triggers.may_run or target.endswith(SLOW)
        response = await run_in_thread(self._respond, target, body) if waits else self._respond(target, body)
        return Response(response.body, response.status, {**response.headers, **self._shared_headers})

    async def jwks(self, request: Request) -> Response:
        """GET /<pool id>/.well-known/jwks.json."""
        return self._respond_for_pool(self._emulator.jwks, request)

    async def openid_configuration(self, request: Request) -> Response:
        """GET /<pool id>/.well-known/openid-configuration: the metadata that token verifiers read."""

        def describe(pool_id: str) -> dict[str, Any]:
            return openid.describe_provider(self._emulator.issuer(pool_id), _get_address(request), pool_id)

        return self._respond_for_pool(describe, request)

    def preflight(self, method: str) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler of OPTIONS: browsers ask whether a page of another origin may send its request."""

        async def handle(request: Request) -> Response:
            asked = request.headers.get("access-control-request-headers")
            allowed = {"access-control-allow-headers": asked} if asked else {}
            headers = {"access-control-allow-methods": method, "access-control-max-age": PREFLIGHT_SECONDS, **allowed}
            return Response(headers={**self._make_headers(), **headers})

        return handle

    async def refuse(self, request: Request, refused: Exception) -> Response:
        """Respond to a request that no handler takes. Web pages can't read responses of the emulator's own paths."""
        if not isinstance(refused, HTTPException):
            raise refused
        common = {} if request.url.path.startswith(f"{CONTROL}/") else self._make_headers()
        return PlainTextResponse(refused.detail, refused.status_code, {**common, **(refused.headers or {})})

    def _make_headers(self) -> dict[str, str]:
        """Return the headers of every response of the service."""
        return {**json_protocol.make_request_id(), **self._shared_headers}

    def _respond(self, target: str, body: bytes | None) -> json_protocol.HttpResponse:
        if body is None:
            return json_protocol.respond_too_long()
        try:
            return json_protocol.respond(self._call, target, body)
        except Exception as bug:
            LOGGER.exception("a bug of the emulator")
            return json_protocol.respond_bug(bug)

    def _respond_for_pool(self, describe: Callable[[str], dict[str, Any]], request: Request) -> Response:
        headers = self._make_headers()
        try:
            return JSONResponse(describe(request.path_params["pool_id"]), headers=headers)
        except ServiceError as error:
            return JSONResponse({"message": error.message}, 404, headers)


class Control:
    """The request handlers of the emulator's own paths."""

    def __init__(self, emulator: ServedEmulator) -> None:
        self._emulator = emulator

    async def health(self, _: Request) -> Response:
        """GET /_authflow/health."""
        return JSONResponse({"status": "ok"})

    async def outbox(self, _: Request) -> Response:
        """GET /_authflow/outbox."""
        return JSONResponse([asdict(message) for message in self._emulator.outbox])

    async def upload(self, request: Request) -> Response:
        """PUT /_authflow/import/<pool id>/<job id>: the CSV file of a user import job. The URL is the permission."""
        try:
            file = await _read_body(request, MAX_FILE)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody receives it
        if file is None:
            return PlainTextResponse(f"the file is larger than {MAX_FILE} bytes", 413)
        try:
            await run_in_thread(self._emulator.upload, str(request.url), file)
        except UploadRefused as refusal:
            return PlainTextResponse(str(refusal), 403)
        return Response()


class OnlyThisMachine:
    """Refuses requests from other machines, and those that name another host.

    A web page can make its own name stand for the loopback address (DNS rebinding). Its requests then have this
    machine's address as their peer, but the page's name as their Host.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        hosts = [_parse_host(authority) for authority in request.headers.getlist("host")]
        peer = request.client.host if request.client else ""
        if len(hosts) == 1 and _is_this_machine(hosts[0]) and _is_this_machine(peer):
            await self._application(scope, receive, send)
        else:
            await PlainTextResponse("only for clients on this machine", 403)(scope, receive, send)


def make_application(emulator: ServedEmulator) -> Starlette:
    """Return the ASGI application that serves an emulator."""
    endpoints, control = Endpoints(emulator), Control(emulator)
    jwks, configuration = (f"/{{pool_id}}/.well-known/{name}" for name in ("jwks.json", "openid-configuration"))
    control_routes = [Route("/health", control.health), Route("/outbox", control.outbox)]
    control_routes.append(Route("/import/{pool_id}/{job_id}", control.upload, methods=["PUT"]))
    # no redirects to paths with or without a slash: their address would be the request's Host
    guarded = OnlyThisMachine(Router(control_routes, redirect_slashes=False))
    routes: list[BaseRoute] = [
        Mount(CONTROL, guarded),
        Route("/", endpoints.operation, methods=["POST"]),
        Route(jwks, endpoints.jwks),
        Route(configuration, endpoints.openid_configuration),
    ]
    if emulator.settings.cors:
        methods = {"/": "POST", jwks: "GET", configuration: "GET"}
        routes += [Route(path, endpoints.preflight(method), methods=["OPTIONS"]) for path, method in methods.items()]
    application = Starlette(routes=routes, exception_handlers={HTTPException: endpoints.refuse})
    application.router.redirect_slashes = False
    return application


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
        server = _Server(_make(make, url), lambda: on_ready(url))
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
        server = _Server(_make(make, url), ready.set)
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
                timeout_graceful_shutdown=GRACE_SECONDS + 1,
                proxy_headers=False,
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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the connections: those with a request in progress after a period of grace."""
        grace = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._abort_connections)
        await super().shutdown(sockets)
        grace.cancel()

    def stop(self, *_: object) -> None:
        """End ``run`` after the requests in progress."""
        self.should_exit = True

    def _abort_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _make(make: EmulatorFactory, url: str) -> ServedEmulator:
    emulator = make(url)
    emulator.set_address(url)
    return emulator


@contextmanager
def _listen(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        # Connections inherit it. Without it each response waits 40 ms for the client's delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"


async def _read_body(request: Request, limit: int) -> bytes | None:
    """Return the body; None if it is longer than ``limit`` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def _get_address(request: Request) -> str:
    """Return the URL by which the client reaches the server, which is not always the one that it listens on."""
    return str(request.base_url).rstrip("/")


def _parse_host(authority: str) -> str:
    """Return the host of a Host header; an empty string if it has none, or more than a host and a port."""
    if not AUTHORITY_FORBIDS.isdisjoint(authority):
        return ""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    """Return whether a host is this machine: a loopback address, 0.0.0.0, which means any of its own, or localhost."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified
