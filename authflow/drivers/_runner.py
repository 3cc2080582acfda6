"""What both Authenticators do, written once, as coroutines.

The blocking Authenticator runs the same coroutines with hands that never wait: ``finish`` drives them to their end.
"""

import time
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any, Protocol, TypeAlias, TypeVar

from authflow.challenges import Challenge, DeviceSrp
from authflow.core._validation import TOKEN_MOST, require_instance, require_text
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.devices import Device
from authflow.core.errors import BackendError, InvalidInput, Refusal, SignInFailed, UnexpectedReply
from authflow.core.openings import Opening, require_opening
from authflow.core.reasons import Reason
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Failed, SignedIn, Tokens
from authflow.drivers.backoff import Backoff
from authflow.machines.remember_device import DeviceFlow, Kept
from authflow.machines.remember_device import begin as begin_remembering
from authflow.machines.sign_in import Flow, begin, is_heavy
from authflow.stores.devices import AsyncDeviceStore

_Came: TypeAlias = Mapping[str, Any] | Refusal | BackendError
Outcome: TypeAlias = _Came | UnexpectedReply
AnyFlow: TypeAlias = Flow | DeviceFlow
F = TypeVar("F", Flow, DeviceFlow)
T = TypeVar("T")


class Observe(Protocol):
    """Told of every call, throttled ones too: for logs and metrics.

    ``request`` and a mapping as ``outcome`` hold secrets: log ``request.operation``, the nodes, ``Refusal.code``.
    What it raises does not disturb the sign-in: it becomes a RuntimeWarning.
    """

    def __call__(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        """Take note of one call.

        Args:
            before: the flow that called.
            request: what was sent.
            outcome: the reply, if the flow could go on with it; else Cognito's refusal, or what went wrong.
            after: the flow after the call; None where it did not move, after a BackendError or an UnexpectedReply.
            seconds: how long the backend took.
        """


class Remember(StrEnum):
    """What an Authenticator does with a device that Cognito proposes to remember.

    Attributes:
        ALWAYS: confirm it, have it remembered, and keep it in the device store.
        ASK: nothing by itself: ask the person, then call ``remember_device``.
        NEVER: nothing; in pools that track devices Cognito may then refuse to refresh the tokens.
    """

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"


class Hands(Protocol):
    """What a driver does with the world: one Authenticator's are blocking, the other's wait on an event loop."""

    @property
    def devices(self) -> AsyncDeviceStore | None:
        """Where remembered devices are kept."""

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Have the backend carry a request."""

    async def compute(self, step: Callable[[], T]) -> T:
        """Return what a step returns that computes SRP values, which takes milliseconds."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""


class Driver:
    """Goes on with flows until they rest; keeps nothing of any flow. The Authenticators document its methods."""

    def __init__(
        self,
        app: AppClient,
        hands: Hands,
        *,
        admin: bool,
        remember: Remember,
        observe: Observe | None,
        backoff: Backoff,
        stamp: Callable[[], Stamp],
    ) -> None:
        self._app = require_instance("app", app, AppClient)
        self._hands = hands
        self._admin = require_instance("admin", admin, bool)
        self._remember = require_instance("remember", remember, Remember)
        self._observe = _require_observe(observe)
        self._backoff = require_instance("backoff", backoff, Backoff)
        self._stamp = stamp

    async def begin(self, opening: Opening, *, context: Context | None, holder: str | None) -> Flow:
        """Begin a sign-in and go on until it rests."""
        device = await self._device(holder, require_opening(opening).username)
        device_key, stamp = device.key if device else None, self._stamp()

        def step() -> Flow:
            return begin(
                self._app, opening, stamp, admin=self._admin, device_key=device_key, holder=holder, context=context
            )

        return await self._run(await self._computed(step, heavy=is_heavy(opening)), rested=None)

    async def answer(self, flow: Flow, answer: Answer, *, context: Context | None) -> Flow:
        """Answer the flow's challenge and go on until it rests."""
        return await self._run(await self._answered(self._own(flow), answer, context), rested=flow)

    async def run(self, flow: Flow) -> Flow:
        """Go on with a flow that is calling until it rests."""
        return await self._run(self._own(flow), rested=flow if flow.resting else None)

    async def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Awaitable[Answer]],
        *,
        context: Context | None,
        holder: str | None,
    ) -> Tokens:
        """Sign a person in, all at once."""
        flow = await self.begin(opening, context=context, holder=holder)
        while flow.challenge is not None:
            flow = await self.answer(flow, await ask(flow.challenge), context=None)
        match flow.state:
            case SignedIn(tokens):
                return tokens
            case Failed(code, message, reason):
                raise SignInFailed(code, message, reason)
            case other:
                raise AssertionError(f"at rest and not asking, a flow has ended, not {other}")

    async def remember_device(
        self, tokens: Tokens, holder: str, *, remembered: bool, typed: str | None, name: str | None
    ) -> DeviceFlow:
        """Confirm the device that Cognito proposed with the tokens, and keep it in the device store."""
        if self._hands.devices is None:
            raise InvalidInput("devices", "the Authenticator has no device store")
        require_text("holder", holder, at_most=TOKEN_MOST)
        stamp = self._stamp()
        flow = await self._hands.compute(
            lambda: begin_remembering(self._app, tokens, stamp, remembered=remembered, name=name)
        )
        while (request := flow.request) is not None:
            flow = await self._step(flow, request)
        if isinstance(flow.state, Kept):
            await self._hands.devices.put(holder, tokens.username, flow.state.device, typed=typed)
        return flow

    def _own(self, flow: Flow) -> Flow:
        """Return a flow that is this driver's to go on with: else a tenant's flow could come in with another's."""
        app = require_instance("flow", flow, Flow).app
        if (app.pool_id, app.client_id) != (self._app.pool_id, self._app.client_id):
            raise InvalidInput("flow", "belongs to another app client")
        if flow.admin != self._admin:
            raise InvalidInput("flow", "was begun through the admin API or is to go on through it: not both")
        return flow

    async def _run(self, flow: Flow, rested: Flow | None) -> Flow:
        context = flow.call_context  # also for what is answered here without asking
        while True:
            if (request := flow.request) is not None:
                flow = await self._called(flow, request, rested)
            elif isinstance(flow.challenge, DeviceSrp) and (device := await self._asked_device(flow)):
                flow = await self._answered(flow, flow.challenge.reply(device), context)
            else:
                break
        await self._remember_new(flow)
        return flow

    async def _called(self, flow: Flow, request: Request, rested: Flow | None) -> Flow:
        try:
            after = await self._step(flow, request)
        except BackendError as error:
            error.flow, error.rested = flow, rested
            raise
        forgotten = flow.device_key is not None and after.device_key is None
        rejected = isinstance(after.state, Failed) and after.state.reason is Reason.DEVICE_REJECTED
        if self._hands.devices and flow.holder and (forgotten or rejected):
            with _no_matter():  # else it is dropped when Cognito says so the next time
                await self._hands.devices.drop(flow.holder, after.username)
        return after

    async def _device(self, holder: str | None, username: str | None) -> Device | None:
        devices = self._hands.devices
        return await devices.get(holder, username) if devices and holder and username else None

    async def _asked_device(self, flow: Flow) -> Device | None:
        """Return the device that Cognito asks for; None if the store fails: the flow rests at the challenge then."""
        with _no_matter():
            return await self._device(flow.holder, flow.username)
        return None

    async def _remember_new(self, flow: Flow) -> None:
        if self._remember is not Remember.ALWAYS or self._hands.devices is None or flow.holder is None:
            return
        if isinstance(flow.state, SignedIn) and flow.state.tokens.new_device:
            tokens = flow.state.tokens
            with _no_matter():  # ``observe`` has seen each call
                await self.remember_device(tokens, flow.holder, remembered=True, typed=flow.typed, name=None)

    async def _step(self, flow: F, request: Request) -> F:
        return await self._backoff.run(lambda: self._attempt(flow, request), self._hands.sleep)

    async def _attempt(self, flow: F, request: Request) -> F:
        started = time.perf_counter()
        outcome = await self._came(request)
        seconds = time.perf_counter() - started
        try:
            after = await self._after(flow, outcome)
        except (BackendError, UnexpectedReply) as error:
            self._tell(flow, request, error, None, seconds)
            raise
        self._tell(flow, request, outcome, after, seconds)
        return after

    def _tell(self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float) -> None:
        if self._observe is None:
            return
        try:
            self._observe(before, request, outcome, after, seconds)
        except Exception as error:
            # Its mistake must not cost a reply, which may hold tokens. Its text may hold them too.
            warnings.warn(f"observe raised {type(error).__name__}; the sign-in goes on", RuntimeWarning, stacklevel=1)

    async def _came(self, request: Request) -> _Came:
        try:
            return await self._hands.call(request)
        except (Refusal, BackendError) as error:
            return error

    async def _after(self, flow: F, came: _Came) -> F:
        if isinstance(came, BackendError):
            raise came
        stamp = self._stamp()
        if isinstance(came, Refusal):
            return flow.refuse(came, stamp)
        reply = came
        return await self._computed(lambda: flow.receive(reply, stamp), heavy=flow.heavy)

    async def _answered(self, flow: Flow, answer: Answer, context: Context | None) -> Flow:
        stamp = self._stamp()
        return await self._computed(lambda: flow.answer(answer, stamp, context), heavy=flow.heavy)

    async def _computed(self, step: Callable[[], T], *, heavy: bool) -> T:
        return await self._hands.compute(step) if heavy else step()


