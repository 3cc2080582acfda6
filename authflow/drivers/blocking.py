"""Authenticator: runs flows through a blocking backend."""

import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, TypeVar, overload

from authflow.backends._checks import NEEDS_BLOCKING
from authflow.backends._single_flight import ThreadFlight
from authflow.backends.base import Backend
from authflow.challenges import Challenge
from authflow.core._coroutines import run_to_end
from authflow.core._opaque import ProcessBound
from authflow.core.answers import Answer
from authflow.core.app_client import AppClient
from authflow.core.clock import stamp_now
from authflow.core.context import Context
from authflow.core.errors import InvalidInput
from authflow.core.flow import BaseFlow, Opens
from authflow.core.openings import Opening
from authflow.core.requests import Request
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.drivers._checks import require_ask, require_backend, require_device_store, require_no_holder
from authflow.drivers._effects import ImmediateDeviceStore
from authflow.drivers._refresher import Refresher
from authflow.drivers._runner import Runner
from authflow.drivers.backoff import Backoff
from authflow.drivers.options import Observe, Remember
from authflow.machines.remember_device import DeviceFlow
from authflow.machines.sign_in import Flow
from authflow.stores.devices import DeviceStore

__all__ = ["Authenticator"]

F = TypeVar("F", bound=BaseFlow[Any, Any])
T = TypeVar("T")


