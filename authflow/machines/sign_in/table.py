"""All transitions of a sign-in. ``TABLE`` alone decides which node follows; no other module does."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from authflow.core.transitions import SAME, Row, TransitionTable, select_rows

__all__ = [
    "ASKS_AGAIN",
    "CHALLENGE_NAMES",
    "CPU_BOUND",
    "GROUPS",
    "TABLE",
    "TRANSITIONS",
    "AuthFlow",
    "Node",
    "Trigger",
]


class AuthFlow(StrEnum):
    """Cognito's AuthFlows. A refresh by GetTokensFromRefreshToken counts as REFRESH_TOKEN_AUTH."""

    USER_SRP_AUTH = "USER_SRP_AUTH"
    USER_PASSWORD_AUTH = "USER_PASSWORD_AUTH"
    ADMIN_USER_PASSWORD_AUTH = "ADMIN_USER_PASSWORD_AUTH"
    CUSTOM_AUTH = "CUSTOM_AUTH"
    USER_AUTH = "USER_AUTH"
    REFRESH_TOKEN_AUTH = "REFRESH_TOKEN_AUTH"


class Node(StrEnum):
    """The nodes of a sign-in. A gerund waits for Cognito; the name of a challenge waits for a person."""

    START = "start"
    INITIATING_SRP = "initiating_srp"
    INITIATING_PASSWORD = "initiating_password"
    INITIATING_CUSTOM = "initiating_custom"
    INITIATING_CHOICE = "initiating_choice"
    REFRESHING = "refreshing"
    VERIFYING_PASSWORD = "verifying_password"
    ANSWERING = "answering"
    ANSWERING_SRP = "answering_srp"
    ANSWERING_DEVICE = "answering_device"
    VERIFYING_DEVICE = "verifying_device"
    ASSOCIATING_TOTP = "associating_totp"
    VERIFYING_TOTP = "verifying_totp"
    COMPLETING_SETUP = "completing_setup"
    SMS_MFA = "sms_mfa"
    EMAIL_OTP = "email_otp"
    SMS_OTP = "sms_otp"
    WEB_AUTHN = "web_authn"
    SOFTWARE_TOKEN_MFA = "software_token_mfa"
    SELECT_MFA_TYPE = "select_mfa_type"
    MFA_SETUP = "mfa_setup"
    TOTP_SETUP = "totp_setup"
    NEW_PASSWORD_REQUIRED = "new_password_required"
    CUSTOM_CHALLENGE = "custom_challenge"
    SELECT_CHALLENGE = "select_challenge"
    PASSWORD = "password"
    PASSWORD_SRP = "password_srp"
    ADMIN_NO_SRP_AUTH = "admin_no_srp_auth"
    DEVICE_SRP_AUTH = "device_srp_auth"
    SIGNED_IN = "signed_in"
    FAILED = "failed"


