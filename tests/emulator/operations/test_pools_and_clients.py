import re

import pytest

from tests.support.emulator.world import Clock, Json, World


def test_pool_round(empty: World) -> None:
    made = empty.call("CreateUserPool", PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]
    assert re.fullmatch(r"eu-west-1_[0-9A-Za-z]{9}", made["Id"])
    assert made["Name"] == "people"
    assert made["AutoVerifiedAttributes"] == ["email"]
    assert made["CreationDate"] == empty.clock.now.timestamp()
    assert made["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert empty.call("DescribeUserPool", UserPoolId=made["Id"])["UserPool"] == made
    assert empty.call("DeleteUserPool", UserPoolId=made["Id"]) == {}
    refusal = empty.expect_refusal("DescribeUserPool", UserPoolId=made["Id"])
    assert refusal == f"ResourceNotFoundException: User pool {made['Id']} does not exist."


def test_schema_of_a_pool(empty: World) -> None:
    schema = [
        {"Name": "email", "Required": True, "AttributeDataType": "String"},
        {"Name": "size", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "1"}},
    ]
    made = empty.call("CreateUserPool", PoolName="people", Schema=schema)["UserPool"]
    described = {attribute["Name"]: attribute for attribute in made["SchemaAttributes"]}
    assert described["email"]["Required"] is True
    assert described["custom:size"]["AttributeDataType"] == "Number"
    assert described["sub"]["Mutable"] is False


def test_a_deleted_pool_takes_its_clients_and_tokens(world: World) -> None:
    tokens, other = world.get_tokens(), world.make_pool()
    world.call("DeleteUserPool", UserPoolId=world.pool_id)
    assert "does not exist" in world.expect_refusal(
        "InitiateAuth", **world.make_initiate_params("USER_SRP_AUTH", USERNAME="ada")
    )
    assert world.expect_refusal("GetUser", AccessToken=tokens["AccessToken"]).startswith("NotAuthorizedException")
    assert other.call("DescribeUserPool", UserPoolId=other.pool_id)


def test_deletion_protection(empty: World) -> None:
    made = empty.call("CreateUserPool", PoolName="people", DeletionProtection="ACTIVE")["UserPool"]
    assert "deletion protection" in empty.expect_refusal("DeleteUserPool", UserPoolId=made["Id"])


@pytest.mark.parametrize(
    "attribute",
    [
        {"AttributeDataType": "String"},
        {"Name": "size", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "small"}},
        {"Name": "team", "StringAttributeConstraints": {"MaxLength": "long"}},
    ],
    ids=str,
)
def test_invalid_attribute_definitions(empty: World, attribute: Json) -> None:
    assert empty.expect_refusal("CreateUserPool", PoolName="p", Schema=[attribute]).startswith(
        "InvalidParameterException"
    )


def test_client_round(world: World, clock: Clock) -> None:
    secretive = world.make_client(GenerateSecret=True, ClientName="mine", AuthSessionValidity=5)
    assert re.fullmatch("[0-9a-z]{26}", secretive.client_id)
    assert re.fullmatch("[0-9a-z]{51}", secretive.secret or "")
    ids = {"UserPoolId": world.pool_id, "ClientId": secretive.client_id}
    described = world.call("DescribeUserPoolClient", **ids)["UserPoolClient"]
    assert described["ClientSecret"] == secretive.secret
    assert described["AuthSessionValidity"] == 5
    clock.forward(minutes=1)
    updated = world.call("UpdateUserPoolClient", **ids, RefreshTokenValidity=1)["UserPoolClient"]
    assert updated["ClientName"] == "mine"
    assert updated["ClientSecret"] == secretive.secret
    assert updated["AuthSessionValidity"] == 3  # an omitted setting is reset to its default
    assert updated["LastModifiedDate"] == updated["CreationDate"] + 60
    assert updated == world.call("DescribeUserPoolClient", **ids)["UserPoolClient"]


def test_client_without_a_secret(world: World) -> None:
    ids = {"UserPoolId": world.pool_id, "ClientId": world.client_id}
    assert "ClientSecret" not in world.call("DescribeUserPoolClient", **ids)["UserPoolClient"]


def test_client_with_a_given_secret(world: World) -> None:
    assert world.make_client(ClientSecret="s" * 24).secret == "s" * 24


def test_client_of_another_pool(world: World) -> None:
    ids = {"UserPoolId": world.make_pool().pool_id, "ClientId": world.client_id}
    assert world.expect_refusal("DescribeUserPoolClient", **ids).startswith("ResourceNotFoundException")


@pytest.mark.parametrize(
    "settings",
    [
        {"GenerateSecret": True, "ClientSecret": "s" * 24},
        {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]},
        {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
        {"IdTokenValidity": 25},
        {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        {"RefreshTokenValidity": 3651},
    ],
    ids=str,
)
def test_client_settings_that_exclude_each_other(world: World, settings: Json) -> None:
    request = {"UserPoolId": world.pool_id, "ClientName": "app", **settings}
    assert world.expect_refusal("CreateUserPoolClient", **request).startswith("InvalidParameterException")
