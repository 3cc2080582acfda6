"""Faults between the client and Cognito: a flow rests, fails with a reason, or its request can be sent again."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authflow import (
    Authenticator,
    BackendError,
    Backoff,
    Failed,
    Flow,
    MemoryDeviceStore,
    Reason,
    Refresh,
    SignedIn,
    Throttled,
    UnexpectedReply,
)
from authflow.core.flow import BaseFlow
from authflow.emulator import Emulator
from authflow.testing import Fault, FaultyBackend
from tests.support.drivers import AUTHENTICATORS
from tests.support.emulator.world import PASSWORD, Clock
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.users import NEW_PASSWORD, Pool, User, create_user, make_pool

ALL = (SMS, TOTP, EMAIL)
ONCE = Backoff(tries=1)
HOLDER = "browser-1"
# Pools, users and openings that together send every kind of request
SCENARIOS: Final[list[tuple[PoolModel, UserModel, str, str | None]]] = [
    (PoolModel(requires_name=True), UserModel(temporary=True), "srp", None),
    (PoolModel("ON", (TOTP,)), UserModel(email=False), "srp", None),
    (PoolModel("ON", ALL), UserModel(phone=True, enabled_factors=frozenset({SMS}), preferred=SMS), "password", None),
    (PoolModel("OPTIONAL", ALL), UserModel(phone=True, enabled_factors=frozenset({SMS, EMAIL})), "srp", None),
    (PoolModel("OFF", challenges_devices=True, asks_to_remember=True), UserModel(), "custom_srp", None),
    (PoolModel("OFF", riddles=2), UserModel(), "custom", None),
    (PoolModel("OFF", codes_first=True), UserModel(phone=True), "choice", "PASSWORD_SRP"),
    (PoolModel("OFF", codes_first=True), UserModel(), "choice", "EMAIL_OTP"),
]


@pytest.fixture(scope="module")
def pools() -> dict[PoolModel, Pool]:
    clock = Clock()
    emulator = Emulator(clock, seed=1)
    return {pool_model: make_pool(emulator, clock, pool_model) for pool_model, *_ in SCENARIOS}


def copy_model(user_model: UserModel) -> UserModel:
    return UserModel(**vars(user_model))


# One fault, at each call in turn


@dataclass
class Attempt:
    """A sign-in with a backend that injects faults."""

    user: User
    faulty: FaultyBackend
    auth: Authenticator
    option: str | None

    def sign_in(self, kind: str) -> Flow:
        flow = self.auth.begin(self.user.make_opening(kind), holder=HOLDER)
        while flow.challenge is not None:
            flow = self.auth.answer(flow, self.answer(flow))
        return flow

    def answer(self, flow: Flow) -> Any:
        assert flow.challenge
        options = getattr(flow.challenge, "options", ())
        return self.user.answer(flow.challenge, self.option if self.option in options else None)


def make_attempt(pool: Pool, user_model: UserModel, faults: Iterable[Fault | None], option: str | None) -> Attempt:
    faulty = FaultyBackend(pool.world.emulator.backend(), faults)
    auth = Authenticator(
        pool.make_app(secret=True), faulty, devices=MemoryDeviceStore(), stamp=pool.make_stamp, backoff=ONCE
    )
    return Attempt(create_user(pool, copy_model(user_model)), faulty, auth, option)


def fault_each_call(
    pool: Pool, user_model: UserModel, kind: str, option: str | None, fault: Fault
) -> Iterator[tuple[Attempt, BackendError | None]]:
    """Sign in repeatedly, with the fault one call later each time; yield each attempt and its error, if any."""
    for calls in itertools.count():
        attempt = make_attempt(pool, user_model, [*[None] * calls, fault], option)
        error = None
        try:
            flow = attempt.sign_in(kind)
        except BackendError as caught:
            error = caught
        else:
            assert isinstance(flow.state, SignedIn)
            if len(attempt.faulty.met) <= calls:
                return
        yield attempt, error


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario[2]} {scenario[3] or ''}")
def test_a_request_that_never_arrived_can_be_sent_again(pools: dict[PoolModel, Pool], scenario: Any) -> None:
    pool_model, user_model, kind, option = scenario
    for attempt, error in fault_each_call(pools[pool_model], user_model, kind, option, Fault.LOST):
        if error is None:
            assert attempt.faulty.met[-1][0] in ("ConfirmDevice", "UpdateDeviceStatus"), (
                "a failure of these does not fail the sign-in"
            )
            continue
        flow = attempt.auth.run(error.flow)
        while flow.challenge is not None:
            flow = attempt.auth.answer(flow, attempt.answer(flow))
        assert isinstance(flow.state, SignedIn)
        assert flow.state.tokens.username == attempt.user.username


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.CRASHED, Fault.TRUNCATED, Fault.GARBLED])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario[2]} {scenario[3] or ''}")
def test_a_request_that_arrived_is_handled_once(pools: dict[PoolModel, Pool], scenario: Any, fault: Fault) -> None:
    """Sent again, a request with a Session fails, because the Session is used.

    InitiateAuth starts a new sign-in. A proof without a Session, after USER_SRP_AUTH, is accepted again.
    """
    pool_model, user_model, kind, option = scenario
    for attempt, error in fault_each_call(pools[pool_model], user_model, kind, option, fault):
        if error is None:
            assert attempt.faulty.met[-1][0] in ("ConfirmDevice", "UpdateDeviceStatus")
            continue
        operation = attempt.faulty.met[-1][0]
        is_proof = kind == "srp" and len(attempt.faulty.met) == 2
        again = attempt.auth.run(error.flow)
        if operation == "InitiateAuth" or is_proof:
            assert error.rested is None
            assert not isinstance(again.state, Failed)
        else:
            assert isinstance(again.state, Failed)
            assert again.state.reason is Reason.SESSION_EXPIRED
        fresh = attempt.sign_in(kind)  # a new sign-in succeeds
        assert isinstance(fresh.state, SignedIn)


def test_a_throttled_request_can_be_sent_again(pools: dict[PoolModel, Pool]) -> None:
    pool_model, user_model, kind, option = SCENARIOS[1]
    for attempt, error in fault_each_call(pools[pool_model], user_model, kind, option, Fault.THROTTLED):
        assert isinstance(error, Throttled)
        assert not isinstance(attempt.auth.run(error.flow).state, Failed)


@pytest.mark.parametrize("by_auth_flow", [True, False])
def test_a_refresh_can_be_sent_again(pools: dict[PoolModel, Pool], by_auth_flow: bool) -> None:
    """This holds without token rotation, and within its grace period."""
    pool = pools[SCENARIOS[0][0]]
    attempt = make_attempt(pool, UserModel(), [None, None, Fault.UNANSWERED], None)
    before = attempt.sign_in("srp")
    assert isinstance(before.state, SignedIn)
    with pytest.raises(BackendError) as caught:
        attempt.auth.begin(
            Refresh(before.state.tokens.refresh_token, before.state.tokens.username, by_auth_flow=by_auth_flow)
        )
    assert isinstance(attempt.auth.run(caught.value.flow).state, SignedIn)


# Random faults at any call, with several users at once


@dataclass
class ConcurrentUser:
    """A user and their flow; ``pending``: the faults still to come."""

    attempt: Attempt
    kind: str
    pending: list[Fault | None]
    flow: Flow | None = None

    def take_turn(self, data: st.DataObject) -> None:
        """Take one step as a service would, and check the result."""
        rested = self.flow
        try:
            self.flow = self.do_next_step()
        except BackendError as error:
            self.check_error(error, error.flow, error.rested is rested)
            if data.draw(st.booleans(), "repeat"):
                self.repeat(error.flow)
            elif data.draw(st.booleans(), "start again"):
                self.flow = None
        except UnexpectedReply as error:
            self.check_error(error, error.flow)
            self.flow = None
        self.check_flow()

    def do_next_step(self) -> Flow | None:
        if self.flow is None:
            return self.attempt.auth.begin(self.attempt.user.make_opening(self.kind), holder=HOLDER)
        if self.flow.challenge is not None and getattr(self.flow.challenge, "options", True):
            return self.attempt.auth.answer(self.flow, self.attempt.answer(self.flow))
        if isinstance(self.flow.state, Failed) and self.flow.state.reason is Reason.WRONG_CREDENTIALS:
            self.try_the_other_password()
        return None

    def repeat(self, calling: Flow) -> None:
        try:
            self.flow = self.attempt.auth.run(calling)
        except (BackendError, UnexpectedReply) as error:
            self.check_error(error, error.flow)
            self.flow = None

    def try_the_other_password(self) -> None:
        """Switch to the other password: after a lost reply it is unknown whether the new one was accepted."""
        user = self.attempt.user
        user.password = PASSWORD if user.password == NEW_PASSWORD else NEW_PASSWORD

    def check_error(self, error: Exception, calling: BaseFlow[Any, Any] | None, rested: bool = True) -> None:
        assert rested, "the error holds the flow of this step"
        assert calling is not None
        assert calling.request is not None, "its request can be sent again"
        assert calling.entered_username == self.attempt.user.username
        shown = f"{error} {error!r} {error.__cause__!r} {calling!r}"
        assert not any(secret in shown for secret in (PASSWORD, NEW_PASSWORD))

    def check_flow(self) -> None:
        if self.flow is None:
            return
        assert self.flow.is_resting
        assert self.flow.entered_username == self.attempt.user.username
        if isinstance(self.flow.state, SignedIn):
            assert self.flow.state.tokens.username == self.attempt.user.username
        elif isinstance(self.flow.state, Failed):
            assert self.flow.state.reason in Reason

    def sign_in_without_faults(self) -> None:
        """Sign in without further faults, with whichever password is valid now."""
        self.pending.clear()
        flow = self.attempt.sign_in(self.kind)
        if not isinstance(flow.state, SignedIn):
            self.try_the_other_password()
            flow = self.attempt.sign_in(self.kind)
        assert isinstance(flow.state, SignedIn)
        assert flow.state.tokens.username == self.attempt.user.username


def pop_faults(pending: list[Fault | None]) -> Iterator[Fault | None]:
    while pending:
        yield pending.pop(0)


FAULTS: Final = st.one_of(st.none(), st.sampled_from(Fault))


@pytest.mark.slow
@pytest.mark.parametrize("driver", AUTHENTICATORS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_user_receives_another_users_tokens_and_all_sign_in_when_faults_stop(
    pools: dict[PoolModel, Pool], driver: type[Authenticator], data: st.DataObject
) -> None:
    users = []
    for pool_model, user_model, kind, option in data.draw(
        st.lists(st.sampled_from(SCENARIOS), min_size=2, max_size=3), "users"
    ):
        pool, random = pools[pool_model], Random(data.draw(st.integers(0, 2**32), "damage"))
        pending = data.draw(st.lists(FAULTS, max_size=12), "faults")
        faulty = FaultyBackend(pool.world.emulator.backend(), pop_faults(pending), random=random, delay=0)
        auth = driver(
            pool.make_app(secret=True), faulty, devices=MemoryDeviceStore(), stamp=pool.make_stamp, backoff=ONCE
        )
        users.append(
            ConcurrentUser(Attempt(create_user(pool, copy_model(user_model)), faulty, auth, option), kind, pending)
        )
    for user in data.draw(st.lists(st.sampled_from(users), max_size=20), "turns"):
        user.take_turn(data)
    for user in users:
        user.sign_in_without_faults()
