"""The service's own paths over HTTP.

::

    POST /                                         the service's JSON protocol
    GET  /<pool id>/.well-known/jwks.json          the keys that verify the pool's tokens
    GET  /<pool id>/.well-known/openid-configuration
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from authflow.emulator._errors import ReplyLost, ServiceError
from authflow.emulator._transports import json_protocol, openid
from authflow.emulator._transports.bodies import read_body
from authflow.emulator._transports.control.problems import Problem
from authflow.emulator._transports.lenient import make_lenient
from authflow.emulator._transports.served import ServedEmulator
from authflow.emulator._transports.threads import run_in_thread

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
#: about a request below it that no handler takes
UNKNOWN: Final = f"There is no such request. GET {CONTROL}/openapi.json describes all that there are."
#: the operation that takes long with a large file
SLOW: Final = ".StartUserImportJob"
JWKS, CONFIGURATION = (f"/{{pool_id}}/.well-known/{name}" for name in ("jwks.json", "openid-configuration"))
METHODS: Final[Mapping[str, str]] = {"/": "POST", JWKS: "GET", CONFIGURATION: "GET"}


class Endpoints:
    """The request handlers of the service's paths. If there are Lambda triggers, operations run in threads.

    An operation that waits for a Lambda trigger must not stop the event loop; without one, a thread costs a tenth.
    """

    def __init__(self, emulator: ServedEmulator) -> None:
        self._emulator = emulator

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes to these handlers."""
        handlers = {"/": self.operation, JWKS: self.jwks, CONFIGURATION: self.openid_configuration}
        served: list[BaseRoute] = [Route(path, handlers[path], methods=[method]) for path, method in METHODS.items()]
        return served + [Route(path, self.preflight, methods=["OPTIONS"]) for path in METHODS]

    async def operation(self, request: Request) -> Response:
        """POST /: an operation of the Cognito API.

        Browsers put the page's origin into each POST request, also if the page's name stands for this machine.
        """
        if not self._emulator.settings.cors and "origin" in request.headers:
            raise HTTPException(403, "not for web pages")
        try:
            body = await read_body(request, json_protocol.MAX_BODY)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody receives it
        target = request.headers.get("x-amz-target", "")
        waits = self._emulator.triggers.may_run or self._emulator.faults or target.endswith(SLOW)
        try:
            response = await run_in_thread(self._respond, target, body) if waits else self._respond(target, body)
        except ReplyLost:
            request.app.state.drop(request.client)
            return Response(status_code=503)  # nobody receives it
        return Response(response.body, response.status, {**response.headers, **self._shared_headers})

    async def jwks(self, request: Request) -> Response:
        """GET /<pool id>/.well-known/jwks.json."""
        return self._respond_for_pool(self._emulator.jwks, request)

    async def openid_configuration(self, request: Request) -> Response:
        """GET /<pool id>/.well-known/openid-configuration: the metadata that token verifiers read."""

        def describe(pool_id: str) -> dict[str, Any]:
            return openid.describe_provider(self._emulator.issuer(pool_id), get_address(request), pool_id)

        return self._respond_for_pool(describe, request)

    async def preflight(self, request: Request) -> Response:
        """OPTIONS: browsers ask whether a page of another origin may send its request."""
        if not self._emulator.settings.cors:
            raise HTTPException(405, "Method Not Allowed")
        asked = request.headers.get("access-control-request-headers")
        allowed = {"access-control-allow-headers": asked} if asked else {}
        method = METHODS.get(request.url.path, "GET")
        headers = {"access-control-allow-methods": method, "access-control-max-age": PREFLIGHT_SECONDS, **allowed}
        return Response(headers={**self._make_headers(), **headers})

    async def refuse(self, request: Request, refused: Exception) -> Response:
        """Respond to a request that no handler takes. Web pages can't read responses of the emulator's own paths."""
        if not isinstance(refused, HTTPException):
            raise refused
        if f"{request.url.path}/".startswith(f"{CONTROL}/"):
            return Problem(refused.status_code, UNKNOWN).respond(refused.headers)
        headers = {**self._make_headers(), **(refused.headers or {})}
        return PlainTextResponse(refused.detail, refused.status_code, headers)

    @property
    def _shared_headers(self) -> Mapping[str, str]:
        return SHARED_HEADERS if self._emulator.settings.cors else {}

    def _make_headers(self) -> dict[str, str]:
        """Return the headers of every response of the service."""
        return {**json_protocol.make_request_id(), **self._shared_headers}

    def _respond(self, target: str, body: bytes | None) -> json_protocol.HttpResponse:
        if body is None:
            return json_protocol.respond_too_long()
        lenient = self._emulator.settings.ignore_unknown_members
        try:
            return json_protocol.respond(
                make_lenient(self._emulator.call) if lenient else self._emulator.call, target, body
            )
        except ReplyLost:
            raise
        except Exception as bug:
            LOGGER.exception("a bug of the emulator")
            return json_protocol.respond_bug(bug)

    def _respond_for_pool(self, describe: Callable[[str], dict[str, Any]], request: Request) -> Response:
        headers = self._make_headers()
        try:
            return JSONResponse(describe(request.path_params["pool_id"]), headers=headers)
        except ServiceError as error:
            return JSONResponse({"message": error.message}, 404, headers)


def get_address(request: Request) -> str:
    """Return the URL by which the client reaches the server, which is not always the one that it listens on."""
    return str(request.base_url).rstrip("/")
