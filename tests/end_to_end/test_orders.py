"""Every order of challenges that these pools and users lead to: enumerated, predicted, run to tokens, and printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from authflow import Authenticator, Flow, SignedIn, dumps, loads
from authflow.challenges import MfaSetup, SelectChallenge, SelectMfaType
from authflow.core.requests import Request
from authflow.emulator import Emulator
from tests.support.emulator.world import Clock
from tests.support.model import EMAIL, SMS, TOKENS, TOTP, PoolModel, SignModel, UserModel, expected
from tests.support.people import Person, Site, register, site

ALL = (SMS, TOTP, EMAIL)
OFF, OPTIONAL = PoolModel(), PoolModel("OPTIONAL", ALL)
ON = PoolModel("ON", ALL)
PLAIN, INVITED = UserModel(), UserModel(temporary=True)
BARE = UserModel(email=False)
BOTH = UserModel(phone=True, enabled_factors=frozenset({SMS, EMAIL}))
CONFIGURATIONS: list[tuple[str, PoolModel, UserModel]] = [
    ("no MFA", OFF, PLAIN),
    ("no MFA, invited", replace(OFF, requires_name=True), INVITED),
    ("optional, none enabled", OPTIONAL, PLAIN),
    ("optional, SMS", OPTIONAL, UserModel(phone=True, enabled_factors=frozenset({SMS}))),
    ("optional, email", OPTIONAL, UserModel(enabled_factors=frozenset({EMAIL}))),
    ("optional, TOTP", OPTIONAL, UserModel(totp=True, enabled_factors=frozenset({TOTP}))),
    ("optional, SMS and email", OPTIONAL, BOTH),
    ("optional, SMS and email, email preferred", OPTIONAL, replace(BOTH, preferred=EMAIL)),
    (
        "optional, all three, invited",
        OPTIONAL,
        UserModel(temporary=True, phone=True, totp=True, enabled_factors=frozenset(ALL)),
    ),
    ("required, nothing there", ON, BARE),
    ("required, nothing there, invited", ON, replace(BARE, temporary=True)),
    ("required, TOTP only", PoolModel("ON", (TOTP,)), PLAIN),
    ("required, email there", ON, PLAIN),
    ("required, email and phone there", ON, UserModel(phone=True)),
    ("devices", replace(OPTIONAL, challenges_devices=True), UserModel(phone=True, enabled_factors=frozenset({SMS}))),
    ("devices, asked, required MFA", replace(ON, challenges_devices=True, asks_to_remember=True), PLAIN),
    ("devices, invited", replace(OFF, challenges_devices=True), INVITED),
    ("codes as first factor", replace(OFF, codes_first=True), UserModel(phone=True)),
    ("codes as first factor, invited", replace(OFF, codes_first=True), INVITED),
    ("two riddles", replace(OFF, riddles=2), PLAIN),
    ("two riddles and MFA", replace(ON, riddles=2), UserModel(phone=True)),
    ("a riddle and a device", replace(OFF, challenges_devices=True), PLAIN),
]
OPENINGS: list[tuple[str, str | None]] = [
    ("srp", None),
    ("password", None),
    ("custom", None),
    ("custom_srp", None),
    ("choice", None),
    ("choice", "PASSWORD"),
    ("choice", "PASSWORD_SRP"),
    ("choice", "EMAIL_OTP"),
    ("choice", "SMS_OTP"),
]


class Heard:
    """A backend that notes the name of each challenge."""

    def __init__(self, emulator: Emulator) -> None:
        self._backend = emulator.backend()
        self.names: list[str] = []

    def call(self, request: Request) -> Mapping[str, Any]:
        reply = self._backend.call(request)
        if name := reply.get("ChallengeName"):
            self.names.append(name)
        return reply


@dataclass
class Run:
    """One sign-in along one path of choices."""

    person: Person
    sign: SignModel
    path: tuple[str, ...]
    names: list[str] = field(default_factory=list)
    open_paths: list[tuple[str, ...]] = field(default_factory=list)
    taken: int = 0

    def choose(self, options: tuple[str, ...]) -> str:
        """The option of the path; a new one opens a path for each."""
        if self.taken < len(self.path):
            choice = self.path[self.taken]
        else:
            self.open_paths += [(*self.path, option) for option in options[1:]]
            choice = options[0]
            self.path = (*self.path, choice)
        self.taken += 1
        return choice

    def option(self, flow: Flow) -> str | None:
        challenge = flow.challenge
        if isinstance(challenge, SelectMfaType | SelectChallenge | MfaSetup):
            return self.choose(challenge.options)
        return None

    def note(self, name: str, option: str | None) -> None:
        """Tell the model what was proven."""
        model, sign = self.person.model, self.sign
        match name:
            case "SELECT_CHALLENGE" | "PASSWORD" | "PASSWORD_SRP":
                chosen = option or name
                if chosen.startswith("PASSWORD"):
                    sign.proven.add("first")
                else:
                    sign.preferred = chosen
            case "NEW_PASSWORD_REQUIRED":
                model.temporary = False
            case "SELECT_MFA_TYPE":
                sign.proven.add(f"chose {option}")
            case "MFA_SETUP":
                sign.proven.add(f"chose {option}" if option == EMAIL else "second")
            case "CUSTOM_CHALLENGE":
                sign.riddles_left -= 1
            case "EMAIL_OTP" | "SMS_OTP" if "first" not in sign.proven and not sign.passwordless:
                sign.proven.add("first")
            case _:
                sign.proven.add("second")

    def predicted(self) -> str:
        chosen = [proof.removeprefix("chose ") for proof in self.sign.proven if proof.startswith("chose ")]
        if chosen and "second" not in self.sign.proven:
            return chosen[0]
        return expected(self.person.site.model, self.person.model, self.sign)


def run(run_: Run, auth: Authenticator, heard: Heard, opening: Any, holder: str) -> Flow:
    """Sign in, holding each challenge against the prediction, and each flow against its snapshot."""
    flow = auth.begin(opening, holder=holder)
    while flow.challenge is not None:
        assert flow.challenge.name == run_.predicted(), (heard.names, run_.sign)
        flow = loads(dumps(flow), flow.app)
        assert flow.challenge
        name, option = flow.challenge.name, run_.option(flow)
        flow = auth.answer(flow, run_.person.answer(flow.challenge, option))
        while flow.challenge is not None and flow.challenge.name == "MFA_SETUP" and name == "MFA_SETUP":
            flow = auth.answer(flow, run_.person.answer(flow.challenge))
        run_.note(name, option)
    assert isinstance(flow.state, SignedIn), flow.state
    if run_.predicted() == "DEVICE_SRP_AUTH":
        assert heard.names[-2:] == ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"], "the driver answered for the device"
    else:
        assert run_.predicted() == TOKENS
    return flow


def paths(place: Site, model: UserModel, kind: str, preferred: str | None, admin: bool) -> list[tuple[str, ...]]:
    """Run each path through the choices of one configuration; return the sequences of challenges."""
    found: list[tuple[str, ...]] = []
    todo: list[tuple[str, ...]] = [()]
    while todo:
        path = todo.pop()
        person = register(place, replace(model))
        holder = person.username
        for again in range(2 if place.model.challenges_devices else 1):
            device = place.devices.get(holder, person.username) is not None and kind != "choice"
            sign = SignModel(kind, preferred=preferred, device=device, riddles_left=place.model.riddles)
            if kind in ("srp", "password", "custom_srp"):
                sign.proven.add("first")
            heard = Heard(place.world.emulator)
            auth = Authenticator(
                place.app(secret=bool(again) or admin), heard, admin=admin, devices=place.devices, stamp=place.stamp
            )
            one = Run(person, sign, path if not again else ())
            opening = person.opening(kind, alias=not again, preferred=preferred)
            run(one, auth, heard, opening, holder)
            found.append(tuple(heard.names))
            if not again:
                todo += one.open_paths
    return found


@pytest.fixture(scope="module")
def places() -> dict[PoolModel, Site]:
    clock = Clock()
    emulator = Emulator(clock, seed="orders")
    return {pool: site(emulator, clock, pool) for pool in dict.fromkeys(pool for _, pool, _ in CONFIGURATIONS)}


@pytest.mark.slow
def test_every_order(places: dict[PoolModel, Site], capsys: pytest.CaptureFixture[str]) -> None:
    orders: set[tuple[str, ...]] = set()
    for title, pool, user in CONFIGURATIONS:
        for number, (kind, preferred) in enumerate(OPENINGS):
            orders.update(paths(places[pool], user, kind, preferred, admin=number % 2 == 1 or title == "no MFA"))
    with capsys.disabled():
        print(f"\n{len(orders)} orders of challenges, each run to tokens:")
        for order in sorted(orders, key=lambda order: (len(order), order)):
            print(f"  {' > '.join(order) or '(none)'}")
    names = {name for order in orders for name in order}
    assert len(orders) >= 40
    assert len(names) >= 13
