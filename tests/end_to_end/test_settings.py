"""Sign-ins under each emulator setting. The library must accept every behaviour that sources report of Cognito."""

from datetime import timedelta
from typing import Any

import pytest

from authflow import Authenticator, Failed, Flow, MemoryDeviceStore, Reason, Refresh, SignedIn
from authflow.challenges import NewPasswordRequired, TotpSetup
from authflow.emulator import Emulator, Settings
from tests.support.emulator.world import OTHER_PASSWORD, Clock
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.users import Pool, User, create_user, make_pool

ON = PoolModel("ON", (SMS, TOTP, EMAIL))
OPTIONAL = PoolModel("OPTIONAL", (SMS, TOTP, EMAIL))
USERS = {
    "no factor": (ON, UserModel(email=False)),
    "two factors": (OPTIONAL, UserModel(phone=True, enabled_factors=frozenset({SMS, EMAIL}))),
    "invited": (ON, UserModel(temporary=True)),
    "devices": (PoolModel("OPTIONAL", (SMS,), challenges_devices=True), UserModel()),
}
ALTERNATIVES: dict[str, Settings] = {
    "codes of 8 digits": Settings(mfa_code_digits=8),
    "setup, then a code": Settings(totp_setup_signs_in=False),
    "email set up elsewhere": Settings(email_setup_by_answer=False),
    "MFAS_CAN_SELECT": Settings(mfa_choice_parameter="MFAS_CAN_SELECT"),
    "MFA_CAN_SETUP": Settings(mfa_setup_parameter="MFA_CAN_SETUP"),
    "first sign-in without MFA": Settings(first_sign_in_without_mfa=True),
    "a proof within seconds": Settings(proof_validity=timedelta(seconds=5)),
    "refresh gives a new device": Settings(refresh_needs_device=False),
    "a riddle instead of the password": Settings(custom_instead_of_password=True),
    "strict proofs": Settings(proof_once=True, proof_clock=timedelta(minutes=5), refuse_zero_srp_a=True),
    "devices with the Session only": Settings(device_needs_session=True),
}


def make_pool_and_user(settings: Settings, name: str) -> tuple[Pool, User]:
    clock = Clock()
    pool_model, user_model = USERS[name]
    pool = make_pool(Emulator(clock, seed=3, settings=settings), clock, pool_model)
    return pool, create_user(pool, user_model)


def sign_in(auth: Authenticator, user: User, kind: str) -> Flow:
    """Sign in with correct answers."""
    flow = auth.begin(user.make_opening(kind), holder="browser")
    for _ in range(6):
        if flow.challenge is not None:
            flow = auth.answer(flow, user.answer(flow.challenge))
    return flow


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["srp", "custom_srp"])
@pytest.mark.parametrize("user_name", USERS)
@pytest.mark.parametrize("settings_name", ALTERNATIVES)
def test_users_can_sign_in_and_refresh_under_every_setting(settings_name: str, user_name: str, kind: str) -> None:
    pool, user = make_pool_and_user(ALTERNATIVES[settings_name], user_name)
    auth = Authenticator(
        pool.make_app(secret=True), pool.world.emulator.backend(), devices=MemoryDeviceStore(), stamp=pool.make_stamp
    )
    flow = sign_in(auth, user, kind)
    assert isinstance(flow.state, SignedIn), flow.state
    again: Any = auth.begin(Refresh(flow.state.tokens.refresh_token, user.username), holder="browser").state
    assert isinstance(again, SignedIn), again


@pytest.mark.parametrize("keeps", [True, False])
def test_a_refused_attribute_is_asked_for_again_and_no_lost_session_goes_unsaid(keeps: bool) -> None:
    pool, user = make_pool_and_user(Settings(refused_attribute_keeps_session=keeps), "invited")
    auth = Authenticator(pool.make_app(secret=False), pool.world.emulator.backend(), stamp=pool.make_stamp)
    flow = auth.begin(user.make_opening("srp"))
    assert isinstance(flow.challenge, NewPasswordRequired)
    flow = auth.answer(flow, flow.challenge.answer(OTHER_PASSWORD, phone_number="0171 123"))
    assert isinstance(flow.challenge, NewPasswordRequired)
    assert flow.challenge.rejected
    assert flow.challenge.rejected.message == "Invalid phone number format."
    flow = auth.answer(flow, flow.challenge.answer(OTHER_PASSWORD))
    assert flow.challenge or (flow.failure and flow.failure.reason is Reason.SESSION_EXPIRED)
    assert bool(flow.challenge) is keeps


def test_a_wrong_first_code_that_ends_the_session_fails_with_session_expired() -> None:
    pool, user = make_pool_and_user(Settings(wrong_totp_keeps_session=False), "no factor")
    auth = Authenticator(pool.make_app(secret=False), pool.world.emulator.backend(), stamp=pool.make_stamp)
    flow = auth.begin(user.make_opening("srp"))
    assert flow.challenge
    flow = auth.answer(flow, user.answer(flow.challenge))
    assert isinstance(flow.challenge, TotpSetup)
    wrong = user.make_wrong_answer(flow.challenge)
    assert wrong
    flow = auth.answer(flow, wrong)
    assert isinstance(flow.challenge, TotpSetup)
    flow = auth.answer(flow, user.answer(flow.challenge))
    assert isinstance(flow.state, Failed)
    assert flow.state.reason is Reason.SESSION_EXPIRED
