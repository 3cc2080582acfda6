"""PreTokenGeneration: its events and the claims that it changes."""

from collections.abc import Callable
from typing import Any

import pytest

from authflow.emulator import Settings
from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, Riddles, expect_refused_sign_in, raise_error
from tests.support.emulator.phones import Phone, confirm_phone, make_tracking_pool, prove_device, sign_in_with_password
from tests.support.emulator.world import (
    ROTATING_FLOWS,
    TEMPORARY,
    Json,
    World,
    make_new_password_params,
    make_with_settings,
)

LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:f"
ROLE = "arn:aws:iam::123456789012:role/staff"


def get_overridden_claims(world: World, **details: object) -> Json:
    """Return the claims of an id token and an access token that PreTokenGeneration has changed."""
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    result = world.get_tokens()
    return {"id": verify_claims(world, result["IdToken"]), "access": verify_claims(world, result["AccessToken"])}


def test_added_claims(world: World) -> None:
    made = get_overridden_claims(
        world, claimsToAddOrOverride={"team": "blue", "email": "x"}, claimsToSuppress=["email_verified"]
    )
    assert (made["id"]["team"], made["id"]["email"]) == ("blue", "x")
    assert "email_verified" not in made["id"]
    assert "team" not in made["access"]


@pytest.mark.parametrize("name", ["sub", "exp", "cognito:username", "token_use", "nonce", "amr"])
def test_reserved_claims(world: World, name: str) -> None:
    plain = verify_claims(world, world.get_tokens()["IdToken"])
    made = get_overridden_claims(world, claimsToAddOrOverride={name: "x"}, claimsToSuppress=[name])["id"]
    assert made.get(name) == plain.get(name)
    assert set(made) == set(plain)


def test_groups_and_roles(world: World) -> None:
    groups = {"groupsToOverride": ["staff"], "iamRolesToOverride": ["arn:a"], "preferredRole": "arn:a"}
    made = get_overridden_claims(world, groupOverrideDetails=groups)
    assert made["id"]["cognito:groups"] == made["access"]["cognito:groups"] == ["staff"]
    assert (made["id"]["cognito:roles"], made["id"]["cognito:preferred_role"]) == (["arn:a"], "arn:a")
    assert "cognito:roles" not in made["access"]


@pytest.mark.parametrize("details", [None, {}, {"claimsToAddOrOverride": None, "groupOverrideDetails": None}])
def test_empty_overrides(world: World, details: Json | None) -> None:
    plain = verify_claims(world, world.get_tokens()["IdToken"])
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    assert set(verify_claims(world, world.get_tokens()["IdToken"])) == set(plain)


GROUP_CLAIMS = ["cognito:groups", "cognito:preferred_role", "cognito:roles"]
OVERRIDES: list[Any] = [
    ({}, GROUP_CLAIMS),
    ({"groupOverrideDetails": {}}, []),
    ({"groupOverrideDetails": None}, []),
    ({"groupOverrideDetails": {"groupsToOverride": None, "iamRolesToOverride": None, "preferredRole": None}}, []),
    ({"groupOverrideDetails": {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": ""}}, []),
    ({"groupOverrideDetails": {"groupsToOverride": ["other"]}}, ["cognito:groups"]),
    ({"groupOverrideDetails": {"iamRolesToOverride": ["arn:a"]}}, ["cognito:roles"]),
]


def make_member(empty: World, version: str) -> tuple[World, str]:
    """Make ada a member of a group with a role, and return the member of the response that this version reads."""
    config = {"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": LAMBDA}}
    world = empty.make_pool(LambdaConfig=config)
    world.make_user("ada")
    world.call("CreateGroup", UserPoolId=world.pool_id, GroupName="staff", RoleArn=ROLE, Precedence=1)
    world.call_admin("AdminAddUserToGroup", "ada", GroupName="staff")
    return world, "claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"


def get_group_claims(world: World) -> list[Json]:
    """Return what the id token and the access token say of groups."""
    result = world.get_tokens()
    verified = (verify_claims(world, result[name]) for name in ("IdToken", "AccessToken"))
    return [{name: claims[name] for name in GROUP_CLAIMS if name in claims} for claims in verified]


@pytest.mark.parametrize("version", ["V1_0", "V2_0"])
@pytest.mark.parametrize(("details", "left"), OVERRIDES, ids=str)
def test_group_details_replace_all_that_is_said_of_groups(
    empty: World, version: str, details: Json, left: list[str]
) -> None:
    world, member = make_member(empty, version)
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(**{member: details})}
    id_token, access_token = get_group_claims(world)
    assert list(id_token) == left
    assert list(access_token) == [name for name in left if name == "cognito:groups"]


@pytest.mark.parametrize("version", ["V1_0", "V2_0"])
def test_group_details_that_are_returned_as_they_came_change_nothing(empty: World, version: str) -> None:
    world, member = make_member(empty, version)
    plain = get_group_claims(world)

    def copy(event: Json) -> Json:
        return {**event, "response": {member: {"groupOverrideDetails": event["request"]["groupConfiguration"]}}}

    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": copy}
    assert get_group_claims(world) == plain
    assert plain[0] == {"cognito:groups": ["staff"], "cognito:preferred_role": ROLE, "cognito:roles": [ROLE]}


def test_attributes_for_developers_are_reserved(world: World) -> None:
    details = {"claimsToAddOrOverride": {"dev:custom:level": "7", "level": "7"}}
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    claims = verify_claims(world, world.get_tokens()["IdToken"])
    assert ("level" in claims, "dev:custom:level" in claims) == (True, False)


@pytest.mark.parametrize(
    "details",
    [
        "all",
        {"claimsToAddOrOverride": {"level": 1}},
        {"claimsToAddOrOverride": ["level"]},
        {"claimsToSuppress": "email"},
        {"claimsToSuppress": [1]},
        {"groupOverrideDetails": []},
        {"groupOverrideDetails": {"groupsToOverride": "staff"}},
        {"groupOverrideDetails": {"preferredRole": 1}},
    ],
    ids=str,
)
def test_invalid_overrides(world: World, details: object) -> None:
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    assert expect_refused_sign_in(world) == BAD_OUTPUT
    assert not world.emulator._service.token_families.families.values()  # neither tokens nor a token family


def collect_sources(world: World, act: Callable[[World], object]) -> list[str]:
    """Return the ``triggerSource`` of each PreTokenGeneration event."""
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), "PreTokenGeneration": recorder}
    act(world)
    assert all(
        request["groupConfiguration"] == {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}
        for request in recorder.requests
    )
    return [event["triggerSource"] for event in recorder.events]


