"""Sign-up and reset against the emulator, with both drivers, suspended and resumed at every question."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow import (
    AppClient,
    Authenticator,
    InvalidInput,
    Reason,
    ResetPassword,
    ResumeSignUp,
    SignedIn,
    SignUp,
    Srp,
    dumps,
    loads,
    seal,
    unseal,
)
from authflow.emulator import Emulator
from authflow.machines.reset_password import PasswordReset
from authflow.machines.sign_up import SignedUp
from tests.support.drivers import AUTHENTICATORS
from tests.support.stores import KEY

OLD, NEW = "Correct-Horse-9", "Battery-Staple-8"
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
EMAIL = {"email": "ada@example.com"}
Flow = Any  # of each machine
WAYS: list[Callable[[Flow], Flow]] = [
    lambda flow: flow,
    lambda flow: loads(dumps(flow), flow.app, type(flow)),
    lambda flow: unseal(seal(flow, KEY), KEY, flow.app, None),
]


class World:
    """An emulator with a pool, its app client, and an Authenticator."""

    def __init__(self, driver: type[Authenticator], *, hides: bool = False, secret: bool = True, **pool: Any) -> None:
        self.emulator = Emulator()
        self.cognito = self.emulator.boto3_client()
        first = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
        settings = {"AutoVerifiedAttributes": ["email"], "Policies": first, **pool}
        self.pool = self.cognito.create_user_pool(PoolName="people", **settings)["UserPool"]["Id"]
        client = self.cognito.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName="web",
            GenerateSecret=secret,
            ExplicitAuthFlows=FLOWS,  # type: ignore[arg-type]  # texts
            PreventUserExistenceErrors="ENABLED" if hides else "LEGACY",
        )["UserPoolClient"]
        app = AppClient(self.pool, client["ClientId"], client.get("ClientSecret"))
        self.auth = driver(app, self.emulator.backend())

    def read_code(self) -> str:
        return self.emulator.outbox[-1].code

    def sign_up(self, name: str = "ada", **attributes: str) -> Flow:
        flow = self.auth.begin(SignUp(name, OLD, attributes or EMAIL))
        return self.auth.answer(flow, flow.challenge.answer(self.read_code())) if flow.challenge else flow

    def can_sign_in(self, password: str, name: str = "ada") -> bool:
        return isinstance(self.auth.begin(Srp(name, password)).state, SignedIn)


@pytest.fixture(params=AUTHENTICATORS)
def driver(request: pytest.FixtureRequest) -> type[Authenticator]:
    made: type[Authenticator] = request.param
    return made


@settings(max_examples=15, deadline=None)
@given(
    events=st.lists(st.sampled_from(["wrong", "resend"]), max_size=4),
    resume=st.sampled_from(WAYS),
    secret=st.booleans(),
)
def test_from_sign_up_to_a_new_password(events: list[str], resume: Callable[[Flow], Flow], *, secret: bool) -> None:
    """Whatever wrong codes and new codes come before it, the right code is accepted."""
    world = World(Authenticator, secret=secret)
    flow: Flow = resume(world.auth.begin(SignUp("ada", OLD, EMAIL)))
    flow = make_mistakes(world, flow, events, resume)
    flow = world.auth.answer(flow, flow.challenge.answer(world.read_code()))
    assert isinstance(flow.state, SignedUp)
    opening = flow.state.opening()
    assert opening
    assert isinstance(world.auth.begin(opening).state, SignedIn)
    flow = make_mistakes(world, resume(world.auth.begin(ResetPassword("ada"))), events, resume, NEW)
    flow = world.auth.answer(flow, flow.challenge.answer(world.read_code(), NEW))
    assert isinstance(flow.state, PasswordReset)
    assert (world.can_sign_in(OLD), world.can_sign_in(NEW)) == (False, True)


def make_mistakes(world: World, flow: Flow, events: list[str], resume: Callable[[Flow], Flow], *more: str) -> Flow:
    """Answer with wrong codes, and ask for new ones. The question is always asked again."""
    for event in events:
        asked = flow.challenge
        wrong = f"{(int(world.read_code()) + 1) % 1_000_000:06}"
        answer = asked.answer(wrong, *more) if event == "wrong" else asked.answer_resend()
        flow = resume(world.auth.answer(flow, answer))
        assert type(flow.challenge) is type(asked)
        assert (flow.challenge.rejected is not None) is (event == "wrong")
    return flow


def test_auto_confirmed(driver: type[Authenticator]) -> None:
    world = World(driver)
    world.emulator.triggers[world.pool] = {"PreSignUp": lambda event: {**event, "response": {"autoConfirmUser": True}}}
    assert world.sign_up().state == SignedUp("ada", confirmed=True)
    assert world.can_sign_in(OLD)


def test_a_pool_that_sends_no_code(driver: type[Authenticator]) -> None:
    world = World(driver, AutoVerifiedAttributes=[])
    assert world.sign_up().state == SignedUp("ada", confirmed=False)
    assert world.auth.begin(Srp("ada", OLD)).failure.reason is Reason.NOT_CONFIRMED  # type: ignore[union-attr]  # it has failed
    world.cognito.admin_confirm_sign_up(UserPoolId=world.pool, Username="ada")
    assert world.can_sign_in(OLD)


def test_without_a_password(driver: type[Authenticator]) -> None:
    world = World(driver)
    flow = world.auth.begin(SignUp("ada", attributes=EMAIL))
    assert flow.challenge
    done = world.auth.answer(flow, flow.challenge.answer(world.read_code())).state
    assert isinstance(done, SignedUp)
    opening = done.opening()
    assert opening
    assert isinstance(world.auth.begin(opening).state, SignedIn)


def test_resumed_after_a_refused_sign_in(driver: type[Authenticator]) -> None:
    world = World(driver)
    world.auth.begin(SignUp("ada", OLD, EMAIL))
    assert world.auth.begin(Srp("ada", OLD)).failure.reason is Reason.NOT_CONFIRMED  # type: ignore[union-attr]  # it has failed
    flow = world.auth.begin(ResumeSignUp("ada"))
    assert flow.challenge
    assert isinstance(world.auth.answer(flow, flow.challenge.answer(world.read_code())).state, SignedUp)
    again = world.auth.begin(ResumeSignUp("ada"))
    assert again.failure
    assert again.failure.reason is Reason.ALREADY_CONFIRMED
    assert world.can_sign_in(OLD)


def test_taken_names(driver: type[Authenticator]) -> None:
    world = World(driver, AliasAttributes=["email"])
    world.sign_up()
    failed = world.auth.begin(SignUp("ada", OLD, EMAIL))
    assert failed.failure
    assert failed.failure.reason is Reason.USERNAME_EXISTS
    flow = world.auth.begin(SignUp("grace", OLD, EMAIL))  # the same email address
    assert flow.challenge
    flow = world.auth.answer(flow, flow.challenge.answer(world.read_code()))
    assert flow.challenge
    assert flow.challenge.rejected
    assert flow.challenge.rejected.code == "AliasExistsException"
    forced = flow.challenge.answer(world.read_code(), force_alias_creation=True)
    assert isinstance(world.auth.answer(flow, forced).state, SignedUp)
    assert world.auth.begin(Srp("ada@example.com", OLD)).username == "grace"


def test_a_refused_password(driver: type[Authenticator]) -> None:
    world = World(driver)
    refused = world.auth.begin(SignUp("ada", "short", EMAIL))
    assert refused.failure
    assert refused.failure.reason is Reason.PASSWORD_REFUSED
    world.sign_up()
    flow = world.auth.begin(ResetPassword("ada"))
    assert flow.challenge
    flow = world.auth.answer(flow, flow.challenge.answer(world.read_code(), "short"))
    assert flow.challenge
    assert flow.challenge.rejected
    assert flow.challenge.rejected.code == "InvalidPasswordException"
    done = world.auth.answer(flow, flow.challenge.answer(world.read_code(), NEW))
    assert isinstance(done.state, PasswordReset)


def test_who_can_not_reset(driver: type[Authenticator]) -> None:
    world = World(driver)
    world.cognito.admin_create_user(UserPoolId=world.pool, Username="invited", TemporaryPassword=OLD)
    world.cognito.admin_create_user(UserPoolId=world.pool, Username="unreachable", TemporaryPassword=OLD)
    world.cognito.admin_set_user_password(UserPoolId=world.pool, Username="unreachable", Password=OLD, Permanent=True)
    reasons = {"invited": Reason.NOT_RESETTABLE, "unreachable": Reason.NO_RECOVERY, "nobody": Reason.WRONG_CREDENTIALS}
    for name, reason in reasons.items():
        failed = world.auth.begin(ResetPassword(name)).failure
        assert failed
        assert failed.reason is reason


def test_hidden_users_get_the_same_questions(driver: type[Authenticator]) -> None:
    world = World(driver, hides=True)
    world.sign_up()
    for name in ("ada", "nobody"):
        flow = world.auth.begin(ResetPassword(name))
        assert flow.challenge
        flow = world.auth.answer(flow, flow.challenge.answer("000000", NEW))
        assert flow.challenge
        assert flow.challenge.rejected
        assert flow.challenge.rejected.code in {"CodeMismatchException", "ExpiredCodeException"}


def test_limits_ask_again(driver: type[Authenticator]) -> None:
    world = World(driver)
    world.sign_up()
    flow = world.auth.begin(ResetPassword("ada"))
    for _ in range(5):
        assert flow.challenge
        flow = world.auth.answer(flow, flow.challenge.answer_resend())
    assert flow.challenge
    assert flow.challenge.rejected
    assert flow.challenge.rejected.code == "LimitExceededException"
    done = world.auth.answer(flow, flow.challenge.answer(world.read_code(), NEW))  # the last code is valid
    assert isinstance(done.state, PasswordReset)
    failed = world.auth.begin(ResetPassword("ada")).failure
    assert failed
    assert failed.reason is Reason.LIMIT_EXCEEDED


def test_only_sign_ins_have_a_holder(driver: type[Authenticator]) -> None:
    world = World(driver)
    with pytest.raises(InvalidInput, match="holder"):
        Authenticator.begin(world.auth, SignUp("ada", OLD), holder="browser-1")  # type: ignore[call-overload]  # wrong on purpose
