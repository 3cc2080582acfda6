"""MFA_SETUP: MFA is required, and the user has no second factor.

To set up an authenticator app, call AssociateSoftwareToken with the challenge's Session: it returns a secret and a new
Session. Call VerifySoftwareToken with that Session and a code: it returns the Session that answers MFA_SETUP. To set up
email, answer MFA_SETUP with the address, which EMAIL_OTP then verifies. A phone number cannot be set here.
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
class SetupState:
    """The progress of setting up an authenticator app.

    Attributes:
        token: the associated software token, if any.
        verified: whether the user has sent a right code.
    """

    token: SoftwareToken | None = None
    verified: bool = False


def ask_for_setup(step: AuthStep, user: User) -> Reply:
    """Return MFA_SETUP, which lists the factors that can be set up."""
    options = json.dumps(mfa.list_pool_factors(step.client.pool))
    parameters = {step.service.settings.mfa_setup_parameter: options, **step.reveal_username(user)}
    session = step.make_session(user, CHALLENGE, SetupState())
    return {"ChallengeName": CHALLENGE, "Session": session, "ChallengeParameters": parameters}


def associate_with_session(step: AuthStep) -> Reply:
    """AssociateSoftwareToken with a Session: return a new secret and a new Session."""
    session, user = _find_setup_session(step)
    token = SoftwareToken.new(step.service.entropy)
    session.used = True
    return {"SecretCode": token.secret, "Session": step.make_session(user, CHALLENGE, SetupState(token))}


def verify_with_session(step: AuthStep, code: str, name: str) -> Reply:
    """VerifySoftwareToken with a Session. The authenticator app counts at once, before MFA_SETUP is answered.

    Raises:
        ServiceError: EnableSoftwareTokenMFAException if the code is wrong or nothing was associated.
    """
    session, user = _find_setup_session(step)
    token = session.challenge_data.token
    if token is None or not token.verify_enrolment(code, name, step.service.now()):
        session.used = not step.service.settings.wrong_totp_keeps_session
        raise _errors.SOFTWARE_TOKEN_NOT_ENABLED()
    user.software_token, session.used = token, True
    return {"Status": "SUCCESS", "Session": step.make_session(user, CHALLENGE, SetupState(token, verified=True))}


def check_setup_needed(step: AuthStep, user: User, own: SoftwareToken | None = None) -> None:
    """Refuse the setup if the user has got a second factor since: the sign-in must ask for that factor instead.

    Args:
        step: the current request.
        user: the user who signs in.
        own: the software token that this setup has verified, which does not count as another factor.

    Raises:
        ServiceError: NotAuthorizedException.
    """
    others = set(mfa.list_eligible_factors(step.client.pool, user)) - ({mfa.TOTP} if own else set())
    if others or (own and own is not user.software_token):
        raise _errors.SESSION_INVALID()


def _find_setup_session(step: AuthStep) -> tuple[Session, User]:
    """Return the Session and its user, after checking that the user may set up an authenticator app."""
    session, user = step.find_session(CHALLENGE)
    if not user.enabled:
        raise _errors.USER_DISABLED()
    if user.status is Status.RESET_REQUIRED:  # AssociateSoftwareToken declares no PasswordResetRequiredException
        raise _errors.SESSION_INVALID()
    check_setup_needed(step, user)
    if mfa.TOTP not in mfa.list_pool_factors(step.client.pool):
        raise _errors.SOFTWARE_TOKEN_OFF()
    return session, user
