"""The first factors that the opening of a sign-in permits, so that a server can't choose a weaker one."""

from authflow.core.errors import UnexpectedReply
from authflow.core.requests import InitiateAuth, RespondToAuthChallenge
from authflow.core.states import Calling
from authflow.machines.sign_in._flow import Flow


def is_permitted(flow: Flow, name: str) -> bool:
    """Return whether the opening permits this first factor; one without ``only`` permits all."""
    return not flow.only or name in flow.only


def require_permitted(flow: Flow, name: str) -> None:
    """Raise UnexpectedReply if the opening does not permit the first factor that Cognito asks for."""
    if not is_permitted(flow, name):
        raise UnexpectedReply("ChallengeName", f"is {name}, the opening permits only {', '.join(flow.only)}")


def asks_first_factor(call: Calling) -> bool:
    """Return whether a code that Cognito asks for now is the first factor: no password or code was given before."""
    match call.request:
        case InitiateAuth(auth_parameters=given, session=None):
            return "PASSWORD" not in dict(given)
        case RespondToAuthChallenge(challenge_name="SELECT_CHALLENGE", challenge_responses=given):
            return "PASSWORD" not in dict(given)
        case _:
            return False
