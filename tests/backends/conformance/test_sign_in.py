"""All backends bring a user through the same sign-ins, at an endpoint without faults."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from authflow import AppClient, Failed, Flow, Password, Refusal, SignedIn, Srp, begin, stamp_now
from authflow.core.openings import Opening
from authflow.emulator import Emulator, running
from tests.support.backends import EVERY, Subject, make_subject
from tests.support.emulator.world import PASSWORD, TEMPORARY, Clock, World

IN_PROCESS = "emulator.backend()"


@pytest.fixture(scope="module")
def world() -> World:
    clock = Clock(datetime.now(UTC))
    made = World(Emulator(clock), clock, "", "").make_pool()
    made.make_user("ada")
    made.invite("bob")
    return made


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    with running(lambda _: world.emulator) as address:
        yield address


@pytest.fixture(scope="module", params=[*EVERY, IN_PROCESS])
def backend(request: pytest.FixtureRequest, world: World, url: str) -> Iterator[Subject]:
    if request.param == IN_PROCESS:
        made = world.emulator.backend()
        subject = Subject(made, made.call, made.call, lambda: None)
    else:
        subject = make_subject(request.param, url)
    yield subject
    subject.close()


def sign_in(backend: Subject, world: World, opening: Opening) -> Flow:
    flow = begin(AppClient(world.pool_id, world.client_id), opening, stamp_now())
    while flow.request is not None:
        try:
            flow = flow.receive(backend.call(flow.request), stamp_now())
        except Refusal as refusal:
            flow = flow.refuse(refusal, stamp_now())
    return flow


@pytest.mark.parametrize("opening", [Srp, Password])
def test_a_sign_in(world: World, backend: Subject, opening: type[Srp | Password]) -> None:
    state = sign_in(backend, world, opening("ada", PASSWORD)).state
    assert isinstance(state, SignedIn)
    assert state.tokens.username == "ada"


def test_a_challenge(world: World, backend: Subject) -> None:
    assert sign_in(backend, world, Password("bob", TEMPORARY)).node == "new_password_required"


@pytest.mark.parametrize("opening", [Srp, Password])
def test_a_refusal(world: World, backend: Subject, opening: type[Srp | Password]) -> None:
    state = sign_in(backend, world, opening("nobody", "Wr0ng-passw0rd")).state
    assert isinstance(state, Failed)
    assert (state.code, state.message) == ("UserNotFoundException", "User does not exist.")
