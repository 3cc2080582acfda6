"""examples/textual_login.py shows every challenge from its form: a person types into it, and signs in."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pyotp
import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from authflow import AppClient, Authenticator, Choice, Custom, Flow, MemoryDeviceStore, Password, Srp, begin, stamp_now
from authflow.challenges import CHALLENGES
from authflow.emulator import Emulator
from authflow.messages import load_messages
from tests.support.emulator import mfa
from tests.support.emulator.lambdas import RIDDLE, Riddles, make_riddle_client
from tests.support.emulator.passkeys import make_authenticator, make_passkey_pool, register
from tests.support.emulator.world import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, TEMPORARY, Clock, World

EXAMPLE = Path(__file__).parents[2] / "examples" / "textual_login.py"
CONTACTS = {
    "email": "ada@example.com",
    "email_verified": "true",
    "phone_number": "+15550109878",
    "phone_number_verified": "true",
}
ENGLISH = load_messages(["en"])


def load() -> Any:
    spec = spec_from_file_location("textual_login", EXAMPLE)
    assert spec
    assert spec.loader
    module = sys.modules["textual_login"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLE_MODULE = load()


@dataclass
class Person:
    """A person in front of the app, who reads what it shows, types into inputs and presses buttons."""

    app: Any
    pilot: Pilot[None]
    met: list[str] = field(default_factory=list)

    async def take(self, action: str, **entered: str) -> None:
        """Enter values into the fields of an action, and press its button."""
        [group] = [each for each in self.app.query("Vertical") if each.name == action]
        for each in group.query(Input):
            each.value = entered.pop((each.name or "").replace(".", "_"), "")
        assert not entered
        button = group.query_one(Button)
        button.press()
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        if self.app.flow is not None:
            self.met.append(str(self.app.flow.node))

    @property
    def text(self) -> str:
        """All that is shown."""
        return "\n".join(str(each.render()) for each in self.app.query(Static))


def make_client(world: World) -> AppClient:
    return AppClient(world.pool_id, world.client_id, world.secret)


def run(world: World, person: Callable[[Person], Any], begin_flow: Any = None, **options: Any) -> Person:
    """Run the app with a person, from the username and the password on."""
    auth = Authenticator(make_client(world), world.emulator.backend(), **options)

    def start(values: Any) -> Flow:
        return begin_flow(auth) if begin_flow else auth.begin(Srp(values["username"], values["password"]))

    async def talk() -> Person:
        app = EXAMPLE_MODULE.LoginApp(auth, start, "Example", ENGLISH)
        async with app.run_test() as pilot:
            await pilot.pause()
            someone = Person(app, pilot)
            await someone.take("answer", username="ada", password=PASSWORD)
            await person(someone)
            return someone

    return asyncio.run(talk())


@pytest.fixture
def world() -> World:
    clock = Clock()
    return World(Emulator(clock=clock), clock, "", "").make_pool()


@pytest.fixture(scope="module", autouse=True)
def met(request: pytest.FixtureRequest) -> Iterator[set[type]]:
    """Collect the challenges that the tests of this file meet. If all tests ran, it must have been each."""
    found: set[type] = set()
    yield found
    is_selection = request.config.option.keyword or any("::" in name for name in request.config.args)
    assert is_selection or found == set(CHALLENGES)


@pytest.fixture(autouse=True)
def _record(met: set[type], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = EXAMPLE_MODULE.LoginApp._show_flow

    async def record(app: Any, flow: Flow) -> None:
        met.add(type(flow.challenge)) if flow.challenge else None
        await shown(app, flow)

    monkeypatch.setattr(EXAMPLE_MODULE.LoginApp, "_show_flow", record)


@pytest.mark.parametrize("factor", [mfa.SMS, mfa.EMAIL])
def test_a_code_in_a_message(world: World, factor: str) -> None:
    world.make_user("ada", **CONTACTS)
    mfa.configure(world, "OPTIONAL", factor)
    mfa.prefer(world, "ada", factor, preferred=factor)

    async def person(someone: Person) -> None:
        code = world.get_last_message().code
        await someone.take("answer", code="six")
        assert "Please enter the whole code" in someone.text
        await someone.take("answer", code=mfa.make_other_code(code))
        assert "That code is not right." in someone.text
        await someone.take("answer", code=code)
        assert "You are signed in." in someone.text

    node = factor.lower()
    assert run(world, person).met == [node, node, node, "signed_in"]


def test_a_choice_of_second_factors_and_the_code_of_an_app(world: World) -> None:
    world.make_user("ada", **CONTACTS)
    mfa.configure(world, "OPTIONAL", mfa.SMS, mfa.TOTP)
    app = mfa.set_up_authenticator(world)
    mfa.prefer(world, "ada", mfa.SMS, mfa.TOTP)

    async def person(someone: Person) -> None:
        assert [str(each.label) for each in someone.app.query(Button)] == [
            "Get a code by text message",
            "Use an authenticator app",
        ]
        await someone.take("SOFTWARE_TOKEN_MFA")
        await someone.take("answer", code=mfa.read_code(world, app))

    assert run(world, person).met == ["select_mfa_type", "software_token_mfa", "signed_in"]


def test_an_authenticator_app_is_set_up(world: World) -> None:
    world.make_user("ada")
    mfa.configure(world, "ON", mfa.TOTP, mfa.EMAIL)

    async def person(someone: Person) -> None:
        await someone.take("email", address="nowhere")
        assert "Please enter an email address" in someone.text
        await someone.take("totp")
        question = someone.app.flow.challenge
        assert question.secret.reveal() in someone.text
        assert "▀" in someone.text, "the QR code"
        assert "Name of the app (optional)" in someone.text
        code = pyotp.TOTP(question.secret.reveal()).at(int(world.clock.now.timestamp()))
        await someone.take("answer", code=code, device_name="my phone")

    assert run(world, person).met == ["mfa_setup", "mfa_setup", "totp_setup", "signed_in"]


def test_a_new_password_and_an_attribute(world: World) -> None:
    name: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
    world = world.make_pool(Schema=[name])
    world.invite("ada", TEMPORARY, email="ada@example.com")

    async def person(someone: Person) -> None:
        await someone.take("answer", new_password="weak", attributes_family_name="Lovelace")
        assert "That password is too short." in someone.text
        await someone.take("answer", new_password=OTHER_PASSWORD)
        assert "Please check this entry" in someone.text
        await someone.take("answer", new_password=OTHER_PASSWORD, attributes_family_name="Lovelace")

    asked = "new_password_required"
    started = run(world, person, lambda auth: auth.begin(Password("ada", TEMPORARY)))
    assert started.met == [asked, asked, asked, "signed_in"]


def test_what_a_pool_asks_itself_is_shown_as_it_is(world: World) -> None:
    world.make_user("ada")
    riddle = make_riddle_client(world, Riddles())

    async def person(someone: Person) -> None:
        assert f"riddle: {RIDDLE['public']}" in someone.text
        await someone.take("answer", answer=RIDDLE["private"])

    assert run(riddle, person, lambda auth: auth.begin(Custom("ada"))).met == ["custom_challenge", "signed_in"]


@pytest.fixture
def choices(world: World) -> World:
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
    flows = [*ALL_FLOWS, "ALLOW_USER_AUTH"]
    made = world.make_pool(Policies=factors).make_client(ExplicitAuthFlows=flows)
    made.make_user("ada", **CONTACTS)
    return made


@pytest.mark.parametrize("option", ["EMAIL_OTP", "SMS_OTP"])
def test_a_choice_of_first_factors(choices: World, option: str) -> None:
    async def person(someone: Person) -> None:
        await someone.take("PASSWORD_SRP")
        assert "Please enter a password" in someone.text
        await someone.take(option)
        await someone.take("answer", code=choices.get_last_message().code)

    met = run(choices, person, lambda auth: auth.begin(Choice("ada"))).met
    assert met == ["select_challenge", "select_challenge", option.lower(), "signed_in"]


@pytest.mark.parametrize("preferred", ["PASSWORD", "PASSWORD_SRP"])
def test_a_password_as_a_challenge(choices: World, preferred: str) -> None:
    async def person(someone: Person) -> None:
        assert [each.password for each in someone.app.query(Input)] == [True]
        await someone.take("answer", password=PASSWORD)

    met = run(choices, person, lambda auth: auth.begin(Choice("ada", preferred))).met
    assert met == [preferred.lower(), "signed_in"]


def test_a_passkey_needs_a_browser(world: World) -> None:
    passkeys = make_passkey_pool(world)
    register(passkeys, make_authenticator())

    async def person(someone: Person) -> None:
        assert "A passkey can't be used in a terminal." in someone.text
        assert not someone.app.query(Input)

    assert run(passkeys, person, lambda auth: auth.begin(Choice("ada", "WEB_AUTHN"))).met == ["web_authn"]


def test_the_password_challenge_of_the_admin_api(world: World) -> None:
    world.make_user("ada")

    def start(auth: Authenticator) -> Flow:
        del auth
        flow = begin(make_client(world), Password("ada", PASSWORD), stamp_now(), admin=True)
        request: Any = flow.request
        params = request.params() | {"AuthFlow": "ADMIN_NO_SRP_AUTH"}
        del params["AuthParameters"]["PASSWORD"]
        return flow.receive(world.emulator.call("AdminInitiateAuth", params), stamp_now())

    async def person(someone: Person) -> None:
        await someone.take("answer", password=PASSWORD)

    assert run(world, person, start, admin=True).met == ["admin_no_srp_auth", "signed_in"]


def test_a_device_that_is_not_here_is_explained(world: World) -> None:
    tracking = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
    world = world.make_pool(DeviceConfiguration=tracking)
    world.make_user("ada", **CONTACTS)
    mfa.configure(world, "ON", mfa.SMS)
    store = MemoryDeviceStore()
    here = Authenticator(make_client(world), world.emulator.backend(), devices=store)
    asked: Any = here.begin(Srp("ada", PASSWORD), holder="here")
    here.answer(asked, asked.challenge.answer(world.get_last_message().code))
    device = store.get("here", "ada")
    assert device

    async def person(someone: Person) -> None:
        assert "This sign-in needs a remembered device that is not available here." in someone.text
        assert not someone.app.query(Button)

    def start(auth: Authenticator) -> Flow:
        return auth.run(begin(make_client(world), Srp("ada", PASSWORD), stamp_now(), device_key=device.key))

    assert run(world, person, start).met == ["device_srp_auth"]


def test_a_failure_says_what_helps_and_begins_again(world: World) -> None:
    world.make_user("grace")

    async def person(someone: Person) -> None:
        assert "The username, the password or the code is not right." in someone.text
        await someone.take("answer", username="a da", password=PASSWORD)
        assert "Please check this entry" in someone.text

    assert run(world, person).met[0] == "failed"


def test_the_emulator_of_the_example_signs_ada_in() -> None:
    emulator, client = EXAMPLE_MODULE.make_emulator()
    auth = Authenticator(client, emulator.backend())
    flow: Any = auth.begin(Srp("ada", "Correct-Horse-9"))
    assert str(auth.answer(flow, flow.challenge.answer_from({"code": emulator.outbox[-1].code})).node) == "signed_in"


def test_text_from_the_network_is_no_markup() -> None:
    shown = EXAMPLE_MODULE.make_text("[red]\x1b[2J[/red]")
    assert str(shown.render()) == "[red]?[2J[/red]"
