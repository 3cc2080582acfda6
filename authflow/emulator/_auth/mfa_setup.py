"""MFA_SETUP: where MFA is required, and a user has no factor.

An authenticator: AssociateSoftwareToken takes the challenge's Session and gives a secret and another one,
VerifySoftwareToken takes that and a code and gives a third, which completes the challenge. An email address is the
answer itself, and EMAIL_OTP then proves it. A phone number has to be set elsewhere.
"""

import json
from dataclasses import dataclass
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import mfa

CHALLENGE: Final = "MFA_SETUP"


@dataclass(frozen=True, slots=True)
class Setup:
    """How far the set-up of an authenticator has come.

    Attributes:
        token: what was associated, if anything.
        verified: whether its code was shown.
    """

    token: SoftwareToken | None = None
    verified: bool = False


def ask(step: AuthStep, user: User) -> Reply:
    """Ask for a factor to be set up."""
    able = json.dumps(mfa.factors(step.client.pool))
    parameters = {step.service.settings.mfa_setup_parameter: able, **step.named(user)}
    session = step.new_session(user, CHALLENGE, Setup())
    return {"ChallengeName": CHALLENGE, "Session": session, "ChallengeParameters": parameters}


def associate(step: AuthStep) -> Reply:
    """AssociateSoftwareToken with a Session."""
    session, user = _found(step)
    token = SoftwareToken.new(step.service.entropy)
    session.used = True
    return {"SecretCode": token.secret, "Session": step.new_session(user, CHALLENGE, Setup(token))}


def verify(step: AuthStep, code: str, name: str) -> Reply:
    """VerifySoftwareToken with a Session: the authenticator is the user's from now on.

    Raises:
        ServiceError: EnableSoftwareTokenMFAException: the code is wrong, or nothing was associated.
    """
    session, user = _found(step)
    token = session.held.token
    if token is None or not token.enrols(code, name, step.service.now()):
        session.used = not step.service.settings.wrong_totp_keeps_session
        raise _errors.SOFTWARE_TOKEN_NOT_ENABLED()
    user.software_token, session.used = token, True
    return {"Status": "SUCCESS", "Session": step.new_session(user, CHALLENGE, Setup(token, verified=True))}


def check_needed(step: AuthStep, user: User, own: SoftwareToken | None = None) -> None:
    """Refuse to set another factor up when the user has one: that one has to be asked for.

    Args:
        step: a step that would bring the set-up forward.
        user: whose it is.
        own: the authenticator that this very set-up has made the user's.

    Raises:
        ServiceError: NotAuthorizedException: the Session was given out when the user had none.
    """
    others = set(mfa.eligible(step.client.pool, user)) - ({mfa.TOTP} if own else set())
    if others or (own and own is not user.software_token):
        raise _errors.SESSION_INVALID()


def _found(step: AuthStep) -> tuple[Session, User]:
    """Return the Session and its user, where an authenticator can be set up."""
    session, user = step.found(CHALLENGE)
    if not user.enabled:
        raise _errors.USER_DISABLED()
    if user.status is Status.RESET_REQUIRED:  # AssociateSoftwareToken declares no PasswordResetRequiredException
        raise _errors.SESSION_INVALID()
    check_needed(step, user)
    if mfa.TOTP not in mfa.factors(step.client.pool):
        raise _errors.SOFTWARE_TOKEN_OFF()
    return session, user
