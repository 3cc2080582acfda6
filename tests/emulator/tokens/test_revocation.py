"""Revoking refresh tokens, and app clients that can't."""

import pytest

from tests.emulator.tokens.test_tokens import (
    expect_refused_access,
    expect_refused_refresh,
    refresh,
    verify_claims,
)
from tests.support.emulator.world import Json, World


def make_revocation(world: World, token: str) -> Json:
    return {"ClientId": world.client_id, "ClientSecret": world.secret, "Token": token}


def test_revoked_refresh_token(secretive: World) -> None:
    first, other = secretive.get_tokens(), secretive.get_tokens()
    renewed = refresh(secretive, first["RefreshToken"])
    assert secretive.call("RevokeToken", **make_revocation(secretive, first["RefreshToken"])) == {}
    assert expect_refused_refresh(secretive, first["RefreshToken"]) == (
        "NotAuthorizedException: Refresh Token has been revoked"
    )
    for result in (first, renewed):
        refusal = expect_refused_access(secretive, result["AccessToken"])
        assert refusal == "NotAuthorizedException: Access Token has been revoked"
    assert secretive.call("GetUser", AccessToken=other["AccessToken"])  # another sign-in


def test_revoking_through_the_old_refresh_flow(world: World) -> None:
    token = world.get_tokens()["RefreshToken"]
    world.call("RevokeToken", **make_revocation(world, token))
    request = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    assert "revoked" in world.expect_refusal("InitiateAuth", **request)


@pytest.mark.parametrize("name", ["AccessToken", "IdToken"])
def test_only_refresh_tokens_are_revoked(world: World, name: str) -> None:
    refusal = world.expect_refusal("RevokeToken", **make_revocation(world, world.get_tokens()[name]))
    assert refusal.startswith("UnsupportedTokenTypeException")


def test_revoking_a_token_of_another_client(world: World, secretive: World) -> None:
    token = secretive.get_tokens()["RefreshToken"]
    assert world.expect_refusal("RevokeToken", **make_revocation(world, token)).startswith("InvalidParameterException")
    request = {**make_revocation(secretive, token), "ClientSecret": "x" * 51}
    assert world.expect_refusal("RevokeToken", **request).startswith("UnauthorizedException")
    request = {**make_revocation(secretive, token), "ClientId": "nobody"}
    assert world.expect_refusal("RevokeToken", **request).startswith("UnauthorizedException")
    assert refresh(secretive, token)


def test_there_is_nothing_to_revoke_of_an_unknown_token(world: World) -> None:
    token = world.get_tokens()["RefreshToken"]
    for text in ("unknown", token, token):  # revoking it again changes nothing
        assert world.call("RevokeToken", **make_revocation(world, text)) == {}


def test_clients_without_revocation(world: World) -> None:
    client = world.make_client(EnableTokenRevocation=False)
    result = client.get_tokens()
    for name in ("AccessToken", "IdToken"):
        assert not {"jti", "origin_jti"} & verify_claims(client, result[name]).keys()
    refusal = client.expect_refusal("RevokeToken", **make_revocation(client, result["RefreshToken"]))
    assert refusal.startswith("UnsupportedOperationException")
    assert client.call("GetUser", AccessToken=result["AccessToken"])


@pytest.mark.parametrize("has_revocation", [True, False])
@pytest.mark.parametrize("end", ["GlobalSignOut", "AdminDisableUser"])
def test_a_sign_out_revokes_the_tokens_of_every_client(world: World, end: str, *, has_revocation: bool) -> None:
    """Sign-outs did so before tokens had the claims of token revocation: amplify-js#3435."""
    client = world.make_client(EnableTokenRevocation=has_revocation)
    first = client.get_tokens()
    request = client.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first["RefreshToken"])
    renewed = client.call("InitiateAuth", **request)["AuthenticationResult"]
    if end == "GlobalSignOut":
        client.call(end, AccessToken=first["AccessToken"])
    else:
        client.call_admin(end, "ada")
        client.call_admin("AdminEnableUser", "ada")
    later = client.get_tokens()
    for result in (first, renewed):
        assert expect_refused_access(client, result["AccessToken"]) == (
            "NotAuthorizedException: Access Token has been revoked"
        )
    assert client.call("GetUser", AccessToken=later["AccessToken"])
