"""Authentication levels: TARGET_ACR_VALUES, ACCESS_TOKEN and MAX_AGE of USER_AUTH, and the claims acr and amr.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-step-up-authentication.html
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import risk
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sign_in import SignIn
from authflow.emulator._records.token_families import NO_LEVELS, Levels, TokenFamily
from authflow.emulator._records.user import Status, User
from authflow.emulator._tokens import issuing
from authflow.emulator._users import mfa
from authflow.emulator._users.tiers import ACR_VALUES, require_essentials

PASSWORD: Final = "pwd"
#: the value of ``amr`` for each factor, in the order that ``amr`` has; a passkey has one by where it is
METHODS: Final[Mapping[str, str]] = {
    "PASSWORD": PASSWORD,
    "PASSWORD_SRP": PASSWORD,
    "SOFTWARE_TOKEN_MFA": "otp",
    "SMS_MFA": "sms",
    "SMS_OTP": "sms",
    "EMAIL_OTP": "email_otp",
    "WEB_AUTHN": "swk",
    "WEB_AUTHN_ROAMING": "hwk",
}
MESSAGES: Final = frozenset({"sms", "email_otp"})
PASSKEYS: Final = frozenset({"swk", "hwk"})

# own texts
NO_LEVEL: Final = ErrorTemplate("InvalidParameterException", "TARGET_ACR_VALUES has no value of the user pool")
LEVEL_NOT_REACHED: Final = ErrorTemplate("NotAuthorizedException", "The user can't reach the authentication level {}")
LEVEL_ALREADY_REACHED: Final = ErrorTemplate(
    "InvalidParameterException", "The access token already has the authentication level {}"
)


def check_step_up(step: AuthStep, user: User, offers: Sequence[str]) -> None:
    """Choose the level that the sign-in must reach: of those that the request asks for, the first that the user can.

    What the user proved for the request's access token counts, unless that was longer ago than MAX_AGE.

    Args:
        step: an InitiateAuth request.
        user: the user who signs in, perhaps a decoy user.
        offers: the first factors that the user could choose from.

    Raises:
        ServiceError: FeatureUnavailableInTierException: the pool has no levels. InvalidParameterException: MAX_AGE is
            no number, no level is one of the pool's, the token has the level already, or ACCESS_TOKEN comes without
            TARGET_ACR_VALUES. NotAuthorizedException: the token is refused, or another user's, or the user can't reach
            any of the levels.
    """
    parameters = step.parameters
    if "MAX_AGE" in parameters and not (parameters["MAX_AGE"].isascii() and parameters["MAX_AGE"].isdigit()):
        raise _errors.INVALID("MAX_AGE must be a number of seconds")
    if "ACCESS_TOKEN" in parameters:
        step.require("TARGET_ACR_VALUES")
    if "TARGET_ACR_VALUES" not in parameters:
        return
    require_essentials(step.client.pool, "Step-Up Authentication")
    names = list_levels(step.client.pool)
    wanted = [names.index(value) + 1 for value in parameters["TARGET_ACR_VALUES"].split() if value in names]
    if not wanted:
        raise NO_LEVEL()
    credit = _find_credit(step, user)
    step.sign_in = replace(step.sign_in, credited=frozenset(credit.levels.amr) if credit else frozenset())
    target = next((level for level in wanted if _is_reachable(step, user, offers, level)), None)
    if target is None:
        raise LEVEL_NOT_REACHED(names[min(wanted) - 1])
    if credit and credit.levels.acr in names[target - 1 :]:
        raise LEVEL_ALREADY_REACHED(names[target - 1])
    step.sign_in = replace(step.sign_in, target=target)


def list_levels(pool: UserPool) -> list[str]:
    """Return the names of the authentication levels 1 to 4."""
    configured = {**ACR_VALUES, **pool.settings.get("AcrConfiguration", {})}
    return [str(configured[level]["AcrValue"]) for level in ACR_VALUES]


def needs_first_factor(step: AuthStep, user: User) -> bool:
    """Return whether the user must prove a first factor: not if an access token and a second one are enough."""
    sign_in = step.sign_in
    is_enough = compute_level(get_methods(sign_in)) >= sign_in.target or bool(choose_factors(step, user))
    return not (sign_in.credited and is_enough)


def filter_offers(step: AuthStep, user: User, offers: Sequence[str]) -> list[str]:
    """Return the first factors with which a sign-in can reach its level, without those that its token stands for."""
    sign_in = step.sign_in
    useful = [name for name in offers if not _get_variants(name) & sign_in.credited]
    return [name for name in useful if _reaches(step, user, METHODS[name], sign_in.target)]


def choose_factors(step: AuthStep, user: User) -> list[str]:
    """Return the second factor that a sign-in needs to reach the level that it asks for; empty if it needs none."""
    methods, target = get_methods(step.sign_in), step.sign_in.target
    if compute_level(methods) >= target:
        return []
    fitting = _list_second_factors(step, user, methods, target)
    return sorted(fitting, key=lambda name: (name != user.preferred_mfa, name not in user.mfa, name != mfa.TOTP))[:1]


def list_eligible_factors(step: AuthStep, user: User) -> list[str]:
    """Return the second factors that the sign-in can ask for: because of MFA, of its level, or of its risk."""
    of_user = mfa.list_eligible_factors(step.client.pool, user)
    return [*of_user, *choose_factors(step, user), *risk.demand_factors(step, user)]


def make_levels(step: AuthStep) -> Levels:
    """Return what a completed sign-in has reached, for the claims ``acr`` and ``amr``.

    Raises:
        ServiceError: NotAuthorizedException: the sign-in has not reached the level that it asks for.
    """
    sign_in, names, methods = step.sign_in, list_levels(step.client.pool), get_methods(step.sign_in)
    level = compute_level(methods)
    if level < sign_in.target:
        raise LEVEL_NOT_REACHED(names[sign_in.target - 1])
    if not level:
        return NO_LEVELS
    ordered = [method for method in dict.fromkeys(METHODS.values()) if method in methods]
    amr = (*ordered, "mfa") if len(ordered) > 1 else tuple(ordered)
    return Levels(names[level - 1], amr, is_shown=bool(sign_in.target) or step.service.settings.acr_in_every_token)


def get_methods(sign_in: SignIn) -> frozenset[str]:
    """Return the values of ``amr`` for what a sign-in has proven, and for what its access token stands for."""
    return sign_in.credited | {METHODS[factor] for factor in sign_in.factors}


def compute_level(methods: frozenset[str]) -> int:
    """Return the authentication level of proven methods, 0 for none of those that count."""
    if {PASSWORD, "otp"} <= methods:
        return 4
    if methods & PASSKEYS or (PASSWORD in methods and methods & MESSAGES):
        return 3
    if methods & MESSAGES:
        return 2
    return int(PASSWORD in methods)


def _get_variants(name: str) -> frozenset[str]:
    """Return the values of ``amr`` that a first factor can have: which passkey it will be is open."""
    return PASSKEYS if METHODS[name] in PASSKEYS else frozenset({METHODS[name]})


def _find_credit(step: AuthStep, user: User) -> TokenFamily | None:
    """Return the tokens that the request has an access token of; None if they are too old to count.

    They don't count either for a user who must first set a password.
    """
    if "ACCESS_TOKEN" not in step.parameters:
        return None
    _, holder, family = issuing.verify_session(step.service, step.parameters["ACCESS_TOKEN"])
    if holder is not user:
        raise _errors.ACCESS_TOKEN_INVALID()
    age = step.service.now().timestamp() - family.auth_time
    is_current = "MAX_AGE" not in step.parameters or age <= int(step.parameters["MAX_AGE"])
    return family if is_current and user.status is Status.CONFIRMED else None


def _is_reachable(step: AuthStep, user: User, offers: Sequence[str], target: int) -> bool:
    credited = step.sign_in.credited
    if compute_level(credited) >= target or _list_second_factors(step, user, credited, target):
        return True
    return any(_reaches(step, user, METHODS[name], target) for name in offers)


def _reaches(step: AuthStep, user: User, method: str, target: int) -> bool:
    """Return whether a level can be reached by this first factor, perhaps with a second one."""
    methods = step.sign_in.credited | {method}
    return compute_level(methods) >= target or bool(_list_second_factors(step, user, methods, target))


def _list_second_factors(step: AuthStep, user: User, methods: frozenset[str], target: int) -> list[str]:
    """Return the user's second factors that lead from these methods to a level. They only ever follow a password."""
    if PASSWORD not in methods:
        return []
    usable = [factor for factor in mfa.list_pool_factors(step.client.pool) if mfa.has_factor(user, factor)]
    return [factor for factor in usable if compute_level(methods | {METHODS[factor]}) >= target]
