"""Wrong answers, one by one. None of them gives tokens."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace

import pytest

from authflow.emulator import Emulator
from tests.support.emulator import srp_client
from tests.support.emulator.world import (
    OTHER_PASSWORD,
    PASSWORD,
    TEMPORARY,
    World,
    expect_proof_refusal,
    make_new_password_params,
    open_session,
)

WRONG = "NotAuthorizedException: Incorrect username or password."
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."
EXPIRED_SESSION = "NotAuthorizedException: Invalid session for the user, session is expired."
USED_SESSION = "NotAuthorizedException: Invalid session for the user, session can only be used once."


@pytest.fixture
def invited(world: World) -> World:
    """A pool where bob has a temporary password."""
    world.invite("bob")
    return world


# --- passwords and their proofs


def test_wrong_password(world: World) -> None:
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=OTHER_PASSWORD)
    assert world.expect_refusal("InitiateAuth", **request) == WRONG


def test_wrong_password_by_srp(world: World) -> None:
    assert expect_proof_refusal(world, world.make_proof(world.start_srp("ada"), OTHER_PASSWORD)) == WRONG


@pytest.mark.parametrize("signature", ["AAAA", "A" * 44])
def test_wrong_signature(world: World, signature: str) -> None:
    claim = {**world.make_proof(world.start_srp("ada")), "PASSWORD_CLAIM_SIGNATURE": signature}
    assert expect_proof_refusal(world, claim) == WRONG


def test_signature_made_with_another_users_password(world: World) -> None:
    world.make_user("bob", OTHER_PASSWORD)
    bobs = world.make_proof(world.start_srp("bob"), OTHER_PASSWORD)
    adas = world.make_proof(world.start_srp("ada"), OTHER_PASSWORD)
    assert expect_proof_refusal(world, adas) == WRONG
    adas = world.start_srp("ada")
    claim = {**bobs, "USERNAME": "ada", "PASSWORD_CLAIM_SECRET_BLOCK": adas["SECRET_BLOCK"]}
    assert expect_proof_refusal(world, claim) == WRONG


def test_signature_over_another_time(world: World) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    world.clock.forward(seconds=1)
    claim["TIMESTAMP"] = srp_client.format_timestamp(world.clock.now)
    assert expect_proof_refusal(world, claim) == WRONG


def test_username_swapped_between_steps(world: World) -> None:
    world.make_user("bob")
    claim = world.make_proof(world.start_srp("ada"))
    assert expect_proof_refusal(world, {**claim, "USERNAME": "bob"}) == WRONG
    assert "AuthenticationResult" in world.respond(
        "PASSWORD_VERIFIER", **claim
    )  # bob's attempt has not used up ada's block


def test_the_alias_instead_of_the_canonical_name(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"])
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    claim = {**pool.make_proof(pool.start_srp("ada@example.com")), "USERNAME": "ada@example.com"}
    assert expect_proof_refusal(pool, claim) == WRONG


def test_expired_secret_block(world: World) -> None:
    challenge = world.start_srp("ada")
    world.clock.forward(minutes=3)
    assert expect_proof_refusal(world, world.make_proof(challenge)) == EXPIRED_SESSION


@pytest.mark.parametrize("place", [5, 60, -8])
def test_altered_secret_block(world: World, place: int) -> None:
    challenge = world.start_srp("ada")
    block = list(challenge["SECRET_BLOCK"])
    block[place] = "A" if block[place] != "A" else "B"
    assert expect_proof_refusal(world, world.make_proof({**challenge, "SECRET_BLOCK": "".join(block)})) == WRONG


@pytest.mark.parametrize(
    "header", [b"[]", b"null", b'{"alg": [], "enc": {}}', b'{"alg": "dir", "enc": "A256GCM", "zip": 1}']
)
def test_secret_block_with_a_malformed_header(world: World, header: bytes) -> None:
    block = b64encode(urlsafe_b64encode(header).rstrip(b"=") + b"..AAAA.AAAA.AAAA").decode()
    claim = {**world.make_proof(world.start_srp("ada")), "PASSWORD_CLAIM_SECRET_BLOCK": block}
    assert expect_proof_refusal(world, claim) == WRONG


@pytest.mark.parametrize("block", ["AAAA", "not base64!", "é", b64encode("é".encode()).decode()])
def test_malformed_secret_block(world: World, block: str) -> None:
    claim = {**world.make_proof(world.start_srp("ada")), "PASSWORD_CLAIM_SECRET_BLOCK": block}
    assert expect_proof_refusal(world, claim) == WRONG


def test_secret_block_of_another_client(world: World) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    assert expect_proof_refusal(world.make_client(), claim) == WRONG


def test_secret_block_of_another_emulator(world: World, empty: World) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    stranger = replace(empty, emulator=Emulator(world.clock)).make_pool()
    stranger.make_user("ada")
    assert expect_proof_refusal(stranger, claim) == WRONG


def test_password_changed_between_the_steps(world: World) -> None:
    challenge = world.start_srp("ada")
    world.call_admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=True)
    assert expect_proof_refusal(world, world.make_proof(challenge)) == WRONG


def test_user_recreated_between_the_steps(world: World) -> None:
    challenge = world.start_srp("ada")
    world.call_admin("AdminDeleteUser", "ada")
    world.make_user("ada")
    assert expect_proof_refusal(world, world.make_proof(challenge)) == WRONG


def test_session_beside_a_proof(invited: World) -> None:
    claim = invited.make_proof(invited.start_srp("ada"))
    assert expect_proof_refusal(invited, claim, open_session(invited)) == INVALID_SESSION


# --- missing fields


@pytest.mark.parametrize("name", ["USERNAME", "SRP_A"])
def test_missing_field_of_the_srp_flow(world: World, name: str) -> None:
    request = world.make_initiate_params("USER_SRP_AUTH", USERNAME="ada", SRP_A="ab")
    del request["AuthParameters"][name]
    assert (
        world.expect_refusal("InitiateAuth", **request)
        == f"InvalidParameterException: Missing required parameter {name}"
    )


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD"])
def test_missing_field_of_the_password_flow(world: World, name: str) -> None:
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    request["AuthParameters"][name] = ""
    assert (
        world.expect_refusal("InitiateAuth", **request)
        == f"InvalidParameterException: Missing required parameter {name}"
    )


def test_missing_refresh_token(world: World) -> None:
    refusal = world.expect_refusal("InitiateAuth", **world.make_initiate_params("REFRESH_TOKEN_AUTH"))
    assert refusal == "InvalidParameterException: Missing required parameter REFRESH_TOKEN"


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"])
def test_missing_field_of_a_proof(world: World, name: str) -> None:
    claim = world.make_proof(world.start_srp("ada"))
    missing = {key: value for key, value in claim.items() if key != name}
    assert expect_proof_refusal(world, missing) == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **claim)  # nothing was used up


@pytest.mark.parametrize("name", ["USERNAME", "NEW_PASSWORD"])
def test_missing_field_of_a_new_password(invited: World, name: str) -> None:
    request = make_new_password_params(invited, open_session(invited))
    del request["ChallengeResponses"][name]
    refusal = invited.expect_refusal("RespondToAuthChallenge", **request)
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"


def test_missing_session(invited: World) -> None:
    refusal = invited.expect_refusal("RespondToAuthChallenge", **make_new_password_params(invited, None))
    assert refusal == "InvalidParameterException: Missing required parameter Session"


# --- Sessions


def expect_refused_session(world: World, session: str, **changes: str) -> str:
    return world.expect_refusal("RespondToAuthChallenge", **make_new_password_params(world, session, **changes))


def test_session_of_another_user(invited: World) -> None:
    invited.invite("eve")
    assert expect_refused_session(invited, open_session(invited, "eve")) == INVALID_SESSION


def test_username_swapped_in_a_session(invited: World) -> None:
    invited.invite("eve")
    assert expect_refused_session(invited, open_session(invited), USERNAME="eve") == INVALID_SESSION


def test_session_of_another_client(invited: World) -> None:
    assert expect_refused_session(invited.make_client(), open_session(invited)) == INVALID_SESSION


def test_session_of_another_pool(invited: World) -> None:
    other = invited.make_pool()
    other.invite("bob")
    assert expect_refused_session(other, open_session(invited)) == INVALID_SESSION


@pytest.mark.parametrize("challenge", ["SMS_MFA", "SELECT_CHALLENGE", "CUSTOM_CHALLENGE", "PASSWORD_VERIFIER"])
def test_session_of_another_challenge(invited: World, challenge: str) -> None:
    answer = invited.make_respond_params(challenge, open_session(invited), USERNAME="bob", ANSWER="1", SMS_MFA_CODE="1")
    assert invited.expect_refusal("RespondToAuthChallenge", **answer) == INVALID_SESSION


def test_used_session(invited: World) -> None:
    session = open_session(invited)
    invited.call("RespondToAuthChallenge", **make_new_password_params(invited, session))
    assert expect_refused_session(invited, session) == USED_SESSION


def test_expired_session(invited: World) -> None:
    session = open_session(invited)
    invited.clock.forward(minutes=3)
    assert expect_refused_session(invited, session) == EXPIRED_SESSION


def test_session_validity_of_the_client(invited: World) -> None:
    patient = invited.make_client(AuthSessionValidity=15)
    session = open_session(patient)
    patient.clock.forward(minutes=15, seconds=-1)
    assert "AuthenticationResult" in patient.call(
        "RespondToAuthChallenge", **make_new_password_params(patient, session)
    )


@pytest.mark.parametrize("place", [0, 31, 32, 700, -1])
def test_altered_session(invited: World, place: int) -> None:
    session = list(open_session(invited))
    session[place] = "A" if session[place] != "A" else "B"
    assert expect_refused_session(invited, "".join(session)) == INVALID_SESSION


def test_session_of_another_length(invited: World) -> None:
    session = open_session(invited)
    for other in (session + "A", session[:-1], session[:32], "é" * 40):
        assert expect_refused_session(invited, other) == INVALID_SESSION


def test_session_of_a_password_that_is_replaced(invited: World) -> None:
    session = open_session(invited)
    invited.call_admin("AdminSetUserPassword", "bob", Password=TEMPORARY)
    assert expect_refused_session(invited, session) == INVALID_SESSION


def test_session_of_a_user_who_is_gone(invited: World) -> None:
    session = open_session(invited)
    invited.call_admin("AdminDeleteUser", "bob")
    invited.invite("bob")
    assert expect_refused_session(invited, session) == INVALID_SESSION


def test_session_of_a_user_disabled_since(invited: World) -> None:
    session = open_session(invited)
    invited.call_admin("AdminDisableUser", "bob")
    assert expect_refused_session(invited, session) == "NotAuthorizedException: User is disabled."
