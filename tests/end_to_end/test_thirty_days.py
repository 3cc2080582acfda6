"""A person stays signed in for as long as the refresh token is valid, whatever the clock and the pool do."""

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow import (
    AppClient,
    Authenticator,
    BackendError,
    Backoff,
    MemoryDeviceStore,
    Password,
    Refusal,
    SignInFailed,
    Srp,
    Stamp,
    Tokens,
    UnexpectedReply,
)
from authflow.emulator import Emulator
from authflow.testing import Fault, FaultyBackend
from authflow.tokens import Rejection, TokenRejected, TokenVerifier
from tests.support.emulator.world import PASSWORD, ROTATING_FLOWS, Clock, World

MONTH = timedelta(days=30)
PAUSES = st.lists(st.integers(1, 48 * 3600), min_size=1, max_size=25).map(
    lambda seconds: [timedelta(seconds=each) for each in seconds]
)


class Person:
    """A person whose tokens are kept as JSON text between uses, as by a web application."""

    def __init__(self, **client: Any) -> None:
        self.clock = Clock()
        world = World(Emulator(self.clock), self.clock, "", "").make_pool()
        self.world = world.make_client(**client) if client else world
        self.world.make_user("ada")
        self.app = AppClient(self.world.pool_id, self.world.client_id, self.world.secret)
        self.auth = Authenticator(self.app, self.world.emulator.backend(), stamp=self.stamp)
        self.verifier = TokenVerifier(self.app, keys=self.world.emulator.jwks(self.world.pool_id), clock=self.clock)
        self.text = self.auth.begin(Password("ada", PASSWORD)).tokens.to_json()

    def stamp(self) -> Stamp:
        return Stamp(self.clock.now, secrets.token_bytes(64))

    def use(self) -> Tokens:
        """Use the tokens as the documentation says, and return them."""
        tokens = self.auth.fresh(Tokens.from_json(self.text))
        self.text = tokens.to_json()
        assert self.verifier.access(tokens.access_token).username == "ada"
        assert self.verifier.id(tokens.id_token).username == "ada"
        return tokens


@settings(max_examples=15, deadline=None)
@given(PAUSES, st.booleans())
def test_until_the_refresh_token_expires(pauses: list[timedelta], has_secret: bool) -> None:
    person = Person(GenerateSecret=has_secret)
    end = person.clock.now + MONTH
    for pause in pauses:
        person.clock.now = min(person.clock.now + pause, end - timedelta(seconds=1))
        assert person.use().expires_at > person.clock.now + timedelta(seconds=60)
    person.clock.now = end + timedelta(seconds=1)
    with pytest.raises(SignInFailed):
        person.auth.fresh(Tokens.from_json(person.text), margin=timedelta(days=1))


@settings(max_examples=15, deadline=None)
@given(PAUSES, st.sampled_from([0, 60]))
def test_rotation(pauses: list[timedelta], grace: int) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": grace}
    person = Person(RefreshTokenRotation=rotation, ExplicitAuthFlows=ROTATING_FLOWS)
    used = {Tokens.from_json(person.text).refresh_token}
    for pause in pauses:
        person.clock.now += min(pause, timedelta(days=1))
        before = Tokens.from_json(person.text)
        tokens = person.use()
        assert (tokens.refresh_token in used) == (tokens == before)
        used.add(tokens.refresh_token)
        if person.clock.now > person.clock().replace(year=2027):
            break


def test_a_lost_reply_within_the_grace_period_costs_nothing() -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    person = Person(RefreshTokenRotation=rotation, ExplicitAuthFlows=ROTATING_FLOWS)
    backend = FaultyBackend(person.world.emulator.backend(), [Fault.UNANSWERED])
    person.auth = Authenticator(person.app, backend, stamp=person.stamp)
    before = Tokens.from_json(person.text)
    person.clock.forward(minutes=59, seconds=30)
    assert person.use() == before
    person.clock.forward(seconds=59)
    assert person.use().refresh_token != before.refresh_token


