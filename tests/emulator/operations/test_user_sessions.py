import pytest

from tests.support.emulator.world import ROTATING_FLOWS, Json, World

ENABLED: Json = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 3}}
REVOKED = "NotAuthorizedException: Access Token has been revoked"


@pytest.fixture
def tracking(world: World) -> World:
    return make_tracking(world)


def make_tracking(world: World) -> World:
    """Turn on the tracking of sessions in a pool."""
    call(world, "SetUserPoolSessionConfiguration", **ENABLED)
    return world


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, **params)


def sign_in(world: World) -> Json:
    """Sign in a second later, with an IP address."""
    world.clock.forward(seconds=1)
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="Corr3ct-horse")
    context = {"UserContextData": {"IpAddress": "192.0.2.1"}}
    tokens: Json = world.call("InitiateAuth", **request, **context)["AuthenticationResult"]
    return tokens


def list_own(world: World, tokens: Json) -> list[Json]:
    found: list[Json] = world.call("ListUserSessions", AccessToken=tokens["AccessToken"])["Sessions"]
    return found


def test_configuration_of_a_pool(world: World) -> None:
    unset = {"UserPoolId": world.pool_id, "UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}
    assert call(world, "GetUserPoolSessionConfiguration") == unset
    given = {"UserPoolId": world.pool_id, **ENABLED}
    assert call(world, "SetUserPoolSessionConfiguration", **ENABLED) == given
    assert call(world, "GetUserPoolSessionConfiguration") == given


def test_configuration_of_a_client(world: World) -> None:
    ids = {"UserPoolId": world.pool_id, "ClientId": world.client_id}
    read = call(world, "GetUserPoolClientSessionConfiguration", ClientId=world.client_id)
    assert read == {**ids, "SSOSession": {"MaxValidityMinutes": 60}}
    given = {"ClientId": world.client_id, "SSOSession": {"MaxValidityMinutes": 5}}
    refusal = world.expect_refusal("SetUserPoolClientSessionConfiguration", UserPoolId=world.pool_id, **given)
    assert refusal == "InvalidParameterException: User session tracking is not enabled for the user pool"
    assert call(world, "GetUserPoolClientSessionConfiguration", ClientId=world.client_id) == read
    make_tracking(world)
    assert call(world, "SetUserPoolClientSessionConfiguration", **given) == {**ids, **given}
    call(world, "SetUserPoolSessionConfiguration", **{**ENABLED, "UserSessionTracking": "DISABLED"})
    assert call(world, "GetUserPoolClientSessionConfiguration", ClientId=world.client_id) == {**ids, **given}


def test_a_tier_without_sessions(empty: World) -> None:
    lite = empty.make_pool(UserPoolTier="LITE")
    refusal = lite.expect_refusal("SetUserPoolSessionConfiguration", UserPoolId=lite.pool_id, **ENABLED)
    assert refusal.startswith("FeatureUnavailableInTierException")
    given = {"ClientId": lite.client_id, "SSOSession": {"MaxValidityMinutes": 5}}
    refusal = lite.expect_refusal("SetUserPoolClientSessionConfiguration", UserPoolId=lite.pool_id, **given)
    assert refusal.startswith("FeatureUnavailableInTierException")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetUserPoolSessionConfiguration", {}),
        ("SetUserPoolSessionConfiguration", ENABLED),
        ("GetUserPoolClientSessionConfiguration", {"ClientId": "none"}),
        ("SetUserPoolClientSessionConfiguration", {"ClientId": "none", "SSOSession": {"MaxValidityMinutes": 5}}),
        ("AdminListUserSessions", {"Username": "ada"}),
        ("AdminRevokeUserSession", {"Username": "ada", "SessionId": f"tkn{'a' * 25}"}),
    ],
)
def test_unknown_pools(world: World, operation: str, params: Json) -> None:
    refusal = world.expect_refusal(operation, UserPoolId="eu-west-1_none", **params)
    assert refusal == "ResourceNotFoundException: User pool eu-west-1_none does not exist."
    if "ClientId" in params:
        unknown = world.expect_refusal(operation, UserPoolId=world.pool_id, **params)
        assert unknown.startswith("ResourceNotFoundException")
    if "Username" in params:
        nobody = world.expect_refusal(operation, UserPoolId=world.pool_id, **{**params, "Username": "nobody"})
        assert nobody == "UserNotFoundException: User does not exist."


def test_lists(world: World) -> None:
    tracking = make_tracking(world)
    first, second = sign_in(tracking), sign_in(tracking)
    now = tracking.clock.now.timestamp()
    latest, oldest = list_own(tracking, second)
    session_id = latest.pop("SessionId")
    assert len(session_id) == 28
    assert latest == {
        "SessionType": "TOKEN",
        "ClientId": tracking.client_id,
        "CreateDate": now,
        "LastActiveDate": now,
        "DeviceType": "unknown",
        "LastIPAddress": "192.0.2.1",
        "IsCurrentSession": True,
    }
    assert (oldest["CreateDate"], oldest["IsCurrentSession"]) == (now - 1, False)
    assert [session["IsCurrentSession"] for session in list_own(tracking, first)] == [False, True]
    for_administrators = tracking.call_admin("AdminListUserSessions", "ada")["Sessions"]
    assert for_administrators == [{**latest, "SessionId": session_id, "IsCurrentSession": False}, oldest]


