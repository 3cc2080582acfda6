"""Both Authenticators: they run a flow until it pauses, and lose nothing if the transport fails."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from authflow import (
    AppClient,
    Authenticator,
    BackendError,
    Backoff,
    Context,
    Failed,
    IllegalTransition,
    InvalidInput,
    Node,
    Password,
    Reason,
    Refusal,
    SignedIn,
    SignInFailed,
    Srp,
    Throttled,
    UnexpectedReply,
    dumps,
    loads,
)
from authflow.challenges import Challenge, NewPasswordRequired
from authflow.core.answers import Answer
from authflow.core.requests import Request
from authflow.drivers.options import AnyFlow, Outcome
from tests.support.drivers import AUTHENTICATORS
from tests.support.replies import new_password_required, password_verifier, tokens
from tests.support.samples import APP, stamp

Said = Mapping[str, Any] | Exception


@pytest.fixture(autouse=True, params=AUTHENTICATORS)
def _both_drivers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test of this module with both drivers."""
    monkeypatch.setattr(f"{__name__}.Authenticator", request.param)


class Script:
    """A backend with scripted replies. It keeps the requests in ``heard``."""

    def __init__(self, *says: Said) -> None:
        self._says: Iterator[Said] = iter(says)
        self.heard: list[Request] = []

    def call(self, request: Request) -> Mapping[str, Any]:
        self.heard.append(request)
        said = next(self._says)
        if isinstance(said, Exception):
            raise said
        return said


class Unsigned(Script):
    """A backend that can't sign."""

    signs = False


async def coroutine(*_: object) -> None: ...


class Awaited:
    """An object whose calls are awaited."""

    async def __call__(self, *_: object) -> None: ...


def answer(challenge: Challenge) -> Answer:
    """Return a person's answer."""
    match challenge:
        case NewPasswordRequired():
            return challenge.answer("N3w-passw0rd", family_name="Lovelace")
        case other:
            raise AssertionError(f"nobody expected {other}")


def test_sign_in_asks_until_the_person_is_signed_in() -> None:
    backend = Script(password_verifier(), new_password_required(), Refusal("InvalidPasswordException"), tokens())
    assert Authenticator(APP, backend).sign_in(Srp("ada", "pw"), answer).username == "ada-sub"
    assert [request.operation for request in backend.heard] == ["InitiateAuth"] + ["RespondToAuthChallenge"] * 3


def test_sign_in_that_fails_says_why() -> None:
    backend = Script(Refusal("NotAuthorizedException", "Incorrect username or password."))
    with pytest.raises(SignInFailed) as caught:
        Authenticator(APP, backend).sign_in(Srp("ada", "pw"), answer)
    assert (caught.value.code, caught.value.reason) == ("NotAuthorizedException", Reason.WRONG_CREDENTIALS)


def test_begin_and_answer_run_until_the_flow_pauses_or_ends() -> None:
    auth = Authenticator(APP, Script(password_verifier(), new_password_required(), tokens()))
    flow = auth.begin(Srp("ada", "pw"))
    assert flow.challenge
    flow = auth.answer(flow, answer(flow.challenge))
    assert isinstance(flow.state, SignedIn)
    assert auth.run(flow) is flow


@pytest.mark.parametrize("error", [BackendError("InitiateAuth: lost"), Throttled("InitiateAuth: slow down")])
def test_a_failed_begin_can_be_repeated(error: BackendError) -> None:
    auth = Authenticator(APP, Script(password_verifier(), error, tokens()), backoff=Backoff(tries=1))
    with pytest.raises(type(error)) as caught:
        auth.begin(Srp("ada", "pw"))
    assert caught.value.rested is None
    assert caught.value.flow.node == "verifying_password"
    assert isinstance(auth.run(caught.value.flow).state, SignedIn)


def test_a_failed_answer_has_both_flows() -> None:
    auth = Authenticator(APP, Script(new_password_required(), BackendError("lost"), BackendError("lost"), tokens()))
    asked = auth.begin(Password("ada", "pw"))
    assert asked.challenge
    with pytest.raises(BackendError) as caught:
        auth.answer(asked, answer(asked.challenge))
    assert caught.value.rested is asked
    calling = caught.value.flow
    with pytest.raises(BackendError) as caught:
        auth.run(calling)
    assert (caught.value.rested, caught.value.flow) == (None, calling)
    assert isinstance(auth.answer(asked, answer(asked.challenge)).state, SignedIn)


