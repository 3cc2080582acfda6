"""USER_AUTH: the user chooses how to sign in, among what the pool allows and the user has.

https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import codes, events, mfa_answers, mfa_setup, progress, srp_round
from authflow.emulator._auth.exchange import Exchange
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


def begin(exchange: Exchange, user: User) -> Reply:
    """Ask what the client prefers, if it applies; let the user choose otherwise.

    Args:
        exchange: InitiateAuth; PREFERRED_CHALLENGE may have its proof with it.
        user: who wants to sign in.
    """
    preferred = exchange.parameters.get("PREFERRED_CHALLENGE")
    if preferred not in offered(exchange.client.pool, user):
        return _select(exchange, user)
    if preferred in PROOFS and not exchange.parameters.get(PROOFS[preferred]):
        return {"ChallengeName": preferred, "Session": exchange.new_session(user, preferred), "ChallengeParameters": {}}
    return TAKE[preferred](exchange, user)


def after_sign_up(exchange: Exchange) -> Reply:
    """Go on with the Session that ConfirmSignUp gave: its code counts, where users may sign in by one.

    AuthParameters don't count, but for the SECRET_HASH, which a client with a secret can't leave out.

    Raises:
        ServiceError: NotAuthorizedException: it is another Session, was used, or is expired.
    """
    if exchange.client.secret is not None or "USERNAME" in exchange.parameters:
        session, user = exchange.answered(codes.CONFIRMED)
    else:
        session, user = exchange.found(codes.CONFIRMED)
    progress.check_enabled(user)
    events.pre_authentication(exchange, user)
    session.used = True
    if session.held not in offered(exchange.client.pool, user):
        return _select(exchange, user)
    exchange.prove(Proof.CODE)
    return progress.proceed(exchange, user)


def select_challenge(exchange: Exchange) -> Reply:
    """SELECT_CHALLENGE: ANSWER is one of what was offered, with PASSWORD or SRP_A beside it if it takes one."""
    return _take(exchange, exchange.required("ANSWER"), SELECT)


def password(exchange: Exchange) -> Reply:
    """PASSWORD: also answers SELECT_CHALLENGE."""
    return _take(exchange, "PASSWORD", "PASSWORD", SELECT)


def password_srp(exchange: Exchange) -> Reply:
    """PASSWORD_SRP: also answers SELECT_CHALLENGE."""
    return _take(exchange, "PASSWORD_SRP", "PASSWORD_SRP", SELECT)


def admin_no_srp_auth(exchange: Exchange) -> Reply:
    """ADMIN_NO_SRP_AUTH: PASSWORD; only through the admin API."""
    if not exchange.admin:
        raise _errors.SESSION_INVALID()
    session, user = exchange.answered("ADMIN_NO_SRP_AUTH")
    exchange.required("PASSWORD")
    session.used = True
    return check_password(exchange, user)


def sms_otp(exchange: Exchange) -> Reply:
    """SMS_OTP: SMS_OTP_CODE."""
    return _after_code(exchange, "SMS_OTP")


def email_otp(exchange: Exchange) -> Reply:
    """EMAIL_OTP: EMAIL_OTP_CODE; as first factor, as second one, or to set the second one up."""
    return _after_code(exchange, "EMAIL_OTP")


def check_password(exchange: Exchange, user: User) -> Reply:
    """Go on if PASSWORD is the user's.

    Raises:
        ServiceError: it is missing or wrong, or the user may not sign in with it.
    """
    given = exchange.required("PASSWORD")
    progress.check_confirmed(user)
    right = credentials.matches(exchange.client.pool, user, given)
    return progress.after_password(exchange, user, right=right)


def _after_code(exchange: Exchange, challenge: str) -> Reply:
    session, user = exchange.answered(challenge)
    if session.held.purpose is Purpose.MFA_SETUP:
        mfa_setup.check_needed(exchange, user)
    codes.check(exchange, session, user)
    if session.held.purpose is Purpose.MFA_SETUP:
        user.mfa |= {challenge}
    if session.held.purpose is not Purpose.FIRST_FACTOR:
        return mfa_answers.after_factor(exchange, user, challenge)
    if user.status is Status.UNCONFIRMED:
        user.status = Status.CONFIRMED
    exchange.prove(Proof.CODE)
    return progress.proceed(exchange, user)


def _take(exchange: Exchange, chosen: str, *challenges: str) -> Reply:
    session, user = exchange.answered(*challenges)
    if chosen not in offered(exchange.client.pool, user):
        raise _errors.NOT_OFFERED("ANSWER")
    if chosen in PROOFS:
        exchange.required(PROOFS[chosen])
    session.used = True
    return TAKE[chosen](exchange, user)


def _select(exchange: Exchange, user: User) -> Reply:
    session = exchange.new_session(user, SELECT)
    return {"ChallengeName": SELECT, "Session": session, "ChallengeParameters": {}, **_available(exchange, user)}


def _available(exchange: Exchange, user: User) -> dict[str, list[str]]:
    return {"AvailableChallenges": offered(exchange.client.pool, user)}


def _start_srp(exchange: Exchange, user: User) -> Reply:
    progress.check_confirmed(user)
    return srp_round.ask_password(exchange, user)


def _send_email(exchange: Exchange, user: User) -> Reply:
    return {**codes.ask(exchange, user, "EMAIL_OTP", Purpose.FIRST_FACTOR), **_available(exchange, user)}


def _send_sms(exchange: Exchange, user: User) -> Reply:
    return {**codes.ask(exchange, user, "SMS_OTP", Purpose.FIRST_FACTOR), **_available(exchange, user)}


#: what is done with each choice
TAKE: Final[Mapping[str, Callable[[Exchange, User], Reply]]] = {
    "PASSWORD": check_password,
    "PASSWORD_SRP": _start_srp,
    "EMAIL_OTP": _send_email,
    "SMS_OTP": _send_sms,
}