def test_a_refresh_is_activity(tracking: World) -> None:
    tokens = sign_in(tracking)
    created = tracking.clock.now.timestamp()
    tracking.clock.forward(minutes=5)
    tracking.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
    [session] = list_own(tracking, tokens)
    assert (session["CreateDate"], session["LastActiveDate"]) == (created, tracking.clock.now.timestamp())


def test_a_rotation_stays_in_the_session(tracking: World) -> None:
    rotating = tracking.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation={"Feature": "ENABLED"})
    tokens = sign_in(rotating)
    again = {"ClientId": rotating.client_id, "RefreshToken": tokens["RefreshToken"]}
    renewed = rotating.call("GetTokensFromRefreshToken", **again)["AuthenticationResult"]
    assert list_own(rotating, renewed) == list_own(rotating, tokens)
    assert len(list_own(rotating, renewed)) == 1


def test_the_session_that_was_not_used_longest_ends(tracking: World) -> None:
    first, second, third = (sign_in(tracking) for _ in range(3))
    tracking.clock.forward(seconds=1)
    tracking.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first["RefreshToken"])
    fourth = sign_in(tracking)
    assert len(list_own(tracking, fourth)) == 3
    assert tracking.expect_refusal("GetUser", AccessToken=second["AccessToken"]) == REVOKED
    for tokens in (first, third, fourth):
        tracking.call("GetUser", AccessToken=tokens["AccessToken"])


def test_revoking_another_session(world: World) -> None:
    tracking = make_tracking(world)
    first, second = sign_in(tracking), sign_in(tracking)
    current, other = list_own(tracking, second)
    own = {"AccessToken": second["AccessToken"], "SessionId": current["SessionId"]}
    assert tracking.expect_refusal("RevokeUserSession", **own).startswith("InvalidParameterException")
    given = {
        "AccessToken": second["AccessToken"],
        "SessionId": other["SessionId"],
        "RevokeAssociatedSessions": "LINKED",
    }
    assert tracking.call("RevokeUserSession", **given) == {}
    assert tracking.expect_refusal("GetUser", AccessToken=first["AccessToken"]) == REVOKED
    assert tracking.expect_refusal("RevokeUserSession", **given).startswith("ResourceNotFoundException")


def test_an_administrator_revokes_a_session(world: World) -> None:
    tracking = make_tracking(world)
    tokens = sign_in(tracking)
    [session] = list_own(tracking, tokens)
    tracking.make_user("bob")
    given = {"SessionId": session["SessionId"]}
    foreign = tracking.expect_refusal("AdminRevokeUserSession", UserPoolId=tracking.pool_id, Username="bob", **given)
    assert foreign.startswith("ResourceNotFoundException")
    assert tracking.call_admin("AdminRevokeUserSession", "ada", **given) == {}
    request = tracking.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
    assert tracking.expect_refusal("InitiateAuth", **request).endswith("Refresh Token has been revoked")


def test_sessions_that_are_over(tracking: World) -> None:
    for _ in range(3):
        sign_in(tracking)
    tracking.call_admin("AdminUserGlobalSignOut", "ada")
    assert tracking.call_admin("AdminListUserSessions", "ada")["Sessions"] == []
    sign_in(tracking)
    tracking.clock.forward(days=30)
    assert tracking.call_admin("AdminListUserSessions", "ada")["Sessions"] == []


def test_sessions_of_a_deleted_client(tracking: World) -> None:
    other = tracking.make_client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    for _ in range(3):
        tokens = sign_in(other)
    call(tracking, "DeleteUserPoolClient", ClientId=other.client_id)
    assert tracking.expect_refusal("ListUserSessions", AccessToken=tokens["AccessToken"]) == REVOKED
    assert tracking.call_admin("AdminListUserSessions", "ada")["Sessions"] == []
    mine = [sign_in(tracking) for _ in range(3)]  # they take the places of the deleted client's
    for tokens in mine:
        tracking.call("GetUser", AccessToken=tokens["AccessToken"])


def test_a_limit_that_is_lowered(tracking: World) -> None:
    earlier = [sign_in(tracking) for _ in range(3)]
    call(tracking, "SetUserPoolSessionConfiguration", **{**ENABLED, "TokenSession": {"MaxPerUser": 1}})
    assert len(list_own(tracking, earlier[0])) == 3  # until the next sign-in
    latest = sign_in(tracking)
    assert [session["IsCurrentSession"] for session in list_own(tracking, latest)] == [True]


def test_a_lower_tier_tracks_no_sessions(tracking: World) -> None:
    request = {"UserPoolId": tracking.pool_id, "UserPoolTier": "LITE"}
    refusal = tracking.expect_refusal("UpdateUserPool", **request)
    assert refusal.startswith("FeatureUnavailableInTierException")
    assert "Session Management" in refusal


def test_pools_that_track_no_sessions(world: World) -> None:
    for _ in range(4):
        tokens = sign_in(world)
    assert list_own(world, tokens) == []


def test_there_is_one_page(tracking: World) -> None:
    tokens = sign_in(tracking)
    for operation, whose in (
        ("ListUserSessions", {"AccessToken": tokens["AccessToken"]}),
        ("AdminListUserSessions", {"UserPoolId": tracking.pool_id, "Username": "ada"}),
    ):
        refusal = tracking.expect_refusal(operation, **whose, NextToken="x")
        assert refusal.startswith("InvalidParameterException")
