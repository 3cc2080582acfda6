"""The lockout after wrong passwords and codes."""

from copy import copy
from datetime import UTC, datetime, timedelta

import pytest

from authflow.emulator import ServiceError, _errors
from authflow.emulator._records.lockout import Lockout
from tests.support.emulator.mfa import (
    CONTACTS,
    LOCKED,
    SMS,
    TOTP,
    WRONG_CODE,
    answer,
    answer_with_sent_code,
    configure,
    expect_refusal,
    make_other_code,
    prefer,
    read_code,
    send_password,
    set_up_authenticator,
)
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Clock, World, expect_proof_refusal

WRONG = "NotAuthorizedException: Incorrect username or password."
NOW = datetime(2026, 11, 7, tzinfo=UTC)


def attempt(lockout: Lockout, now: datetime, *, right: bool = False) -> str:
    try:
        lockout.attempt(lambda: right, _errors.WRONG_PASSWORD, now)
    except ServiceError as error:
        return str(error)
    return "right"


def locked_for(lockout: Lockout, now: datetime) -> timedelta:
    """Return how long a lockout lasts from now on, to the second; looking does not change it."""
    copied = copy(lockout)
    seconds = 0
    while attempt(copied, now + timedelta(seconds=seconds)) == LOCKED:
        seconds += 1
    return timedelta(seconds=seconds)


def test_locks_double_up_to_a_quarter_of_an_hour() -> None:
    lockout, now, seen = Lockout(), NOW, []
    for _ in range(18):
        assert attempt(lockout, now) == WRONG
        lasts = locked_for(lockout, now)
        seen.append(int(lasts.total_seconds()))
        now += min(lasts, timedelta(minutes=14, seconds=59))
        if lasts == timedelta(minutes=15):  # keep asking: it must not become quiet
            assert attempt(lockout, now) == LOCKED
            now += timedelta(seconds=1)
    assert seen == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]


def test_attempts_during_the_lock_do_not_count() -> None:
    lockout = Lockout()
    for _ in range(6):
        attempt(lockout, NOW)
    assert attempt(lockout, NOW, right=True) == LOCKED
    assert locked_for(lockout, NOW) == timedelta(seconds=1)


def test_quiet_minutes_reset_the_lock() -> None:
    lockout = Lockout()
    for _ in range(4):
        attempt(lockout, NOW)
    later = NOW + timedelta(minutes=15)
    attempt(lockout, later)
    assert locked_for(lockout, later) == timedelta(0)


def test_minutes_that_are_not_quiet_do_not() -> None:
    lockout = Lockout()
    for _ in range(4):
        attempt(lockout, NOW)
    later = NOW + timedelta(minutes=14, seconds=59)
    attempt(lockout, later)
    assert locked_for(lockout, later) == timedelta(seconds=1)


# --- passwords


def wrong_password(world: World, name: str = "ada", password: str = OTHER_PASSWORD) -> str:
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password)
    return world.expect_refusal("InitiateAuth", **request)


def test_passwords(world: World, clock: Clock) -> None:
    assert [wrong_password(world) for _ in range(6)] == [WRONG] * 5 + [LOCKED]
    assert wrong_password(world, password=PASSWORD) == LOCKED
    assert expect_proof_refusal(world, world.make_proof(world.start_srp("ada"))) == LOCKED
    clock.forward(seconds=1)
    assert "AuthenticationResult" in send_password(world)
    assert [wrong_password(world) for _ in range(6)] == [WRONG] * 5 + [LOCKED]  # from the beginning


def test_proofs(world: World) -> None:
    for _ in range(5):
        assert expect_proof_refusal(world, world.make_proof(world.start_srp("ada"), OTHER_PASSWORD)) == WRONG
    assert wrong_password(world, password=PASSWORD) == LOCKED


def test_one_user_does_not_lock_another_out(world: World) -> None:
    world.make_user("bob")
    for _ in range(6):
        wrong_password(world)
    assert "AuthenticationResult" in send_password(world, "bob")


@pytest.mark.parametrize("aliases", [[], ["email"]])
def test_users_who_do_not_exist_are_locked_out_too(empty: World, aliases: list[str]) -> None:
    pool = empty.make_pool(AliasAttributes=aliases).make_client(PreventUserExistenceErrors="ENABLED")
    pool.make_user("ada")
    for name in ("ada", "nobody", "nobody@example.com"):
        for _ in range(3):
            assert wrong_password(pool, name) == WRONG
        for _ in range(2):
            assert expect_proof_refusal(pool, pool.make_proof(pool.start_srp(name), OTHER_PASSWORD)) == WRONG
        assert wrong_password(pool, name) == LOCKED
        assert expect_proof_refusal(pool, pool.make_proof(pool.start_srp(name), OTHER_PASSWORD)) == LOCKED


# --- codes


@pytest.fixture
def optional(empty: World) -> World:
    made = empty.make_pool()
    made.make_user("ada", **CONTACTS)
    configure(made, "OPTIONAL", SMS, TOTP)
    return made


def test_codes_of_messages(optional: World, clock: Clock) -> None:
    prefer(optional, "ada", SMS)
    asked, right = send_password(optional), optional.get_last_message().code
    for _ in range(5):
        assert expect_refusal(optional, asked, SMS_MFA_CODE=make_other_code(right)) == WRONG_CODE
    assert expect_refusal(optional, asked, SMS_MFA_CODE=right) == LOCKED
    clock.forward(seconds=1)
    assert "AuthenticationResult" in answer(optional, asked, SMS_MFA_CODE=right)


def test_codes_of_authenticators(optional: World, clock: Clock) -> None:
    app = set_up_authenticator(optional)
    prefer(optional, "ada", TOTP)
    asked = send_password(optional)
    for _ in range(5):
        given = make_other_code(read_code(optional, app))
        assert "CodeMismatch" in expect_refusal(optional, asked, SOFTWARE_TOKEN_MFA_CODE=given)
    assert expect_refusal(optional, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(optional, app)) == LOCKED
    clock.forward(seconds=1)  # the right code was not looked at, so it is not used up
    assert "AuthenticationResult" in answer(optional, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(optional, app))


def test_a_right_password_does_not_buy_more_guesses(optional: World) -> None:
    prefer(optional, "ada", SMS)
    for _ in range(5):
        asked = send_password(optional)
        assert (
            expect_refusal(optional, asked, SMS_MFA_CODE=make_other_code(optional.get_last_message().code))
            == WRONG_CODE
        )
    assert wrong_password(optional, password=PASSWORD) == LOCKED


def test_a_sign_in_forgives(optional: World) -> None:
    prefer(optional, "ada", SMS)
    for _ in range(2):
        asked = send_password(optional)
        for _ in range(4):
            assert expect_refusal(optional, asked, SMS_MFA_CODE="0") == WRONG_CODE
        assert "AuthenticationResult" in answer_with_sent_code(optional, asked)
