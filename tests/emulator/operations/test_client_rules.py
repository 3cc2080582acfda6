"""App clients that the service refuses to create or to update, with its texts as they were seen in deployments."""

from dataclasses import replace

import pytest

from authflow.emulator import Emulator, Settings
from tests.support.emulator.world import ALL_FLOWS, ROTATING_FLOWS, Json, World

ROTATION = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
PAGE = "https://app.example"
OAUTH = {"AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthScopes": ["openid"]}


@pytest.fixture
def pool(empty: World) -> World:
    """A pool that requires email, with a custom and a developer-only attribute."""
    schema = [
        {"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True},
        {"Name": "team", "AttributeDataType": "String"},
        {"Name": "plan", "AttributeDataType": "String", "DeveloperOnlyAttribute": True},
    ]
    return empty.make_pool(Schema=schema)


def expect_refusal(world: World, **settings: object) -> str:
    """Return the refusal of CreateUserPoolClient, after checking that UpdateUserPoolClient refuses too."""
    ids = {"UserPoolId": world.pool_id, "ClientId": world.client_id}
    updating = world.expect_refusal("UpdateUserPoolClient", **ids, **settings)
    creating = world.expect_refusal("CreateUserPoolClient", UserPoolId=world.pool_id, ClientName="c", **settings)
    assert updating == creating.replace("creating", "updating")
    return creating


@pytest.mark.parametrize(
    "names",
    [
        ["email", "nonesuch"],
        ["email", "custom:nonesuch"],
        ["given_name"],
        ["email", "sub"],
        ["email", "email_verified"],
        ["email", "dev:custom:plan"],
        ["email", "custom:plan"],
    ],
)
def test_attributes_that_a_client_can_not_write(pool: World, names: list[str]) -> None:
    text = "InvalidParameterException: Invalid write attributes specified while creating a client"
    assert expect_refusal(pool, WriteAttributes=names) == text


@pytest.mark.parametrize("name", ["nonesuch", "custom:nonesuch", "team"])
def test_attributes_that_a_client_can_not_read(pool: World, name: str) -> None:
    text = "InvalidParameterException: Invalid read attributes specified while creating a client"
    assert expect_refusal(pool, ReadAttributes=["email", name]) == text


def test_attributes_that_a_client_can_read_and_write(pool: World) -> None:
    assert pool.make_client(
        ReadAttributes=["sub", "email_verified", "custom:team", "dev:custom:plan"],
        WriteAttributes=["email", "custom:team"],
    )


def test_a_client_without_the_list_can_not_write_developer_only_attributes(pool: World) -> None:
    attributes = [{"Name": "email", "Value": "a@example.com"}, {"Name": "dev:custom:plan", "Value": "gold"}]
    request = {"ClientId": pool.client_id, "Username": "ada", "Password": "Corr3ct-horse"}
    refusal = pool.expect_refusal("SignUp", **request, UserAttributes=attributes)
    assert refusal == "NotAuthorizedException: A client attempted to write unauthorized attribute"
    pool.make_user("ada", **{"email": "a@example.com", "dev:custom:plan": "gold"})
    assert attributes[1] in pool.call_admin("AdminGetUser", "ada")["UserAttributes"]


def test_rotation_together_with_the_refresh_flow(pool: World) -> None:
    """Accepted, it would surprise only at the first refresh, which is refused."""
    text = "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled."
    refusal = expect_refusal(pool, ExplicitAuthFlows=ALL_FLOWS, RefreshTokenRotation=ROTATION)
    assert refusal == f"InvalidParameterException: {text}"
    assert pool.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=ROTATION)
    assert pool.make_client(ExplicitAuthFlows=ALL_FLOWS, RefreshTokenRotation={**ROTATION, "Feature": "DISABLED"})


def test_rotation_together_with_the_refresh_flow_can_be_allowed(empty: World) -> None:
    settings = Settings(refuse_refresh_flow_with_rotation=False)
    world = replace(empty, emulator=Emulator(empty.clock, settings=settings)).make_pool()
    assert world.make_client(ExplicitAuthFlows=ALL_FLOWS, RefreshTokenRotation=ROTATION)


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        (
            {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]},
            "InvalidParameterException: Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
        ),
        (
            {"RefreshTokenValidity": 60, "IdTokenValidity": 2, "TokenValidityUnits": {"RefreshToken": "minutes"}},
            "InvalidParameterException: "
            "Access and Id Token expiration times must be less than or equal to refresh token expiration times.",
        ),
        (
            {"EnablePropagateAdditionalUserContextData": True},
            "InvalidParameterException: "
            "Client Secret is required to set EnablePropagateAdditionalUserContextData as true",
        ),
        (
            {"SupportedIdentityProviders": ["COGNITO", "Google"]},
            "InvalidParameterException: The provider Google does not exist for User Pool {}.",
        ),
        (
            {"AllowedOAuthFlowsUserPoolClient": True},
            "InvalidParameterException: AllowedOAuthFlows and AllowedOAuthScopes are required "
            "if user pool client is allowed to use OAuth flows.",
        ),
        (
            {**OAUTH, "AllowedOAuthFlows": ["code"]},
            "InvalidParameterException: CallbackUrls can not be empty when code flow or implicit flow is selected",
        ),
        (
            {**OAUTH, "AllowedOAuthFlows": ["code", "client_credentials"], "CallbackURLs": [PAGE]},
            "InvalidOAuthFlowException: "
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ),
        (
            {**OAUTH, "AllowedOAuthFlows": ["client_credentials"]},
            "InvalidOAuthFlowException: "
            "client_credentials flow can not be selected if client does not have a client secret.",
        ),
        (
            {"AllowedOAuthScopes": ["openid", "api/read"]},
            "ScopeDoesNotExistException: Invalid scope requested: api/read",
        ),
        (
            {"CallbackURLs": ["http://app.example"]},
            "InvalidParameterException: http://app.example cannot use the HTTP protocol.",
        ),
        ({"CallbackURLs": ["http://[x"]}, "InvalidParameterException: http://[x cannot use the HTTP protocol."),
        ({"LogoutURLs": [f"{PAGE}/#x"]}, f"InvalidParameterException: {PAGE}/#x cannot use fragment"),
        (
            {"CallbackURLs": [PAGE], "DefaultRedirectURI": f"{PAGE}/other"},
            f"InvalidParameterException: The default redirect URI {PAGE}/other is not in the callback URIs list.",
        ),
    ],
)
def test_settings_that_contradict_each_other(world: World, settings: Json, refusal: str) -> None:
    assert expect_refusal(world, **settings) == refusal.format(world.pool_id)


def test_settings_that_agree(world: World) -> None:
    callbacks = [PAGE, "http://localhost:3000", "http://127.0.0.1/x", "http://[::1]:80", "myapp://done"]
    assert world.make_client(
        **OAUTH,
        AllowedOAuthFlows=["code", "implicit"],
        CallbackURLs=callbacks,
        LogoutURLs=callbacks,
        DefaultRedirectURI=PAGE,
        SupportedIdentityProviders=["COGNITO"],
    )
    assert world.make_client(**OAUTH, AllowedOAuthFlows=["client_credentials"], GenerateSecret=True)
    secretive = world.make_client(EnablePropagateAdditionalUserContextData=True, ClientSecret="s" * 24)
    ids = {"UserPoolId": world.pool_id, "ClientId": secretive.client_id}
    assert world.call("UpdateUserPoolClient", **ids, EnablePropagateAdditionalUserContextData=True)
