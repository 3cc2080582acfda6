"""Handlers of the MFA challenges."""

from authflow.emulator import _errors
from authflow.emulator._auth import codes, mfa_setup, progress, second_factor, step_up
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.sign_in import CustomRound, Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes, mfa
from authflow.emulator._users.registration import resolve_alias_conflicts


def sms_mfa(step: AuthStep) -> Reply:
    """SMS_MFA: SMS_MFA_CODE."""
    session, user = step.resume(mfa.SMS)
    codes.check_code(step, session, user)
    return accept_factor(step, user, mfa.SMS)


def software_token_mfa(step: AuthStep) -> Reply:
    """SOFTWARE_TOKEN_MFA: SOFTWARE_TOKEN_MFA_CODE, current and unused. A wrong code leaves the Session usable."""
    session, user = step.resume(mfa.TOTP)
    code, now = step.require("SOFTWARE_TOKEN_MFA_CODE"), step.service.now()
    eligible = step_up.list_eligible_factors(step, user)
    if session.challenge_data is not user.software_token or mfa.TOTP not in eligible:
        raise _errors.SESSION_INVALID()  # the authenticator app was replaced, or is no longer a factor
    user.lockout.attempt(lambda: session.challenge_data.redeem_code(code, now), _errors.SOFTWARE_TOKEN_WRONG, now)
    session.used = True
    return accept_factor(step, user, mfa.TOTP)


def select_mfa_type(step: AuthStep) -> Reply:
    """SELECT_MFA_TYPE: ANSWER is one of the offered factors."""
    session, user = step.resume("SELECT_MFA_TYPE")
    chosen = step.require("ANSWER")
    if chosen not in step_up.list_eligible_factors(step, user):
        raise _errors.NOT_OFFERED("ANSWER")
    session.used = True
    return second_factor.ask_for_factor(step, user, chosen)


def set_up_mfa(step: AuthStep) -> Reply:
    """MFA_SETUP: the Session from VerifySoftwareToken; or EMAIL, an address that EMAIL_OTP then verifies."""
    session, user = step.resume(mfa_setup.CHALLENGE)
    state: mfa_setup.SetupState = session.challenge_data
    mfa_setup.check_setup_needed(step, user, state.token if state.verified else None)
    if state.verified:
        session.used = True
        return _accept_authenticator_app(step, user)
    given = step.parameters.get(step.service.settings.email_setup_parameter)
    if not given:
        raise _errors.MFA_NOT_SET_UP()
    address = step.client.pool.users.normalize_case(given)
    _check_email(step, user, address)
    session.used = True
    return codes.ask_for_code(step, user, mfa.EMAIL, Purpose.MFA_SETUP, address)


def accept_factor(step: AuthStep, user: User, factor: str) -> Reply:
    """Record a proven second factor and continue the sign-in."""
    step.record_proof(Proof.SECOND_FACTOR, CustomRound(factor, result=True), factor=factor)
    return progress.proceed(step, user)


def _accept_authenticator_app(step: AuthStep, user: User) -> Reply:
    user.mfa |= {mfa.TOTP}
    if step.service.settings.totp_setup_signs_in:
        return accept_factor(step, user, mfa.TOTP)
    return second_factor.ask_for_factor(step, user, mfa.TOTP)


def _check_email(step: AuthStep, user: User, address: str) -> None:
    if mfa.EMAIL not in mfa.list_pool_factors(step.client.pool) or not step.service.settings.email_setup_by_answer:
        raise _errors.NOT_OFFERED("EMAIL")
    pool, given = step.client.pool, {"email": address}
    attributes.check_values(pool, given)
    resolve_alias_conflicts(
        pool, user, {**user.attributes, **given, "email_verified": "true"}, step.service.alias_exists
    )
