"""Texts on which sources disagree: the emulator's settings."""

import pytest

from authflow.emulator import Emulator, Settings
from tests.support.emulator.mfa import TOTP, configure
from tests.support.emulator.world import PASSWORD, Clock, Json, World


def make_world(clock: Clock, settings: Settings | None = None, **pool: object) -> World:
    return World(Emulator(clock, settings=settings), clock, "", "").make_pool(**pool)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, "CUSTOM_AUTH is not enabled for the client."),
        (Settings(custom_auth_refusal="{} flow not enabled for this client"),
         "CUSTOM_AUTH flow not enabled for this client"),
    ],
)  # fmt: skip
def test_custom_auth_that_the_client_does_not_allow(clock: Clock, settings: Settings | None, expected: str) -> None:
    world = make_world(clock, settings)
    request = world.make_initiate_params("CUSTOM_AUTH", USERNAME="ada")
    assert world.expect_refusal("InitiateAuth", **request) == f"InvalidParameterException: {expected}"


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, "Auth flow not enabled for this client"),
        (Settings(admin_password_refusal="{} flow not enabled for this client"), "{} flow not enabled for this client"),
    ],
)
def test_passwords_of_the_admin_api_that_the_client_does_not_allow(
    clock: Clock, flow: str, settings: Settings | None, expected: str
) -> None:
    world = make_world(clock, settings).make_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    request = {**world.make_initiate_params(flow, USERNAME="ada"), "UserPoolId": world.pool_id}
    refusal = world.expect_refusal("AdminInitiateAuth", **request)
    assert refusal == f"InvalidParameterException: {expected.format(flow)}"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, "The user has been deleted for the associated refresh token"),
        (Settings(deleted_user_refresh="Invalid Refresh Token"), "Invalid Refresh Token"),
    ],
)
def test_refresh_token_of_a_deleted_user(clock: Clock, settings: Settings | None, expected: str) -> None:
    world = make_world(clock, settings)
    world.make_user("ada")
    request = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=world.get_tokens()["RefreshToken"])
    world.call_admin("AdminDeleteUser", "ada")
    assert world.expect_refusal("InitiateAuth", **request) == f"NotAuthorizedException: {expected}"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, "An account with the email already exists."),
        (Settings(alias_exists_text="An account with the given {} already exists."),
         "An account with the given email already exists."),
    ],
)  # fmt: skip
def test_an_alias_of_another_user(clock: Clock, settings: Settings | None, expected: str) -> None:
    pool = make_world(clock, settings, AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    given: Json = {"UserAttributes": [{"Name": "email", "Value": "ada@example.com"}]}
    pool.call("SignUp", ClientId=pool.client_id, Username="eve", Password=PASSWORD, **given)
    confirmation = {"Username": "eve", "ConfirmationCode": pool.get_last_message().code}
    refusal = pool.expect_refusal("ConfirmSignUp", ClientId=pool.client_id, **confirmation)
    assert refusal == f"AliasExistsException: {expected}"


@pytest.mark.parametrize("settings", [None, Settings(missing_secret_hash="{} has a secret")])
def test_a_missing_secret_hash(clock: Clock, settings: Settings | None) -> None:
    world = make_world(clock, settings).make_client(GenerateSecret=True)
    text = (settings or Settings()).missing_secret_hash.format(world.client_id)
    given = {"ClientId": world.client_id, "Username": "ada"}
    begin = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "ada", "SRP_A": "a"}}
    requests: dict[str, Json] = {
        "InitiateAuth": {"ClientId": world.client_id, **begin},
        "SignUp": {**given, "Password": PASSWORD},
        "ResendConfirmationCode": given,
    }
    for operation, request in requests.items():
        assert world.expect_refusal(operation, **request) == f"NotAuthorizedException: {text}"


@pytest.mark.parametrize("settings", [None, Settings(unverified_totp="User has not verified software token mfa")])
def test_turning_on_an_authenticator_app_that_the_user_does_not_have(clock: Clock, settings: Settings | None) -> None:
    world = make_world(clock, settings)
    world.make_user("ada")
    configure(world, "OPTIONAL", TOTP)
    text = (settings or Settings()).unverified_totp.format(TOTP)
    request = {"UserPoolId": world.pool_id, "Username": "ada", "SoftwareTokenMfaSettings": {"Enabled": True}}
    assert world.expect_refusal("AdminSetUserMFAPreference", **request) == f"InvalidParameterException: {text}"
