"""PreTokenGeneration, versions 2 and 3: both tokens, claims of any type, scopes; and what a scope permits."""

from typing import Any

import pytest

from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, expect_refused_sign_in
from tests.support.emulator.world import PASSWORD, Json, World

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
ADMIN = "aws.cognito.signin.user.admin"
NO_SCOPE = "NotAuthorizedException: Access Token does not have required scopes"
OLD: Json = {"claimsOverrideDetails": {"claimsToAddOrOverride": {"old": "yes"}}}
NEW: Json = {"claimsAndScopeOverrideDetails": {"idTokenGeneration": {"claimsToAddOrOverride": {"new": "yes"}}}}


def make_pool(empty: World, version: str | None = "V2_0", **settings: object) -> World:
    config: Json = {"PreTokenGeneration": ARN}
    if version:
        config = {"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": ARN}}
    world = empty.make_pool(LambdaConfig=config, **settings)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    return world


def set_response(world: World, **response: object) -> Recorder:
    recorder = Recorder(**response)
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": recorder}
    return recorder


def get_claims(world: World, **details: object) -> tuple[Json, Json]:
    """Return the claims of the id token and of the access token."""
    set_response(world, claimsAndScopeOverrideDetails=details)
    result = world.get_tokens()
    return verify_claims(world, result["IdToken"]), verify_claims(world, result["AccessToken"])


@pytest.mark.parametrize(("version", "number"), [(None, "1"), ("V1_0", "1"), ("V2_0", "2"), ("V3_0", "3")])
def test_the_event(empty: World, version: str | None, number: str) -> None:
    world = make_pool(empty, version)
    recorder = set_response(world)
    world.get_tokens()
    (event,) = recorder.events
    assert event["version"] == number
    assert event["request"].get("scopes") == (None if number == "1" else [ADMIN])
    member = "claimsOverrideDetails" if number == "1" else "claimsAndScopeOverrideDetails"
    assert event["response"] == {member: None}


@pytest.mark.parametrize("version", ["V1_0", "V2_0", "V3_0"])
def test_each_version_reads_its_own_member(empty: World, version: str) -> None:
    world = make_pool(empty, version)
    set_response(world, **OLD, **NEW)
    claims = verify_claims(world, world.get_tokens()["IdToken"])
    assert ("old" in claims, "new" in claims) == ((True, False) if version == "V1_0" else (False, True))


def test_the_version_after_an_update(empty: World) -> None:
    world = make_pool(empty, None)
    recorder = set_response(world)
    config = {"PreTokenGenerationConfig": {"LambdaVersion": "V3_0", "LambdaArn": ARN}}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, LambdaConfig=config)
    world.get_tokens()
    assert recorder.events[0]["version"] == "3"


def test_the_lite_tier_has_version_1_only(world: World) -> None:
    config = {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN}}
    update = {"UserPoolId": world.pool_id, "UserPoolTier": "LITE", "LambdaConfig": config}
    assert world.expect_refusal("UpdateUserPool", **update) == (
        "FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier "
        "configured: Token Customization with Pre-Token Generation Lambda V2_0"
    )


VALUES: list[Any] = ["text", 7, 1.5, True, False, None, ["a", 1], {"a": {"b": [1]}}, []]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_claims_of_any_type(empty: World, value: object) -> None:
    world = make_pool(empty)
    added = {"claimsToAddOrOverride": {"x": value}}
    id_token, access_token = get_claims(world, idTokenGeneration=added, accessTokenGeneration=added)
    assert id_token["x"] == access_token["x"] == value
    assert type(id_token["x"]) is type(value)


def test_the_tokens_are_independent(empty: World) -> None:
    world = make_pool(empty)
    id_token, access_token = get_claims(
        world,
        idTokenGeneration={"claimsToAddOrOverride": {"only_id": "1"}, "claimsToSuppress": ["email"]},
        accessTokenGeneration={"claimsToAddOrOverride": {"only_access": "1"}},
    )
    assert ("only_id" in id_token, "only_access" in id_token, "email" in id_token) == (True, False, False)
    assert ("only_id" in access_token, "only_access" in access_token) == (False, True)


def test_suppressed_claims_of_an_access_token(empty: World) -> None:
    world = make_pool(empty)
    world.call("CreateGroup", UserPoolId=world.pool_id, GroupName="staff")
    world.call_admin("AdminAddUserToGroup", "ada", GroupName="staff")
    id_token, access_token = get_claims(world, accessTokenGeneration={"claimsToSuppress": ["cognito:groups"]})
    assert id_token["cognito:groups"] == ["staff"]
    assert "cognito:groups" not in access_token


@pytest.mark.parametrize(
    "name", ["sub", "exp", "iss", "jti", "origin_jti", "token_use", "client_id", "username", "scope", "event_id", "amr"]
)
def test_reserved_claims_of_an_access_token(empty: World, name: str) -> None:
    world = make_pool(empty)
    plain = get_claims(world)[1]
    changed = get_claims(
        world, accessTokenGeneration={"claimsToAddOrOverride": {name: "x"}, "claimsToSuppress": [name]}
    )[1]
    assert changed.get(name) != "x"
    assert set(changed) == set(plain)
    assert world.call("GetUser", AccessToken=world.get_tokens()["AccessToken"])["Username"] == "ada"


