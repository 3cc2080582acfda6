"""The first factors that the opening of a sign-in permits, so that a server can't choose a weaker one."""

from authflow.core.errors import UnexpectedReply
from authflow.core.requests import InitiateAuth, RespondToAuthChallenge
from authflow.core.secret import Secret
from authflow.core.states import Calling
from authflow.machines.sign_in._flow import Flow


def is_permitted(flow: Flow, name: str) -> bool:
    """Return whether the opening permits this first factor; one without ``only`` permits all."""
    return not flow.only or name in flow.only


def require_permitted(flow: Flow, call: Calling, name: str) -> None:
    """Raise UnexpectedReply unless the opening permits the first factor that Cognito asks for, and it may do so now."""
    if not is_permitted(flow, name):
        raise UnexpectedReply("ChallengeName", f"is {name}, the opening permits only {', '.join(flow.only)}")
    if name != "ADMIN_NO_SRP_AUTH":
        require_no_factor(call, name)
    # The password that is sent is asked for only if it, or nothing, was preferred or chosen; or if `only` names it
    if name == "PASSWORD" and not flow.only and _find_chosen(call) not in (None, name):
        raise UnexpectedReply("ChallengeName", "is PASSWORD, but another first factor was chosen")


def require_no_factor(call: Calling, name: str) -> None:
    """Raise UnexpectedReply if a factor was given already: a first factor, or the choice of one, comes before it."""
    match call.request:
        case InitiateAuth() | RespondToAuthChallenge(challenge_name="SELECT_CHALLENGE"):
            return
    raise UnexpectedReply("ChallengeName", f"is {name}, but a factor was given already")


def _find_chosen(call: Calling) -> str | Secret | None:
    match call.request:
        case InitiateAuth(auth_parameters=given):
            return dict(given).get("PREFERRED_CHALLENGE")
        case RespondToAuthChallenge(challenge_responses=given):
            return dict(given).get("ANSWER")
        case _:
            return None


def asks_first_factor(call: Calling) -> bool:
    """Return whether a code that Cognito asks for now is the first factor: no password or code was given before."""
    match call.request:
        case InitiateAuth(auth_parameters=given, session=None):
            return "PASSWORD" not in dict(given)
        case RespondToAuthChallenge(challenge_name="SELECT_CHALLENGE", challenge_responses=given):
            return "PASSWORD" not in dict(given)
        case _:
            return False
