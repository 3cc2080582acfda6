"""A login service whose worker processes can be killed at any moment. It runs as a program; see ``main``.

It imports nothing from the tests, so that it uses the installed package, as they do.
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
from authflow.backends.http import AsyncHttpBackend
from authflow.challenges import Challenge, DeviceSrp, MfaSetup, NewPasswordRequired, SelectChallenge, TotpSetup
from authflow.core.openings import Opening
from authflow.stores.redis import AsyncRedisDeviceStore, AsyncRedisFlowStore

Form = dict[str, Any]
Page = dict[str, Any]
SHOWN = ("name", "options", "destination", "medium", "parameters", "attributes", "required_attributes")


class Login:
    """The request handlers for one pool, as ``docs/stores.md`` and ``docs/reliability.md`` describe them."""

    def __init__(self, auth: AsyncAuthenticator, flows: AsyncRedisFlowStore, redis: Any, prefix: str) -> None:
        self._auth, self._flows, self._redis = auth, flows, redis
        self._put_back = f"{prefix}put back"  # a list for the test: the Sessions of flows that were put back

    async def begin(self, form: Form) -> Page:
        """Handle the first request of a sign-in."""
        try:
            return await self._render(await self._auth.begin(make_opening(form), holder=form["browser"]))
        except BackendError as error:
            return {"outcome": "try_again", "why": str(error)}

    async def answer(self, form: Form) -> Page:
        """Handle a later request: an answer, with the handle of the challenge's page."""
        handle = form["handle"]
        try:
            flow = await self._flows.take(handle)
        except FlowTaken:
            return {"outcome": "taken"}
        if flow.challenge is None:
            return await self._render(flow)
        try:
            return await self._render(await self._auth.answer(flow, make_answer(flow.challenge, form)))
        except InvalidInput as error:
            await self._flows.put(flow, handle=handle)
            return {"outcome": "invalid_input", "why": str(error)}
        except BackendError as error:
            await self._redis.rpush(self._put_back, flow.challenge.session.reveal())
            if error.rested is not None:
                await self._flows.put(error.rested, handle=handle)
            return {"outcome": "try_again", "why": str(error)}

    async def _render(self, flow: Flow) -> Page:
        match flow.state:
            case SignedIn(tokens):
                return {"outcome": "signed_in", "username": tokens.username, "access_token": tokens.access_token}
            case Failed(code, message, reason):
                return {"outcome": "failed", "reason": reason, "why": f"{code}: {message}"}
        challenge: Any = flow.challenge
        shown = {name: getattr(challenge, name) for name in SHOWN if hasattr(challenge, name)}
        if isinstance(challenge, TotpSetup):
            shown["secret"] = challenge.secret.reveal()
        handle = await self._flows.put(flow)
        rejected = challenge.rejected.times if challenge.rejected else 0
        page = {"outcome": "challenge", "node": str(flow.node), "username": flow.username}
        return {**shown, **page, "rejected": rejected, "handle": handle}


def make_opening(form: Form) -> Opening:
    """Return the opening that a form describes."""
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


def make_answer(challenge: Challenge, form: Form) -> Answer:
    """Return the answer that a form describes."""
    text = form["answer"]
    match challenge:
        case DeviceSrp():
            raise AssertionError("the driver answers for a device")
        case NewPasswordRequired():
            return challenge.answer(text, **form["attributes"])
        case SelectChallenge():
            return challenge.answer(text, form["password"] if text.startswith("PASSWORD") else None)
        case MfaSetup():
            return challenge.answer_totp() if text == "SOFTWARE_TOKEN_MFA" else challenge.answer_email(text)
    return challenge.answer(text)


def make_application(config: Form) -> Starlette:
    """Return the application of one worker. It keeps no flow between two requests."""
    redis = Redis(host="127.0.0.1", port=config["redis_port"], retry=Retry(NoBackoff(), 0))
    backend = AsyncHttpBackend(endpoint_url=config["cognito"])
    key, prefix = bytes.fromhex(config["key"]), config["prefix"]
    devices = AsyncRedisDeviceStore(redis, key, prefix=prefix)
    logins = []
    for ids in config["apps"]:
        app = AppClient(*ids)
        auth = AsyncAuthenticator(app, backend, devices=devices)
        logins.append(Login(auth, AsyncRedisFlowStore(redis, app, key, prefix=prefix), redis, prefix))

    def wrap(handler: Callable[[Login, Form], Awaitable[Page]]) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def handle(request: Request) -> JSONResponse:
            login = logins[request.path_params["pool"]]
            return JSONResponse({**await handler(login, await request.json()), "worker": os.getpid()})

        return handle

    return Starlette(
        routes=[
            Route("/{pool:int}/begin", wrap(Login.begin), methods=["POST"]),
            Route("/{pool:int}/answer", wrap(Login.answer), methods=["POST"]),
        ]
    )


def fork(config: Form, listener: socket.socket) -> int:
    """Start a worker and return its process ID. It is forked, so it needs no time for imports."""
    pid = os.fork()
    if pid:
        return pid
    try:
        settings = uvicorn.Config(
            make_application(config),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=60,
        )
        uvicorn.Server(settings).run([listener])
    finally:
        os._exit(1)


def kill(pid: int) -> int:
    """Kill a worker; return its exit code, which is negative if a signal ended it."""
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Run workers, each on its own port, until the input ends.

    The first line of the input is the configuration as JSON. Each further line is the number of a worker to kill. Its
    exit code is printed, and a new worker is started on the same port. Connections that no worker has accepted wait.
    """
    config = json.loads(sys.stdin.readline())
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(config["workers"])]
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # avoids delayed acknowledgements, 40 ms each
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the test, which then stops this program
    main()