class Authenticator(ProcessBound):
    """Signs people in, and up: begins flows, and runs them until they pause for a person or have ended.

    It keeps no state of any flow. Threads may share it if they may share its backend and device store.

    Args:
        app: the app client.
        backend: sends the requests.
        admin: use the admin API (AdminInitiateAuth, AdminRespondToAuthChallenge), which needs AWS credentials.
        devices: the store of remembered devices. It is used in sign-ins that have a ``holder``.
        remember: what to do with a new device that Cognito proposes to remember.
        observe: called after each request.
        backoff: how throttled requests are retried.
        stamp: returns the Stamp (time and entropy) of each event; for tests.

    Raises:
        InvalidInput: an argument has the wrong type, the backend is for another region than the user pool's, or it
            can't sign requests as the admin API requires.
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
        require_backend(app, backend, admin=admin, asynchronous=False)
        require_device_store(devices, asynchronous=False)
        self._runner = Runner(
            app,
            _BlockingEffects(backend, devices),
            admin=admin,
            remember=remember,
            observe=observe,
            backoff=backoff,
            stamp=stamp,
        )
        self._refresher = Refresher(self._runner, stamp, ThreadFlight)

    @overload
    def begin(self, opening: Opening, *, context: Context | None = None, holder: str | None = None) -> Flow: ...
    @overload
    def begin(self, opening: Opens[F], *, context: Context | None = None) -> F: ...
    def begin(
        self, opening: Opening | Opens[F], *, context: Context | None = None, holder: str | None = None
    ) -> Flow | F:
        """Begin a sign-in or another flow, and run it until it pauses at a question, is complete, or has failed.

        Args:
            opening: how to sign in, or another opening such as ``SignUp`` or ``ResetPassword``.
            context: sent to Cognito with each request.
            holder: identifies what holds the person's remembered device, such as a browser or an installation; see
                ``DeviceStore``. The flow keeps it. It is for sign-ins only.

        Raises:
            InvalidInput: an argument is invalid. Nothing was sent.
            UnexpectedReply: Cognito's reply makes no sense here. ``.flow`` is the flow before that request.
            BackendError: the transport failed. ``.flow`` is the flow before that request; ``run`` sends it again.
            StoreError, SnapshotError, OSError: the device store can't be read.
        """
        if isinstance(opening, Opens):
            require_no_holder(holder)
            return run_to_end(self._runner.begin_other(opening, context=context))
        return run_to_end(self._runner.begin(opening, context=context, holder=holder))

    def answer(self, flow: F, answer: Answer, *, context: Context | None = None) -> F:
        """Answer the question of a flow, and run the flow until it pauses again or has ended.

        Args:
            flow: a flow at a question.
            answer: the result of ``flow.challenge.answer(...)``.
            context: replaces the flow's own context until the flow pauses again.

        Raises:
            InvalidInput: the answer belongs to another question, or the flow to another app client. Nothing was sent.
            IllegalTransition: the flow is not at a question.
            UnexpectedReply: as for ``begin``.
            BackendError: as for ``begin``; ``.rested`` is the ``flow`` that you passed.
        """
        return run_to_end(self._runner.answer(flow, answer, context=context))

    def run(self, flow: F) -> F:
        """Run a flow that has a request to send, until it pauses or has ended.

        A resting flow is returned as it is, unless it is at a device challenge that the device store can now answer.

        Call this with ``error.flow`` to send a request again after a BackendError. Whether Cognito processed the first
        request is unknown: if it consumed the Session, it refuses the second request, and the flow fails.

        Raises:
            InvalidInput: the flow belongs to another app client.
            UnexpectedReply: as for ``begin``.
            BackendError: as for ``begin``; ``.rested`` is None for a flow that had a request to send.
        """
        return run_to_end(self._runner.run(flow))

    def cancel(self, flow: F) -> F:
        """Give up a flow: return it as ``Failed`` with ``Reason.CANCELLED``. Nothing is sent.

        A flow that is signed in loses its tokens, and Cognito does not revoke them. A failed flow stays as it is.

        Raises:
            InvalidInput: the flow belongs to another app client.
        """
        return self._runner.cancel(flow)

    def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Answer],
        *,
        context: Context | None = None,
        holder: str | None = None,
    ) -> Tokens:
        """Sign a person in from begin to end, and return the tokens.

        Args:
            opening: how to sign in.
            ask: called with each challenge; returns the person's answer, made with ``challenge.answer(...)``.
            context: sent to Cognito with each request.
            holder: identifies what holds the person's remembered device; see ``begin``.

        Raises:
            SignInFailed: the flow failed; ``.reason`` says why.
            InvalidInput, UnexpectedReply, BackendError: as for ``begin``.
        """
        require_ask(ask, asynchronous=False)

        async def ask_async(challenge: Challenge) -> Answer:
            return ask(challenge)

        return run_to_end(self._runner.sign_in(opening, ask_async, context=context, holder=holder))

    def fresh(self, tokens: Tokens, *, margin: timedelta = timedelta(seconds=60), holder: str | None = None) -> Tokens:
        """Return tokens that are valid for longer than ``margin``: these, or new ones if they expire before.

        Call it before each use of the tokens, and store what it returns if it is not what you passed. Callers with the
        same refresh token share one refresh, also those that still pass the old tokens up to 60 s later. The refresh
        token stays the same unless Cognito rotates it.

        If the refresh fails for another reason than that the sign-in has ended, the tokens are returned as long as they
        are valid.

        Args:
            tokens: the tokens of a sign-in or of an earlier refresh.
            margin: for how long they must be valid, up to 1 day.
            holder: identifies what holds the person's remembered device; pools that track devices need it.

        Raises:
            SignInFailed: the sign-in has ended: the refresh token was revoked, was reused or has expired, or the user
                is gone, is disabled, is not confirmed or must reset the password. Forget the tokens, and sign in again.
            Refusal: the tokens have expired, and Cognito refuses to refresh them for a reason that does not lie with
                the person, such as a wrong client secret, or a missing ``holder``. Keep the tokens.
            BackendError, UnexpectedReply: the tokens have expired, and Cognito can't be reached. Keep the tokens, and
                call ``fresh`` again; the error has no flow.
            InvalidInput: an argument is invalid. Nothing was sent.
            StoreError, SnapshotError, OSError: the device store can't be read.
        """
        return run_to_end(self._refresher.fresh(tokens, margin=margin, holder=holder))

    def sign_out(self, tokens: Tokens) -> None:
        """End one sign-in: Cognito revokes its refresh token, and the access tokens that came with it.

        Services that verify access tokens by themselves accept them until they expire. Forget the tokens in any case.

        Args:
            tokens: the tokens of the sign-in, or of a later refresh. They may have expired.

        Raises:
            Refusal: Cognito refuses, such as an app client whose tokens can't be revoked (EnableTokenRevocation).
            BackendError: Cognito can't be reached; whether it revoked the tokens is unknown. Call this again.
            InvalidInput: ``tokens`` has the wrong type.
        """
        run_to_end(self._runner.sign_out(tokens))

    def sign_out_everywhere(self, tokens: Tokens) -> None:
        """End all sign-ins of a person, of all app clients: GlobalSignOut, or AdminUserGlobalSignOut with ``admin``.

        Args:
            tokens: the person's tokens. Without ``admin`` they are refreshed first if the access token has expired.

        Raises:
            SignInFailed: this sign-in has ended already; others may go on.
            Refusal: Cognito refuses; ``.reason`` says why.
            BackendError: Cognito can't be reached; whether it revoked the tokens is unknown. Call this again.
            UnexpectedReply: the refresh got a reply that makes no sense.
            InvalidInput: ``tokens`` has the wrong type.
        """
        run_to_end(self._refresher.sign_out_everywhere(tokens))

    def remember_device(
        self,
        tokens: Tokens,
        holder: str,
        *,
        remembered: bool = True,
        entered_username: str | None = None,
        name: str | None = None,
    ) -> DeviceFlow:
        """Confirm the new device that Cognito proposed with the tokens, and put it into the device store.

        Args:
            tokens: the tokens, with ``new_device``.
            holder: identifies what holds the device from now on; see ``begin``.
            remembered: whether the device may replace a second factor, in user pools that leave this to the person.
            entered_username: the name with which the person signed in; by default that of the tokens.
            name: the person's name for the device.

        Returns:
            A flow in ``Kept`` or ``Failed``. The tokens are valid in both cases.

        Raises:
            InvalidInput: the tokens have no new device, or there is no device store. Nothing was sent.
            UnexpectedReply, BackendError: the device is not remembered. Cognito proposes one again at the next sign-in.
        """
        return run_to_end(
            self._runner.remember_device(
                tokens, holder, remembered=remembered, entered_username=entered_username, name=name
            )
        )


class _BlockingEffects:
    """Effects whose coroutines block and never suspend."""

    def __init__(self, backend: Backend, devices: DeviceStore | None) -> None:
        self._backend = backend
        self.devices = None if devices is None else ImmediateDeviceStore(devices)

    async def call(self, request: Request) -> Mapping[str, Any]:
        """Call the backend."""
        reply = self._backend.call(request)
        if isinstance(reply, Coroutine):  # of a plain function that returns one
            reply.close()
            raise InvalidInput("backend", NEEDS_BLOCKING)
        return reply

    async def compute(self, step: Callable[[], T]) -> T:
        """Run the step in this thread."""
        return step()

    async def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)
