"""Whatever goes wrong between client and Cognito: a flow rests, has failed with a reason, or can be repeated."""

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
from authflow.emulator import Emulator
from authflow.testing import Fault, FaultyBackend
from tests.support.drivers import BOTH
from tests.support.emulator.world import PASSWORD, Clock
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.people import NEW_PASSWORD, Person, Site, register, site

ALL = (SMS, TOTP, EMAIL)
ONCE = Backoff(tries=1)
HOLDER = "browser-1"
# Pools, users and openings that lead through every request there is
WAYS: Final[list[tuple[PoolModel, UserModel, str, str | None]]] = [
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
def sites() -> dict[PoolModel, Site]:
    clock = Clock()
    emulator = Emulator(clock, seed=1)
    return {pool: site(emulator, clock, pool) for pool, *_ in WAYS}


def copied(model: UserModel) -> UserModel:
    return UserModel(**vars(model))


# One fault, at each call in turn


@dataclass
class Try:
    """A sign-in, one of whose calls goes wrong."""

    person: Person
    faulty: FaultyBackend
    auth: Authenticator
    option: str | None

    def go(self, kind: str) -> Flow:
        flow = self.auth.begin(self.person.opening(kind), holder=HOLDER)
        while flow.challenge is not None:
            flow = self.auth.answer(flow, self.answer(flow))
        return flow

    def answer(self, flow: Flow) -> Any:
        assert flow.challenge
        options = getattr(flow.challenge, "options", ())
        return self.person.answer(flow.challenge, self.option if self.option in options else None)


def attempt(place: Site, model: UserModel, faults: Iterable[Fault | None], option: str | None) -> Try:
    faulty = FaultyBackend(place.world.emulator.backend(), faults)
    auth = Authenticator(place.app(secret=True), faulty, devices=MemoryDeviceStore(), stamp=place.stamp, backoff=ONCE)
    return Try(register(place, copied(model)), faulty, auth, option)


def each_call(
    place: Site, model: UserModel, kind: str, option: str | None, fault: Fault
) -> Iterator[tuple[Try, BackendError | None]]:
    """Sign in again and again, with the fault one call later each time; yield the sign-ins and what they raised."""
    for calls in itertools.count():
        tried = attempt(place, model, [*[None] * calls, fault], option)
        error = None
        try:
            flow = tried.go(kind)
        except BackendError as caught:
            error = caught
        else:
            assert isinstance(flow.state, SignedIn)
            if len(tried.faulty.met) <= calls:
                return
        yield tried, error


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[2]} {way[3] or ''}")
def test_a_request_that_never_arrived_is_repeated(sites: dict[PoolModel, Site], way: Any) -> None:
    pool, model, kind, option = way
    for tried, error in each_call(sites[pool], model, kind, option, Fault.LOST):
        if error is None:
            assert tried.faulty.met[-1][0] in ("ConfirmDevice", "UpdateDeviceStatus"), "these never cost the tokens"
            continue
        flow = tried.auth.run(error.flow)
        while flow.challenge is not None:
            flow = tried.auth.answer(flow, tried.answer(flow))
        assert isinstance(flow.state, SignedIn)
        assert flow.state.tokens.username == tried.person.username


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.CRASHED, Fault.TRUNCATED, Fault.GARBLED])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[2]} {way[3] or ''}")
def test_a_request_that_was_seen_is_answered_once(sites: dict[PoolModel, Site], way: Any, fault: Fault) -> None:
    """InitiateAuth begins anew; what has a Session fails, and does nothing a second time."""
    pool, model, kind, option = way
    for tried, error in each_call(sites[pool], model, kind, option, fault):
        if error is None:
            assert tried.faulty.met[-1][0] in ("ConfirmDevice", "UpdateDeviceStatus")
            continue
        operation = tried.faulty.met[-1][0]
        again = tried.auth.run(error.flow)
        if operation == "InitiateAuth":
            assert error.rested is None
            assert not isinstance(again.state, Failed)
        else:
            assert isinstance(again.state, Failed)
            assert again.state.reason is Reason.SESSION_EXPIRED
        fresh = tried.go(kind)  # the person begins anew, and is let in
        assert isinstance(fresh.state, SignedIn)


def test_a_throttled_request_was_not_seen(sites: dict[PoolModel, Site]) -> None:
    pool, model, kind, option = WAYS[1]
    for tried, error in each_call(sites[pool], model, kind, option, Fault.THROTTLED):
        assert isinstance(error, Throttled)
        assert not isinstance(tried.auth.run(error.flow).state, Failed)


