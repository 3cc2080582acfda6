"""Successful sign-ins, with every AuthFlow and through both APIs."""

import json

import pytest

from tests.support.emulator import srp_client
from tests.support.emulator.world import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, PRIVATE, TEMPORARY, World

#: the texts for AuthFlows that a client does not allow; the first and the last were measured
NOT_ENABLED = {
    "USER_SRP_AUTH": "USER_SRP_AUTH is not enabled for the client.",
    "REFRESH_TOKEN_AUTH": "REFRESH_TOKEN_AUTH flow not enabled for this client",
    "ADMIN_NO_SRP_AUTH": "Auth flow not enabled for this client",
    "USER_PASSWORD_AUTH": "USER_PASSWORD_AUTH flow not enabled for this client",
}


def test_srp(world: World) -> None:
    reply = world.sign_in_with_srp("ada")
    assert set(reply) == {"ChallengeParameters", "AuthenticationResult"}
    assert reply["ChallengeParameters"] == {}
    assert set(reply["AuthenticationResult"]) == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}


def test_parameters_of_password_verifier(world: World) -> None:
    srp_a = f"{pow(2, PRIVATE, srp_client.N):x}"
    reply = world.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=srp_a)
    assert set(reply) == {"ChallengeName", "ChallengeParameters"}  # no Session
    assert reply["ChallengeName"] == "PASSWORD_VERIFIER"
    asked = reply["ChallengeParameters"]
    assert set(asked) == {"USER_ID_FOR_SRP", "USERNAME", "SALT", "SRP_B", "SECRET_BLOCK"}
    assert asked["USERNAME"] == asked["USER_ID_FOR_SRP"] == "ada"


def test_srp_values_are_fresh_each_time(world: World) -> None:
    first, second = world.start_srp("ada"), world.start_srp("ada")
    assert first["SALT"] == second["SALT"]
    assert first["SRP_B"] != second["SRP_B"]
    assert first["SECRET_BLOCK"] != second["SECRET_BLOCK"]


def test_srp_with_a_secret_hash(secretive: World) -> None:
    assert "AuthenticationResult" in secretive.sign_in_with_srp("ada")


def test_srp_through_the_admin_api(secretive: World) -> None:
    srp_a = f"{pow(2, PRIVATE, srp_client.N):x}"
    begun = secretive.make_initiate_params("USER_SRP_AUTH", USERNAME="ada", SRP_A=srp_a)
    asked = secretive.call("AdminInitiateAuth", UserPoolId=secretive.pool_id, **begun)["ChallengeParameters"]
    answer = secretive.make_respond_params("PASSWORD_VERIFIER", **secretive.make_proof(asked))
    reply = secretive.call("AdminRespondToAuthChallenge", UserPoolId=secretive.pool_id, **answer)
    assert "AuthenticationResult" in reply


def test_password(secretive: World) -> None:
    assert "AuthenticationResult" in secretive.initiate(USERNAME="ada", PASSWORD=PASSWORD)


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
def test_password_through_the_admin_api(secretive: World, flow: str) -> None:
    request = secretive.make_initiate_params(flow, USERNAME="ada", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in secretive.call("AdminInitiateAuth", UserPoolId=secretive.pool_id, **request)


@pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_refresh(secretive: World, flow: str, admin: bool) -> None:
    token = secretive.get_tokens()["RefreshToken"]
    request = secretive.make_initiate_params(flow, REFRESH_TOKEN=token, **secretive.make_secret_hash("ada"))
    operation, extra = ("AdminInitiateAuth", {"UserPoolId": secretive.pool_id}) if admin else ("InitiateAuth", {})
    reply = secretive.call(operation, **request, **extra)
    assert set(reply["AuthenticationResult"]) == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}
    assert reply["ChallengeParameters"] == {}


def test_a_temporary_password_by_srp(secretive: World) -> None:
    secretive.invite("bob", email="bob@example.com")
    asked = secretive.sign_in_with_srp("bob", TEMPORARY)
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert asked["ChallengeParameters"] == {
        "USER_ID_FOR_SRP": "bob",
        "requiredAttributes": "[]",
        "userAttributes": json.dumps({"email": "bob@example.com"}),
    }
    reply = secretive.respond("NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD)
    assert "AuthenticationResult" in reply
    assert secretive.call_admin("AdminGetUser", "bob")["UserStatus"] == "CONFIRMED"
    assert "AuthenticationResult" in secretive.sign_in_with_srp("bob", OTHER_PASSWORD)


def test_a_temporary_password_through_the_admin_api(world: World) -> None:
    world.invite("bob")
    pool = {"UserPoolId": world.pool_id}
    request = world.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=TEMPORARY)
    asked = world.call("AdminInitiateAuth", **pool, **request)
    answer = world.make_respond_params(
        "NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD
    )
    assert "AuthenticationResult" in world.call("AdminRespondToAuthChallenge", **pool, **answer)


def test_sessions_look_like_the_services(world: World) -> None:
    world.invite("bob")
    sessions = [world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"] for _ in range(2)]
    assert [len(session) for session in sessions] == [1500, 1500]
    assert sessions[0] != sessions[1]


def test_parameters_that_a_flow_does_not_know_are_ignored(world: World) -> None:
    reply = world.initiate(USERNAME="ada", PASSWORD=PASSWORD, SOMETHING="else")
    assert "AuthenticationResult" in reply


@pytest.mark.parametrize(
    ("given", "permitted"),
    [
        (None, {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH"}),
        (["USER_PASSWORD_AUTH"], {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "USER_PASSWORD_AUTH"}),
        (["ADMIN_NO_SRP_AUTH"], {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "ADMIN_NO_SRP_AUTH"}),
        (["CUSTOM_AUTH_FLOW_ONLY"], {"REFRESH_TOKEN_AUTH"}),
        (["ALLOW_USER_PASSWORD_AUTH"], {"USER_PASSWORD_AUTH"}),
        (ALL_FLOWS, {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}),
    ],
)
def test_what_explicit_auth_flows_permit(world: World, given: list[str] | None, permitted: set[str]) -> None:
    client = world.make_client(ExplicitAuthFlows=given)
    for flow in ("USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"):
        request = {"AuthFlow": flow, "ClientId": client.client_id, "UserPoolId": world.pool_id}
        if flow == "USER_PASSWORD_AUTH":
            del request["UserPoolId"]
        refusal = client.expect_refusal(
            "InitiateAuth" if flow == "USER_PASSWORD_AUTH" else "AdminInitiateAuth", **request
        )
        expected = "Missing required parameter" if flow in permitted else NOT_ENABLED[flow]
        assert expected in refusal
