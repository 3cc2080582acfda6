"""The handlers of the emulator's own paths, and the routes to them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, Router

from authflow._version import __version__
from authflow.emulator._control.faults import Fault, FaultKind
from authflow.emulator._control.seed_schema import make_seed_schema
from authflow.emulator._control.seeding import SeedError
from authflow.emulator._control.settings import parse_settings
from authflow.emulator._control.state.errors import StateError
from authflow.emulator._errors import ServiceError
from authflow.emulator._operations.import_jobs import MAX_FILE, UploadRefused
from authflow.emulator._outbox import Message
from authflow.emulator._service_model.model import ServiceModel
from authflow.emulator._transports.bodies import read_body
from authflow.emulator._transports.control import console
from authflow.emulator._transports.control.endpoints import ENDPOINTS, Endpoint
from authflow.emulator._transports.control.openapi import make_document
from authflow.emulator._transports.control.problems import Problem
from authflow.emulator._transports.control.responses import AsciiJSONResponse
from authflow.emulator._transports.control.validation import check_body, check_query
from authflow.emulator._transports.served import ServedEmulator
from authflow.emulator._transports.threads import run_in_thread

PREFIX: Final = "/_authflow"


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose parts fit their schemas."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any


class Control:
    """The handlers. Each returns what the response holds."""

    def __init__(self, emulator: ServedEmulator) -> None:
        self._emulator = emulator

    def make_router(self) -> Router:
        """Return the routes to the handlers."""
        routes: list[BaseRoute] = [
            Route(endpoint.path, self._make_handler(endpoint), methods=[endpoint.method]) for endpoint in ENDPOINTS
        ]
        upload = Route("/import/{pool_id}/{job_id}", self.upload, methods=["PUT"])
        return Router([*routes, *console.make_routes(), upload], redirect_slashes=False)

    async def health(self, _: Call) -> object:
        """GET /health."""
        return {"status": "ok"}

    async def read_outbox(self, call: Call) -> object:
        """GET /outbox: at once, or when a message is there, or when the time is over."""
        wait = call.query.get("wait", 0)
        return await self._await_messages(call.query, wait) if wait else self._select_messages(call.query)

    async def clear_outbox(self, _: Call) -> object:
        """DELETE /outbox."""
        count = len(self._emulator.outbox)
        self._emulator.outbox.clear()
        return {"deleted": count}

    async def list_pools(self, call: Call) -> object:
        """GET /pools."""
        return self._emulator.overview.list_pools(**call.query)

    async def list_users(self, call: Call) -> object:
        """GET /users."""
        try:
            return self._emulator.overview.list_users(**call.query)
        except ServiceError as error:
            raise Problem(404, error.message) from None

    async def list_sign_ins(self, call: Call) -> object:
        """GET /sign-ins."""
        return self._emulator.overview.list_sign_ins(**call.query)

    async def read_clock(self, _: Call) -> object:
        """GET /clock."""
        clock = self._emulator.clock
        ahead = clock.distance.total_seconds()
        return {"now": clock().isoformat(), "stopped": clock.is_stopped, "ahead": round(ahead, 6)}

    async def set_clock(self, call: Call) -> object:
        """PUT /clock."""
        clock, stopped = self._emulator.clock, call.body.get("stopped")
        if "now" in call.body:
            try:
                clock.set(datetime.fromisoformat(call.body["now"]))
            except (ValueError, OverflowError):
                raise Problem(400, "body.now: must be a time such as 2026-11-25T12:00:00+00:00.") from None
        if stopped is not None:
            (clock.stop if stopped else clock.start)()
        return await self.read_clock(call)

    async def advance_clock(self, call: Call) -> object:
        """POST /clock/advance."""
        try:
            self._emulator.clock.advance(timedelta(seconds=call.body["seconds"]))
        except (OverflowError, ValueError):
            raise Problem(400, "body.seconds: there is no such time.") from None
        return await self.read_clock(call)

    async def reset(self, _: Call) -> object:
        """POST /reset."""
        await run_in_thread(self._emulator.reset)
        return {}

    async def read_state(self, _: Call) -> object:
        """GET /state."""
        return Response(await run_in_thread(self._dump_state), media_type="application/json")

    def _dump_state(self) -> bytes:
        return json.dumps(self._emulator.dump_state(), separators=(",", ":")).encode()

    async def replace_state(self, call: Call) -> object:
        """PUT /state."""
        try:
            await run_in_thread(self._emulator.load_state, call.body)
        except StateError as error:
            raise Problem(400, f"body.{error}") from None
        return {}

    async def seed(self, call: Call) -> object:
        """POST /seed."""
        try:
            return [asdict(client) for client in await run_in_thread(self._emulator.load, call.body)]
        except SeedError as error:
            raise Problem(400, str(error)) from None

    async def list_faults(self, _: Call) -> object:
        """GET /faults."""
        return [asdict(fault) for fault in self._emulator.faults]

    async def add_fault(self, call: Call) -> object:
        """POST /faults."""
        body = {**call.body, "kind": FaultKind(call.body["kind"])}
        return asdict(self._emulator.faults.add(Fault(**body)))

    async def clear_faults(self, _: Call) -> object:
        """DELETE /faults."""
        count = len(self._emulator.faults)
        self._emulator.faults.clear()
        return {"deleted": count}

    async def remove_fault(self, call: Call) -> object:
        """DELETE /faults/{number}."""
        number = str(call.path["number"])
        if not (number.isdecimal() and len(number) <= 18 and self._emulator.faults.remove(int(number))):
            raise Problem(404, f"There is no fault {number[:20]!a}.")
        return {}

    async def read_settings(self, _: Call) -> object:
        """GET /settings."""
        return {name: _to_json(value) for name, value in asdict(self._emulator.settings).items()}

    async def change_settings(self, call: Call) -> object:
        """PATCH /settings."""
        known = {field.name for field in fields(self._emulator.settings)}
        if unknown := sorted(call.body.keys() - known):
            raise Problem(400, f"body: there is no setting {unknown[0]!a}.")
        try:
            self._emulator.settings = replace(self._emulator.settings, **parse_json_settings(call.body))
        except ValueError as error:
            raise Problem(400, f"body: {error}") from None
        return await self.read_settings(call)

    async def describe(self, _: Call) -> object:
        """GET /openapi.json."""
        return make_document(ENDPOINTS, PREFIX, __version__)

    async def describe_seed(self, _: Call) -> object:
        """GET /seed.schema.json."""
        return make_seed_schema(ServiceModel())

    async def upload(self, request: Request) -> Response:
        """PUT /import/{pool id}/{job id}: the CSV file of a user import job. The URL is the permission."""
        try:
            file = await read_body(request, MAX_FILE)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody receives it
        if file is None:
            return PlainTextResponse(f"the file is larger than {MAX_FILE} bytes", 413)
        try:
            await run_in_thread(self._emulator.upload, str(request.url), file)
        except UploadRefused as refusal:
            return PlainTextResponse(str(refusal), 403)
        except ServiceError as error:  # the state can't be kept
            return PlainTextResponse(error.message, 507)
        return Response()

    async def _await_messages(self, query: Mapping[str, Any], seconds: float) -> list[dict[str, Any]]:
        """Return the wanted messages as soon as there are some, or none when the time is over."""
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        end = loop.time() + seconds

        def notice() -> None:
            loop.call_soon_threadsafe(arrived.set)

        with self._emulator.outbox.watched(notice):
            while not (found := self._select_messages(query)):
                arrived.clear()
                try:
                    async with asyncio.timeout_at(end):
                        await arrived.wait()
                except TimeoutError:
                    return self._select_messages(query)
        return found

    def _select_messages(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        wanted = [
            (number, message)
            for number, message in self._emulator.outbox.list_numbered()
            if number > query.get("after", 0) and _is_wanted(message, query)
        ]
        newest = wanted[-query.get("limit", len(wanted)) :]
        return [{"number": number, **asdict(message)} for number, message in newest]

    def _make_handler(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        handle: Callable[[Call], Awaitable[object]] = getattr(self, endpoint.name)

        async def respond(request: Request) -> Response:
            try:
                query = check_query(endpoint, request.query_params.multi_items())
                body = (
                    check_body(endpoint, await _read_json(request, endpoint.max_body))
                    if endpoint.body is not None
                    else None
                )
                reply = await handle(Call(request.path_params, query, body))
                return reply if isinstance(reply, Response) else AsciiJSONResponse(reply)
            except ServiceError as error:  # the state can't be kept
                return Problem(507, error.message).respond()
            except Problem as problem:
                return problem.respond()
            except ClientDisconnect:
                return Response(status_code=400)  # nobody receives it

        return respond


def parse_json_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings whose durations are numbers of seconds in JSON.

    Raises:
        ValueError: a value has the wrong type.
    """
    parsed = parse_settings(f"{name}={_to_text(value)}" for name, value in given.items())
    return {name: getattr(parsed, name) for name in given}


def _to_text(value: object) -> str:
    return (
        {None: "none", True: "true", False: "false"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )


def _is_wanted(message: Message, query: Mapping[str, Any]) -> bool:
    names = {message.username, message.destination}
    return query.get("username") in {None, *names} and query.get("purpose") in {None, message.purpose}


def _to_json(value: object) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value


async def _read_json(request: Request, limit: int) -> object:
    body = await read_body(request, limit)
    if body is None:
        raise Problem(413, f"The body is longer than {limit} bytes.")
    try:
        return json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None


def _refuse_constant(text: str) -> object:
    raise ValueError(text)