class Trigger(StrEnum):
    """The triggers of a sign-in. One in capitals is a challenge, in Cognito's spelling."""

    BEGIN_SRP = "begin_srp"
    BEGIN_PASSWORD = "begin_password"
    BEGIN_CUSTOM = "begin_custom"
    BEGIN_CHOICE = "begin_choice"
    BEGIN_REFRESH = "begin_refresh"
    PASSWORD_VERIFIER = "PASSWORD_VERIFIER"
    DEVICE_PASSWORD_VERIFIER = "DEVICE_PASSWORD_VERIFIER"
    SMS_MFA = "SMS_MFA"
    EMAIL_OTP = "EMAIL_OTP"
    SMS_OTP = "SMS_OTP"
    WEB_AUTHN = "WEB_AUTHN"
    SOFTWARE_TOKEN_MFA = "SOFTWARE_TOKEN_MFA"
    SELECT_MFA_TYPE = "SELECT_MFA_TYPE"
    MFA_SETUP = "MFA_SETUP"
    NEW_PASSWORD_REQUIRED = "NEW_PASSWORD_REQUIRED"
    CUSTOM_CHALLENGE = "CUSTOM_CHALLENGE"
    SELECT_CHALLENGE = "SELECT_CHALLENGE"
    PASSWORD = "PASSWORD"
    PASSWORD_SRP = "PASSWORD_SRP"
    ADMIN_NO_SRP_AUTH = "ADMIN_NO_SRP_AUTH"
    DEVICE_SRP_AUTH = "DEVICE_SRP_AUTH"
    ANSWER = "answer"
    ANSWER_SRP = "answer_srp"
    ANSWER_DEVICE = "answer_device"
    ANSWER_SET_UP_TOTP = "answer_set_up_totp"
    ANSWER_TOTP_CODE = "answer_totp_code"
    ASSOCIATED = "associated"
    VERIFIED = "verified"
    TOTP_REJECTED = "totp_rejected"
    DEVICE_FORGOTTEN = "device_forgotten"
    TOKENS = "tokens"
    REFUSED = "refused"
    CANCEL = "cancel"


A, N, T = AuthFlow, Node, Trigger

# Groups of nodes, for the sources of rows
INITIATING: Final = (N.INITIATING_SRP, N.INITIATING_PASSWORD, N.INITIATING_CUSTOM, N.INITIATING_CHOICE)
VERIFIER_MAY_FOLLOW: Final = (N.INITIATING_SRP, N.INITIATING_CUSTOM, N.INITIATING_CHOICE, N.ANSWERING_SRP)
ANY_MAY_FOLLOW: Final = (
    N.INITIATING_PASSWORD, N.INITIATING_CUSTOM, N.INITIATING_CHOICE,
    N.VERIFYING_PASSWORD, N.ANSWERING, N.COMPLETING_SETUP, N.VERIFYING_DEVICE,
)  # fmt: skip
FIRST_MAY_FOLLOW: Final = (N.INITIATING_CHOICE, N.ANSWERING)  # a first factor, or the choice of one
DEVICE_MAY_FOLLOW: Final = ANY_MAY_FOLLOW[:-1]  # a device proves its secret once, so that a server can't ask endlessly
TOTP_CALLS: Final = (N.ASSOCIATING_TOTP, N.VERIFYING_TOTP, N.COMPLETING_SETUP)
DEVICE_CALLS: Final = (N.ANSWERING_DEVICE, N.VERIFYING_DEVICE)
WITH_DEVICE_KEY: Final = (*INITIATING, N.REFRESHING, N.VERIFYING_PASSWORD, N.ANSWERING)
CALLS: Final = (*WITH_DEVICE_KEY, N.ANSWERING_SRP, *DEVICE_CALLS, *TOTP_CALLS)
PLAIN_CHALLENGES: Final = (
    N.SMS_MFA, N.EMAIL_OTP, N.SMS_OTP, N.WEB_AUTHN, N.SOFTWARE_TOKEN_MFA, N.SELECT_MFA_TYPE, N.MFA_SETUP,
    N.NEW_PASSWORD_REQUIRED, N.CUSTOM_CHALLENGE, N.SELECT_CHALLENGE, N.PASSWORD, N.ADMIN_NO_SRP_AUTH,
)  # fmt: skip
CHALLENGE_NODES: Final = (*PLAIN_CHALLENGES, N.PASSWORD_SRP, N.DEVICE_SRP_AUTH, N.TOTP_SETUP)

# Groups of AuthFlows, for the last column of rows
SRP: Final = (A.USER_SRP_AUTH,)
CUSTOM: Final = (A.CUSTOM_AUTH,)
CHOICE: Final = (A.USER_AUTH,)
ADMIN: Final = (A.ADMIN_USER_PASSWORD_AUTH,)
REFRESH: Final = (A.REFRESH_TOKEN_AUTH,)
PASSWORD: Final = (A.USER_PASSWORD_AUTH, *ADMIN)
SRP_POSSIBLE: Final = (*SRP, *CUSTOM, *CHOICE)
DEVICES: Final = (*SRP, *PASSWORD, *CUSTOM)