def test_an_unexpected_reply_has_the_flow() -> None:
    with pytest.raises(UnexpectedReply) as caught:
        Authenticator(APP, Script({"ChallengeName": "RIDDLE"})).begin(Srp("ada", "pw"))
    assert caught.value.flow
    assert caught.value.flow.node == "initiating_srp"


def test_observe_is_called_after_each_request() -> None:
    seen: list[tuple[str, str, str, str | None]] = []

    def observe(before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float) -> None:
        assert seconds >= 0
        seen.append((str(before.node), request.operation, type(outcome).__name__, str(after.node) if after else None))

    backend = Script(
        password_verifier(), BackendError("lost"), Refusal("NotAuthorizedException"), {"ChallengeName": "RIDDLE"}
    )
    auth = Authenticator(APP, backend, observe=observe)
    with pytest.raises(BackendError) as caught:
        auth.begin(Srp("ada", "pw"))
    assert isinstance(auth.run(caught.value.flow).state, Failed)
    with pytest.raises(UnexpectedReply):
        auth.begin(Srp("ada", "pw"))
    assert seen == [
        ("initiating_srp", "InitiateAuth", "dict", "verifying_password"),
        ("verifying_password", "RespondToAuthChallenge", "BackendError", None),
        ("verifying_password", "RespondToAuthChallenge", "Refusal", "failed"),
        ("initiating_srp", "InitiateAuth", "UnexpectedReply", None),
    ]


def test_an_observer_that_raises_does_not_affect_the_sign_in(caplog: pytest.LogCaptureFixture) -> None:
    def observe(*_: Any, **__: Any) -> None:
        raise ValueError("a token")

    failing: Any = observe
    auth = Authenticator(APP, Script(tokens(), BackendError("lost")), observe=failing)
    assert isinstance(auth.begin(Password("ada", "pw")).state, SignedIn)
    with pytest.raises(BackendError, match="lost") as caught:
        auth.begin(Password("ada", "pw"))
    assert caught.value.flow
    warning = ("authflow", logging.WARNING, "observe raised ValueError; the sign-in continues")
    assert [record for record in caplog.record_tuples if record[0] == "authflow"] == [warning, warning]


def test_cancel_gives_up_a_flow() -> None:
    auth = Authenticator(APP, script := Script(new_password_required(), tokens(), Refusal("NotAuthorizedException")))
    asked, signed_in, failed = (auth.begin(Password("ada", "pw")) for _ in range(3))
    for flow in (asked, signed_in):
        cancelled = auth.cancel(flow)
        assert isinstance(cancelled.state, Failed)
        assert cancelled.state.reason is Reason.CANCELLED
    assert auth.cancel(failed) == failed
    assert len(script.heard) == 3, "nothing is sent"
    foreign = Authenticator(AppClient("eu-west-1_Else0where", APP.client_id), Script())
    with pytest.raises(InvalidInput, match=r"^flow: "):
        foreign.cancel(asked)


def test_the_tokens_of_a_flow_or_why_there_are_none() -> None:
    refusal = Refusal("NotAuthorizedException", "User is disabled.")
    auth = Authenticator(APP, Script(new_password_required(), tokens(), refusal))
    asked, signed_in, failed = (auth.begin(Password("ada", "pw")) for _ in range(3))
    assert isinstance(signed_in.state, SignedIn)
    assert signed_in.tokens is signed_in.state.tokens
    with pytest.raises(SignInFailed, match="User is disabled") as caught:
        _ = failed.tokens
    assert caught.value.reason is Reason.DISABLED
    with pytest.raises(IllegalTransition, match="new_password_required"):
        _ = asked.tokens


def test_the_node_of_a_flow_is_a_node() -> None:
    flow = Authenticator(APP, Script(new_password_required())).begin(Password("ada", "pw"))
    assert flow.node is Node.NEW_PASSWORD_REQUIRED
    assert loads(dumps(flow), APP).node is Node.NEW_PASSWORD_REQUIRED


def test_a_flow_of_another_app_client_is_refused() -> None:
    script = Script(new_password_required(), new_password_required())
    there = AppClient("eu-west-1_Else0where", APP.client_id)
    for foreign in (Authenticator(there, script), Authenticator(APP, script, admin=True)):
        flow = foreign.begin(Password("ada", "pw"))
        assert flow.challenge
        here = Script(tokens())
        with pytest.raises(InvalidInput, match=r"^flow: "):
            Authenticator(APP, here).answer(flow, answer(flow.challenge))
        with pytest.raises(InvalidInput, match=r"^flow: "):
            Authenticator(APP, here).run(flow)
        assert here.heard == []


