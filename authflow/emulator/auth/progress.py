"""What comes next after a proven factor."""

import json

from authflow.emulator import attributes, faults, tokens
from authflow.emulator.auth.exchange import Exchange
from authflow.emulator.service import Reply
from authflow.emulator.user import Status, User


def after_password(exchange: Exchange, user: User, *, right: bool) -> Reply:
    """Go on after a password or its proof was checked: every password of every flow is judged here.

    Raises:
        ServiceError: the password was wrong, or the user may not sign in with it.
    """
    if not right:
        raise faults.WRONG_PASSWORD()
    check_enabled(user)
    if user.status is Status.RESET_REQUIRED:
        raise faults.RESET_REQUIRED()
    if user.password.expires is not None and exchange.service.now() >= user.password.expires:
        raise faults.TEMPORARY_PASSWORD_EXPIRED()
    return proceed(exchange, user)


def proceed(exchange: Exchange, user: User) -> Reply:
    """Ask the next thing that this user has to prove or give, or hand out the tokens."""
    if user.status is Status.FORCE_CHANGE_PASSWORD:
        return _new_password_required(exchange, user)
    return {
        "ChallengeParameters": {},
        "AuthenticationResult": tokens.sign_in(exchange.service, exchange.client, user),
    }


def check_confirmed(user: User) -> None:
    """Refuse a user who never confirmed the sign-up: before the password is looked at."""
    if user.status is Status.UNCONFIRMED:
        raise faults.NOT_CONFIRMED()


def check_enabled(user: User) -> None:
    """Refuse a user whom an administrator has disabled."""
    if not user.enabled:
        raise faults.USER_DISABLED()


def _new_password_required(exchange: Exchange, user: User) -> Reply:
    wanted = [f"userAttributes.{name}" for name in attributes.missing(exchange.client.pool, user.attributes)]
    return {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": exchange.new_session(user, "NEW_PASSWORD_REQUIRED"),
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps(wanted),
            "userAttributes": json.dumps(user.attributes, ensure_ascii=False),
        },
    }
