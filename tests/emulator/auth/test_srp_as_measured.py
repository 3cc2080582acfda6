"""SRP proofs as they were measured on a real pool, and the settings that make the emulator stricter."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from authflow.emulator import Settings
from tests.support.emulator import srp_client
from tests.support.emulator.phones import confirm_phone, make_tracking_pool
from tests.support.emulator.world import (
    OTHER_PASSWORD,
    PASSWORD,
    PRIVATE,
    Clock,
    World,
    expect_proof_refusal,
    make_with_settings,
)

WRONG = "NotAuthorizedException: Incorrect username or password."
USED_SESSION = "NotAuthorizedException: Invalid session for the user, session can only be used once."
EXPIRED_SESSION = "NotAuthorizedException: Invalid session for the user, session is expired."
FORMAT = "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."
NOT_HEX = (
    "InvalidParameterException: 1 validation error detected: Value '{}' at 'sRPA' failed to satisfy constraint: "
    "Member must satisfy regular expression pattern: ^[0-9a-fA-F]+$"
)
SATURDAY = datetime(2026, 9, 5, 15, 34, 45, tzinfo=UTC)
SIGNED = "Sat Sep 5 15:34:45 UTC 2026"


def prove_at(world: World, sent: str, signed: str = SIGNED) -> str:
    """Sign ``signed``, send ``sent``, and return the refusal; an empty text if there is none."""
    claim = srp_client.make_password_proof(PRIVATE, world.start_srp("ada"), world.pool_id, PASSWORD, signed)
    claim["TIMESTAMP"] = sent
    try:
        world.respond("PASSWORD_VERIFIER", **claim)
    except Exception as error:
        return str(error)
    return ""


# --- one proof, sent again


def test_the_same_proof_works_again_until_its_block_expires(world: World) -> None:
    """A client whose response was lost sends it again."""
    claim = world.make_proof(world.start_srp("ada"))
    for _ in range(3):
        assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **claim)
    world.clock.forward(minutes=3)
    assert expect_proof_refusal(world, claim) == EXPIRED_SESSION


def test_a_right_proof_after_a_wrong_one(world: World) -> None:
    challenge = world.start_srp("ada")
    assert expect_proof_refusal(world, world.make_proof(challenge, OTHER_PASSWORD)) == WRONG
    assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **world.make_proof(challenge))


def test_wrong_proofs_on_one_block_lock_the_user_out(world: World) -> None:
    challenge = world.start_srp("ada")
    for _ in range(5):
        assert expect_proof_refusal(world, world.make_proof(challenge, OTHER_PASSWORD)) == WRONG
    assert "Password attempts exceeded" in expect_proof_refusal(world, world.make_proof(challenge))


def test_a_proof_of_an_earlier_password_does_not_work_again(world: World) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    world.respond("PASSWORD_VERIFIER", **claim)
    world.call_admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=True)
    assert expect_proof_refusal(world, claim) == WRONG


def test_proofs_can_be_made_to_work_once(empty: World) -> None:
    world = make_with_settings(empty, Settings(proof_once=True))
    claim = world.make_proof(world.start_srp("ada"))
    assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **claim)
    assert expect_proof_refusal(world, claim) == USED_SESSION
    challenge = world.start_srp("ada")
    expect_proof_refusal(world, world.make_proof(challenge, OTHER_PASSWORD))
    assert expect_proof_refusal(world, world.make_proof(challenge)) == USED_SESSION


# --- TIMESTAMP


@pytest.mark.parametrize("days", [-400, -1, 1, 3])
def test_the_time_of_a_proof_is_not_compared_with_the_clock(world: World, clock: Clock, days: int) -> None:
    clock.now = SATURDAY + timedelta(days=days)
    assert prove_at(world, SIGNED) == ""


@pytest.mark.parametrize(("seconds", "refusal"), [(-301, WRONG), (-300, ""), (300, ""), (301, WRONG)])
def test_the_time_of_a_proof_can_be_limited(empty: World, clock: Clock, seconds: int, refusal: str) -> None:
    world = make_with_settings(empty, Settings(proof_clock=timedelta(minutes=5)))
    clock.now = SATURDAY + timedelta(seconds=seconds)
    assert prove_at(world, SIGNED) == refusal


@pytest.mark.parametrize(
    "sent",
    [
        SIGNED,
        "Sat Sep 5 15:34:45 GMT 2026",
        "sat sep 5 15:34:45 UTC 2026",
        "SAT sEp 5 15:34:45 UTC 2026",
        "Sat Sep 05 15:34:45 UTC 2026",
        "sAT SEP 05 15:34:45 GMT 2026",
    ],
)
def test_the_proof_covers_the_usual_form_of_the_time(world: World, sent: str) -> None:
    assert prove_at(world, sent) == ""
    assert prove_at(world, sent, signed=sent) == ("" if sent == SIGNED else WRONG)


@pytest.mark.parametrize("signed", [SIGNED, SIGNED.replace("Sat", "Mon")])
def test_another_day_of_the_week_is_a_wrong_proof(world: World, signed: str) -> None:
    assert prove_at(world, SIGNED.replace("Sat", "Mon"), signed) == WRONG


@pytest.mark.parametrize(
    "sent",
    [
        *("Sat Sep 5 15:34:45 utc 2026", "Sat Sep 5 15:34:45 CEST 2026", "Sat Sep 5 15:34:45 Z 2026"),
        *("Sat Sep 005 15:34:45 UTC 2026", "Sat Sep 0 15:34:45 UTC 2026", "\u017fat Sep 5 15:34:45 UTC 2026"),
    ],
)
def test_other_forms_of_the_time(world: World, sent: str) -> None:
    assert prove_at(world, sent) == FORMAT


# --- SRP_A


@pytest.mark.parametrize("multiple", [0, 1, 2])
def test_every_proof_for_a_multiple_of_n_is_refused(world: World, multiple: int) -> None:
    """The client could compute the key without the password: S is 0."""
    value = multiple * srp_client.N
    reply = world.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=f"{value:x}")
    asked = reply["ChallengeParameters"]
    stamp = srp_client.format_timestamp(world.clock.now)
    identity = world.pool_id.partition("_")[2] + "ada"
    for public in {value, 0}:
        digest = hashlib.sha256(srp_client.pad(public) + srp_client.pad(int(asked["SRP_B"], 16))).digest()
        salt = srp_client.pad(int.from_bytes(digest, "big"))
        extracted = hmac.digest(salt, b"\0", "sha256")
        key = hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]
        for guess in (key, b"", bytes(16)):
            claim = {
                "USERNAME": "ada",
                "PASSWORD_CLAIM_SECRET_BLOCK": asked["SECRET_BLOCK"],
                "PASSWORD_CLAIM_SIGNATURE": srp_client.sign(guess, identity, asked["SECRET_BLOCK"], stamp),
                "TIMESTAMP": stamp,
            }
            assert expect_proof_refusal(world, claim).startswith("NotAuthorizedException")
            world.clock.forward(minutes=2)  # no lockout
            asked = world.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=f"{value:x}")["ChallengeParameters"]


@pytest.mark.parametrize("multiple", [0, 1, 2])
def test_a_multiple_of_n_can_be_refused_at_once(empty: World, multiple: int) -> None:
    world = make_with_settings(empty, Settings(refuse_zero_srp_a=True))
    request = world.make_initiate_params("USER_SRP_AUTH", USERNAME="ada", SRP_A=f"{multiple * srp_client.N:X}")
    assert world.expect_refusal("InitiateAuth", **request).startswith("InvalidParameterException: SRP_A")


@pytest.mark.parametrize("text", ["zzz-not-hex", "0x10", "-1", "ab\n", "{}"])
def test_an_srp_a_that_is_not_hexadecimal(world: World, text: str) -> None:
    request = world.make_initiate_params("USER_SRP_AUTH", USERNAME="ada", SRP_A=text)
    assert world.expect_refusal("InitiateAuth", **request) == NOT_HEX.format(text)


# --- missing and malformed answers


def test_srp_a_is_checked_before_the_user_is_looked_up(world: World) -> None:
    for parameters, problem in (({"SRP_A": "zzz"}, "at 'sRPA' failed"), ({}, "Missing required parameter SRP_A")):
        request = world.make_initiate_params("USER_SRP_AUTH", USERNAME="nobody", **parameters)
        assert problem in world.expect_refusal("InitiateAuth", **request)


def test_missing_parameters_are_named_in_the_services_order(world: World) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    order = ["USERNAME", "TIMESTAMP", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK"]
    for position, name in enumerate(order):
        left = {key: claim[key] for key in order[:position]}
        given = left or {"OTHER": "x"}
        assert expect_proof_refusal(world, given) == f"InvalidParameterException: Missing required parameter {name}"


@pytest.mark.parametrize("challenge", ["PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "SMS_MFA", "DEVICE_SRP_AUTH"])
@pytest.mark.parametrize("empty_member", [{"ChallengeResponses": {}}, {}])
def test_an_answer_without_anything(world: World, challenge: str, empty_member: dict[str, dict[str, str]]) -> None:
    request = {"ClientId": world.client_id, "ChallengeName": challenge, **empty_member}
    text = "InvalidParameterException: Missing required parameter challenge responses."
    assert world.expect_refusal("RespondToAuthChallenge", **request) == text
    admin = {**request, "UserPoolId": world.pool_id}
    assert world.expect_refusal("AdminRespondToAuthChallenge", **admin) == text


@pytest.mark.parametrize("signature", ["not!base64!!", "=", "ünicode", "AAA", "AA==A"])
def test_a_signature_that_is_not_base64(world: World, signature: str) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    text = "InvalidParameterException: Invalid PASSWORD_CLAIM_SIGNATURE format. Must be a Base64 string."
    assert expect_proof_refusal(world, {**claim, "PASSWORD_CLAIM_SIGNATURE": signature}) == text
    assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **claim)


def test_devices_prove_their_secret_by_the_same_rules(empty: World, clock: Clock) -> None:
    world = make_tracking_pool(empty)
    phone = confirm_phone(world)
    asked = world.initiate(USERNAME="ada", PASSWORD=PASSWORD, DEVICE_KEY=phone.key)
    for srp_a in ("0", f"{srp_client.N:x}"):
        answer = {"USERNAME": "ada", "DEVICE_KEY": phone.key, "SRP_A": srp_a}
        second = world.respond("DEVICE_SRP_AUTH", asked["Session"], **answer)
        proof = phone.proof(world, second["ChallengeParameters"])
        refused = world.make_respond_params("DEVICE_PASSWORD_VERIFIER", second["Session"], **proof)
        assert world.expect_refusal("RespondToAuthChallenge", **refused) == WRONG
        asked = world.initiate(USERNAME="ada", PASSWORD=PASSWORD, DEVICE_KEY=phone.key)
    answer = {"USERNAME": "ada", "DEVICE_KEY": phone.key, "SRP_A": f"{pow(2, PRIVATE, srp_client.N):x}"}
    second = world.respond("DEVICE_SRP_AUTH", asked["Session"], **answer)
    clock.now, present = SATURDAY, clock.now
    proof = phone.proof(world, second["ChallengeParameters"])
    clock.now = present
    proof["TIMESTAMP"] = "sat sep 05 15:34:45 GMT 2026"
    assert "AuthenticationResult" in world.respond("DEVICE_PASSWORD_VERIFIER", second["Session"], **proof)


def test_an_srp_a_that_is_no_number_leaves_the_session_usable(world: World) -> None:
    choice = world.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    session = choice.initiate("USER_AUTH", USERNAME="ada")["Session"]
    given = {"USERNAME": "ada", "ANSWER": "PASSWORD_SRP", "SRP_A": "zzz"}
    for challenge in ("SELECT_CHALLENGE", "PASSWORD_SRP"):
        request = choice.make_respond_params(challenge, session, **given)
        assert "at 'sRPA' failed to satisfy" in choice.expect_refusal("RespondToAuthChallenge", **request)
    assert choice.respond("SELECT_CHALLENGE", session, **{**given, "SRP_A": "ab" * 64})["ChallengeName"] == (
        "PASSWORD_VERIFIER"
    )