@pytest.mark.parametrize("by_auth_flow", [True, False])
def test_a_refresh_may_be_repeated(sites: dict[PoolModel, Site], by_auth_flow: bool) -> None:
    """Without rotation, or within its grace period."""
    place = sites[WAYS[0][0]]
    tried = attempt(place, UserModel(), [None, None, Fault.UNANSWERED], None)
    before = tried.go("srp")
    assert isinstance(before.state, SignedIn)
    with pytest.raises(BackendError) as caught:
        tried.auth.begin(
            Refresh(before.state.tokens.refresh_token, before.state.tokens.username, by_auth_flow=by_auth_flow)
        )
    assert isinstance(tried.auth.run(caught.value.flow).state, SignedIn)


# Any faults, anywhere, several people at once


@dataclass
class Visitor:
    """A person and their flow; ``pending``: what still goes wrong."""

    tried: Try
    kind: str
    pending: list[Fault | None]
    flow: Flow | None = None

    def turn(self, data: st.DataObject) -> None:
        """Do one thing that a service would do, and see that all is as documented."""
        rested = self.flow
        try:
            self.flow = self.act()
        except BackendError as error:
            self.check_error(error, error.flow, error.rested is rested)
            if data.draw(st.booleans(), "repeat"):
                self.repeat(error.flow)
            elif data.draw(st.booleans(), "begin anew"):
                self.flow = None
        except UnexpectedReply as error:
            self.check_error(error, error.flow)
            self.flow = None
        self.check()

    def act(self) -> Flow | None:
        if self.flow is None:
            return self.tried.auth.begin(self.tried.person.opening(self.kind), holder=HOLDER)
        if self.flow.challenge is not None and getattr(self.flow.challenge, "options", True):
            return self.tried.auth.answer(self.flow, self.tried.answer(self.flow))
        if isinstance(self.flow.state, Failed) and self.flow.state.reason is Reason.WRONG_CREDENTIALS:
            self.try_the_other_password()
        return None

    def repeat(self, calling: Flow) -> None:
        try:
            self.flow = self.tried.auth.run(calling)
        except (BackendError, UnexpectedReply) as error:
            self.check_error(error, error.flow)
            self.flow = None

    def try_the_other_password(self) -> None:
        """Whether a new one holds is unknown where its answer was lost."""
        person = self.tried.person
        person.password = PASSWORD if person.password == NEW_PASSWORD else NEW_PASSWORD

    def check_error(self, error: Exception, calling: Flow, rested: bool = True) -> None:
        assert rested, "the step's own flow is in the error"
        assert calling.request is not None, "it can be sent again"
        assert calling.entered_username == self.tried.person.username
        shown = f"{error} {error!r} {error.__cause__!r} {calling!r}"
        assert not any(secret in shown for secret in (PASSWORD, NEW_PASSWORD))

    def check(self) -> None:
        if self.flow is None:
            return
        assert self.flow.is_resting
        assert self.flow.entered_username == self.tried.person.username
        if isinstance(self.flow.state, SignedIn):
            assert self.flow.state.tokens.username == self.tried.person.username
        elif isinstance(self.flow.state, Failed):
            assert self.flow.state.reason in Reason

    def come_in(self) -> None:
        """Without further faults a person is let in, with the password that holds by now."""
        self.pending.clear()
        flow = self.tried.go(self.kind)
        if not isinstance(flow.state, SignedIn):
            self.try_the_other_password()
            flow = self.tried.go(self.kind)
        assert isinstance(flow.state, SignedIn)
        assert flow.state.tokens.username == self.tried.person.username


def going(pending: list[Fault | None]) -> Iterator[Fault | None]:
    while pending:
        yield pending.pop(0)


FAULTS: Final = st.one_of(st.none(), st.sampled_from(Fault))


@pytest.mark.slow
@pytest.mark.parametrize("driver", BOTH)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_happens(sites: dict[PoolModel, Site], driver: type[Authenticator], data: st.DataObject) -> None:
    visitors = []
    for pool, model, kind, option in data.draw(st.lists(st.sampled_from(WAYS), min_size=2, max_size=3), "people"):
        place, random = sites[pool], Random(data.draw(st.integers(0, 2**32), "damage"))
        pending = data.draw(st.lists(FAULTS, max_size=12), "faults")
        faulty = FaultyBackend(place.world.emulator.backend(), going(pending), random=random, delay=0)
        auth = driver(place.app(secret=True), faulty, devices=MemoryDeviceStore(), stamp=place.stamp, backoff=ONCE)
        visitors.append(Visitor(Try(register(place, copied(model)), faulty, auth, option), kind, pending))
    for visitor in data.draw(st.lists(st.sampled_from(visitors), max_size=20), "turns"):
        visitor.turn(data)
    for visitor in visitors:
        visitor.come_in()
