"""Authenticator: drives flows over a blocking backend."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from authflow.app_client import AppClient
from authflow.backend import Backend
from authflow.challenges import Answer, Challenge
from authflow.clock import stamp_now
from authflow.context import Context
from authflow.errors import BackendError, InvalidInput, Refusal, SignInFailed
from authflow.inputs import require_instance
from authflow.openings import Opening
from authflow.requests import Request
from authflow.sign_in import Flow, begin
from authflow.stamp import Stamp
from authflow.states import Failed, SignedIn, Tokens

Outcome: TypeAlias = Mapping[str, Any] | Refusal | BackendError


class Observe(Protocol):
    """Told of every call: for logs and metrics.

    ``request`` and a mapping as ``outcome`` hold secrets: log ``request.operation``, the nodes, ``Refusal.code``.
    """

    def __call__(self, before: Flow, request: Request, outcome: Outcome, after: Flow | None, seconds: float) -> None:
        """Take note of one call; ``after`` is None where the flow did not move."""


class Authenticator:
    """Signs people in: begins flows and goes on with them until they rest.

    May be shared by threads if its backend may; it keeps nothing of any flow.

    Args:
        app: the app client.
        backend: what carries requests.
        admin: use the admin API, which needs AWS credentials.
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
        observe: Observe | None = None,
        stamp: Callable[[], Stamp] = stamp_now,
    ) -> None:
        self._app = require_instance("app", app, AppClient)
        self._backend = backend
        self._admin = require_instance("admin", admin, bool)
        self._observe = observe
        self._stamp = stamp
        region = getattr(backend, "region", None)
        if region is not None and region != app.region:
            raise InvalidInput("region", f"the backend talks to {region}, the pool is in {app.region}")

    def begin(self, opening: Opening, *, context: Context | None = None) -> Flow:
        """Begin a sign-in and go on until it rests.

        Raises:
            InvalidInput: nothing was sent.
            UnexpectedReply: Cognito answered what it should not; ``.flow`` is the flow at that call.
            BackendError: the transport failed; ``.flow`` is the flow at that call.
        """
        return self._run(begin(self._app, opening, self._stamp(), admin=self._admin, context=context), rested=None)

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
        self, opening: Opening, ask: Callable[[Challenge], Answer], *, context: Context | None = None
    ) -> Tokens:
        """Sign a person in, all at once.

        Args:
            opening: how to sign in.
            ask: called with each challenge; returns its reply.
            context: what to tell Cognito with every request.

        Raises:
            SignInFailed: the flow failed; ``.reason`` says why.
            InvalidInput, UnexpectedReply, BackendError: as ``begin``.
        """
        flow = self.begin(opening, context=context)
        while flow.challenge is not None:
            flow = self.answer(flow, ask(flow.challenge))
        match flow.state:
            case SignedIn(tokens):
                return tokens
            case Failed(code, message, reason):
                raise SignInFailed(code, message, reason)
            case other:
                raise AssertionError(f"at rest and not asking, a flow has ended, not {other}")

    def _run(self, flow: Flow, rested: Flow | None) -> Flow:
        while (request := flow.request) is not None:
            try:
                flow = self._step(flow, request)
            except BackendError as error:
                error.flow, error.rested = flow, rested
                raise
        return flow

    def _step(self, flow: Flow, request: Request) -> Flow:
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

    def _after(self, flow: Flow, outcome: Outcome) -> Flow:
        match outcome:
            case BackendError():
                raise outcome
            case Refusal():
                return flow.refuse(outcome, self._stamp())
            case _:
                return flow.receive(outcome, self._stamp())