@pytest.mark.parametrize("source", ["TokenGeneration_RefreshTokens", "TokenGeneration_Authentication"])
def test_trigger_source_of_a_refresh_without_an_auth_flow(empty: World, source: str) -> None:
    world = make_with_settings(empty, Settings(refresh_trigger_source=source))
    token = world.get_tokens()["RefreshToken"]

    def refresh(world: World) -> None:
        world.call("GetTokensFromRefreshToken", ClientId=world.client_id, RefreshToken=token)
        world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)

    assert collect_sources(world, refresh) == [source, "TokenGeneration_RefreshTokens"]


def test_trigger_sources(world: World) -> None:
    def sign_in_and_refresh(world: World) -> None:
        token = world.sign_in_with_srp("ada")["AuthenticationResult"]["RefreshToken"]
        world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
        world.call("GetTokensFromRefreshToken", ClientId=world.client_id, RefreshToken=token)

    refreshed = "TokenGeneration_RefreshTokens"
    assert collect_sources(world, sign_in_and_refresh) == ["TokenGeneration_Authentication", refreshed, refreshed]


def test_trigger_source_of_a_new_password(world: World) -> None:
    def choose(world: World) -> None:
        world.invite("bob")
        session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
        world.call("RespondToAuthChallenge", **make_new_password_params(world, session))

    assert collect_sources(world, choose) == ["TokenGeneration_NewPasswordChallenge"]


def test_trigger_source_of_a_device(empty: World) -> None:
    world = make_tracking_pool(empty)
    phone = confirm_phone(world)
    assert collect_sources(world, lambda world: _sign_in_with_device(world, phone)) == [
        "TokenGeneration_AuthenticateDevice"
    ]


def _sign_in_with_device(world: World, phone: Phone) -> Json:
    return prove_device(world, phone, sign_in_with_password(world, DEVICE_KEY=phone.key)["Session"])


def test_metadata_of_a_refresh(world: World) -> None:
    recorder, token = Recorder(), world.get_tokens()["RefreshToken"]
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": recorder}
    request = {"ClientId": world.client_id, "RefreshToken": token, "ClientMetadata": {"from": "home"}}
    world.call("GetTokensFromRefreshToken", **request)
    refresh = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    world.call("InitiateAuth", **refresh, ClientMetadata={"from": "home"})
    assert [request.get("clientMetadata") for request in recorder.requests] == [{"from": "home"}, None]


def test_a_refresh_that_is_refused(world: World) -> None:
    client = world.make_client(
        ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    )
    token = client.get_tokens()["RefreshToken"]
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": raise_error}
    request = {"ClientId": client.client_id, "RefreshToken": token}
    assert client.expect_refusal("GetTokensFromRefreshToken", **request).startswith("UserLambdaValidationException")
    del world.emulator.triggers[world.pool_id]
    assert client.call("GetTokensFromRefreshToken", **request)  # the token was not rotated out
