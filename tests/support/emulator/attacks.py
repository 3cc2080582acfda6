"""Error texts that attacks must get."""

from tests.support.emulator.world import World

WRONG = "NotAuthorizedException: Incorrect username or password."
INVALID_SESSION = "NotAuthorizedException: Invalid session for the user."
EXPIRED_SESSION = "NotAuthorizedException: Invalid session for the user, session is expired."
USED_SESSION = "NotAuthorizedException: Invalid session for the user, session can only be used once."
NO_DEVICE = "ResourceNotFoundException: Device does not exist."
UNKNOWN_DEVICE = "eu-west-1_00000000-0000-4000-8000-000000000000"


def expect_refusal(world: World, challenge: str, session: str | None, **responses: str) -> str:
    return world.expect_refusal("RespondToAuthChallenge", **world.make_respond_params(challenge, session, **responses))
