"""Each setting that an update can change is described as it was set."""

import pytest

from tests.support.emulator.world import Json, World

POOL_SETTINGS: list[tuple[str, object]] = [
    ("DeletionProtection", "ACTIVE"),
    ("SmsAuthenticationMessage", "Your code is {####}"),
    ("UserAttributeUpdateSettings", {"AttributesRequireVerificationBeforeUpdate": ["email"]}),
    ("UserPoolTags", {"team": "a"}),
    ("EmailConfiguration", {"EmailSendingAccount": "COGNITO_DEFAULT", "ReplyToEmailAddress": "a@example.com"}),
]
CLIENT_SETTINGS: list[tuple[str, object]] = [
    ("ClientName", "other"),
    ("AccessTokenValidity", 2),
    ("IdTokenValidity", 3),
    ("ReadAttributes", ["email"]),
    ("WriteAttributes", ["email"]),
    ("PreventUserExistenceErrors", "ENABLED"),
    ("EnableTokenRevocation", False),
    ("AuthSessionValidity", 5),
    ("RefreshTokenRotation", {"Feature": "ENABLED", "RetryGracePeriodSeconds": 5}),
]


@pytest.mark.parametrize(("member", "value"), POOL_SETTINGS)
def test_pools(empty: World, member: str, value: object) -> None:
    created = empty.call("CreateUserPool", PoolName="people", **{member: value})["UserPool"]
    assert created[member] == value
    world = empty.make_pool()
    verified: Json = {"AutoVerifiedAttributes": ["email"]} if member == "UserAttributeUpdateSettings" else {}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, **verified, **{member: value})
    described = world.call("DescribeUserPool", UserPoolId=world.pool_id)["UserPool"]
    assert described[member] == value


@pytest.mark.parametrize(("member", "value"), CLIENT_SETTINGS)
def test_clients(world: World, member: str, value: object) -> None:
    flows = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}
    ids = {"UserPoolId": world.pool_id, "ClientId": world.client_id}
    world.call("UpdateUserPoolClient", **ids, **flows, **{member: value})
    described = world.call("DescribeUserPoolClient", **ids)["UserPoolClient"]
    assert described[member] == value


def test_sign_up_can_be_closed_later(world: World) -> None:
    closed = {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, **closed)
    refusal = world.expect_refusal("SignUp", ClientId=world.client_id, Username="bob", Password="Corr3ct-horse")
    assert refusal == "NotAuthorizedException: SignUp is not permitted for this user pool"
