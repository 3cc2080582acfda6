"""The next reply of a sign-in: a challenge or tokens."""

import json
from collections.abc import Callable
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import completion, custom, device_challenges, risk, second_factor
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.sign_in import CustomRound, Proof
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes


def continue_after_password(step: AuthStep, user: User, *, right: bool) -> Reply:
    """Count an attempt with a password or its SRP proof, and continue the sign-in. All AuthFlows end up here.

    Args:
        step: the current request.
        user: the user, perhaps a decoy user.
        right: whether the password or the proof was right. A decoy user's never counts as right.

    Raises:
        ServiceError: the password was wrong, the user is locked out, or the user may not sign in with it.
    """
    if user.status is Status.RESET_REQUIRED and not user.password.is_set and not step.client.has_hidden_users:
        raise _errors.RESET_REQUIRED()  # an imported user, whom no password can prove
    accepted = right and step.client.pool.users.has(user)
    user.lockout.attempt(lambda: accepted, _errors.WRONG_PASSWORD, step.service.now())
    check_enabled(user)
    if user.status is Status.RESET_REQUIRED:
        raise _errors.RESET_REQUIRED()
    if user.password.expires is not None and step.service.now() >= user.password.expires:
        raise _errors.TEMPORARY_PASSWORD_EXPIRED()
    step.record_proof(Proof.PASSWORD, CustomRound("PASSWORD_VERIFIER", result=True), factor="PASSWORD")
    return proceed(step, user)


def proceed(step: AuthStep, user: User) -> Reply:
    """Return the next challenge, or the tokens if nothing is left to ask.

    Raises:
        ServiceError: the user may not sign in any more, the risk is too high, or a Lambda trigger refused.
    """
    risk.check_sign_in(step, user)
    for ask in PROMPTS:
        step.check_account_status(user)
        reply = ask(step, user)
        if reply is not None:
            return reply
    return completion.issue_tokens(step, user)


def check_confirmed(user: User) -> None:
    """Refuse a user who has not confirmed the sign-up. This comes before the password is checked."""
    if user.status is Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMED()


def check_enabled(user: User) -> None:
    """Refuse a user whom an administrator has disabled."""
    if not user.enabled:
        raise _errors.USER_DISABLED()


def _ask_for_new_password(step: AuthStep, user: User) -> Reply | None:
    if user.status is not Status.FORCE_CHANGE_PASSWORD or step.sign_in.is_passwordless:
        return None
    wanted = [f"userAttributes.{name}" for name in attributes.find_missing(step.client.pool, user.attributes)]
    return {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeParameters": {
            **step.reveal_username(user),
            "requiredAttributes": json.dumps(wanted),
            "userAttributes": json.dumps(user.attributes, ensure_ascii=False),
        },
        "Session": step.make_session(user, "NEW_PASSWORD_REQUIRED"),
    }


#: what a sign-in may ask before it issues tokens, in this order; a function returns None if it has nothing to ask
#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
PROMPTS: Final[tuple[Callable[[AuthStep, User], Reply | None], ...]] = (
    _ask_for_new_password,
    second_factor.ask_for_second_factor,
    custom.ask_for_custom_challenge,
    device_challenges.ask_for_device,
    second_factor.ask_for_second_factor,  # again: a Lambda trigger may have forgotten the device
)
