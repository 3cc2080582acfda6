"""ADMIN_NO_SRP_AUTH, the obsolete AuthFlow of the admin API; and that a password sign-in is not USER_AUTH."""

from tests.support.emulator.mfa import send_password
from tests.support.emulator.world import PASSWORD, World

INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."


def test_admin_no_srp_auth_as_a_challenge(world: World) -> None:
    request = world.make_initiate_params("ADMIN_NO_SRP_AUTH", USERNAME="ada")
    asked = world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **request)
    assert asked["ChallengeName"] == "ADMIN_NO_SRP_AUTH"
    given = world.make_respond_params("ADMIN_NO_SRP_AUTH", asked["Session"], USERNAME="ada", PASSWORD=PASSWORD)
    assert world.expect_refusal("RespondToAuthChallenge", **given) == INVALID_SESSION
    assert "AuthenticationResult" in world.call("AdminRespondToAuthChallenge", UserPoolId=world.pool_id, **given)
    direct = world.make_initiate_params("ADMIN_NO_SRP_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **direct)


def test_password_flow_is_not_user_auth(world: World) -> None:
    assert "AvailableChallenges" not in send_password(world)
