"""Reason: why a sign-in failed, as an enum, so that callers need not parse Cognito's messages."""

from enum import StrEnum
from typing import Final

__all__ = ["Reason", "find_reason"]


class Reason(StrEnum):
    """Why a sign-in failed: the cases that a caller may want to distinguish."""

    WRONG_CREDENTIALS = "wrong_credentials"
    LOCKED = "locked"
    DISABLED = "disabled"
    NOT_CONFIRMED = "not_confirmed"
    PASSWORD_RESET_REQUIRED = "password_reset_required"
    SESSION_EXPIRED = "session_expired"
    FLOW_NOT_ENABLED = "flow_not_enabled"
    SECRET_HASH = "secret_hash"
    DEVICE_REJECTED = "device_rejected"
    CANCELLED = "cancelled"
    OTHER = "other"


# The exception's name decides. Source: the errors that the sign-in operations declare in the service model.
_BY_CODE: Final = {
    "UserNotConfirmedException": Reason.NOT_CONFIRMED,
    "PasswordResetRequiredException": Reason.PASSWORD_RESET_REQUIRED,
    "UserNotFoundException": Reason.WRONG_CREDENTIALS,
    "CodeMismatchException": Reason.WRONG_CREDENTIALS,
    "EnableSoftwareTokenMFAException": Reason.WRONG_CREDENTIALS,
    "ExpiredCodeException": Reason.SESSION_EXPIRED,
    "RefreshTokenReuseException": Reason.SESSION_EXPIRED,
}

# Heuristics: each of these exceptions has many meanings. Only Cognito's wording, which we observed and which is not
# documented, distinguishes them. The texts are in lower case; the first match wins, and no match means OTHER.
_BY_WORDING: Final = {
    "NotAuthorizedException": (
        ("incorrect username or password", Reason.WRONG_CREDENTIALS),
        ("attempts exceeded", Reason.LOCKED),
        ("user is disabled", Reason.DISABLED),
        ("invalid session", Reason.SESSION_EXPIRED),
        ("refresh token", Reason.SESSION_EXPIRED),
        ("temporary password has expired", Reason.PASSWORD_RESET_REQUIRED),
        ("secret hash", Reason.SECRET_HASH),
        ("secrethash", Reason.SECRET_HASH),
        ("secret was not received", Reason.SECRET_HASH),
    ),
    "InvalidParameterException": (
        ("flow not enabled", Reason.FLOW_NOT_ENABLED),
        ("is not enabled for the client", Reason.FLOW_NOT_ENABLED),
        ("auth flow not enabled", Reason.FLOW_NOT_ENABLED),
    ),
}


def find_reason(code: str, message: str) -> Reason:
    """Return the reason that a refusal stands for.

    Args:
        code: the exception's name in Cognito's API, such as ``NotAuthorizedException``.
        message: Cognito's text; used only if the code does not decide.
    """
    if code in _BY_CODE:
        return _BY_CODE[code]
    text = message.lower()
    matches = (reason for wording, reason in _BY_WORDING.get(code, ()) if wording in text)
    return next(matches, Reason.OTHER)
