"""Step-up: TARGET_ACR_VALUES, ACCESS_TOKEN and MAX_AGE of USER_AUTH.

The emulator checks them as the service model's text says. The user must prove everything again: the sign-in of the
access token does not count. The emulator may therefore ask for more than the service does, never for less.
"""

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.user import User
from authflow.emulator._tokens import issuing


def check_step_up(step: AuthStep, user: User) -> None:
    """Refuse a MAX_AGE that is no number, an ACCESS_TOKEN without TARGET_ACR_VALUES, and another user's ACCESS_TOKEN.

    Raises:
        ServiceError: InvalidParameterException, or NotAuthorizedException if the token is refused.
    """
    parameters = step.parameters
    if "MAX_AGE" in parameters and not (parameters["MAX_AGE"].isascii() and parameters["MAX_AGE"].isdigit()):
        raise _errors.INVALID("MAX_AGE must be a number of seconds")
    if "ACCESS_TOKEN" not in parameters:
        return
    step.require("TARGET_ACR_VALUES")
    _, holder = issuing.verify_access_token(step.service, parameters["ACCESS_TOKEN"])
    if holder is not user:
        raise _errors.ACCESS_TOKEN_INVALID()
