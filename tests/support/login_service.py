"""A login service in worker processes that can be killed at any moment: a program of its own, see ``main``.

It imports nothing of the tests, so that it runs against the installed package, as they do.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from authflow import (
    Answer,
    AppClient,
    AsyncAuthenticator,
    BackendError,
    Choice,
    Custom,
    Failed,
    Flow,
    FlowTaken,
    InvalidInput,
    Password,
    SignedIn,
    Srp,
)
from authflow.backends.httpx import AsyncHttpxBackend
from authflow.challenges import Challenge, DeviceSrp, MfaSetup, NewPasswordRequired, SelectChallenge
from authflow.core.openings import Opening
from authflow.stores.redis import AsyncRedisDeviceStore, AsyncRedisFlowStore

Form = dict[str, Any]
Page = dict[str, Any]
SHOWN = ("name", "options", "secret", "destination", "medium", "parameters", "attributes", "required_attributes")


class Login:
    """The request handlers for the people of one pool, as ``docs/stores.md`` and ``docs/reliability.md`` have them."""

    def __init__(self, auth: AsyncAuthenticator, flows: AsyncRedisFlowStore, redis: Any, prefix: str) -> None:
        self._auth, self._flows, self._redis = auth, flows, redis
        self._noted = f"{prefix}put back"  # for the test: the Sessions of flows that were

    async def begin(self, form: Form) -> Page:
        """The first request of a sign-in."""
        try:
            return await self._page(await self._auth.begin(opening(form), holder=form["browser"]))
        except BackendError as error:
            return {"told": "again", "why": str(error)}

    async def answer(self, form: Form) -> Page:
        """A later request: an answer, with the handle of the page that asked."""
        handle = form["handle"]
        try:
            flow = await self._flows.take(handle)
        except FlowTaken:
            return {"told": "taken"}
        if flow.challenge is None:
            return await self._page(flow)
        try:
            return await self._page(await self._auth.answer(flow, answer(flow.challenge, form)))
        except InvalidInput as error:
            await self._flows.put(flow, handle=handle)
            return {"told": "mistyped", "why": str(error)}
        except BackendError as error:
            await self._redis.rpush(self._noted, flow.challenge.session)
            if error.rested is not None:
                await self._flows.put(error.rested, handle=handle)
            return {"told": "again", "why": str(error)}

    async def _page(self, flow: Flow) -> Page:
        match flow.state:
            case SignedIn(tokens):
                return {"told": "welcome", "username": tokens.username, "access_token": tokens.access_token}
            case Failed(code, message, reason):
                return {"told": "failed", "reason": reason, "why": f"{code}: {message}"}
        challenge: Any = flow.challenge
        shown = {name: getattr(challenge, name) for name in SHOWN if hasattr(challenge, name)}
        handle = await self._flows.put(flow)
        rejected = challenge.rejected.times if challenge.rejected else 0
        node = str(flow.node)
        return {
            **shown,
            "told": "asked",
            "node": node,
            "username": flow.username,
            "rejected": rejected,
            "handle": handle,
        }


def opening(form: Form) -> Opening:
    """How a form says that a sign-in begins."""
    name, password = form["username"], form["password"]
    match form["kind"]:
        case "srp":
            return Srp(name, password)
        case "password":
            return Password(name, password)
        case "custom":
            return Custom(name)
        case "custom_srp":
            return Custom(name, password)
    return Choice(name, form["preferred"])


def answer(challenge: Challenge, form: Form) -> Answer:
    """What a form answers."""
    entered_username = form["entered_username"]
    match challenge:
        case DeviceSrp():
            raise AssertionError("the driver answers for a device")
        case NewPasswordRequired():
            return challenge.answer(entered_username, **form["attributes"])
        case SelectChallenge():
            return challenge.answer(
                entered_username, form["password"] if entered_username.startswith("PASSWORD") else None
            )
        case MfaSetup():
            return (
                challenge.answer_totp()
                if entered_username == "SOFTWARE_TOKEN_MFA"
                else challenge.answer_email(entered_username)
            )
    return challenge.answer(entered_username)


def application(config: Form) -> Starlette:
    """The pages of one worker. Nothing of a flow is kept here between two requests."""
    redis = Redis(host="127.0.0.1", port=config["redis_port"], retry=Retry(NoBackoff(), 0))
    backend = AsyncHttpxBackend(endpoint_url=config["cognito"])
    key, prefix = bytes.fromhex(config["key"]), config["prefix"]
    devices = AsyncRedisDeviceStore(redis, key, prefix=prefix)
    logins = []
    for ids in config["apps"]:
        app = AppClient(*ids)
        auth = AsyncAuthenticator(app, backend, devices=devices)
        logins.append(Login(auth, AsyncRedisFlowStore(redis, app, key, prefix=prefix), redis, prefix))

    def page(handler: Callable[[Login, Form], Awaitable[Page]]) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def handle(request: Request) -> JSONResponse:
            login = logins[request.path_params["pool"]]
            return JSONResponse({**await handler(login, await request.json()), "worker": os.getpid()})

        return handle

    return Starlette(
        routes=[
            Route("/{pool:int}/begin", page(Login.begin), methods=["POST"]),
            Route("/{pool:int}/answer", page(Login.answer), methods=["POST"]),
        ]
    )


def fork(config: Form, listener: socket.socket) -> int:
    """Start a worker, return its process id. Its imports are done already, so that it soon serves."""
    pid = os.fork()
    if pid:
        return pid
    try:
        settings = uvicorn.Config(
            application(config), log_level="warning", access_log=False, lifespan="off", ws="none", timeout_keep_alive=60
        )
        uvicorn.Server(settings).run([listener])
    finally:
        os._exit(1)


def kill(pid: int) -> int:
    """Kill a worker; return how it ended: by signal -n, or with a code of its own."""
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Run workers, each on a port of its own, until the input ends.

    The first line of the input is the configuration, as JSON. Each further one is a worker's number: it is killed, the
    output says how it ended, and another one takes its place on the same port. What no worker has accepted waits there.
    """
    config = json.loads(sys.stdin.readline())
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(config["workers"])]
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # no 40 ms for a delayed acknowledgement
    workers = [fork(config, listener) for listener in listeners]
    print(json.dumps([listener.getsockname()[1] for listener in listeners]), flush=True)
    try:
        for line in sys.stdin:
            print(kill(workers[int(line)]), flush=True)
            workers[int(line)] = fork(config, listeners[int(line)])
    finally:
        for pid in workers:
            kill(pid)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the test, which then ends this
    main()