def test_a_throttled_request_is_retried() -> None:
    seen: list[str] = []

    def observe(before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float) -> None:
        assert before.request == request
        seen.append(f"{request.operation} {type(outcome).__name__} {after.node if after else None} {seconds < 1}")

    slow_down = Throttled("InitiateAuth: slow down")
    backend = Script(slow_down, slow_down, password_verifier(), slow_down, tokens())
    auth = Authenticator(APP, backend, observe=observe, backoff=Backoff(tries=3, first=0.001))
    assert isinstance(auth.begin(Srp("ada", "pw")).state, SignedIn)
    assert seen == [
        "InitiateAuth Throttled None True",
        "InitiateAuth Throttled None True",
        "InitiateAuth dict verifying_password True",
        "RespondToAuthChallenge Throttled None True",
        "RespondToAuthChallenge dict signed_in True",
    ]
    assert backend.heard[0] == backend.heard[1] == backend.heard[2]


def test_retries_end_after_the_last_try() -> None:
    backend = Script(new_password_required(), *[Throttled("slow down")] * 4, tokens())
    auth = Authenticator(APP, backend, backoff=Backoff(tries=4, first=0.001))
    asked = auth.begin(Password("ada", "pw"))
    assert asked.challenge
    with pytest.raises(Throttled) as caught:
        auth.answer(asked, answer(asked.challenge))
    assert len(backend.heard) == 5
    assert caught.value.rested is asked
    assert isinstance(auth.run(caught.value.flow).state, SignedIn)


@pytest.mark.parametrize(
    "error", [BackendError("timed out"), Refusal("LimitExceededException", "Attempt limit exceeded")]
)
def test_no_other_failure_is_retried(error: Exception) -> None:
    backend = Script(error, tokens())
    auth = Authenticator(APP, backend, backoff=Backoff(tries=3, first=0.001))
    with suppress(BackendError):
        auth.begin(Password("ada", "pw"))
    assert len(backend.heard) == 1


def test_context_admin_and_stamp_are_used() -> None:
    backend = Script(new_password_required(), tokens())
    auth = Authenticator(APP, backend, admin=True, stamp=lambda: stamp(7))
    flow = auth.begin(Password("ada", "pw"), context=Context(client_metadata={"a": "1"}))
    assert flow.challenge
    assert flow.challenge.asked_at == stamp().at
    auth.answer(flow, answer(flow.challenge), context=Context(client_metadata={"b": "2"}))
    assert [request.params()["ClientMetadata"] for request in backend.heard] == [{"a": "1"}, {"b": "2"}]
    assert [request.operation for request in backend.heard] == ["AdminInitiateAuth", "AdminRespondToAuthChallenge"]


def test_a_backend_of_another_region_is_refused() -> None:
    backend = Script()
    backend.region = "us-east-1"  # type: ignore[attr-defined]  # a backend may have one
    with pytest.raises(InvalidInput) as caught:
        Authenticator(APP, backend)
    assert caught.value.field == "region"
    Authenticator(AppClient("us-east-1_Ab12Cd34E", APP.client_id), backend)


def test_arguments_of_the_wrong_kind() -> None:
    with pytest.raises(InvalidInput):
        Authenticator("app", Script())  # type: ignore[arg-type]  # wrong on purpose
    options: Any
    for field, options in (
        ("observe", {"observe": "print"}),
        ("observe", {"observe": coroutine}),
        ("observe", {"observe": Awaited()}),
        ("stamp", {"stamp": stamp()}),
        ("stamp", {"stamp": coroutine}),
        ("admin", {"backend": Unsigned(), "admin": True}),
    ):
        with pytest.raises(InvalidInput) as caught:
            Authenticator(APP, **{"backend": Script()} | options)
        assert caught.value.field == field
    auth = Authenticator(APP, Script())
    with pytest.raises(InvalidInput):
        auth.run("flow")  # type: ignore[type-var]  # wrong on purpose
    with pytest.raises(InvalidInput):
        auth.answer("flow", None)  # type: ignore[type-var,arg-type]  # wrong on purpose
