from dataclasses import replace

import pytest

from tests.support.emulator.world import PASSWORD, Json, World

GIVEN = "s" * 30


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, ClientId=world.client_id, **params)


def refuse(world: World, operation: str, **params: object) -> str:
    return world.expect_refusal(operation, **{"UserPoolId": world.pool_id, "ClientId": world.client_id, **params})


def add(world: World, **params: object) -> Json:
    added: Json = call(world, "AddUserPoolClientSecret", **params)["ClientSecretDescriptor"]
    return added


def list_ids(world: World) -> list[str]:
    return [secret["ClientSecretId"] for secret in call(world, "ListUserPoolClientSecrets")["ClientSecrets"]]


def test_two_secrets_work_at_a_time(secretive: World) -> None:
    added = add(secretive)
    assert added["ClientSecretCreateDate"] == secretive.clock.now.timestamp()
    renewed = replace(secretive, secret=added["ClientSecretValue"])
    for world in (secretive, renewed):
        tokens = world.initiate(USERNAME="ada", PASSWORD=PASSWORD)["AuthenticationResult"]
        refresh = {"ClientId": world.client_id, "ClientSecret": world.secret}
        assert (
            "AccessToken"
            in world.call("GetTokensFromRefreshToken", RefreshToken=tokens["RefreshToken"], **refresh)[
                "AuthenticationResult"
            ]
        )
    old, new = list_ids(secretive)
    assert new == added["ClientSecretId"]
    call(secretive, "DeleteUserPoolClientSecret", ClientSecretId=old)
    assert list_ids(secretive) == [new]
    refused = secretive.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert secretive.expect_refusal("InitiateAuth", **refused).startswith("NotAuthorizedException")
    assert "AccessToken" in renewed.get_tokens()


def test_a_secret_of_ones_own_is_in_no_reply(secretive: World) -> None:
    assert add(secretive, ClientSecret=GIVEN).keys() == {"ClientSecretId", "ClientSecretCreateDate"}
    assert "AccessToken" in replace(secretive, secret=GIVEN).get_tokens()
    for listed in call(secretive, "ListUserPoolClientSecrets")["ClientSecrets"]:
        assert listed.keys() == {"ClientSecretId", "ClientSecretCreateDate"}


def test_ids_tell_the_client_and_the_time(secretive: World) -> None:
    add(secretive)
    first = f"{secretive.client_id}--{int(secretive.clock.now.timestamp())}"
    assert list_ids(secretive)[0] == first
    assert len(set(list_ids(secretive))) == 2


def test_limits(secretive: World, world: World) -> None:
    only = list_ids(secretive)[0]
    assert refuse(secretive, "DeleteUserPoolClientSecret", ClientSecretId=only).startswith("InvalidParameterException")
    unknown = f"{secretive.client_id}--1"
    refusal = refuse(secretive, "DeleteUserPoolClientSecret", ClientSecretId=unknown)
    assert refusal.startswith("ResourceNotFoundException")
    add(secretive, ClientSecret=GIVEN)
    assert refuse(secretive, "AddUserPoolClientSecret").startswith("LimitExceededException")
    call(secretive, "DeleteUserPoolClientSecret", ClientSecretId=only)
    again = refuse(secretive, "AddUserPoolClientSecret", ClientSecret=GIVEN)
    assert again.startswith("InvalidParameterException")
    assert refuse(world, "AddUserPoolClientSecret").startswith("InvalidParameterException")


@pytest.mark.parametrize(
    "operation", ["AddUserPoolClientSecret", "ListUserPoolClientSecrets", "DeleteUserPoolClientSecret"]
)
def test_unknown_pools_and_clients(secretive: World, operation: str) -> None:
    secret: Json = {"ClientSecretId": f"{secretive.client_id}--1"} if operation.startswith("Delete") else {}
    assert refuse(secretive, operation, ClientId="none", **secret).startswith("ResourceNotFoundException")
    assert refuse(secretive, operation, UserPoolId="eu-west-1_none", **secret).startswith("ResourceNotFoundException")
