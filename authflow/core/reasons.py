"""Reason: why a flow failed, as an enum, so that callers need not parse Cognito's messages."""

from enum import StrEnum
from typing import Final

__all__ = ["Reason", "find_reason", "is_session_invalid"]


class Reason(StrEnum):
    """Why a flow failed: the cases that a caller may want to distinguish."""

    WRONG_CREDENTIALS = "wrong_credentials"
    LOCKED = "locked"
    BLOCKED = "blocked"
    DISABLED = "disabled"
    NOT_CONFIRMED = "not_confirmed"
    PASSWORD_RESET_REQUIRED = "password_reset_required"
    INVITATION_EXPIRED = "invitation_expired"
    SESSION_EXPIRED = "session_expired"
    FLOW_NOT_ENABLED = "flow_not_enabled"
    SECRET_HASH = "secret_hash"
    DEVICE_REJECTED = "device_rejected"
    USERNAME_EXISTS = "username_exists"
    ALIAS_EXISTS = "alias_exists"
    PASSWORD_REFUSED = "password_refused"
    LIMIT_EXCEEDED = "limit_exceeded"
    CODE_NOT_SENT = "code_not_sent"
    NO_RECOVERY = "no_recovery"
    NOT_RESETTABLE = "not_resettable"
    SIGN_UP_CLOSED = "sign_up_closed"
    ALREADY_CONFIRMED = "already_confirmed"
    CANCELLED = "cancelled"
    OTHER = "other"

    @property
    def message_id(self) -> str:
        """The id of a text for the person, which says what helps."""
        return f"reason.{self}"


# The exception's name decides, unless a wording does. Source: the errors that the operations declare.
_BY_CODE: Final = {
    "UserNotConfirmedException": Reason.NOT_CONFIRMED,
    "PasswordResetRequiredException": Reason.PASSWORD_RESET_REQUIRED,
    "UserNotFoundException": Reason.WRONG_CREDENTIALS,
    "CodeMismatchException": Reason.WRONG_CREDENTIALS,
    "EnableSoftwareTokenMFAException": Reason.WRONG_CREDENTIALS,
    "ExpiredCodeException": Reason.SESSION_EXPIRED,
    "RefreshTokenReuseException": Reason.SESSION_EXPIRED,
    "UsernameExistsException": Reason.USERNAME_EXISTS,
    "AliasExistsException": Reason.ALIAS_EXISTS,
    "InvalidPasswordException": Reason.PASSWORD_REFUSED,
    "PasswordHistoryPolicyViolationException": Reason.PASSWORD_REFUSED,
    "LimitExceededException": Reason.LIMIT_EXCEEDED,
    "TooManyFailedAttemptsException": Reason.LIMIT_EXCEEDED,
    "CodeDeliveryFailureException": Reason.CODE_NOT_SENT,
}

# Heuristics: each of these exceptions has many meanings. Only Cognito's wording, which is not documented, distinguishes
# them. The texts are in lower case; the first match wins, and no match means OTHER. Each row has its source.
_POOLS = "measured on real pools"
_THREADS = "quoted in public threads of Amazon's SDKs"
_INVALID_SESSION = "invalid session"
_PAGES = "public troubleshooting pages"
_BY_WORDING: Final = (
    ("NotAuthorizedException", "incorrect username or password", Reason.WRONG_CREDENTIALS, _POOLS),
    ("NotAuthorizedException", "attempts exceeded", Reason.LOCKED, _POOLS),
    ("NotAuthorizedException", "security reasons", Reason.BLOCKED, "matched by client code; threat protection"),
    ("NotAuthorizedException", "user is disabled", Reason.DISABLED, _POOLS),
    ("NotAuthorizedException", _INVALID_SESSION, Reason.SESSION_EXPIRED, _POOLS),
    ("NotAuthorizedException", "invalid code or auth state", Reason.SESSION_EXPIRED, _THREADS),
    ("CodeMismatchException", _INVALID_SESSION, Reason.SESSION_EXPIRED, "the manual of a public client"),
    ("NotAuthorizedException", "temporary password has expired", Reason.INVITATION_EXPIRED, "amplify-js#1182, #10079"),
    ("NotAuthorizedException", "user account has expired", Reason.INVITATION_EXPIRED, "amplify-js#1182, #2955"),
    ("NotAuthorizedException", "has different client", Reason.OTHER, "matched by client code; the app client is wrong"),
    ("NotAuthorizedException", "refresh token", Reason.SESSION_EXPIRED, _POOLS),
    ("NotAuthorizedException", "access token has expired", Reason.SESSION_EXPIRED, _POOLS),
    ("NotAuthorizedException", "access token has been revoked", Reason.SESSION_EXPIRED, _POOLS),
    ("NotAuthorizedException", "secret hash", Reason.SECRET_HASH, _POOLS),
    ("NotAuthorizedException", "secrethash", Reason.SECRET_HASH, _THREADS),
    ("NotAuthorizedException", "secret_hash", Reason.SECRET_HASH, _PAGES),
    ("NotAuthorizedException", "secret was not received", Reason.SECRET_HASH, _THREADS),
    ("NotAuthorizedException", "cannot be reset", Reason.NOT_RESETTABLE, "amplify-flutter#3048"),
    ("NotAuthorizedException", "signup is not permitted", Reason.SIGN_UP_CLOSED, _PAGES),
    ("NotAuthorizedException", "current status is confirmed", Reason.ALREADY_CONFIRMED, "amplify-ui#219"),
    ("NotAuthorizedException", "flow not enabled", Reason.FLOW_NOT_ENABLED, _PAGES),
    ("InvalidParameterException", "secret hash was received", Reason.SECRET_HASH, "aws-sdk-ios-samples#102"),
    ("InvalidParameterException", "cannot reset password", Reason.NO_RECOVERY, _PAGES),
    ("InvalidParameterException", "already confirmed", Reason.ALREADY_CONFIRMED, _PAGES),
    ("InvalidParameterException", "flow not enabled", Reason.FLOW_NOT_ENABLED, _THREADS),
    ("InvalidParameterException", "is not enabled for the client", Reason.FLOW_NOT_ENABLED, _POOLS),
)


def find_reason(code: str, message: str) -> Reason:
    """Return the reason that a refusal stands for.

    Args:
        code: the exception's name in Cognito's API, such as ``NotAuthorizedException``.
        message: Cognito's text, which tells the meanings of one exception apart.
    """
    text = message.lower()
    matches = (reason for name, wording, reason, _ in _BY_WORDING if name == code and wording in text)
    return next(matches, _BY_CODE.get(code, Reason.OTHER))


def is_session_invalid(message: str) -> bool:
    """Return whether a refusal's text says that the Session is of no use, so that no other answer can be right."""
    return _INVALID_SESSION in message.lower()