def _no_matter() -> suppress:
    """Let what fails here, whatever it is, not cost the step its outcome, which may be tokens."""
    return suppress(Exception)


def require_backend(app: AppClient, backend: object, *, admin: bool) -> None:
    """Raise InvalidInput for what is no backend, or for one that can't serve this Authenticator."""
    if not callable(getattr(backend, "call", None)):
        raise InvalidInput("backend", "has no method call")
    region = getattr(backend, "region", None)
    if region is not None and region != require_instance("app", app, AppClient).region:
        raise InvalidInput("region", f"the backend talks to {region}, the pool is in {app.region}")
    if admin and not getattr(backend, "signs", True):
        problem = "takes AWS's signatures: use Boto3Backend, on an event loop Threaded(Boto3Backend(...))"
        raise InvalidInput("admin", problem)


def require_devices(devices: object, *, awaited: bool) -> None:
    """Raise InvalidInput for what is no device store of this kind."""
    for name in ("get", "put", "drop") if devices is not None else ():
        method = getattr(devices, name, None)
        if not callable(method):
            raise InvalidInput("devices", f"has no method {name}")
        if iscoroutinefunction(method) is not awaited:
            kind = "an AsyncDeviceStore" if awaited else "a DeviceStore that blocks"
            raise InvalidInput("devices", f"must be {kind} here")


def _require_observe(observe: Observe | None) -> Observe | None:
    if observe is not None and (not callable(observe) or iscoroutinefunction(observe)):
        raise InvalidInput("observe", "must be a function, not a coroutine function")
    return observe


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns whose hands never wait."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise AssertionError("the blocking hands waited")