def test_a_lost_reply_without_grace_ends_the_sign_in() -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    person = Person(RefreshTokenRotation=rotation, ExplicitAuthFlows=ROTATING_FLOWS)
    backend = FaultyBackend(person.world.emulator.backend(), [Fault.UNANSWERED])
    person.auth = Authenticator(person.app, backend, stamp=person.stamp)
    before = Tokens.from_json(person.text)
    person.clock.forward(minutes=59, seconds=30)
    assert person.use() == before
    person.clock.forward(seconds=1)
    with pytest.raises(SignInFailed):
        person.use()


@settings(max_examples=25, deadline=None)
@given(PAUSES, st.lists(st.none() | st.sampled_from(Fault), max_size=20))
def test_no_fault_of_the_network_ends_a_sign_in(pauses: list[timedelta], faults: list[Fault | None]) -> None:
    person = Person()
    end = person.clock.now + MONTH - timedelta(seconds=1)
    backend = FaultyBackend(person.world.emulator.backend(), faults, delay=0)
    person.auth = Authenticator(person.app, backend, stamp=person.stamp, backoff=Backoff(tries=1))
    for pause in pauses:
        person.clock.now = min(person.clock.now + pause, end)
        with suppress(BackendError, UnexpectedReply):
            person.use()
    person.auth = Authenticator(person.app, person.world.emulator.backend(), stamp=person.stamp)
    assert person.use().expires_at > person.clock.now


@pytest.mark.parametrize("end", ["GlobalSignOut", "RevokeToken", "AdminDisableUser", "AdminDeleteUser"])
def test_a_sign_in_that_was_ended(end: str) -> None:
    person = Person()
    tokens, world = person.use(), person.world
    match end:
        case "GlobalSignOut":
            world.call(end, AccessToken=tokens.access_token)
        case "RevokeToken":
            world.call(end, ClientId=world.client_id, Token=tokens.refresh_token)
        case _:
            world.call_admin(end, "ada")
    assert person.use() == tokens  # no token tells that it was revoked
    person.clock.forward(hours=1)
    with pytest.raises(SignInFailed):
        person.use()


def test_an_expired_token_is_rejected_until_it_is_refreshed() -> None:
    person = Person()
    old = person.use()
    person.clock.forward(hours=1, seconds=10)
    with pytest.raises(TokenRejected) as caught:
        person.verifier.access(old.access_token)
    assert caught.value.reason is Rejection.EXPIRED
    assert person.use() != old


@pytest.mark.parametrize("drift", [-3600, 3600])
def test_the_drift_of_a_server_whose_clock_is_wrong(drift: int) -> None:
    person = Person()
    person.auth = Authenticator(
        person.app,
        person.world.emulator.backend(),
        stamp=lambda: Stamp(person.clock.now - timedelta(seconds=drift), bytes(64)),
    )
    tokens = person.auth.begin(Password("ada", PASSWORD)).tokens
    assert abs(tokens.drift - timedelta(seconds=drift)) < timedelta(seconds=1)
    assert person.auth.fresh(tokens) is tokens
    person.clock.forward(minutes=59)
    assert person.auth.fresh(tokens) is not tokens


def test_a_remembered_device() -> None:
    clock = Clock()
    devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
    world = World(Emulator(clock), clock, "", "").make_pool(DeviceConfiguration=devices)
    world.make_user("ada")
    auth = Authenticator(
        AppClient(world.pool_id, world.client_id),
        world.emulator.backend(),
        devices=MemoryDeviceStore(),
        stamp=lambda: Stamp(clock.now, secrets.token_bytes(64)),
    )
    tokens = auth.begin(Srp("ada", PASSWORD), holder="browser-1").tokens
    clock.forward(hours=1)
    with pytest.raises(Refusal):
        auth.fresh(tokens)
    for _ in range(3):
        tokens = auth.fresh(tokens, holder="browser-1")
        assert tokens.expires_at > clock.now
        clock.forward(days=9)
