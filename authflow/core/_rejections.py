"""The messages for a person whose answer Cognito has refused, and who may try again."""

from typing import Final

# The first match wins. Only Cognito's wording, which is not documented, tells the rules for passwords apart. Source of
# the wordings: measured on real pools. They are in lower case; an empty one always matches.
_MESSAGES: Final = (
    ("CodeMismatchException", "", "rejected.code"),
    ("EnableSoftwareTokenMFAException", "", "rejected.code"),
    ("ExpiredCodeException", "already been used", "rejected.code_used"),
    ("ExpiredCodeException", "", "rejected.code_expired"),
    ("CodeDeliveryFailureException", "", "rejected.code_not_sent"),
    ("LimitExceededException", "", "rejected.limit"),
    ("TooManyFailedAttemptsException", "", "rejected.limit"),
    ("InvalidPasswordException", "not long enough", "rejected.password_too_short"),
    ("InvalidPasswordException", "uppercase", "rejected.password_needs_uppercase"),
    ("InvalidPasswordException", "lowercase", "rejected.password_needs_lowercase"),
    ("InvalidPasswordException", "numeric", "rejected.password_needs_digit"),
    ("InvalidPasswordException", "symbol", "rejected.password_needs_symbol"),
    ("InvalidPasswordException", "", "rejected.password"),
    ("PasswordHistoryPolicyViolationException", "", "rejected.password_used_before"),
    ("AliasExistsException", "", "rejected.alias_exists"),
    ("InvalidParameterException", "", "rejected.input"),
)
_OTHER: Final = "rejected.other"
REJECTIONS: Final = (*dict.fromkeys(message for _, _, message in _MESSAGES), _OTHER)


def find_rejection(code: str, text: str) -> str:
    """Return the id of the message for a refusal.

    Args:
        code: the exception's name in Cognito's API.
        text: Cognito's text.
    """
    wording = text.lower()
    matches = (message for name, part, message in _MESSAGES if name == code and part in wording)
    return next(matches, _OTHER)