# The last column names the AuthFlows in which a row holds; without it, a row holds in all. Challenges that ask for the
# password hold only where Cognito sends them: no server can ask for a password that is to be proven and never sent.
TABLE: Final = (
    Row(T.BEGIN_SRP,                (N.START,),                              N.INITIATING_SRP,          SRP),
    Row(T.BEGIN_PASSWORD,           (N.START,),                              N.INITIATING_PASSWORD,     PASSWORD),
    Row(T.BEGIN_CUSTOM,             (N.START,),                              N.INITIATING_CUSTOM,       CUSTOM),
    Row(T.BEGIN_CHOICE,             (N.START,),                              N.INITIATING_CHOICE,       CHOICE),
    Row(T.BEGIN_REFRESH,            (N.START,),                              N.REFRESHING,              REFRESH),
    Row(T.PASSWORD_VERIFIER,        VERIFIER_MAY_FOLLOW,                     N.VERIFYING_PASSWORD,      SRP_POSSIBLE),
    Row(T.SMS_MFA,                  ANY_MAY_FOLLOW,                          N.SMS_MFA),
    Row(T.EMAIL_OTP,                ANY_MAY_FOLLOW,                          N.EMAIL_OTP),
    Row(T.SMS_OTP,                  FIRST_MAY_FOLLOW,                        N.SMS_OTP,                 CHOICE),
    Row(T.WEB_AUTHN,                FIRST_MAY_FOLLOW,                        N.WEB_AUTHN,               CHOICE),
    Row(T.SOFTWARE_TOKEN_MFA,       ANY_MAY_FOLLOW,                          N.SOFTWARE_TOKEN_MFA),
    Row(T.SELECT_MFA_TYPE,          ANY_MAY_FOLLOW,                          N.SELECT_MFA_TYPE),
    Row(T.MFA_SETUP,                ANY_MAY_FOLLOW,                          N.MFA_SETUP),
    Row(T.NEW_PASSWORD_REQUIRED,    ANY_MAY_FOLLOW,                          N.NEW_PASSWORD_REQUIRED),
    Row(T.CUSTOM_CHALLENGE,         ANY_MAY_FOLLOW,                          N.CUSTOM_CHALLENGE,        CUSTOM),
    Row(T.SELECT_CHALLENGE,         FIRST_MAY_FOLLOW,                        N.SELECT_CHALLENGE,        CHOICE),
    Row(T.PASSWORD,                 FIRST_MAY_FOLLOW,                        N.PASSWORD,                CHOICE),
    Row(T.PASSWORD_SRP,             FIRST_MAY_FOLLOW,                        N.PASSWORD_SRP,            CHOICE),
    Row(T.ADMIN_NO_SRP_AUTH,        (N.INITIATING_PASSWORD,),                 N.ADMIN_NO_SRP_AUTH,       ADMIN),
    Row(T.DEVICE_SRP_AUTH,          DEVICE_MAY_FOLLOW,                       N.DEVICE_SRP_AUTH,         DEVICES),
    Row(T.ANSWER,                   PLAIN_CHALLENGES,                        N.ANSWERING),
    Row(T.ANSWER_SRP,               (N.SELECT_CHALLENGE, N.PASSWORD_SRP),    N.ANSWERING_SRP),
    Row(T.ANSWER_DEVICE,            (N.DEVICE_SRP_AUTH,),                    N.ANSWERING_DEVICE),
    Row(T.DEVICE_PASSWORD_VERIFIER, (N.ANSWERING_DEVICE,),                   N.VERIFYING_DEVICE),
    Row(T.ANSWER_SET_UP_TOTP,       (N.MFA_SETUP,),                          N.ASSOCIATING_TOTP),
    Row(T.ASSOCIATED,               (N.ASSOCIATING_TOTP,),                   N.TOTP_SETUP),
    Row(T.ANSWER_TOTP_CODE,         (N.TOTP_SETUP,),                         N.VERIFYING_TOTP),
    Row(T.TOTP_REJECTED,            (N.VERIFYING_TOTP,),                     N.TOTP_SETUP),
    Row(T.VERIFIED,                 (N.VERIFYING_TOTP,),                     N.COMPLETING_SETUP),
    Row(T.TOKENS,                   (*ANY_MAY_FOLLOW, N.REFRESHING),         N.SIGNED_IN),
    Row(T.DEVICE_FORGOTTEN,         WITH_DEVICE_KEY,                         SAME),
    Row(T.REFUSED,                  CALLS,                                   N.FAILED),
    Row(T.CANCEL,                   (*CALLS, *CHALLENGE_NODES, N.SIGNED_IN), N.FAILED),
    Row(T.CANCEL,                   (N.FAILED,),                             SAME),
)  # fmt: skip

