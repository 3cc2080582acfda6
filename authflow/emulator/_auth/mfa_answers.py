"""What answers the challenges of MFA: one function for each."""

from authflow.emulator import _errors
from authflow.emulator._auth import codes, mfa_setup, progress, second_factor
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.sign_in import CustomRound, Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes, mfa
from authflow.emulator._users.registration import check_aliases


def sms_mfa(step: AuthStep) -> Reply:
    """SMS_MFA: SMS_MFA_CODE."""
    session, user = step.answered(mfa.SMS)
    codes.check(step, session, user)
    return after_factor(step, user, mfa.SMS)


def software_token_mfa(step: AuthStep) -> Reply:
    """SOFTWARE_TOKEN_MFA: SOFTWARE_TOKEN_MFA_CODE, a code of now that was not used; else the Session stays usable."""
    session, user = step.answered(mfa.TOTP)
    code, now = step.required("SOFTWARE_TOKEN_MFA_CODE"), step.service.now()
    if session.held is not user.software_token or mfa.TOTP not in mfa.eligible(step.client.pool, user):
        raise _errors.SESSION_INVALID()  # the authenticator was replaced, or is not a factor any more
    user.lockout.attempt(lambda: session.held.accepts(code, now), _errors.SOFTWARE_TOKEN_WRONG, now)
    session.used = True
    return after_factor(step, user, mfa.TOTP)


def select_mfa_type(step: AuthStep) -> Reply:
    """SELECT_MFA_TYPE: ANSWER is one of the factors that were offered."""
    session, user = step.answered("SELECT_MFA_TYPE")
    chosen = step.required("ANSWER")
    if chosen not in mfa.eligible(step.client.pool, user):
        raise _errors.NOT_OFFERED("ANSWER")
    session.used = True
    return second_factor.ask_factor(step, user, chosen)


def set_up(step: AuthStep) -> Reply:
    """MFA_SETUP: the Session that VerifySoftwareToken gave; or EMAIL, an address that EMAIL_OTP then proves."""
    session, user = step.answered(mfa_setup.CHALLENGE)
    mfa_setup.check_needed(step, user, session.held.token if session.held.verified else None)
    if session.held.verified:
        session.used = True
        return _after_authenticator(step, user)
    address = step.parameters.get(step.service.settings.email_setup_parameter)
    if not address:
        raise _errors.MFA_NOT_SET_UP()
    _check_address(step, user, address)
    session.used = True
    return codes.ask(step, user, mfa.EMAIL, Purpose.MFA_SETUP, address)


def after_factor(step: AuthStep, user: User, factor: str) -> Reply:
    """Go on after a second factor was proven."""
    step.prove(Proof.SECOND_FACTOR, CustomRound(factor, result=True))
    return progress.proceed(step, user)


def _after_authenticator(step: AuthStep, user: User) -> Reply:
    user.mfa |= {mfa.TOTP}
    if step.service.settings.totp_setup_signs_in:
        return after_factor(step, user, mfa.TOTP)
    return second_factor.ask_factor(step, user, mfa.TOTP)


def _check_address(step: AuthStep, user: User, address: str) -> None:
    able = mfa.EMAIL in mfa.factors(step.client.pool) and step.service.settings.email_setup_by_answer
    if not able:
        raise _errors.NOT_OFFERED("EMAIL")
    pool, given = step.client.pool, {"email": address}
    attributes.check(pool, given)
    check_aliases(pool, user, {**user.attributes, **given, "email_verified": "true"}, _errors.ALIAS_EXISTS)
