"""PreTokenGeneration: what it is told, and what it changes in tokens."""

from collections.abc import Callable

import pytest

from tests.emulator.tokens.test_tokens import claims
from tests.support.emulator.lambdas import BAD_OUTPUT, Recorder, Riddles, failing, refused_sign_in
from tests.support.emulator.phones import Phone, by_device, confirmed, signed_in, tracking
from tests.support.emulator.world import TEMPORARY, Json, World, new_password


def overridden(world: World, **details: object) -> Json:
    """Return the claims of an id token that PreTokenGeneration had its say in, and those of the access token."""
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    result = world.tokens()
    return {"id": claims(world, result["IdToken"]), "access": claims(world, result["AccessToken"])}


def test_claims_of_ones_own(world: World) -> None:
    made = overridden(world, claimsToAddOrOverride={"team": "blue", "email": "x"}, claimsToSuppress=["email_verified"])
    assert (made["id"]["team"], made["id"]["email"]) == ("blue", "x")
    assert "email_verified" not in made["id"]
    assert "team" not in made["access"]


@pytest.mark.parametrize("name", ["sub", "exp", "cognito:username", "token_use", "nonce", "amr"])
def test_claims_that_stay(world: World, name: str) -> None:
    plain = claims(world, world.tokens()["IdToken"])
    made = overridden(world, claimsToAddOrOverride={name: "x"}, claimsToSuppress=[name])["id"]
    assert made.get(name) == plain.get(name)
    assert set(made) == set(plain)


def test_groups_and_roles(world: World) -> None:
    groups = {"groupsToOverride": ["staff"], "iamRolesToOverride": ["arn:a"], "preferredRole": "arn:a"}
    made = overridden(world, groupOverrideDetails=groups)
    assert made["id"]["cognito:groups"] == made["access"]["cognito:groups"] == ["staff"]
    assert (made["id"]["cognito:roles"], made["id"]["cognito:preferred_role"]) == (["arn:a"], "arn:a")
    assert "cognito:roles" not in made["access"]


@pytest.mark.parametrize("details", [None, {}, {"claimsToAddOrOverride": None, "groupOverrideDetails": None}])
def test_nothing_to_say(world: World, details: Json | None) -> None:
    plain = claims(world, world.tokens()["IdToken"])
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    assert set(claims(world, world.tokens()["IdToken"])) == set(plain)


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
def test_overrides_that_are_none(world: World, details: object) -> None:
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": Recorder(claimsOverrideDetails=details)}
    assert refused_sign_in(world) == BAD_OUTPUT
    assert not world.emulator._service.token_families._families.values()  # no tokens, and nothing that could make some


def sources(world: World, act: Callable[[World], object]) -> list[str]:
    """Return where PreTokenGeneration was told that tokens come from."""
    recorder = Recorder()
    world.emulator.triggers[world.pool_id] = {**Riddles().triggers(), "PreTokenGeneration": recorder}
    act(world)
    assert all(
        request["groupConfiguration"] == {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}
        for request in recorder.requests
    )
    return [event["triggerSource"] for event in recorder.events]


def test_where_tokens_come_from(world: World) -> None:
    def sign_in_and_refresh(world: World) -> None:
        token = world.srp("ada")["AuthenticationResult"]["RefreshToken"]
        world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
        world.call("GetTokensFromRefreshToken", ClientId=world.client_id, RefreshToken=token)

    refreshed = "TokenGeneration_RefreshTokens"
    assert sources(world, sign_in_and_refresh) == ["TokenGeneration_Authentication", refreshed, refreshed]


def test_tokens_that_come_from_a_new_password(world: World) -> None:
    def choose(world: World) -> None:
        world.invited("bob")
        session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
        world.call("RespondToAuthChallenge", **new_password(world, session))

    assert sources(world, choose) == ["TokenGeneration_NewPasswordChallenge"]


def test_tokens_that_come_from_a_device(empty: World) -> None:
    world = tracking(empty)
    phone = confirmed(world)
    assert sources(world, lambda world: _with_device(world, phone)) == ["TokenGeneration_AuthenticateDevice"]


def _with_device(world: World, phone: Phone) -> Json:
    return by_device(world, phone, signed_in(world, DEVICE_KEY=phone.key)["Session"])


def test_metadata_of_a_refresh(world: World) -> None:
    recorder, token = Recorder(), world.tokens()["RefreshToken"]
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": recorder}
    request = {"ClientId": world.client_id, "RefreshToken": token, "ClientMetadata": {"from": "home"}}
    world.call("GetTokensFromRefreshToken", **request)
    begun_anew = world.initiation("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    world.call("InitiateAuth", **begun_anew, ClientMetadata={"from": "home"})
    assert [request.get("clientMetadata") for request in recorder.requests] == [{"from": "home"}, None]


def test_a_refresh_that_is_refused(world: World) -> None:
    client = world.client(RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0})
    token = client.tokens()["RefreshToken"]
    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": failing}
    request = {"ClientId": client.client_id, "RefreshToken": token}
    assert client.refused("GetTokensFromRefreshToken", **request).startswith("UserLambdaValidationException")
    del world.emulator.triggers[world.pool_id]
    assert client.call("GetTokensFromRefreshToken", **request)  # the token was not rotated out
