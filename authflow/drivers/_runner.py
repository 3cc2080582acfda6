"""The logic of both Authenticators, written once, as coroutines over ``Effects``."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar, cast

from authflow.challenges import Challenge, DeviceSrp
from authflow.core._frames import hide_frames
from authflow.core._validation import require_holder, require_instance
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.devices import Device
from authflow.core.errors import BackendError, InvalidInput, Refusal, UnexpectedReply
from authflow.core.flow import BaseFlow, Opens
from authflow.core.openings import Opening, require_opening
from authflow.core.reasons import Reason
from authflow.core.requests import AdminUserGlobalSignOut, GlobalSignOut, Request, RevokeToken
from authflow.core.secret import Secret
from authflow.core.stamp import Stamp
from authflow.core.states import Failed, SignedIn, Tokens
from authflow.drivers._checks import require_function, require_observe
from authflow.drivers._effects import Effects
from authflow.drivers.backoff import Backoff
from authflow.drivers.options import AnyFlow, Observe, Outcome, Remember
from authflow.machines.remember_device import DeviceFlow, Kept
from authflow.machines.remember_device import begin as begin_remembering
from authflow.machines.sign_in import Flow, begin
from authflow.machines.sign_in._begin import is_cpu_bound
from authflow.machines.sign_in.table import AuthFlow

F = TypeVar("F", bound=BaseFlow[Any, Any])
T = TypeVar("T")

_LOGGER: Final = logging.getLogger("authflow")


class Runner:
    """Runs flows until they pause or have ended. The Authenticators document its methods."""

    def __init__(
        self,
        app: AppClient,
        effects: Effects,
        *,
        admin: bool,
        remember: Remember,
        observe: Observe | None,
        backoff: Backoff,
        stamp: Callable[[], Stamp],
    ) -> None:
        self._app = require_instance("app", app, AppClient)
        self._effects = effects
        self._admin = require_instance("admin", admin, bool)
        self._remember = require_instance("remember", remember, Remember)
        self._observe = require_observe(observe)
        self._backoff = require_instance("backoff", backoff, Backoff)
        self._stamp = require_function("stamp", stamp)

    @property
    def is_admin(self) -> bool:
        """Whether requests use the admin API."""
        return self._admin

    async def begin(self, opening: Opening, *, context: Context | None, holder: str | None) -> Flow:
        """Begin a sign-in, and run it."""
        username = require_opening(opening).username
        if holder and not username and self._effects.devices:
            _LOGGER.warning("a Refresh without a username can't name the holder's device: pass Tokens.username")
        device = await self._find_device(holder, username)
        device_key, stamp = device.key if device else None, self._stamp()

        def step() -> Flow:
            return begin(
                self._app, opening, stamp, admin=self._admin, device_key=device_key, holder=holder, context=context
            )

        return await self._run(await self._compute(step, is_cpu_bound=is_cpu_bound(opening)), rested=None)

    async def begin_other(self, opening: Opens[F], *, context: Context | None) -> F:
        """Begin a flow that is no sign-in, and run it."""
        return await self._run(opening.begin(self._app, self._stamp(), context=context), rested=None)

    async def answer(self, flow: F, answer: Answer, *, context: Context | None) -> F:
        """Answer the question of a flow, and run the flow."""
        return await self._run(await self._answer_challenge(self._require_own(flow), answer, context), rested=flow)

    async def run(self, flow: F) -> F:
        """Run a flow that has a request to send."""
        return await self._run(self._require_own(flow), rested=flow if flow.is_resting else None)

    def cancel(self, flow: F) -> F:
        """Give up a flow."""
        return self._require_own(flow).cancel(self._stamp())

    async def sign_out(self, tokens: Tokens) -> None:
        """Revoke the tokens of one sign-in."""
        token = Secret(require_instance("tokens", tokens, Tokens).refresh_token)
        await self._perform(RevokeToken(token=token))

    async def sign_out_everywhere(self, tokens: Tokens) -> None:
        """Revoke all tokens of the person."""
        if self._admin:
            await self._perform(AdminUserGlobalSignOut(username=tokens.username))
        else:
            await self._perform(GlobalSignOut(access_token=Secret(tokens.access_token)))

    async def _perform(self, request: Request) -> None:
        """Send a request that belongs to no flow."""
        addressed = request.address(_App(self._app))
        try:
            await self._backoff.run(lambda: self._effects.call(addressed), self._effects.sleep)
        except (Refusal, BackendError) as error:
            failure = hide_frames(error)
        else:
            return
        raise failure

    async def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Awaitable[Answer]],
        *,
        context: Context | None,
        holder: str | None,
    ) -> Tokens:
        """Sign a person in, and return the tokens."""
        flow = await self.begin(opening, context=context, holder=holder)
        while flow.challenge is not None:
            flow = await self.answer(flow, await ask(flow.challenge), context=None)
        return flow.tokens

    async def remember_device(
        self, tokens: Tokens, holder: str, *, remembered: bool, entered_username: str | None, name: str | None
    ) -> DeviceFlow:
        """Confirm the new device that Cognito proposed with the tokens, and put it into the device store."""
        if self._effects.devices is None:
            raise InvalidInput("devices", "the Authenticator has no device store")
        names = (require_instance("tokens", tokens, Tokens).username, tokens.entered_username, entered_username)
        require_holder(holder, *names)
        stamp = self._stamp()
        flow = await self._effects.compute(
            lambda: begin_remembering(self._app, tokens, stamp, remembered=remembered, name=name)
        )
        while (request := flow.request) is not None:
            flow = await self._step(flow, request)
        if isinstance(flow.state, Kept):
            await self._effects.devices.put(
                holder, tokens.username, flow.state.device, entered_username=entered_username or tokens.entered_username
            )
        return flow

    def _require_own(self, flow: F) -> F:
        """Return the flow if it belongs to this app client, so that tenants' flows can't be mixed up."""
        app = require_instance("flow", flow, BaseFlow).app
        if (app.pool_id, app.client_id) != (self._app.pool_id, self._app.client_id):
            raise InvalidInput("flow", "belongs to another app client")
        if isinstance(flow, Flow) and flow.admin != self._admin:
            raise InvalidInput("flow", f"was begun with admin={flow.admin}, the Authenticator has admin={self._admin}")
        return flow

    async def _run(self, flow: F, rested: F | None) -> F:
        context = flow.call_context  # also for challenges that are answered below
        while True:
            if (request := flow.request) is not None:
                flow = await self._call(flow, request, rested)
            elif isinstance(flow.challenge, DeviceSrp) and (device := await self._find_requested_device(flow)):
                flow = await self._answer_challenge(flow, flow.challenge.answer(device), context)
            else:
                break
        await self._keep_device(flow)
        return flow

    async def _keep_device(self, flow: AnyFlow) -> None:
        if isinstance(flow, Flow):
            await self._remember_new_device(flow)
            await self._remember_name(flow)

    async def _call(self, flow: F, request: Request, rested: F | None) -> F:
        try:
            after = await self._step(flow, request)
        except BackendError as error:
            error.flow, error.rested = flow, rested
            raise
        return await self._update_device(flow, after)

    async def _update_device(self, flow: F, after: F) -> F:
        """Drop a device that Cognito has forgotten, and name the one that is stored under the canonical name."""
        was_forgotten = flow.device_key is not None and after.device_key is None
        was_rejected = isinstance(after.state, Failed) and after.state.reason is Reason.DEVICE_REJECTED
        if self._effects.devices and flow.holder and (was_forgotten or was_rejected):
            with _log_store_errors("drop a device"):  # it is dropped after a later refusal then
                await self._effects.devices.drop(flow.holder, after.username)
        return await self._name_device(flow, after)

    async def _name_device(self, before: F, after: F) -> F:
        """Return the flow with the device that is stored under the canonical name, once Cognito has told it."""
        if after.username == before.username or not isinstance(after, Flow) or after.auth_flow is AuthFlow.USER_AUTH:
            return after
        with _log_store_errors("find a device"):
            device = await self._find_device(after.holder, after.username)
            return replace(after, device_key=device.key) if device else after
        return after

    async def _find_device(self, holder: str | None, username: str | None) -> Device | None:
        devices = self._effects.devices
        return await devices.get(holder, username) if devices and holder and username else None

    async def _find_requested_device(self, flow: AnyFlow) -> Device | None:
        """Return the device that Cognito asks for; None, which pauses the flow, if the store fails."""
        with _log_store_errors("find a device"):
            return await self._find_device(flow.holder, flow.username)
        return None

    async def _remember_new_device(self, flow: Flow) -> None:
        if self._remember is not Remember.ALWAYS or self._effects.devices is None or flow.holder is None:
            return
        if isinstance(flow.state, SignedIn) and flow.state.tokens.new_device:
            tokens = flow.state.tokens
            # A refusal is a value; of a failed transport ``observe`` was informed
            with _log_store_errors("keep a new device"), suppress(BackendError, UnexpectedReply):
                await self.remember_device(tokens, flow.holder, remembered=True, entered_username=None, name=None)

    async def _remember_name(self, flow: Flow) -> None:
        """Store the entered name with the device that the sign-in named, so that the next one names it at once."""
        devices, holder, entered = self._effects.devices, flow.holder, flow.entered_username
        if not isinstance(flow.state, SignedIn) or not flow.device_key or entered in ("", flow.username):
            return
        with _log_store_errors("store a name of a device"):
            if not devices or not holder or await devices.get(holder, entered):
                return
            if device := await devices.get(holder, flow.username):
                await devices.put(holder, flow.username, device, entered_username=entered)

    async def _step(self, flow: F, request: Request) -> F:
        try:
            return await self._backoff.run(lambda: self._attempt(flow, request), self._effects.sleep)
        except (BackendError, UnexpectedReply) as error:
            failure = hide_frames(error)
        raise failure

    async def _attempt(self, flow: F, request: Request) -> F:
        started = time.perf_counter()
        received = await self._send(request)
        seconds = time.perf_counter() - started
        try:
            after = await self._advance(flow, received)
        except (BackendError, UnexpectedReply) as error:
            self._notify_observer(flow, request, _Received(error), None, seconds)
            raise
        self._notify_observer(flow, request, received, after, seconds)
        return after

    def _notify_observer(
        self, before: AnyFlow, request: Request, received: "_Received", after: AnyFlow | None, seconds: float
    ) -> None:
        if self._observe is None:
            return
        try:
            self._observe(before, request, received.outcome, after, seconds)
        except Exception as error:
            # An observer's error must not discard a reply with tokens. The error's text may contain tokens too.
            _LOGGER.warning("observe raised %s; the sign-in continues", type(error).__name__)

    async def _send(self, request: Request) -> "_Received":
        try:
            return _Received(await self._effects.call(request))
        except (Refusal, BackendError) as error:
            return _Received(error)

    async def _advance(self, flow: F, received: "_Received") -> F:
        if isinstance(received.outcome, BackendError):
            raise received.outcome
        stamp = self._stamp()
        if isinstance(received.outcome, Refusal):
            return flow.refuse(received.outcome, stamp)
        return await self._compute(lambda: flow.receive(received.reply, stamp), is_cpu_bound=flow.is_cpu_bound)

    async def _answer_challenge(self, flow: F, answer: Answer, context: Context | None) -> F:
        stamp = self._stamp()
        return await self._compute(lambda: flow.answer(answer, stamp, context), is_cpu_bound=flow.is_cpu_bound)

    async def _compute(self, step: Callable[[], T], *, is_cpu_bound: bool) -> T:
        return await self._effects.compute(step) if is_cpu_bound else step()


@dataclass(frozen=True, slots=True)
class _App:
    """The sender of requests that belong to no flow."""

    app: AppClient
    username: str = ""
    admin: bool = False
    device_key: str | None = None
    current_context: Context | None = None


@dataclass(frozen=True, slots=True)
class _Received:
    """The outcome of a request. It does not show a reply's secrets in the frames of a task that is cancelled."""

    outcome: Outcome = field(repr=False)

    @property
    def reply(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self.outcome)


@contextmanager
def _log_store_errors(action: str) -> Iterator[None]:
    """Log all errors of a device store instead of raising them: they must not discard a flow, which may have tokens."""
    try:
        yield
    except Exception as error:  # its text may contain a secret
        _LOGGER.warning("the device store could not %s: %s; the sign-in continues", action, type(error).__name__)
