"""Device challenges that are answered without the Session, as examples of AWS do.

The Python and Java examples in https://github.com/awsdocs/aws-doc-sdk-examples, and pycognito, send none.
"""

from dataclasses import replace

import pytest

from authflow.emulator import Emulator, Settings
from tests.support.emulator.phones import SRP_A, Phone, confirm_phone, make_tracking_pool, sign_in_with_password
from tests.support.emulator.world import Json, World

FIRST, SECOND = "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"
NO_SESSION = "InvalidParameterException: Missing required parameter Session"
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."
EXPIRED_SESSION = "NotAuthorizedException: Invalid session for the user, session is expired."
USED_SESSION = "NotAuthorizedException: Invalid session for the user, session can only be used once."
WRONG = "NotAuthorizedException: Incorrect username or password."


@pytest.fixture
def tracked(empty: World) -> World:
    """A pool with ada and bob, where a remembered device replaces the second factor."""
    made = make_tracking_pool(empty)
    made.make_user("bob")
    return made


@pytest.fixture
def phone(tracked: World) -> Phone:
    """ada's phone, a remembered device."""
    return confirm_phone(tracked)


def make_first_params(world: World, phone: Phone, name: str = "ada") -> Json:
    return world.make_respond_params(FIRST, None, USERNAME=name, DEVICE_KEY=phone.key, SRP_A=SRP_A)


def begin_round(world: World, phone: Phone) -> dict[str, str]:
    """Answer DEVICE_SRP_AUTH without the Session; return the parameters of DEVICE_PASSWORD_VERIFIER."""
    parameters: dict[str, str] = world.call("RespondToAuthChallenge", **make_first_params(world, phone))[
        "ChallengeParameters"
    ]
    return parameters


def make_second_params(world: World, phone: Phone, asked: dict[str, str], **changes: str) -> Json:
    return world.make_respond_params(SECOND, None, **{**phone.proof(world, asked), **changes})


def expect_refusal(world: World, params: Json) -> str:
    return world.expect_refusal("RespondToAuthChallenge", **params)


def test_a_whole_round(tracked: World, phone: Phone) -> None:
    sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    second = make_second_params(tracked, phone, begin_round(tracked, phone))
    assert "AuthenticationResult" in tracked.call("RespondToAuthChallenge", **second)
    assert expect_refusal(tracked, second) == USED_SESSION
    assert expect_refusal(tracked, make_first_params(tracked, phone)) == USED_SESSION


@pytest.mark.parametrize("sent_at", [FIRST, SECOND])
def test_the_session_may_come_with_one_answer_only(tracked: World, phone: Phone, sent_at: str) -> None:
    asked = sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    first = {**make_first_params(tracked, phone), "Session": asked["Session"] if sent_at == FIRST else None}
    asked = tracked.call("RespondToAuthChallenge", **first)
    second = make_second_params(tracked, phone, asked["ChallengeParameters"])
    second["Session"] = asked["Session"] if sent_at == SECOND else None
    assert "AuthenticationResult" in tracked.call("RespondToAuthChallenge", **second)


def test_two_sign_ins_at_once(tracked: World, phone: Phone) -> None:
    """Each answer takes a sign-in that still waits; the SECRET_BLOCK tells which round a proof belongs to."""
    for _ in range(2):
        sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    rounds = [begin_round(tracked, phone) for _ in range(2)]
    assert expect_refusal(tracked, make_first_params(tracked, phone)) == USED_SESSION
    for asked in rounds:
        second = make_second_params(tracked, phone, asked)
        assert "AuthenticationResult" in tracked.call("RespondToAuthChallenge", **second)


def test_no_sign_in_waits(tracked: World, phone: Phone) -> None:
    assert expect_refusal(tracked, make_first_params(tracked, phone)) == NO_SESSION
    sign_in_with_password(tracked, "bob")
    tracked.start_srp("ada")
    assert expect_refusal(tracked, make_first_params(tracked, phone)) == NO_SESSION


def test_the_sign_in_of_another_client(tracked: World, phone: Phone) -> None:
    sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    assert expect_refusal(tracked.make_client(), make_first_params(tracked.make_client(), phone)) == NO_SESSION


def test_the_sign_in_of_another_user(tracked: World, phone: Phone) -> None:
    sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    assert expect_refusal(tracked, make_first_params(tracked, phone, "bob")) == INVALID_SESSION
    asked = begin_round(tracked, phone)
    assert expect_refusal(tracked, make_second_params(tracked, phone, asked, USERNAME="bob")) == INVALID_SESSION


def test_another_device(tracked: World, phone: Phone) -> None:
    other = confirm_phone(tracked)
    sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    assert expect_refusal(tracked, make_first_params(tracked, other)) == NO_SESSION
    asked = begin_round(tracked, phone)
    assert expect_refusal(tracked, make_second_params(tracked, phone, asked, DEVICE_KEY=other.key)) == NO_SESSION


def test_a_proof_for_another_block(tracked: World, phone: Phone) -> None:
    sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    asked = begin_round(tracked, phone)
    changed = make_second_params(tracked, phone, asked, PASSWORD_CLAIM_SECRET_BLOCK="AAAA")
    assert expect_refusal(tracked, changed) == NO_SESSION
    wrong = replace(phone, secret="another")
    assert expect_refusal(tracked, make_second_params(tracked, wrong, asked)) == WRONG
    assert expect_refusal(tracked, make_second_params(tracked, phone, asked)) == USED_SESSION


def test_a_sign_in_that_has_expired(tracked: World, phone: Phone) -> None:
    sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    tracked.clock.forward(minutes=3)
    assert expect_refusal(tracked, make_first_params(tracked, phone)) == EXPIRED_SESSION


def test_the_session_can_be_required(empty: World) -> None:
    strict = replace(empty, emulator=Emulator(empty.clock, settings=Settings(device_needs_session=True)))
    tracked = make_tracking_pool(strict)
    phone = confirm_phone(tracked)
    begun = sign_in_with_password(tracked, DEVICE_KEY=phone.key)
    first = make_first_params(tracked, phone)
    assert expect_refusal(tracked, first) == NO_SESSION
    begun = tracked.call("RespondToAuthChallenge", **{**first, "Session": begun["Session"]})
    second = make_second_params(tracked, phone, begun["ChallengeParameters"])
    assert expect_refusal(tracked, second) == NO_SESSION
    second["Session"] = begun["Session"]
    assert "AuthenticationResult" in tracked.call("RespondToAuthChallenge", **second)
