"""Sign-ins with a passkey: the library, the emulator, and a software authenticator, suspended before the answer."""

from typing import Any

import pytest

from authflow import AppClient, Authenticator, Choice, Reason, SignedIn, dumps, loads, view
from authflow.challenges import SelectChallenge, WebAuthn
from authflow.testing import SoftwareAuthenticator
from tests.support.drivers import AUTHENTICATORS
from tests.support.emulator import fixtures
from tests.support.emulator.passkeys import make_authenticator, make_passkey_pool, register
from tests.support.emulator.world import World


@pytest.fixture
def world() -> World:
    return make_passkey_pool(fixtures.empty(fixtures.clock()))


@pytest.fixture
def passkeys(world: World) -> SoftwareAuthenticator:
    authenticator = make_authenticator()
    register(world, authenticator)
    return authenticator


@pytest.fixture(params=AUTHENTICATORS)
def auth(request: pytest.FixtureRequest, world: World) -> Authenticator:
    made: Authenticator = request.param(AppClient(world.pool_id, world.client_id), world.emulator.backend())
    return made


@pytest.mark.parametrize("as_text", [False, True])
def test_preferred(auth: Authenticator, passkeys: SoftwareAuthenticator, *, as_text: bool) -> None:
    flow = auth.begin(Choice("ada", "WEB_AUTHN"))
    flow = loads(dumps(flow), flow.app)
    assert isinstance(flow.challenge, WebAuthn)
    credential: Any = passkeys.get(flow.challenge.options)
    answer = flow.challenge.answer_from({"credential": credential}) if as_text else flow.challenge.answer(credential)
    assert isinstance(auth.answer(flow, answer).state, SignedIn)


def test_chosen(auth: Authenticator, passkeys: SoftwareAuthenticator) -> None:
    flow = auth.begin(Choice("ada"))
    assert isinstance(flow.challenge, SelectChallenge)
    assert "WEB_AUTHN" in flow.challenge.options
    flow = auth.answer(flow, flow.challenge.answer("WEB_AUTHN"))
    assert isinstance(flow.challenge, WebAuthn)
    flow = auth.answer(flow, flow.challenge.answer(passkeys.get(flow.challenge.options)))
    assert isinstance(flow.state, SignedIn)


def test_a_wrong_origin(auth: Authenticator, passkeys: SoftwareAuthenticator) -> None:
    flow = auth.begin(Choice("ada", "WEB_AUTHN"))
    assert isinstance(flow.challenge, WebAuthn)
    passkeys.origin = "https://evil.example"
    failed = auth.answer(flow, flow.challenge.answer(passkeys.get(flow.challenge.options))).failure
    assert failed
    assert failed.reason is Reason.OTHER


def test_a_page_gets_the_options(auth: Authenticator, passkeys: SoftwareAuthenticator) -> None:
    assert passkeys.credentials
    flow = auth.begin(Choice("ada", "WEB_AUTHN"))
    assert isinstance(flow.challenge, WebAuthn)
    [action] = view(flow)["form"]["actions"]
    [field] = action["fields"]
    assert (field["kind"], field["shown"]) == ("passkey", flow.challenge.options)


def test_both_sides_name_the_same_node(auth: Authenticator, world: World, passkeys: SoftwareAuthenticator) -> None:
    assert passkeys.credentials
    flow = auth.begin(Choice("ada", "WEB_AUTHN"))
    assert [sign_in["node"] for sign_in in world.emulator.overview.list_sign_ins()] == [flow.node]
