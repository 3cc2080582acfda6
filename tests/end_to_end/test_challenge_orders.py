"""Every order of challenges in these pools: each is predicted by the model, run until tokens, and printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from authflow import Authenticator, Flow, SignedIn, dumps, loads
from authflow.challenges import MfaSetup, SelectChallenge, SelectMfaType
from authflow.core.requests import Request
from authflow.emulator import Emulator
from tests.support.emulator.world import Clock
from tests.support.model import EMAIL, SMS, TOKENS, TOTP, PoolModel, SignInModel, UserModel, predict_next
from tests.support.users import Pool, User, create_user, make_pool

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
    ("required, no factor", ON, BARE),
    ("required, no factor, invited", ON, replace(BARE, temporary=True)),
    ("required, TOTP only", PoolModel("ON", (TOTP,)), PLAIN),
    ("required, with email", ON, PLAIN),
    ("required, with email and phone", ON, UserModel(phone=True)),
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


class RecordingBackend:
    """A backend that records the name of each challenge."""

    def __init__(self, emulator: Emulator) -> None:
        self._backend = emulator.backend()
        self.names: list[str] = []

    def call(self, request: Request) -> Mapping[str, Any]:
        reply = self._backend.call(request)
        if name := reply.get("ChallengeName"):
            self.names.append(name)
        return reply


@dataclass
class PathRun:
    """One sign-in along one path of choices."""

    user: User
    sign_in: SignInModel
    path: tuple[str, ...]
    names: list[str] = field(default_factory=list)
    open_paths: list[tuple[str, ...]] = field(default_factory=list)
    taken: int = 0

    def choose(self, options: tuple[str, ...]) -> str:
        """Return the path's next option; at its end the first option, and record a new path for each other one."""
        if self.taken < len(self.path):
            choice = self.path[self.taken]
        else:
            self.open_paths += [(*self.path, option) for option in options[1:]]
            choice = options[0]
            self.path = (*self.path, choice)
        self.taken += 1
        return choice

    def choose_option(self, flow: Flow) -> str | None:
        challenge = flow.challenge
        if isinstance(challenge, SelectMfaType | SelectChallenge | MfaSetup):
            return self.choose(challenge.options)
        return None

    def record_proof(self, name: str, option: str | None) -> None:
        """Record in the model what the user has proven."""
        model, sign_in = self.user.model, self.sign_in
        match name:
            case "SELECT_CHALLENGE" | "PASSWORD" | "PASSWORD_SRP":
                chosen = option or name
                if chosen.startswith("PASSWORD"):
                    sign_in.proven.add("first")
                else:
                    sign_in.preferred = chosen
            case "NEW_PASSWORD_REQUIRED":
                model.temporary = False
            case "SELECT_MFA_TYPE":
                sign_in.proven.add(f"chose {option}")
            case "MFA_SETUP":
                sign_in.proven.add(f"chose {option}" if option == EMAIL else "second")
            case "CUSTOM_CHALLENGE":
                sign_in.riddles_left -= 1
            case "EMAIL_OTP" | "SMS_OTP" if "first" not in sign_in.proven and not sign_in.passwordless:
                sign_in.proven.add("first")
            case _:
                sign_in.proven.add("second")

    def predict_next(self) -> str:
        chosen = [proof.removeprefix("chose ") for proof in self.sign_in.proven if proof.startswith("chose ")]
        if chosen and "second" not in self.sign_in.proven:
            return chosen[0]
        return predict_next(self.user.pool.model, self.user.model, self.sign_in)


def run_path(path_run: PathRun, auth: Authenticator, backend: RecordingBackend, opening: Any, holder: str) -> Flow:
    """Sign in, and compare each challenge with the prediction. Each flow goes through a snapshot."""
    flow = auth.begin(opening, holder=holder)
    while flow.challenge is not None:
        assert flow.challenge.name == path_run.predict_next(), (backend.names, path_run.sign_in)
        flow = loads(dumps(flow), flow.app)
        assert flow.challenge
        name, option = flow.challenge.name, path_run.choose_option(flow)
        flow = auth.answer(flow, path_run.user.answer(flow.challenge, option))
        while flow.challenge is not None and flow.challenge.name == "MFA_SETUP" and name == "MFA_SETUP":
            flow = auth.answer(flow, path_run.user.answer(flow.challenge))
        path_run.record_proof(name, option)
    assert isinstance(flow.state, SignedIn), flow.state
    if path_run.predict_next() == "DEVICE_SRP_AUTH":
        assert backend.names[-2:] == ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"], (
            "the driver answered for the device"
        )
    else:
        assert path_run.predict_next() == TOKENS
    return flow


def run_all_paths(pool: Pool, model: UserModel, kind: str, preferred: str | None, admin: bool) -> list[tuple[str, ...]]:
    """Run each path through the choices of one configuration; return the orders of challenges."""
    found: list[tuple[str, ...]] = []
    todo: list[tuple[str, ...]] = [()]
    while todo:
        path = todo.pop()
        user = create_user(pool, replace(model))
        holder = f"browser of {user.username}"
        for again in range(2 if pool.model.challenges_devices else 1):
            device = pool.devices.get(holder, user.username) is not None and kind != "choice"
            sign_in = SignInModel(kind, preferred=preferred, device=device, riddles_left=pool.model.riddles)
            if kind in ("srp", "password", "custom_srp"):
                sign_in.proven.add("first")
            backend = RecordingBackend(pool.world.emulator)
            auth = Authenticator(
                pool.make_app(secret=bool(again) or admin),
                backend,
                admin=admin,
                devices=pool.devices,
                stamp=pool.make_stamp,
            )
            path_run = PathRun(user, sign_in, path if not again else ())
            opening = user.make_opening(kind, alias=not again, preferred=preferred)
            run_path(path_run, auth, backend, opening, holder)
            found.append(tuple(backend.names))
            if not again:
                todo += path_run.open_paths
    return found


@pytest.fixture(scope="module")
def pools() -> dict[PoolModel, Pool]:
    clock = Clock()
    emulator = Emulator(clock, seed="orders")
    return {
        pool_model: make_pool(emulator, clock, pool_model)
        for pool_model in dict.fromkeys(pool_model for _, pool_model, _ in CONFIGURATIONS)
    }


@pytest.mark.slow
def test_every_order_of_challenges_is_as_predicted(
    pools: dict[PoolModel, Pool], capsys: pytest.CaptureFixture[str]
) -> None:
    orders: set[tuple[str, ...]] = set()
    for title, pool_model, user_model in CONFIGURATIONS:
        for number, (kind, preferred) in enumerate(OPENINGS):
            orders.update(
                run_all_paths(
                    pools[pool_model], user_model, kind, preferred, admin=number % 2 == 1 or title == "no MFA"
                )
            )
    with capsys.disabled():
        print(f"\n{len(orders)} orders of challenges, each run until tokens:")
        for order in sorted(orders, key=lambda order: (len(order), order)):
            print(f"  {' > '.join(order) or '(none)'}")
    names = {name for order in orders for name in order}
    assert len(orders) >= 40
    assert len(names) >= 13
