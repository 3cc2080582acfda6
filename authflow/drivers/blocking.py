"""Authenticator: drives flows over a blocking backend."""

import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from authflow.backends.base import Backend
from authflow.challenges import Challenge
from authflow.core._coroutines import run_to_end
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.context import Context
from authflow.core.errors import InvalidInput
from authflow.core.openings import Opening
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.drivers._checks import require_backend, require_devices
from authflow.drivers._effects import ImmediateDeviceStore
from authflow.drivers._runner import Runner
from authflow.drivers.backoff import Backoff
from authflow.drivers.options import Observe, Remember
from authflow.machines.remember_device import DeviceFlow
from authflow.machines.sign_in import Flow
from authflow.stores.devices import DeviceStore

__all__ = ["Authenticator"]

T = TypeVar("T")


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
        backoff: how often a throttled request is sent again, and when.
        stamp: makes the Stamp of each event; for tests.

    Raises:
        InvalidInput: an argument of the wrong kind, a backend of another region than the pool's, or one that can't sign
            what the admin API takes.
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
        backoff: Backoff = Backoff(),
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        require_backend(app, backend, admin=admin)
        require_devices(devices, awaited=False)
        self._runner = Runner(
            app,
            _BlockingEffects(backend, devices),
            admin=admin,
            remember=remember,
            observe=observe,
            backoff=backoff,
            stamp=stamp,
        )

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
            StoreError, SnapshotError, OSError: the device store can't be read.
        """
        return run_to_end(self._runner.begin(opening, context=context, holder=holder))

    def answer(self, flow: Flow, answer: Answer, *, context: Context | None = None) -> Flow:
        """Answer the flow's challenge and go on until it rests.

        Args:
            flow: at a challenge.
            answer: what ``flow.challenge.answer(...)`` returned.
            context: instead of the flow's own, until it rests.

        Raises:
            InvalidInput: the answer belongs to another challenge, or the flow to another app client; nothing was sent.
            IllegalTransition: the flow is not asking.
            UnexpectedReply: as ``begin``.
            BackendError: as ``begin``; ``.rested`` is ``flow``.
        """
        return run_to_end(self._runner.answer(flow, answer, context=context))

    def run(self, flow: Flow) -> Flow:
        """Go on with a flow that is calling until it rests; a resting flow is returned as it is.

        After a BackendError this sends the request again. Whether Cognito saw it the first time is unknown: if it did,
        a Session that it consumed is refused, and the flow fails.

        Raises:
            UnexpectedReply: as ``begin``.
            BackendError: as ``begin``; ``.rested`` is None for a flow that was calling.
        """
        return run_to_end(self._runner.run(flow))

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

        async def asked(challenge: Challenge) -> Answer:
            return ask(challenge)

        return run_to_end(self._runner.sign_in(opening, asked, context=context, holder=holder))

    def remember_device(
        self,
        tokens: Tokens,
        holder: str,
        *,
        remembered: bool = True,
        entered_username: str | None = None,
        name: str | None = None,
    ) -> DeviceFlow:
        """Confirm the device that Cognito proposed with the tokens, and keep it in the device store.

        Args:
            tokens: with ``new_device``.
            holder: who holds the device from now on.
            remembered: whether it may stand for a second factor, where Cognito leaves that to the person.
            entered_username: the name that the person signed in with, if it was an alias.
            name: what the person calls the device.

        Returns:
            A flow in ``Kept`` or ``Failed``; the tokens are good either way.

        Raises:
            InvalidInput: tokens without a proposed device, or no device store; nothing was sent.
            UnexpectedReply, BackendError: Cognito proposes the device again at the next sign-in.
        """
        return run_to_end(
            self._runner.remember_device(
                tokens, holder, remembered=remembered, entered_username=entered_username, name=name
            )
        )


class _BlockingEffects:
    """Coroutines that block instead of waiting."""

    def __init__(self, backend: Backend, devices: DeviceStore | None) -> None:
        self._backend = backend
        self.devices = None if devices is None else ImmediateDeviceStore(devices)

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Call the backend."""
        reply = self._backend.call(request)
        if isinstance(reply, Coroutine):
            reply.close()
            raise InvalidInput("backend", "call is a coroutine: an AsyncBackend needs an AsyncAuthenticator")
        return reply

    async def compute(self, step: Callable[[], T]) -> T:
        """Take the step here and now."""
        return step()

    async def sleep(self, seconds: float) -> None:
        """Let the thread sleep."""
        time.sleep(seconds)
