"""What works once stays used if the clock is set forward and back."""

from authflow.emulator import Settings
from tests.support.emulator.mfa import (
    TOTP,
    answer,
    configure,
    expect_refusal,
    prefer,
    read_code,
    send_password,
    set_up_authenticator,
)
from tests.support.emulator.world import (
    PASSWORD,
    ROTATING_FLOWS,
    Clock,
    Json,
    World,
    expect_proof_refusal,
    make_with_settings,
)

CODE_USED = "ExpiredCodeException: Your software token has already been used once."


def test_a_code_of_an_authenticator_app(world: World, clock: Clock) -> None:
    configure(world, "OPTIONAL", TOTP)
    app = set_up_authenticator(world)
    prefer(world, "ada", TOTP, preferred=TOTP)
    code = read_code(world, app)
    answer(world, send_password(world), SOFTWARE_TOKEN_MFA_CODE=code)
    clock.forward(minutes=4)
    answer(world, send_password(world), SOFTWARE_TOKEN_MFA_CODE=read_code(world, app))
    clock.forward(minutes=-4)
    assert expect_refusal(world, send_password(world), SOFTWARE_TOKEN_MFA_CODE=code) == CODE_USED
    unused = read_code(world, app, steps=1)
    assert "AuthenticationResult" in answer(world, send_password(world), SOFTWARE_TOKEN_MFA_CODE=unused)


def test_a_proof(empty: World, clock: Clock) -> None:
    world = make_with_settings(empty, Settings(proof_once=True))
    proof = world.make_proof(world.start_srp("ada"))
    world.respond("PASSWORD_VERIFIER", **proof)
    clock.forward(minutes=4)
    world.sign_in_with_srp("ada")
    clock.forward(minutes=-4)
    assert expect_proof_refusal(world, proof).startswith("NotAuthorizedException: Invalid session for the user")
    assert "AuthenticationResult" in world.sign_in_with_srp("ada")


def test_the_limit_of_calls_in_an_hour(empty: World, clock: Clock) -> None:
    pool = empty.make_pool(AutoVerifiedAttributes=["email"])
    attributes = [{"Name": "email", "Value": "eve@example.com"}]
    user: Json = {"ClientId": pool.client_id, "Username": "eve"}
    pool.call("SignUp", **user, Password=PASSWORD, UserAttributes=attributes)
    for hours in (0, 0, 0, 0, 2):
        clock.forward(hours=hours)
        pool.call("ResendConfirmationCode", **user)
    clock.forward(hours=-2)
    assert pool.expect_refusal("ResendConfirmationCode", **user).startswith("LimitExceededException")


def test_a_refresh_token_that_was_rotated(world: World, clock: Clock) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    rotating = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=rotation)
    used: Json = {"ClientId": rotating.client_id, "RefreshToken": rotating.get_tokens()["RefreshToken"]}
    rotating.call("GetTokensFromRefreshToken", **used)
    clock.forward(seconds=-1)
    refusal = rotating.expect_refusal("GetTokensFromRefreshToken", **used)
    assert refusal.startswith("RefreshTokenReuseException")


def test_the_grace_period_of_a_rotated_token_does_not_begin_again(world: World, clock: Clock) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10}
    rotating = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=rotation)
    used: Json = {"ClientId": rotating.client_id, "RefreshToken": rotating.get_tokens()["RefreshToken"]}
    rotating.call("GetTokensFromRefreshToken", **used)
    rotating.call("GetTokensFromRefreshToken", **used)
    clock.forward(minutes=1)
    world.get_tokens()
    clock.forward(minutes=-1)
    refusal = rotating.expect_refusal("GetTokensFromRefreshToken", **used)
    assert refusal.startswith("RefreshTokenReuseException")
