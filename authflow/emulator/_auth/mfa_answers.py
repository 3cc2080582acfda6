"""What answers the challenges of MFA: one function for each."""

from authflow.emulator import _errors
from authflow.emulator._auth import codes, mfa_setup, progress, second_factor
from authflow.emulator._auth.exchange import Exchange
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.sign_in import Proof, Round
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes, mfa
from authflow.emulator._users.registration import check_aliases


def sms_mfa(exchange: Exchange) -> Reply:
    """SMS_MFA: SMS_MFA_CODE."""
    session, user = exchange.answered(mfa.SMS)
    codes.check(exchange, session, user)
    return after_factor(exchange, user, mfa.SMS)


def software_token_mfa(exchange: Exchange) -> Reply:
    """SOFTWARE_TOKEN_MFA: SOFTWARE_TOKEN_MFA_CODE, a code of now that was not used; else the Session stays usable."""
    session, user = exchange.answered(mfa.TOTP)
    code, now = exchange.required("SOFTWARE_TOKEN_MFA_CODE"), exchange.service.now()
    if session.held is not user.software_token or mfa.TOTP not in mfa.eligible(exchange.client.pool, user):
        raise _errors.SESSION_INVALID()  # the authenticator was replaced, or is not a factor any more
    user.lock.judge(lambda: session.held.accepts(code, now), _errors.SOFTWARE_TOKEN_WRONG, now)
    session.used = True
    return after_factor(exchange, user, mfa.TOTP)


def select_mfa_type(exchange: Exchange) -> Reply:
    """SELECT_MFA_TYPE: ANSWER is one of the factors that were offered."""
    session, user = exchange.answered("SELECT_MFA_TYPE")
    chosen = exchange.required("ANSWER")
    if chosen not in mfa.eligible(exchange.client.pool, user):
        raise _errors.NOT_OFFERED("ANSWER")
    session.used = True
    return second_factor.ask_factor(exchange, user, chosen)


def set_up(exchange: Exchange) -> Reply:
    """MFA_SETUP: the Session that VerifySoftwareToken gave; or EMAIL, an address that EMAIL_OTP then proves."""
    session, user = exchange.answered(mfa_setup.CHALLENGE)
    mfa_setup.check_needed(exchange, user, session.held.token if session.held.verified else None)
    if session.held.verified:
        session.used = True
        return _after_authenticator(exchange, user)
    address = exchange.parameters.get(exchange.service.settings.email_setup_parameter)
    if not address:
        raise _errors.MFA_NOT_SET_UP()
    _check_address(exchange, user, address)
    session.used = True
    return codes.ask(exchange, user, mfa.EMAIL, Purpose.MFA_SETUP, address)


def after_factor(exchange: Exchange, user: User, factor: str) -> Reply:
    """Go on after a second factor was proven."""
    exchange.prove(Proof.SECOND_FACTOR, Round(factor, result=True))
    return progress.proceed(exchange, user)


def _after_authenticator(exchange: Exchange, user: User) -> Reply:
    user.mfa |= {mfa.TOTP}
    if exchange.service.settings.totp_setup_signs_in:
        return after_factor(exchange, user, mfa.TOTP)
    return second_factor.ask_factor(exchange, user, mfa.TOTP)


def _check_address(exchange: Exchange, user: User, address: str) -> None:
    able = mfa.EMAIL in mfa.factors(exchange.client.pool) and exchange.service.settings.email_setup_by_answer
    if not able:
        raise _errors.NOT_OFFERED("EMAIL")
    pool, given = exchange.client.pool, {"email": address}
    attributes.check(pool, given)
    check_aliases(pool, user, {**user.attributes, **given, "email_verified": "true"}, _errors.ALIAS_EXISTS)
