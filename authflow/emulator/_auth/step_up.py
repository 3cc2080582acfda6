"""Authentication levels: TARGET_ACR_VALUES, ACCESS_TOKEN and MAX_AGE of USER_AUTH, and the claims acr and amr.

The user must prove everything again: the sign-in of the access token does not count. The emulator may therefore ask
for more than the service does, never for less.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._tokens import issuing
from authflow.emulator._users import mfa
from authflow.emulator._users.tiers import ACR_VALUES, require_essentials

#: the value of ``amr`` for each factor
METHODS: Final[Mapping[str, str]] = {
    "PASSWORD": "pwd",
    "SOFTWARE_TOKEN_MFA": "otp",
    "SMS_MFA": "sms",
    "SMS_OTP": "sms",
    "EMAIL_OTP": "email_otp",
}
MESSAGES: Final = frozenset({"sms", "email_otp"})
#: the level of a password with a code that was sent
MESSAGE_LEVEL: Final = 3

# own texts
NO_LEVEL: Final = ErrorTemplate("InvalidParameterException", "TARGET_ACR_VALUES has no value of the user pool")
LEVEL_NOT_REACHED: Final = ErrorTemplate("NotAuthorizedException", "The user can't reach the authentication level {}")


def check_step_up(step: AuthStep, user: User) -> None:
    """Read the levels that a request asks for, and check the access token that it may have.

    Raises:
        ServiceError: InvalidParameterException: MAX_AGE is no number, no level is one of the pool's, or ACCESS_TOKEN
            comes without TARGET_ACR_VALUES. NotAuthorizedException: the token is refused, or another user's.
    """
    parameters, pool = step.parameters, step.client.pool
    if "MAX_AGE" in parameters and not (parameters["MAX_AGE"].isascii() and parameters["MAX_AGE"].isdigit()):
        raise _errors.INVALID("MAX_AGE must be a number of seconds")
    if "ACCESS_TOKEN" in parameters:
        step.require("TARGET_ACR_VALUES")
        _, holder = issuing.verify_access_token(step.service, parameters["ACCESS_TOKEN"])
        if holder is not user:
            raise _errors.ACCESS_TOKEN_INVALID()
    if "TARGET_ACR_VALUES" in parameters:
        require_essentials(pool, "Step-Up Authentication")
        names = list_levels(pool)
        wanted = [names.index(value) + 1 for value in parameters["TARGET_ACR_VALUES"].split() if value in names]
        if not wanted:
            raise NO_LEVEL()
        step.sign_in = replace(step.sign_in, target=min(wanted))


def list_levels(pool: UserPool) -> list[str]:
    """Return the names of the authentication levels 1 to 4."""
    configured = {**ACR_VALUES, **pool.settings.get("AcrConfiguration", {})}
    return [str(configured[level]["AcrValue"]) for level in ACR_VALUES]


def choose_factors(step: AuthStep, user: User) -> list[str]:
    """Return the second factor that a sign-in needs to reach the level that it asks for; empty if it needs none."""
    target = step.sign_in.target
    if compute_level(step.sign_in.factors) >= target:
        return []
    usable = [factor for factor in mfa.list_pool_factors(step.client.pool) if mfa.has_factor(user, factor)]
    if mfa.TOTP in usable:
        return [mfa.TOTP]
    return [factor for factor in usable if METHODS[factor] in MESSAGES][:1] if target == MESSAGE_LEVEL else []


def list_eligible_factors(step: AuthStep, user: User) -> list[str]:
    """Return the second factors that the sign-in can ask for: because of MFA, or to reach a level."""
    return [*mfa.list_eligible_factors(step.client.pool, user), *choose_factors(step, user)]


def make_levels(step: AuthStep) -> dict[str, object]:
    """Return the claims ``acr`` and ``amr`` of a completed sign-in, if its tokens have them.

    Raises:
        ServiceError: NotAuthorizedException: the sign-in has not reached the level that it asks for.
    """
    sign_in, names = step.sign_in, list_levels(step.client.pool)
    level = compute_level(sign_in.factors)
    if level < sign_in.target:
        raise LEVEL_NOT_REACHED(names[sign_in.target - 1])
    if not level or not (sign_in.target or step.service.settings.acr_in_every_token):
        return {}
    methods = sorted({METHODS[factor] for factor in sign_in.factors})
    both = ["mfa"] if len(sign_in.proven & {Proof.PASSWORD, Proof.CODE, Proof.SECOND_FACTOR}) > 1 else []
    return {"acr": names[level - 1], "amr": [*methods, *both]}


def compute_level(factors: frozenset[str]) -> int:
    """Return the authentication level of proven factors, 0 for none of those that count.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-step-up-authentication.html
    """
    methods = {METHODS[factor] for factor in factors}
    if methods >= {"pwd", "otp"}:
        return 4
    if "pwd" in methods and methods & MESSAGES:
        return MESSAGE_LEVEL
    if methods & MESSAGES:
        return 2
    return int("pwd" in methods)
