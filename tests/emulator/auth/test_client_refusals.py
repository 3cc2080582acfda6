"""App clients: wrong secret hashes and AuthFlows that are not enabled."""

from dataclasses import replace

import pytest

from tests.support.emulator import srp_client
from tests.support.emulator.world import (
    PASSWORD,
    PRIVATE,
    Json,
    World,
    expect_proof_refusal,
    make_new_password_params,
    open_session,
)

WRONG = "NotAuthorizedException: Incorrect username or password."


# --- secret hashes


def make_password_request(world: World, **changes: str) -> Json:
    return world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, **changes)


def test_missing_secret_hash(secretive: World) -> None:
    request = make_password_request(secretive)
    del request["AuthParameters"]["SECRET_HASH"]
    expected = f"Client {secretive.client_id} is configured with secret but SECRET_HASH was not received"
    assert secretive.expect_refusal("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


def test_wrong_secret_hash(secretive: World) -> None:
    request = make_password_request(secretive, **secretive.make_secret_hash("bob"))
    expected = f"Unable to verify secret hash for client {secretive.client_id}"
    assert secretive.expect_refusal("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


def test_superfluous_secret_hash(world: World, secretive: World) -> None:
    """https://github.com/awslabs/aws-sdk-ios-samples/issues/102 shows the service's response."""
    hashed = secretive.make_secret_hash("ada")
    refresh = {"REFRESH_TOKEN": world.get_tokens()["RefreshToken"], **hashed}
    proof = {**world.make_proof(world.start_srp("ada")), **hashed}
    sign_up = {"ClientId": world.client_id, "Username": "ada", "SecretHash": hashed["SECRET_HASH"]}
    expected = f"Client {world.client_id} is not configured for secret but secret hash was received"
    for operation, request in (
        ("InitiateAuth", make_password_request(world, **hashed)),
        ("InitiateAuth", world.make_initiate_params("REFRESH_TOKEN_AUTH", **refresh)),
        ("RespondToAuthChallenge", world.make_respond_params("PASSWORD_VERIFIER", **proof)),
        ("SignUp", {**sign_up, "Password": PASSWORD}),
        ("ConfirmSignUp", {**sign_up, "ConfirmationCode": "1"}),
        ("ResendConfirmationCode", sign_up),
    ):
        assert world.expect_refusal(operation, **request) == f"InvalidParameterException: {expected}"


@pytest.mark.parametrize(("given", "expected"), [(None, "was not received"), ("AAAA", "Unable to verify secret hash")])
def test_secret_hash_of_a_proof(secretive: World, given: str | None, expected: str) -> None:
    request = secretive.make_respond_params("PASSWORD_VERIFIER", **secretive.make_proof(secretive.start_srp("ada")))
    request["ChallengeResponses"]["SECRET_HASH"] = given
    assert expected in secretive.expect_refusal("RespondToAuthChallenge", **request)


def test_secret_hash_of_the_alias_in_a_later_step(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"]).make_client(GenerateSecret=True)
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    claim = pool.make_proof(pool.start_srp("ada@example.com"))
    assert claim["USERNAME"] == "ada"
    assert "Unable to verify" in expect_proof_refusal(pool, {**claim, **pool.make_secret_hash("ada@example.com")})
    assert "AuthenticationResult" in pool.respond("PASSWORD_VERIFIER", **claim)


@pytest.mark.parametrize("given", [None, "AAAA"])
def test_secret_hash_of_a_new_password(secretive: World, given: str | None) -> None:
    secretive.invite("bob")
    request = make_new_password_params(secretive, open_session(secretive))
    request["ChallengeResponses"]["SECRET_HASH"] = given
    assert "secret" in secretive.expect_refusal("RespondToAuthChallenge", **request)


@pytest.mark.parametrize("operation", ["SignUp", "ConfirmSignUp", "ResendConfirmationCode"])
@pytest.mark.parametrize("given", [None, "AAAA"])
def test_secret_hash_of_signing_up(secretive: World, operation: str, given: str | None) -> None:
    more = {"SignUp": {"Password": PASSWORD}, "ConfirmSignUp": {"ConfirmationCode": "1"}}.get(operation, {})
    request = {"ClientId": secretive.client_id, "Username": "eve", "SecretHash": given, **more}
    assert secretive.expect_refusal(operation, **request).startswith("NotAuthorizedException")


def test_secret_hash_of_a_refresh(secretive: World) -> None:
    token = secretive.get_tokens()["RefreshToken"]
    request = secretive.make_initiate_params(
        "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **secretive.make_secret_hash("bob")
    )
    expected = f"SecretHash does not match for the client: {secretive.client_id}"
    assert secretive.expect_refusal("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


# --- AuthFlows


def test_flow_that_the_client_does_not_allow(world: World) -> None:
    client = world.make_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    expected = "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"
    assert client.expect_refusal("InitiateAuth", **make_password_request(client)) == expected


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
def test_flow_of_the_admin_api(world: World, flow: str) -> None:
    request = world.make_initiate_params(flow, USERNAME="ada", PASSWORD=PASSWORD)
    assert world.expect_refusal("InitiateAuth", **request).startswith("InvalidParameterException")


def test_flow_of_the_public_api(world: World) -> None:
    request = {**make_password_request(world), "UserPoolId": world.pool_id}
    assert world.expect_refusal("AdminInitiateAuth", **request).startswith("InvalidParameterException")


def test_client_of_another_pool(world: World) -> None:
    request = world.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    request["UserPoolId"] = world.make_pool().pool_id
    assert world.expect_refusal("AdminInitiateAuth", **request).startswith(
        "ResourceNotFoundException: User pool client"
    )


def test_unknown_client_and_pool(world: World) -> None:
    nobody = replace(world, client_id="nobody")
    assert nobody.expect_refusal("InitiateAuth", **make_password_request(nobody)) == (
        "ResourceNotFoundException: User pool client nobody does not exist."
    )
    request = {**make_password_request(world), "UserPoolId": "eu-west-1_none"}
    assert world.expect_refusal("AdminInitiateAuth", **request) == (
        "ResourceNotFoundException: User pool eu-west-1_none does not exist."
    )


def test_plain_public_key_as_answer(world: World) -> None:
    """A client without the password cannot compute the signing key, even if it chooses SRP_A freely."""
    for srp_a in ("1", f"{srp_client.N - 1:x}", f"{pow(2, PRIVATE, srp_client.N):x}"):
        challenge = world.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=srp_a)["ChallengeParameters"]
        assert expect_proof_refusal(world, world.make_proof(challenge, "")) == WRONG
