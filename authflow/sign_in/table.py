"""Where a sign-in goes: every transition, and nothing outside this file decides one."""

from enum import StrEnum
from typing import Final

from authflow.machine import Row, Rulebook


class Node(StrEnum):
    """Where a sign-in can stand: waiting for Cognito is a gerund, waiting for a person Cognito's name for it."""

    START = "start"
    INITIATING_SRP = "initiating_srp"
    INITIATING_PASSWORD = "initiating_password"
    REFRESHING = "refreshing"
    VERIFYING_PASSWORD = "verifying_password"
    NEW_PASSWORD_REQUIRED = "new_password_required"
    ANSWERING = "answering"
    SIGNED_IN = "signed_in"
    FAILED = "failed"


class Trigger(StrEnum):
    """What moves a sign-in: replies keep Cognito's spelling."""

    BEGIN_SRP = "begin_srp"
    BEGIN_PASSWORD = "begin_password"
    BEGIN_REFRESH = "begin_refresh"
    PASSWORD_VERIFIER = "PASSWORD_VERIFIER"
    NEW_PASSWORD_REQUIRED = "NEW_PASSWORD_REQUIRED"
    ANSWER = "answer"
    TOKENS = "tokens"
    REFUSED = "refused"
    CANCEL = "cancel"


N, T = Node, Trigger

AFTER_ANY: Final = (N.INITIATING_PASSWORD, N.VERIFYING_PASSWORD, N.ANSWERING)
CALLS: Final = (N.INITIATING_SRP, N.INITIATING_PASSWORD, N.REFRESHING, N.VERIFYING_PASSWORD, N.ANSWERING)
CHALLENGES: Final = (N.NEW_PASSWORD_REQUIRED,)

TABLE: Final = (
    Row(T.BEGIN_SRP,             (N.START,),                  N.INITIATING_SRP),
    Row(T.BEGIN_PASSWORD,        (N.START,),                  N.INITIATING_PASSWORD),
    Row(T.BEGIN_REFRESH,         (N.START,),                  N.REFRESHING),
    Row(T.PASSWORD_VERIFIER,     (N.INITIATING_SRP,),         N.VERIFYING_PASSWORD),
    Row(T.NEW_PASSWORD_REQUIRED, AFTER_ANY,                   N.NEW_PASSWORD_REQUIRED),
    Row(T.ANSWER,                CHALLENGES,                  N.ANSWERING),
    Row(T.TOKENS,                (*AFTER_ANY, N.REFRESHING),  N.SIGNED_IN),
    Row(T.REFUSED,               CALLS,                       N.FAILED),
    Row(T.CANCEL,                (*CALLS, *CHALLENGES),       N.FAILED),
)  # fmt: skip

# The refusals after which the Session is still good, so that the person is asked again; each with its source.
ASKS_AGAIN: Final = {
    ("NEW_PASSWORD_REQUIRED", "InvalidPasswordException"): "Amazon's SDKs answer again with the same Session",
    ("NEW_PASSWORD_REQUIRED", "PasswordHistoryPolicyViolationException"): "the same check of the password",
}

# The ChallengeNames that a reply may have
CHALLENGE_NAMES: Final = frozenset({T.PASSWORD_VERIFIER, T.NEW_PASSWORD_REQUIRED})

GROUPS: Final = {"calls": CALLS, "challenges": CHALLENGES}
RULES: Final = Rulebook(TABLE)
