"""Proofs that are not right, one by one. None of them hands out tokens."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace

import pytest

from authflow.emulator import Emulator
from tests.emulator import srp_client
from tests.emulator.world import OTHER_PASSWORD, PASSWORD, PRIVATE, TEMPORARY, Json, World

WRONG = "NotAuthorizedException: Incorrect username or password."
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."
EXPIRED_SESSION = "NotAuthorizedException: Invalid session for the user, session is expired."
USED_SESSION = "NotAuthorizedException: Invalid session for the user, session can only be used once."


def refused_claim(world: World, claim: dict[str, str], session: str | None = None) -> str:
    return world.refused("RespondToAuthChallenge", **world.response("PASSWORD_VERIFIER", session, **claim))


def new_password(world: World, session: str | None, **changes: str) -> Json:
    answer = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD, **changes}
    return world.response("NEW_PASSWORD_REQUIRED", session, **answer)


@pytest.fixture
def invited(world: World) -> World:
    """bob has a temporary password."""
    world.invited("bob")
    return world


def open_session(world: World, name: str = "bob") -> str:
    session: str = world.initiate(USERNAME=name, PASSWORD=TEMPORARY)["Session"]
    return session


# --- passwords and their proofs


def test_wrong_password(world: World) -> None:
    request = world.initiation("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=OTHER_PASSWORD)
    assert world.refused("InitiateAuth", **request) == WRONG


def test_wrong_password_by_srp(world: World) -> None:
    assert refused_claim(world, world.claim(world.srp_challenge("ada"), OTHER_PASSWORD)) == WRONG


@pytest.mark.parametrize("signature", ["AAAA", "=", "ünicode", "A" * 44])
def test_wrong_signature(world: World, signature: str) -> None:
    claim = {**world.claim(world.srp_challenge("ada")), "PASSWORD_CLAIM_SIGNATURE": signature}
    assert refused_claim(world, claim) == WRONG


def test_signature_made_with_another_users_password(world: World) -> None:
    world.user("bob", OTHER_PASSWORD)
    bobs = world.claim(world.srp_challenge("bob"), OTHER_PASSWORD)
    adas = world.claim(world.srp_challenge("ada"), OTHER_PASSWORD)
    assert refused_claim(world, adas) == WRONG
    adas = world.srp_challenge("ada")
    claim = {**bobs, "USERNAME": "ada", "PASSWORD_CLAIM_SECRET_BLOCK": adas["SECRET_BLOCK"]}
    assert refused_claim(world, claim) == WRONG


def test_signature_over_another_time(world: World) -> None:
    claim = world.claim(world.srp_challenge("ada"))
    world.clock.forward(seconds=1)
    claim["TIMESTAMP"] = srp_client.timestamp(world.clock.now)
    assert refused_claim(world, claim) == WRONG


def test_username_swapped_between_steps(world: World) -> None:
    world.user("bob")
    claim = {**world.claim(world.srp_challenge("ada")), "USERNAME": "bob"}
    assert refused_claim(world, claim) == WRONG


def test_the_alias_instead_of_the_canonical_name(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"])
    pool.user("ada", email="ada@example.com", email_verified="true")
    claim = {**pool.claim(pool.srp_challenge("ada@example.com")), "USERNAME": "ada@example.com"}
    assert refused_claim(pool, claim) == WRONG


def test_replayed_proof(world: World) -> None:
    claim = world.claim(world.srp_challenge("ada"))
    assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **claim)
    assert refused_claim(world, claim) == USED_SESSION


def test_second_try_with_one_secret_block(world: World) -> None:
    challenge = world.srp_challenge("ada")
    refused_claim(world, world.claim(challenge, OTHER_PASSWORD))
    assert refused_claim(world, world.claim(challenge)) == USED_SESSION


def test_expired_secret_block(world: World) -> None:
    challenge = world.srp_challenge("ada")
    world.clock.forward(minutes=3)
    assert refused_claim(world, world.claim(challenge)) == EXPIRED_SESSION


@pytest.mark.parametrize("place", [5, 60, -8])
def test_altered_secret_block(world: World, place: int) -> None:
    challenge = world.srp_challenge("ada")
    block = list(challenge["SECRET_BLOCK"])
    block[place] = "A" if block[place] != "A" else "B"
    assert refused_claim(world, world.claim({**challenge, "SECRET_BLOCK": "".join(block)})) == WRONG


@pytest.mark.parametrize(
    "header", [b"[]", b"null", b'{"alg": [], "enc": {}}', b'{"alg": "dir", "enc": "A256GCM", "zip": 1}']
)
def test_wild_secret_block(world: World, header: bytes) -> None:
    block = b64encode(urlsafe_b64encode(header).rstrip(b"=") + b"..AAAA.AAAA.AAAA").decode()
    claim = {**world.claim(world.srp_challenge("ada")), "PASSWORD_CLAIM_SECRET_BLOCK": block}
    assert refused_claim(world, claim) == WRONG


@pytest.mark.parametrize("block", ["AAAA", "not base64!", "é", b64encode("é".encode()).decode()])
def test_something_else_for_a_secret_block(world: World, block: str) -> None:
    claim = {**world.claim(world.srp_challenge("ada")), "PASSWORD_CLAIM_SECRET_BLOCK": block}
    assert refused_claim(world, claim) == WRONG


def test_secret_block_of_another_client(world: World) -> None:
    claim = world.claim(world.srp_challenge("ada"))
    assert refused_claim(world.client(), claim) == WRONG


def test_secret_block_of_another_emulator(world: World, empty: World) -> None:
    claim = world.claim(world.srp_challenge("ada"))
    stranger = replace(empty, emulator=Emulator(world.clock)).pool()
    stranger.user("ada")
    assert refused_claim(stranger, claim) == WRONG


def test_password_changed_between_the_steps(world: World) -> None:
    challenge = world.srp_challenge("ada")
    world.admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=True)
    assert refused_claim(world, world.claim(challenge)) == WRONG


def test_user_made_anew_between_the_steps(world: World) -> None:
    challenge = world.srp_challenge("ada")
    world.admin("AdminDeleteUser", "ada")
    world.user("ada")
    assert refused_claim(world, world.claim(challenge)) == WRONG


def test_session_beside_a_proof(invited: World) -> None:
    claim = invited.claim(invited.srp_challenge("ada"))
    assert refused_claim(invited, claim, open_session(invited)) == INVALID_SESSION


@pytest.mark.parametrize("offset", [-301, 301])
def test_timestamp_of_another_time(world: World, offset: int) -> None:
    challenge = world.srp_challenge("ada")
    world.clock.forward(seconds=offset)
    claim = world.claim(challenge)
    world.clock.forward(seconds=-offset)
    assert refused_claim(world, claim) == WRONG


# --- missing fields


@pytest.mark.parametrize("name", ["USERNAME", "SRP_A"])
def test_missing_field_of_the_srp_flow(world: World, name: str) -> None:
    request = world.initiation("USER_SRP_AUTH", USERNAME="ada", SRP_A="ab")
    del request["AuthParameters"][name]
    assert world.refused("InitiateAuth", **request) == f"InvalidParameterException: Missing required parameter {name}"


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD"])
def test_missing_field_of_the_password_flow(world: World, name: str) -> None:
    request = world.initiation("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    request["AuthParameters"][name] = ""
    assert world.refused("InitiateAuth", **request) == f"InvalidParameterException: Missing required parameter {name}"


def test_missing_refresh_token(world: World) -> None:
    refusal = world.refused("InitiateAuth", **world.initiation("REFRESH_TOKEN_AUTH"))
    assert refusal == "InvalidParameterException: Missing required parameter REFRESH_TOKEN"


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"])
def test_missing_field_of_a_proof(world: World, name: str) -> None:
    claim = world.claim(world.srp_challenge("ada"))
    missing = {key: value for key, value in claim.items() if key != name}
    assert refused_claim(world, missing) == f"InvalidParameterException: Missing required parameter {name}"
    assert "AuthenticationResult" in world.respond("PASSWORD_VERIFIER", **claim)  # nothing was used up


@pytest.mark.parametrize("name", ["USERNAME", "NEW_PASSWORD"])
def test_missing_field_of_a_new_password(invited: World, name: str) -> None:
    request = new_password(invited, open_session(invited))
    del request["ChallengeResponses"][name]
    refusal = invited.refused("RespondToAuthChallenge", **request)
    assert refusal == f"InvalidParameterException: Missing required parameter {name}"


def test_missing_session(invited: World) -> None:
    refusal = invited.refused("RespondToAuthChallenge", **new_password(invited, None))
    assert refusal == "InvalidParameterException: Missing required parameter Session"


# --- Sessions


def refused_session(world: World, session: str, **changes: str) -> str:
    return world.refused("RespondToAuthChallenge", **new_password(world, session, **changes))


def test_session_of_another_user(invited: World) -> None:
    invited.invited("eve")
    assert refused_session(invited, open_session(invited, "eve")) == INVALID_SESSION


def test_username_swapped_in_a_session(invited: World) -> None:
    invited.invited("eve")
    assert refused_session(invited, open_session(invited), USERNAME="eve") == INVALID_SESSION


def test_session_of_another_client(invited: World) -> None:
    assert refused_session(invited.client(), open_session(invited)) == INVALID_SESSION


def test_session_of_another_pool(invited: World) -> None:
    other = invited.pool()
    other.invited("bob")
    assert refused_session(other, open_session(invited)) == INVALID_SESSION


@pytest.mark.parametrize("challenge", ["SMS_MFA", "SELECT_CHALLENGE", "CUSTOM_CHALLENGE", "PASSWORD_VERIFIER"])
def test_session_of_another_challenge(invited: World, challenge: str) -> None:
    answer = invited.response(challenge, open_session(invited), USERNAME="bob", ANSWER="1", SMS_MFA_CODE="1")
    assert invited.refused("RespondToAuthChallenge", **answer) == INVALID_SESSION


def test_used_session(invited: World) -> None:
    session = open_session(invited)
    invited.call("RespondToAuthChallenge", **new_password(invited, session))
    assert refused_session(invited, session) == USED_SESSION


def test_expired_session(invited: World) -> None:
    session = open_session(invited)
    invited.clock.forward(minutes=3)
    assert refused_session(invited, session) == EXPIRED_SESSION


def test_session_validity_of_the_client(invited: World) -> None:
    patient = invited.client(AuthSessionValidity=15)
    session = open_session(patient)
    patient.clock.forward(minutes=15, seconds=-1)
    assert "AuthenticationResult" in patient.call("RespondToAuthChallenge", **new_password(patient, session))


@pytest.mark.parametrize("place", [0, 31, 32, 700, -1])
def test_altered_session(invited: World, place: int) -> None:
    session = list(open_session(invited))
    session[place] = "A" if session[place] != "A" else "B"
    assert refused_session(invited, "".join(session)) == INVALID_SESSION


def test_session_of_another_length(invited: World) -> None:
    session = open_session(invited)
    for other in (session + "A", session[:-1], session[:32], "é" * 40):
        assert refused_session(invited, other) == INVALID_SESSION


def test_session_of_a_password_that_is_replaced(invited: World) -> None:
    session = open_session(invited)
    invited.admin("AdminSetUserPassword", "bob", Password=TEMPORARY)
    assert refused_session(invited, session) == INVALID_SESSION


def test_session_of_a_user_who_is_gone(invited: World) -> None:
    session = open_session(invited)
    invited.admin("AdminDeleteUser", "bob")
    invited.invited("bob")
    assert refused_session(invited, session) == INVALID_SESSION


def test_session_of_a_user_disabled_since(invited: World) -> None:
    session = open_session(invited)
    invited.admin("AdminDisableUser", "bob")
    assert refused_session(invited, session) == "NotAuthorizedException: User is disabled."


# --- secret hashes


def password_request(world: World, **changes: str) -> Json:
    return world.initiation("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, **changes)


def test_missing_secret_hash(secretive: World) -> None:
    request = password_request(secretive)
    del request["AuthParameters"]["SECRET_HASH"]
    expected = f"Client {secretive.client_id} is configured for secret but secret was not received"
    assert secretive.refused("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


def test_wrong_secret_hash(secretive: World) -> None:
    request = password_request(secretive, **secretive.hashed("bob"))
    expected = f"Unable to verify secret hash for client {secretive.client_id}"
    assert secretive.refused("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


def test_superfluous_secret_hash(world: World, secretive: World) -> None:
    request = password_request(world, **secretive.hashed("ada"))
    expected = f"Unable to verify secret hash for client {world.client_id}"
    assert world.refused("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


@pytest.mark.parametrize(("given", "expected"), [(None, "was not received"), ("AAAA", "Unable to verify secret hash")])
def test_secret_hash_of_a_proof(secretive: World, given: str | None, expected: str) -> None:
    request = secretive.response("PASSWORD_VERIFIER", **secretive.claim(secretive.srp_challenge("ada")))
    request["ChallengeResponses"]["SECRET_HASH"] = given
    assert expected in secretive.refused("RespondToAuthChallenge", **request)


def test_secret_hash_of_the_alias_in_a_later_step(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"]).client(GenerateSecret=True)
    pool.user("ada", email="ada@example.com", email_verified="true")
    claim = pool.claim(pool.srp_challenge("ada@example.com"))
    assert claim["USERNAME"] == "ada"
    assert "Unable to verify" in refused_claim(pool, {**claim, **pool.hashed("ada@example.com")})
    assert "AuthenticationResult" in pool.respond("PASSWORD_VERIFIER", **claim)


@pytest.mark.parametrize("given", [None, "AAAA"])
def test_secret_hash_of_a_new_password(secretive: World, given: str | None) -> None:
    secretive.invited("bob")
    request = new_password(secretive, open_session(secretive))
    request["ChallengeResponses"]["SECRET_HASH"] = given
    assert "secret" in secretive.refused("RespondToAuthChallenge", **request)


@pytest.mark.parametrize("operation", ["SignUp", "ConfirmSignUp", "ResendConfirmationCode"])
@pytest.mark.parametrize("given", [None, "AAAA"])
def test_secret_hash_of_signing_up(secretive: World, operation: str, given: str | None) -> None:
    more = {"SignUp": {"Password": PASSWORD}, "ConfirmSignUp": {"ConfirmationCode": "1"}}.get(operation, {})
    request = {"ClientId": secretive.client_id, "Username": "eve", "SecretHash": given, **more}
    assert secretive.refused(operation, **request).startswith("NotAuthorizedException")


def test_secret_hash_of_a_refresh(secretive: World) -> None:
    token = secretive.tokens()["RefreshToken"]
    request = secretive.initiation("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **secretive.hashed("bob"))
    expected = f"SecretHash does not match for the client: {secretive.client_id}"
    assert secretive.refused("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


# --- flows


def test_flow_that_the_client_does_not_allow(world: World) -> None:
    client = world.client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    expected = "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"
    assert client.refused("InitiateAuth", **password_request(client)) == expected


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
def test_flow_of_the_admin_api(world: World, flow: str) -> None:
    request = world.initiation(flow, USERNAME="ada", PASSWORD=PASSWORD)
    assert world.refused("InitiateAuth", **request).startswith("InvalidParameterException")


def test_flow_of_the_public_api(world: World) -> None:
    request = {**password_request(world), "UserPoolId": world.pool_id}
    assert world.refused("AdminInitiateAuth", **request).startswith("InvalidParameterException")


@pytest.mark.parametrize("flow", ["CUSTOM_AUTH", "USER_AUTH"])
def test_flow_that_is_not_emulated(world: World, flow: str) -> None:
    request = world.initiation(flow, USERNAME="ada")
    refusal = world.refused("InitiateAuth", **request)
    assert refusal == f"UnsupportedOperationException: authflow's emulator does not have {flow}"


def test_client_of_another_pool(world: World) -> None:
    request = world.initiation("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    request["UserPoolId"] = world.pool().pool_id
    assert world.refused("AdminInitiateAuth", **request).startswith("ResourceNotFoundException: User pool client")


def test_unknown_client_and_pool(world: World) -> None:
    nobody = replace(world, client_id="nobody")
    assert nobody.refused("InitiateAuth", **password_request(nobody)) == (
        "ResourceNotFoundException: User pool client nobody does not exist."
    )
    request = {**password_request(world), "UserPoolId": "eu-west-1_none"}
    assert world.refused("AdminInitiateAuth", **request) == (
        "ResourceNotFoundException: User pool eu-west-1_none does not exist."
    )


def test_plain_public_key_as_answer(world: World) -> None:
    """A client that knows no password but picks A freely learns nothing that signs."""
    for srp_a in ("1", f"{srp_client.N - 1:x}", f"{pow(2, PRIVATE, srp_client.N):x}"):
        challenge = world.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=srp_a)["ChallengeParameters"]
        assert refused_claim(world, world.claim(challenge, "")) == WRONG
