"""USER_AUTH: the user chooses how to sign in, among what the pool allows and the user has.

https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import codes, events, mfa_answers, mfa_setup, progress, srp_round
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import credentials, mfa

SELECT: Final = "SELECT_CHALLENGE"
PASSWORDS: Final = ("PASSWORD_SRP", "PASSWORD")
CODES: Final = ("EMAIL_OTP", "SMS_OTP")
#: the choice that a code to this attribute stands for
BY_CODE: Final[Mapping[str, str]] = {codes.SENT_TO[name]: name for name in CODES}
#: what each of the passwords is answered with
PROOFS: Final[Mapping[str, str]] = {"PASSWORD": "PASSWORD", "PASSWORD_SRP": "SRP_A"}


def offered(pool: UserPool, user: User) -> list[str]:
    """Return the first factors that a user can choose from: passwords alone, where MFA or a new password follows."""
    if pool.mfa_mode == "ON" or mfa.eligible(pool, user) or user.status is Status.FORCE_CHANGE_PASSWORD:
        return list(PASSWORDS)
    passwords = PASSWORDS if "PASSWORD" in pool.first_factors else ()
    able = (name for name in CODES if name in pool.first_factors and user.attributes.get(codes.SENT_TO[name]))
    return [*passwords, *able]


def begin(step: AuthStep, user: User) -> Reply:
    """Ask what the client prefers, if it applies; let the user choose otherwise.

    Args:
        step: InitiateAuth; PREFERRED_CHALLENGE may have its proof with it.
        user: who wants to sign in.
    """
    preferred = step.parameters.get("PREFERRED_CHALLENGE")
    if preferred not in offered(step.client.pool, user):
        return _select(step, user)
    if preferred in PROOFS and not step.parameters.get(PROOFS[preferred]):
        return {"ChallengeName": preferred, "Session": step.new_session(user, preferred), "ChallengeParameters": {}}
    return TAKE[preferred](step, user)


def after_sign_up(step: AuthStep) -> Reply:
    """Go on with the Session that ConfirmSignUp gave: its code counts, where users may sign in by one.

    AuthParameters don't count, but for the SECRET_HASH, which a client with a secret can't leave out.

    Raises:
        ServiceError: NotAuthorizedException: it is another Session, was used, or is expired.
    """
    if step.client.secret is not None or "USERNAME" in step.parameters:
        session, user = step.answered(codes.CONFIRMED)
    else:
        session, user = step.found(codes.CONFIRMED)
    progress.check_enabled(user)
    events.pre_authentication(step, user)
    session.used = True
    if session.held not in offered(step.client.pool, user):
        return _select(step, user)
    step.prove(Proof.CODE)
    return progress.proceed(step, user)


def select_challenge(step: AuthStep) -> Reply:
    """SELECT_CHALLENGE: ANSWER is one of what was offered, with PASSWORD or SRP_A beside it if it takes one."""
    return _take(step, step.required("ANSWER"), SELECT)


def password(step: AuthStep) -> Reply:
    """PASSWORD: also answers SELECT_CHALLENGE."""
    return _take(step, "PASSWORD", "PASSWORD", SELECT)


def password_srp(step: AuthStep) -> Reply:
    """PASSWORD_SRP: also answers SELECT_CHALLENGE."""
    return _take(step, "PASSWORD_SRP", "PASSWORD_SRP", SELECT)


def admin_no_srp_auth(step: AuthStep) -> Reply:
    """ADMIN_NO_SRP_AUTH: PASSWORD; only through the admin API."""
    if not step.admin:
        raise _errors.SESSION_INVALID()
    session, user = step.answered("ADMIN_NO_SRP_AUTH")
    step.required("PASSWORD")
    session.used = True
    return check_password(step, user)


def sms_otp(step: AuthStep) -> Reply:
    """SMS_OTP: SMS_OTP_CODE."""
    return _after_code(step, "SMS_OTP")


def email_otp(step: AuthStep) -> Reply:
    """EMAIL_OTP: EMAIL_OTP_CODE; as first factor, as second one, or to set the second one up."""
    return _after_code(step, "EMAIL_OTP")


def check_password(step: AuthStep, user: User) -> Reply:
    """Go on if PASSWORD is the user's.

    Raises:
        ServiceError: it is missing or wrong, or the user may not sign in with it.
    """
    given = step.required("PASSWORD")
    progress.check_confirmed(user)
    right = credentials.matches(step.client.pool, user, given)
    return progress.after_password(step, user, right=right)


def _after_code(step: AuthStep, challenge: str) -> Reply:
    session, user = step.answered(challenge)
    if session.held.purpose is Purpose.MFA_SETUP:
        mfa_setup.check_needed(step, user)
    codes.check(step, session, user)
    if session.held.purpose is Purpose.MFA_SETUP:
        user.mfa |= {challenge}
    if session.held.purpose is not Purpose.FIRST_FACTOR:
        return mfa_answers.after_factor(step, user, challenge)
    if user.status is Status.UNCONFIRMED:
        user.status = Status.CONFIRMED
    step.prove(Proof.CODE)
    return progress.proceed(step, user)


def _take(step: AuthStep, chosen: str, *challenges: str) -> Reply:
    session, user = step.answered(*challenges)
    if chosen not in offered(step.client.pool, user):
        raise _errors.NOT_OFFERED("ANSWER")
    if chosen in PROOFS:
        step.required(PROOFS[chosen])
    session.used = True
    return TAKE[chosen](step, user)


def _select(step: AuthStep, user: User) -> Reply:
    session = step.new_session(user, SELECT)
    return {"ChallengeName": SELECT, "Session": session, "ChallengeParameters": {}, **_available(step, user)}


def _available(step: AuthStep, user: User) -> dict[str, list[str]]:
    return {"AvailableChallenges": offered(step.client.pool, user)}


def _start_srp(step: AuthStep, user: User) -> Reply:
    progress.check_confirmed(user)
    return srp_round.ask_password(step, user)


def _send_email(step: AuthStep, user: User) -> Reply:
    return {**codes.ask(step, user, "EMAIL_OTP", Purpose.FIRST_FACTOR), **_available(step, user)}


def _send_sms(step: AuthStep, user: User) -> Reply:
    return {**codes.ask(step, user, "SMS_OTP", Purpose.FIRST_FACTOR), **_available(step, user)}


#: what is done with each choice
TAKE: Final[Mapping[str, Callable[[AuthStep, User], Reply]]] = {
    "PASSWORD": check_password,
    "PASSWORD_SRP": _start_srp,
    "EMAIL_OTP": _send_email,
    "SMS_OTP": _send_sms,
}
