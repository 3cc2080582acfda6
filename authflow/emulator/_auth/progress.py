"""What comes next after a proven factor."""

import json
from collections.abc import Callable
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import custom, device_round, end, second_factor
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.sign_in import CustomRound, Proof
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes


def after_password(step: AuthStep, user: User, *, right: bool) -> Reply:
    """Go on after a password or its proof was checked: every password of every flow is judged here.

    Raises:
        ServiceError: the password was wrong, or the user may not sign in with it.
    """
    known = right and step.client.pool.has(user)
    user.lockout.attempt(lambda: known, _errors.WRONG_PASSWORD, step.service.now())
    check_enabled(user)
    if user.status is Status.RESET_REQUIRED:
        raise _errors.RESET_REQUIRED()
    if user.password.expires is not None and step.service.now() >= user.password.expires:
        raise _errors.TEMPORARY_PASSWORD_EXPIRED()
    step.prove(Proof.PASSWORD, CustomRound("PASSWORD_VERIFIER", result=True))
    return proceed(step, user)


def proceed(step: AuthStep, user: User) -> Reply:
    """Ask the next thing that this user has to prove or give, or hand out the tokens.

    Raises:
        ServiceError: the user may not sign in any more, or a trigger refuses.
    """
    for ask in STEPS:
        step.check_account_status(user)
        reply = ask(step, user)
        if reply is not None:
            return reply
    return end.hand_out(step, user)


def check_confirmed(user: User) -> None:
    """Refuse a user who never confirmed the sign-up: before the password is looked at."""
    if user.status is Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMED()


def check_enabled(user: User) -> None:
    """Refuse a user whom an administrator has disabled."""
    if not user.enabled:
        raise _errors.USER_DISABLED()


def _new_password_required(step: AuthStep, user: User) -> Reply | None:
    if user.status is not Status.FORCE_CHANGE_PASSWORD or step.sign_in.passwordless:
        return None
    wanted = [f"userAttributes.{name}" for name in attributes.missing(step.client.pool, user.attributes)]
    return {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeParameters": {
            **step.named(user),
            "requiredAttributes": json.dumps(wanted),
            "userAttributes": json.dumps(user.attributes, ensure_ascii=False),
        },
        "Session": step.new_session(user, "NEW_PASSWORD_REQUIRED"),
    }


#: what may be asked before the tokens, in this order; each returns None where it has nothing to ask
#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
STEPS: Final[tuple[Callable[[AuthStep, User], Reply | None], ...]] = (
    _new_password_required,
    second_factor.ask,
    custom.decide,
    device_round.ask,
    second_factor.ask,  # a trigger may have forgotten the device that stood for it
)