def test_groups_and_roles(empty: World) -> None:
    groups = {"groupsToOverride": ["staff"], "iamRolesToOverride": ["arn:a"], "preferredRole": "arn:a"}
    id_token, access_token = get_claims(make_pool(empty), groupOverrideDetails=groups)
    assert id_token["cognito:groups"] == access_token["cognito:groups"] == ["staff"]
    assert id_token["cognito:preferred_role"] == "arn:a"
    assert "cognito:roles" not in access_token


@pytest.mark.parametrize(
    "details",
    [
        "all",
        {"idTokenGeneration": []},
        {"accessTokenGeneration": {"claimsToAddOrOverride": ["level"]}},
        {"accessTokenGeneration": {"claimsToSuppress": "email"}},
        {"accessTokenGeneration": {"scopesToAdd": [1]}},
        {"accessTokenGeneration": {"scopesToAdd": ["a b"]}},
        {"accessTokenGeneration": {"scopesToSuppress": "openid"}},
        {"idTokenGeneration": {"claimsToAddOrOverride": {"address": {"formatted": "x"}}}},
        {"idTokenGeneration": {"claimsToAddOrOverride": {"email_verified": [True]}}},
        {"groupOverrideDetails": {"groupsToOverride": "staff"}},
    ],
    ids=str,
)
def test_invalid_responses(empty: World, details: object) -> None:
    world = make_pool(empty)
    set_response(world, claimsAndScopeOverrideDetails=details)
    assert expect_refused_sign_in(world) == BAD_OUTPUT


def test_refreshed_tokens(empty: World) -> None:
    world = make_pool(empty)
    token = world.get_tokens()["RefreshToken"]
    added = {"claimsToAddOrOverride": {"n": 1}, "scopesToAdd": ["a/b"]}
    recorder = set_response(world, claimsAndScopeOverrideDetails={"accessTokenGeneration": added})
    result = world.call("GetTokensFromRefreshToken", ClientId=world.client_id, RefreshToken=token)
    claims = verify_claims(world, result["AuthenticationResult"]["AccessToken"])
    assert (claims["n"], claims["scope"]) == (1, f"{ADMIN} a/b")
    assert recorder.events[0]["triggerSource"] == "TokenGeneration_RefreshTokens"


# --- scopes


@pytest.mark.parametrize(
    ("add", "suppress", "scope"),
    [
        ([], [], ADMIN),
        (["openid", "api/read"], [], f"{ADMIN} openid api/read"),
        (["api/read", ADMIN, "api/read"], [], f"{ADMIN} api/read"),
        (["api/read"], [ADMIN], "api/read"),
        (["api/read"], ["api/read"], ADMIN),
        ([], [ADMIN], None),
    ],
)
def test_scopes(empty: World, add: list[str], suppress: list[str], scope: str | None) -> None:
    changes = {"scopesToAdd": add, "scopesToSuppress": suppress}
    id_token, access_token = get_claims(make_pool(empty), accessTokenGeneration=changes)
    assert access_token.get("scope") == scope
    assert "scope" not in id_token


OPERATIONS: dict[str, Json] = {
    "GetUser": {},
    "GetUserAuthFactors": {},
    "GlobalSignOut": {},
    "DeleteUser": {},
    "ChangePassword": {"PreviousPassword": PASSWORD, "ProposedPassword": "0ther-Horse"},
    "UpdateUserAttributes": {"UserAttributes": [{"Name": "name", "Value": "Ada"}]},
    "DeleteUserAttributes": {"UserAttributeNames": ["name"]},
    "GetUserAttributeVerificationCode": {"AttributeName": "email"},
    "VerifyUserAttribute": {"AttributeName": "email", "Code": "123456"},
    "SetUserMFAPreference": {},
    "SetUserSettings": {"MFAOptions": []},
    "AssociateSoftwareToken": {},
    "VerifySoftwareToken": {"UserCode": "123456"},
    "ListDevices": {},
    "GetDevice": {"DeviceKey": "eu-west-1_a"},
    "ForgetDevice": {"DeviceKey": "eu-west-1_a"},
    "ConfirmDevice": {"DeviceKey": "eu-west-1_a"},
    "UpdateDeviceStatus": {"DeviceKey": "eu-west-1_a"},
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_that_need_the_scope(empty: World, operation: str) -> None:
    world = make_pool(empty)
    changes = {"scopesToAdd": ["openid"], "scopesToSuppress": [ADMIN]}
    set_response(world, claimsAndScopeOverrideDetails={"accessTokenGeneration": changes})
    token = world.get_tokens()["AccessToken"]
    assert world.expect_refusal(operation, AccessToken=token, **OPERATIONS[operation]) == NO_SCOPE


def test_revoking_needs_no_scope(empty: World) -> None:
    world = make_pool(empty)
    set_response(world, claimsAndScopeOverrideDetails={"accessTokenGeneration": {"scopesToSuppress": [ADMIN]}})
    token = world.get_tokens()["RefreshToken"]
    world.call("RevokeToken", ClientId=world.client_id, Token=token)
    refresh = {"ClientId": world.client_id, "RefreshToken": token}
    assert "has been revoked" in world.expect_refusal("GetTokensFromRefreshToken", **refresh)
