"""Authenticator: drives flows over a blocking backend."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, TypeVar

from authflow.answers import Answer
from authflow.app_client import AppClient
from authflow.backend import Backend
from authflow.challenges import Challenge, DeviceSrp
from authflow.clock import stamp_now
from authflow.context import Context
from authflow.device_store import DeviceStore
from authflow.devices import Device
from authflow.errors import AuthflowError, BackendError, InvalidInput, Refusal, SignInFailed
from authflow.inputs import TOKEN_MOST, require_instance, require_text
from authflow.openings import Opening, require_opening
from authflow.reasons import Reason
from authflow.remember_device import DeviceFlow, Kept
from authflow.remember_device import begin as begin_remembering
from authflow.requests import Request
from authflow.sign_in import Flow, begin
from authflow.stamp import Stamp
from authflow.states import Failed, SignedIn, Tokens

Outcome: TypeAlias = Mapping[str, Any] | Refusal | BackendError
AnyFlow: TypeAlias = Flow | DeviceFlow
F = TypeVar("F", Flow, DeviceFlow)


class Observe(Protocol):
    """Told of every call: for logs and metrics.

    ``request`` and a mapping as ``outcome`` hold secrets: log ``request.operation``, the nodes, ``Refusal.code``.
    """

    def __call__(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        """Take note of one call; ``after`` is None where the flow did not move."""


class Remember(StrEnum):
    """What an ``Authenticator`` does with a device that Cognito proposes to remember.

    Attributes:
        ALWAYS: confirm it, have it remembered, and keep it in the device store.
        ASK: nothing by itself: ask the person, then call ``remember_device``.
        NEVER: nothing; in pools that track devices Cognito may then refuse to refresh the tokens.
    """

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"


class Authenticator:
    """Signs people in: begins flows and goes on with them until they rest.

    May be shared by threads if its backend may; it keeps nothing of any flow.

    Args:
        app: the app client.
        backend: what carries requests.
        admin: use the admin API, which needs AWS credentials.
        devices: where remembered devices are kept; used for sign-ins that name their ``holder``.
        remember: what to do with a new device.
        observe: told of every call.
        stamp: makes the Stamp of each event; for tests.

    Raises:
        InvalidInput: an argument of the wrong kind, or a backend of another region than the pool's.
    """

    def __init__(
        self,
        app: AppClient,
        backend: Backend,
        *,
        admin: bool = False,
        devices: DeviceStore | None = None,
        remember: Remember = Remember.ALWAYS,
        observe: Observe | None = None,
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        self._app = require_instance("app", app, AppClient)
        self._backend = backend
        self._admin = require_instance("admin", admin, bool)
        self._devices = devices
        self._remember = require_instance("remember", remember, Remember)
        self._observe = observe
        self._stamp = stamp
        region = getattr(backend, "region", None)
        if region is not None and region != app.region:
            raise InvalidInput("region", f"the backend talks to {region}, the pool is in {app.region}")

    def begin(self, opening: Opening, *, context: Context | None = None, holder: str | None = None) -> Flow:
        """Begin a sign-in and go on until it rests.

        Args:
            opening: how to sign in.
            context: what to tell Cognito with every request.
            holder: who holds the remembered device: a browser, an installation; kept with the flow.

        Raises:
            InvalidInput: nothing was sent.
            UnexpectedReply: Cognito answered what it should not; ``.flow`` is the flow at that call.
            BackendError: the transport failed; ``.flow`` is the flow at that call.
            SnapshotError, OSError: the device store can't be read.
        """
        device = self._device(holder, require_opening(opening).username)
        flow = begin(
            self._app,
            opening,
            self._stamp(),
            admin=self._admin,
            device_key=device.key if device else None,
            holder=holder,
            context=context,
        )
        return self._run(flow, rested=None)

    def answer(self, flow: Flow, answer: Answer, *, context: Context | None = None) -> Flow:
        """Answer the flow's challenge and go on until it rests.

        Args:
            flow: at a challenge.
            answer: what ``flow.challenge.reply(...)`` returned.
            context: instead of the flow's own, until it rests.

        Raises:
            InvalidInput: the answer belongs to another challenge; nothing was sent.
            IllegalTransition: the flow is not asking.
            UnexpectedReply: as ``begin``.
            BackendError: as ``begin``; ``.rested`` is ``flow``.
        """
        require_instance("flow", flow, Flow)
        return self._run(flow.answer(answer, self._stamp(), context), rested=flow)

    def run(self, flow: Flow) -> Flow:
        """Go on with a flow that is calling until it rests; a resting flow is returned as it is.

        After a BackendError this sends the request again. Whether Cognito saw it the first time is unknown: if it did,
        a Session that it consumed is refused, and the flow fails.

        Raises:
            UnexpectedReply: as ``begin``.
            BackendError: as ``begin``; ``.rested`` is ``flow``.
        """
        return self._run(require_instance("flow", flow, Flow), rested=flow)

    def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Answer],
        *,
        context: Context | None = None,
        holder: str | None = None,
    ) -> Tokens:
        """Sign a person in, all at once.

        Args:
            opening: how to sign in.
            ask: called with each challenge; returns its reply.
            context: what to tell Cognito with every request.
            holder: who holds the remembered device.

        Raises:
            SignInFailed: the flow failed; ``.reason`` says why.
            InvalidInput, UnexpectedReply, BackendError: as ``begin``.
        """
        flow = self.begin(opening, context=context, holder=holder)
        while flow.challenge is not None:
            flow = self.answer(flow, ask(flow.challenge))
        match flow.state:
            case SignedIn(tokens):
                return tokens
            case Failed(code, message, reason):
                raise SignInFailed(code, message, reason)
            case other:
                raise AssertionError(f"at rest and not asking, a flow has ended, not {other}")

    def remember_device(
        self, tokens: Tokens, holder: str, *, remembered: bool = True, typed: str | None = None, name: str | None = None
    ) -> DeviceFlow:
        """Confirm the device that Cognito proposed with the tokens, and keep it in the device store.

        Args:
            tokens: with ``new_device``.
            holder: who holds the device from now on.
            remembered: whether it may stand for a second factor, where Cognito leaves that to the person.
            typed: the name that the person signed in with, if it was an alias.
            name: what the person calls the device.

        Returns:
            A flow in ``Kept`` or ``Failed``; the tokens are good either way.

        Raises:
            InvalidInput: tokens without a proposed device, or no device store; nothing was sent.
            UnexpectedReply, BackendError: as ``begin``.
        """
        if self._devices is None:
            raise InvalidInput("devices", "the Authenticator has no device store")
        flow = begin_remembering(self._app, tokens, self._stamp(), remembered=remembered, name=name)
        require_text("holder", holder, at_most=TOKEN_MOST)
        while (request := flow.request) is not None:
            flow = self._step(flow, request)
        if isinstance(flow.state, Kept):
            self._devices.put(holder, tokens.username, flow.state.device, typed=typed)
        return flow

    def _run(self, flow: Flow, rested: Flow | None) -> Flow:
        context = flow.call_context  # also for what is answered here without asking
        while True:
            if (request := flow.request) is not None:
                flow = self._called(flow, request, rested)
            elif isinstance(flow.challenge, DeviceSrp) and (device := self._device(flow.holder, flow.username)):
                flow = flow.answer(flow.challenge.reply(device), self._stamp(), context)
            else:
                break
        self._remember_new(flow)
        return flow

    def _called(self, flow: Flow, request: Request, rested: Flow | None) -> Flow:
        try:
            after = self._step(flow, request)
        except BackendError as error:
            error.flow, error.rested = flow, rested
            raise
        forgotten = flow.device_key is not None and after.device_key is None
        rejected = isinstance(after.state, Failed) and after.state.reason is Reason.DEVICE_REJECTED
        if self._devices and flow.holder and (forgotten or rejected):
            self._devices.drop(flow.holder, after.username)
        return after

    def _device(self, holder: str | None, username: str | None) -> Device | None:
        return self._devices.get(holder, username) if self._devices and holder and username else None

    def _remember_new(self, flow: Flow) -> None:
        if self._remember is not Remember.ALWAYS or self._devices is None or flow.holder is None:
            return
        if isinstance(flow.state, SignedIn) and flow.state.tokens.new_device:
            # The tokens are there: whatever happens now must not cost them. ``observe`` has seen each call.
            with suppress(AuthflowError, OSError):
                self.remember_device(flow.state.tokens, flow.holder, typed=flow.typed)

    def _step(self, flow: F, request: Request) -> F:
        started = time.perf_counter()
        outcome = self._call(request)
        seconds = time.perf_counter() - started
        after = None
        try:
            after = self._after(flow, outcome)
        finally:
            if self._observe:
                self._observe(flow, request, outcome, after, seconds)
        return after

    def _call(self, request: Request) -> Outcome:
        try:
            return self._backend.call(request)
        except (Refusal, BackendError) as error:
            return error

    def _after(self, flow: F, outcome: Outcome) -> F:
        match outcome:
            case BackendError():
                raise outcome
            case Refusal():
                return flow.refuse(outcome, self._stamp())
            case _:
                return flow.receive(outcome, self._stamp())
