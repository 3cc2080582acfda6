"""Reasons: each wording that was seen, in the service or in public threads, with what a person can do about it."""

import pytest

from authflow.core.reasons import Reason, find_reason

NOT_AUTHORIZED, INVALID_PARAMETER = "NotAuthorizedException", "InvalidParameterException"
NO_CONTACT = "there is no registered/verified email or phone_number"
SEEN = [
    (NOT_AUTHORIZED, "Incorrect username or password.", Reason.WRONG_CREDENTIALS),
    (NOT_AUTHORIZED, "Password attempts exceeded", Reason.LOCKED),
    (NOT_AUTHORIZED, "User is disabled.", Reason.DISABLED),
    (NOT_AUTHORIZED, "Invalid session for the user, session is expired.", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Invalid session for the user, session can only be used once.", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Invalid code or auth state for the user.", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Refresh Token has been revoked", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Invalid Refresh Token.", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "The user has been deleted for the associated refresh token", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Refresh Token has different Client", Reason.OTHER),
    (
        NOT_AUTHORIZED,
        "Temporary password has expired and must be reset by an administrator.",
        Reason.INVITATION_EXPIRED,
    ),
    (NOT_AUTHORIZED, "User account has expired, it must be reset by an administrator.", Reason.INVITATION_EXPIRED),
    (NOT_AUTHORIZED, "Unable to verify secret hash for client 1h57", Reason.SECRET_HASH),
    (NOT_AUTHORIZED, "SecretHash does not match for the client: 1h57", Reason.SECRET_HASH),
    (NOT_AUTHORIZED, "Client 1h57 is configured with secret but secret was not received", Reason.SECRET_HASH),
    (
        "InvalidParameterException",
        "Client 1h57 is not configured for secret but secret hash was received",
        Reason.SECRET_HASH,
    ),
    (NOT_AUTHORIZED, "Client 1h57 is configured with secret but SECRET_HASH was not received", Reason.SECRET_HASH),
    (NOT_AUTHORIZED, "Access Token has expired", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Access Token has been revoked", Reason.SESSION_EXPIRED),
    (NOT_AUTHORIZED, "Access Token does not have required scopes", Reason.OTHER),
    (NOT_AUTHORIZED, "Unable to login because of security reasons.", Reason.BLOCKED),
    (NOT_AUTHORIZED, "Request not allowed due to security reasons.", Reason.BLOCKED),
    (NOT_AUTHORIZED, "USER_PASSWORD_AUTH flow not enabled for this client", Reason.FLOW_NOT_ENABLED),
    ("CodeMismatchException", "Invalid session provided", Reason.SESSION_EXPIRED),
    ("CodeMismatchException", "Invalid code received for user", Reason.WRONG_CREDENTIALS),
    (INVALID_PARAMETER, "USER_PASSWORD_AUTH flow not enabled for this client", Reason.FLOW_NOT_ENABLED),
    (INVALID_PARAMETER, "Auth flow not enabled for this client", Reason.FLOW_NOT_ENABLED),
    (INVALID_PARAMETER, "USER_SRP_AUTH is not enabled for the client.", Reason.FLOW_NOT_ENABLED),
    (INVALID_PARAMETER, "CUSTOM_AUTH is not enabled for the client.", Reason.FLOW_NOT_ENABLED),
    ("PasswordResetRequiredException", "Password reset required for the user", Reason.PASSWORD_RESET_REQUIRED),
    ("UserNotConfirmedException", "User is not confirmed.", Reason.NOT_CONFIRMED),
    ("UserNotFoundException", "User does not exist.", Reason.WRONG_CREDENTIALS),
    (INVALID_PARAMETER, "Missing required parameter USERNAME", Reason.OTHER),
    (NOT_AUTHORIZED, "PreAuthentication failed with error no.", Reason.OTHER),
    ("UsernameExistsException", "User already exists", Reason.USERNAME_EXISTS),
    ("AliasExistsException", "An account with the email already exists.", Reason.ALIAS_EXISTS),
    (
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
        Reason.PASSWORD_REFUSED,
    ),
    ("PasswordHistoryPolicyViolationException", "Password has been used before", Reason.PASSWORD_REFUSED),
    ("LimitExceededException", "Attempt limit exceeded, please try after some time.", Reason.LIMIT_EXCEEDED),
    ("CodeDeliveryFailureException", "no", Reason.CODE_NOT_SENT),
    (INVALID_PARAMETER, f"Cannot reset password for the user as {NO_CONTACT}", Reason.NO_RECOVERY),
    (NOT_AUTHORIZED, "User password cannot be reset in the current state.", Reason.NOT_RESETTABLE),
    (NOT_AUTHORIZED, "SignUp is not permitted for this user pool", Reason.SIGN_UP_CLOSED),
    (NOT_AUTHORIZED, "User cannot be confirmed. Current status is CONFIRMED", Reason.ALREADY_CONFIRMED),
    (INVALID_PARAMETER, "User is already confirmed.", Reason.ALREADY_CONFIRMED),
]


@pytest.mark.parametrize(("code", "message", "reason"), SEEN, ids=[f"{code}: {message}" for code, message, _ in SEEN])
def test_a_wording_has_a_reason(code: str, message: str, reason: Reason) -> None:
    assert find_reason(code, message) is reason
    assert find_reason(code, message.upper()) is reason


def test_a_wording_counts_for_its_exception_only() -> None:
    assert find_reason("InvalidParameterException", "Incorrect username or password.") is Reason.OTHER
