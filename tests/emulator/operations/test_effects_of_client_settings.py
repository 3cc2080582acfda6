"""What the settings of an app client change, whether CreateUserPoolClient or UpdateUserPoolClient sets them."""

import pytest

from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, ROTATING_FLOWS, Clock, Json, World

BOTH = pytest.mark.parametrize("operation", ["CreateUserPoolClient", "UpdateUserPoolClient"])


def make(world: World, operation: str, **settings: object) -> World:
    """Return a client with these settings."""
    given: Json = {"ExplicitAuthFlows": ALL_FLOWS, **settings}
    if operation == "CreateUserPoolClient":
        return world.make_client(**given)
    client = world.make_client()
    client.call(operation, UserPoolId=client.pool_id, ClientId=client.client_id, **given)
    return client


def refresh(client: World, token: str) -> Json:
    return client.call("GetTokensFromRefreshToken", ClientId=client.client_id, RefreshToken=token)


@BOTH
def test_flows(world: World, operation: str) -> None:
    client = make(world, operation, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    assert "AccessToken" in client.get_tokens()
    request = client.make_initiate_params("USER_SRP_AUTH", USERNAME="ada", SRP_A="2")
    refusal = client.expect_refusal("InitiateAuth", **request)
    assert refusal == "InvalidParameterException: USER_SRP_AUTH is not enabled for the client."


@BOTH
def test_lifetimes_of_access_and_id_tokens(world: World, operation: str) -> None:
    validity = {"AccessTokenValidity": 10, "IdTokenValidity": 20}
    units = {"AccessToken": "minutes", "IdToken": "minutes"}
    tokens = make(world, operation, **validity, TokenValidityUnits=units).get_tokens()
    assert tokens["ExpiresIn"] == 600
    for name, minutes in (("AccessToken", 10), ("IdToken", 20)):
        claims = read_claims(tokens[name])
        assert claims["exp"] - claims["iat"] == minutes * 60


@BOTH
def test_the_lifetime_of_a_refresh_token(world: World, clock: Clock, operation: str) -> None:
    client = make(world, operation, RefreshTokenValidity=2, TokenValidityUnits={"RefreshToken": "hours"})
    token = client.get_tokens()["RefreshToken"]
    clock.forward(minutes=119)
    assert "AuthenticationResult" in refresh(client, token)
    clock.forward(minutes=1)
    request = {"ClientId": client.client_id, "RefreshToken": token}
    refusal = client.expect_refusal("GetTokensFromRefreshToken", **request)
    assert refusal == "NotAuthorizedException: Refresh Token has expired"


@BOTH
def test_rotated_refresh_tokens(world: World, operation: str) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    client = make(world, operation, ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=rotation)
    token = client.get_tokens()["RefreshToken"]
    assert refresh(client, token)["AuthenticationResult"]["RefreshToken"] != token


@BOTH
def test_what_a_client_may_read(world: World, operation: str) -> None:
    tokens = make(world, operation, ReadAttributes=["name"]).get_tokens()
    assert "email" not in read_claims(tokens["IdToken"])
    [attribute] = world.call("GetUser", AccessToken=tokens["AccessToken"])["UserAttributes"]
    assert attribute["Name"] == "sub"


@BOTH
def test_what_a_client_may_write(world: World, operation: str) -> None:
    token = make(world, operation, WriteAttributes=["name"]).get_tokens()["AccessToken"]
    changed = [{"Name": "email", "Value": "new@example.com"}]
    refusal = world.expect_refusal("UpdateUserAttributes", AccessToken=token, UserAttributes=changed)
    assert refusal == "NotAuthorizedException: A client attempted to write unauthorized attribute"


@BOTH
def test_hidden_users(world: World, operation: str) -> None:
    client = make(world, operation, PreventUserExistenceErrors="ENABLED")
    request = client.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="nobody", PASSWORD=PASSWORD)
    refusal = client.expect_refusal("InitiateAuth", **request)
    assert refusal == "NotAuthorizedException: Incorrect username or password."


@BOTH
def test_revocation(world: World, operation: str) -> None:
    client = make(world, operation, EnableTokenRevocation=False)
    request = {"ClientId": client.client_id, "Token": client.get_tokens()["RefreshToken"]}
    assert client.expect_refusal("RevokeToken", **request).startswith("UnsupportedOperationException")


@BOTH
def test_the_time_to_answer(world: World, clock: Clock, operation: str) -> None:
    client = make(world, operation, AuthSessionValidity=5)
    client.invite("bob")
    session = client.initiate(USERNAME="bob", PASSWORD="Temp-0rary")["Session"]
    clock.forward(minutes=4)
    done = client.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD="0ther-Horse")
    assert "AuthenticationResult" in done


@BOTH
def test_the_name(world: World, operation: str) -> None:
    client = make(world, operation, ClientName="mine")
    listed = world.call("ListUserPoolClients", UserPoolId=world.pool_id)["UserPoolClients"]
    assert {"ClientId": client.client_id, "ClientName": "mine", "UserPoolId": world.pool_id} in listed


@BOTH
def test_no_secret_is_published(world: World, operation: str) -> None:
    ids = {"UserPoolId": world.pool_id, **({"ClientId": world.client_id} if operation.startswith("Update") else {})}
    request = {**ids, "ClientName": "c", "PublishSecretsInAWSSecretsManager": True}
    refusal = world.expect_refusal(operation, **request)
    assert refusal == "InvalidParameterException: authflow's emulator has no AWS Secrets Manager"
    assert world.call(operation, **{**request, "PublishSecretsInAWSSecretsManager": False})


def test_a_generated_secret(world: World) -> None:
    client = world.make_client(GenerateSecret=True)
    request = client.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, SECRET_HASH="AQ==")
    assert "Unable to verify secret hash" in client.expect_refusal("InitiateAuth", **request)
    assert "AccessToken" in client.get_tokens()
