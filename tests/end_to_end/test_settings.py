"""Where sources disagree on what Cognito does, the library takes either: sign-ins under each setting there is."""

from datetime import timedelta
from typing import Any

import pytest

from authflow import Authenticator, Failed, Flow, MemoryDeviceStore, Reason, Refresh, SignedIn
from authflow.challenges import TotpSetup
from authflow.emulator import Emulator, Settings
from tests.support.emulator.world import Clock
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.people import Person, Site, register, site

ON = PoolModel("ON", (SMS, TOTP, EMAIL))
OPTIONAL = PoolModel("OPTIONAL", (SMS, TOTP, EMAIL))
USERS = {
    "nothing there": (ON, UserModel(email=False)),
    "two factors": (OPTIONAL, UserModel(phone=True, enabled_factors=frozenset({SMS, EMAIL}))),
    "invited": (ON, UserModel(temporary=True)),
    "devices": (PoolModel("OPTIONAL", (SMS,), challenges_devices=True), UserModel()),
}
ALTERNATIVES: dict[str, Settings] = {
    "codes of 8 digits": Settings(mfa_code_digits=8),
    "set-up, then a code": Settings(totp_setup_signs_in=False),
    "email set up elsewhere": Settings(email_setup_by_answer=False),
    "MFAS_CAN_SELECT": Settings(mfa_choice_parameter="MFAS_CAN_SELECT"),
    "MFA_CAN_SETUP": Settings(mfa_setup_parameter="MFA_CAN_SETUP"),
    "first sign-in without MFA": Settings(first_sign_in_without_mfa=True),
    "a proof within seconds": Settings(proof_validity=timedelta(seconds=5)),
    "refresh gives a new device": Settings(refresh_needs_device=False),
    "a riddle instead of the password": Settings(custom_instead_of_password=True),
}


def made(settings: Settings, user: str) -> tuple[Site, Person]:
    clock = Clock()
    pool, model = USERS[user]
    place = site(Emulator(clock, seed=3, settings=settings), clock, pool)
    return place, register(place, model)


def signed_in(auth: Authenticator, person: Person, kind: str) -> Flow:
    """Sign in with right answers."""
    flow = auth.begin(person.opening(kind), holder="browser")
    for _ in range(6):
        if flow.challenge is not None:
            flow = auth.answer(flow, person.answer(flow.challenge))
    return flow


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["srp", "custom_srp"])
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", ALTERNATIVES)
def test_every_setting(name: str, user: str, kind: str) -> None:
    place, person = made(ALTERNATIVES[name], user)
    auth = Authenticator(
        place.app(secret=True), place.world.emulator.backend(), devices=MemoryDeviceStore(), stamp=place.stamp
    )
    flow = signed_in(auth, person, kind)
    assert isinstance(flow.state, SignedIn), flow.state
    again: Any = auth.begin(Refresh(flow.state.tokens.refresh_token, person.username), holder="browser").state
    assert isinstance(again, SignedIn), again


def test_a_wrong_first_code_that_costs_the_session_is_an_outcome_and_not_a_dead_end() -> None:
    place, person = made(Settings(wrong_totp_keeps_session=False), "nothing there")
    auth = Authenticator(place.app(secret=False), place.world.emulator.backend(), stamp=place.stamp)
    flow = auth.begin(person.opening("srp"))
    assert flow.challenge
    flow = auth.answer(flow, person.answer(flow.challenge))
    assert isinstance(flow.challenge, TotpSetup)
    wrong = person.wrong_answer(flow.challenge)
    assert wrong
    flow = auth.answer(flow, wrong)
    assert isinstance(flow.challenge, TotpSetup)
    flow = auth.answer(flow, person.answer(flow.challenge))
    assert isinstance(flow.state, Failed)
    assert flow.state.reason is Reason.SESSION_EXPIRED
