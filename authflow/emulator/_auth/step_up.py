"""Step-up: TARGET_ACR_VALUES, ACCESS_TOKEN and MAX_AGE of USER_AUTH.

The emulator checks them as the service model's text has it, and gives no credit for what the access token's sign-in
had proven: the user proves everything anew. So it asks for more than the service may, never for less.
"""

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.user import User
from authflow.emulator._tokens import issuing


def check(step: AuthStep, user: User) -> None:
    """Refuse an access token of somebody else, or without levels to reach, and an age that is no number.

    Raises:
        ServiceError: InvalidParameterException, or NotAuthorizedException about the token.
    """
    parameters = step.parameters
    if "MAX_AGE" in parameters and not (parameters["MAX_AGE"].isascii() and parameters["MAX_AGE"].isdigit()):
        raise _errors.INVALID("MAX_AGE must be a number of seconds")
    if "ACCESS_TOKEN" not in parameters:
        return
    step.required("TARGET_ACR_VALUES")
    _, holder = issuing.verify_access(step.service, parameters["ACCESS_TOKEN"])
    if holder is not user:
        raise _errors.ACCESS_TOKEN_INVALID()