# The refusals after which the Session is still valid, so that the challenge is asked again; each with its source.
_SDKS = "Amazon's SDKs answer again with the same Session"
_CODES = "observed: a wrong code leaves the Session usable, a right one consumes it"
_FIELD = "amplify-js#13761: an invalid attribute. If the Session is consumed after all, the next answer says so"
_ONE_TIME = "its text is 'Your software token has already been used once.': the next code is a new try"
ASKS_AGAIN: Final = {
    ("NEW_PASSWORD_REQUIRED", "InvalidPasswordException"): _SDKS,
    ("NEW_PASSWORD_REQUIRED", "PasswordHistoryPolicyViolationException"): _SDKS,
    ("NEW_PASSWORD_REQUIRED", "InvalidParameterException"): _FIELD,
    ("NEW_PASSWORD_REQUIRED", "AliasExistsException"): _FIELD,
    ("MFA_SETUP", "InvalidParameterException"): _FIELD,
    ("MFA_SETUP", "AliasExistsException"): _FIELD,
    ("SMS_MFA", "CodeMismatchException"): _CODES,
    ("EMAIL_OTP", "CodeMismatchException"): _CODES,
    ("SMS_OTP", "CodeMismatchException"): _CODES,
    ("SOFTWARE_TOKEN_MFA", "CodeMismatchException"): _CODES,
    ("SOFTWARE_TOKEN_MFA", "ExpiredCodeException"): _ONE_TIME,
    ("totp_rejected", "CodeMismatchException"): _CODES,
    ("totp_rejected", "InvalidParameterException"): _FIELD,
    ("totp_rejected", "EnableSoftwareTokenMFAException"): "VerifySoftwareToken's page: the code did not match",
}

# The values of ChallengeName that a reply may have
CHALLENGE_NAMES: Final = frozenset(trigger for trigger in Trigger if trigger.isupper())

GROUPS: Final[Mapping[str, tuple[Node, ...]]] = {
    "calls": CALLS, "any_may_follow": ANY_MAY_FOLLOW,
    "challenge_nodes": CHALLENGE_NODES, "plain_challenges": PLAIN_CHALLENGES,
}  # fmt: skip
# Entering one of these nodes may compute SRP values, which blocks an event loop for milliseconds
CPU_BOUND: Final = frozenset({
    N.INITIATING_SRP, N.INITIATING_CUSTOM, N.INITIATING_CHOICE,
    N.VERIFYING_PASSWORD, N.ANSWERING_SRP, N.ANSWERING_DEVICE, N.VERIFYING_DEVICE,
})  # fmt: skip
TRANSITIONS: Final[Mapping[AuthFlow, TransitionTable]] = {
    auth_flow: TransitionTable(select_rows(TABLE, Node.START, auth_flow)) for auth_flow in AuthFlow
}
