"""USER_AUTH: the user chooses one of the first factors that the pool allows and the user has.

https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import (
    codes,
    lambda_events,
    mfa_challenges,
    mfa_setup,
    passkeys,
    progress,
    srp_round,
    step_up,
)
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import Code, Status, User
from authflow.emulator._service import Reply, Service
from authflow.emulator._users import credentials, mfa
from authflow.emulator._users.passkeys import FACTOR as PASSKEY
from authflow.emulator._users.passkeys import count_as_both, list_usable

SELECT: Final = "SELECT_CHALLENGE"
PASSWORD_CHALLENGES: Final = ("PASSWORD_SRP", "PASSWORD")
CODE_CHALLENGES: Final = ("EMAIL_OTP", "SMS_OTP")
#: the challenge whose code is sent to an attribute
CHALLENGE_BY_ATTRIBUTE: Final[Mapping[str, str]] = {codes.DELIVERY_ATTRIBUTE[name]: name for name in CODE_CHALLENGES}
#: the parameter that answers each password challenge
PROOF_PARAMETERS: Final[Mapping[str, str]] = {"PASSWORD": "PASSWORD", "PASSWORD_SRP": "SRP_A"}


def list_offers(service: Service, pool: UserPool, user: User) -> list[str]:
    """Return the first factors that a user can choose from.

    If MFA follows, these are passwords, and passkeys that count as both factors; if a new password follows, only
    passwords. A user without a password is offered none of the password challenges.
    """
    own = PASSWORD_CHALLENGES if user.password.is_set else ()
    if user.status is Status.FORCE_CHANGE_PASSWORD:
        return list(own)
    with_passkey = [PASSKEY] if list_usable(service, pool, user) else []
    if mfa.is_needed(pool, user):
        return [*own, *(with_passkey if count_as_both(service.settings, pool, user) else ())]
    passwords = own if "PASSWORD" in pool.first_factors else ()
    usable_codes = (
        name
        for name in CODE_CHALLENGES
        if name in pool.first_factors and user.attributes.get(codes.DELIVERY_ATTRIBUTE[name])
    )
    return [*passwords, *with_passkey, *usable_codes]


def begin_user_auth(step: AuthStep, user: User) -> Reply:
    """Start the preferred challenge if it is among the user's options; otherwise ask the user to choose.

    With an access token that stands for a first factor, the second one may be all that is needed.

    Args:
        step: an InitiateAuth request. PREFERRED_CHALLENGE may come with its PASSWORD or SRP_A.
        user: the user who signs in.

    Raises:
        ServiceError: the request can't have the authentication level that it asks for.
    """
    step_up.check_step_up(step, user, _list_offers(step, user))
    preferred = step.parameters.get("PREFERRED_CHALLENGE")
    if preferred not in _list_useful_offers(step, user):
        return _ask_to_select(step, user) if step_up.needs_first_factor(step, user) else progress.proceed(step, user)
    if preferred in PROOF_PARAMETERS and not step.parameters.get(PROOF_PARAMETERS[preferred]):
        return {"ChallengeName": preferred, "Session": step.make_session(user, preferred), "ChallengeParameters": {}}
    return CHOICE_HANDLERS[preferred](step, user)


def continue_after_sign_up(step: AuthStep) -> Reply:
    """Sign a user in with the Session from ConfirmSignUp.

    The confirmation code counts as the first factor if the user may sign in with a code. AuthParameters are ignored,
    except that a client with a secret must send USERNAME and SECRET_HASH.

    Raises:
        ServiceError: NotAuthorizedException if the Session is used, expired or not from ConfirmSignUp.
    """
    if step.client.secrets or "USERNAME" in step.parameters:
        session, user = step.resume(codes.CONFIRMATION_SESSION)
    else:
        session, user = step.find_session(codes.CONFIRMATION_SESSION)
    progress.check_enabled(user)
    lambda_events.run_pre_authentication(step, user)
    step.find_session(codes.CONFIRMATION_SESSION)  # again: another request may have used it meanwhile
    progress.check_enabled(user)
    session.used = True
    code: Code = session.challenge_data
    is_offered = CHALLENGE_BY_ATTRIBUTE[code.attribute] in _list_offers(step, user)
    if not is_offered or not code.proves_address_of(user.attributes):
        return _ask_to_select(step, user)
    step.record_proof(Proof.CODE, factor=CHALLENGE_BY_ATTRIBUTE[code.attribute])
    return progress.proceed(step, user)


def select_challenge(step: AuthStep) -> Reply:
    """SELECT_CHALLENGE: ANSWER is one of the available challenges.

    A password challenge needs PASSWORD or SRP_A too. WEB_AUTHN may have CREDENTIAL, if the Session came with options.
    """
    return _start_chosen(step, step.require("ANSWER"), SELECT)


def password(step: AuthStep) -> Reply:
    """PASSWORD. It also answers SELECT_CHALLENGE."""
    return _start_chosen(step, "PASSWORD", "PASSWORD", SELECT)


def password_srp(step: AuthStep) -> Reply:
    """PASSWORD_SRP. It also answers SELECT_CHALLENGE."""
    return _start_chosen(step, "PASSWORD_SRP", "PASSWORD_SRP", SELECT)


def admin_no_srp_auth(step: AuthStep) -> Reply:
    """ADMIN_NO_SRP_AUTH: PASSWORD; only through the admin API."""
    if not step.admin:
        raise _errors.SESSION_INVALID()
    session, user = step.resume("ADMIN_NO_SRP_AUTH")
    step.require("PASSWORD")
    session.used = True
    return verify_password(step, user)


def web_authn(step: AuthStep) -> Reply:
    """WEB_AUTHN: CREDENTIAL, the authenticator's answer as JSON."""
    session, user = step.resume(PASSKEY)
    return _accept_passkey(step, session, user)


def sms_otp(step: AuthStep) -> Reply:
    """SMS_OTP: SMS_OTP_CODE."""
    return _accept_code(step, "SMS_OTP")


def email_otp(step: AuthStep) -> Reply:
    """EMAIL_OTP: EMAIL_OTP_CODE, for a first factor, a second factor, or the setup of a second factor."""
    return _accept_code(step, "EMAIL_OTP")


def verify_password(step: AuthStep, user: User) -> Reply:
    """Check PASSWORD and continue the sign-in.

    Raises:
        ServiceError: PASSWORD is missing or wrong, or the user may not sign in with it.
    """
    given = step.require("PASSWORD")
    progress.check_confirmed(user)
    right = credentials.matches(step.client.pool, user, given)
    return progress.continue_after_password(step, user, right=right)


def _accept_code(step: AuthStep, challenge: str) -> Reply:
    session, user = step.resume(challenge)
    if session.challenge_data.purpose is Purpose.MFA_SETUP:
        mfa_setup.check_setup_needed(step, user)
    codes.check_code(step, session, user)
    if session.challenge_data.purpose is Purpose.MFA_SETUP:
        user.mfa |= {challenge}
    if session.challenge_data.purpose is not Purpose.FIRST_FACTOR:
        return mfa_challenges.accept_factor(step, user, challenge)
    if user.status is Status.UNCONFIRMED:
        step.client.pool.users.set_status(user, Status.CONFIRMED)
    step.record_proof(Proof.CODE, factor=challenge)
    return progress.proceed(step, user)


def _accept_passkey(step: AuthStep, session: Session, user: User) -> Reply:
    passkeys.check_credential(step, session, user)
    return progress.proceed(step, user)


def _start_chosen(step: AuthStep, chosen: str, *challenges: str) -> Reply:
    session, user = step.resume(*challenges)
    if chosen not in _list_useful_offers(step, user):
        raise _errors.NOT_OFFERED("ANSWER")
    if chosen in PROOF_PARAMETERS:
        step.require(PROOF_PARAMETERS[chosen])
    if chosen == "PASSWORD_SRP":
        srp_round.parse_client_public(step)
    if chosen == PASSKEY and step.parameters.get(passkeys.PARAMETER):
        return _accept_passkey(step, session, user)
    session.used = True
    return CHOICE_HANDLERS[chosen](step, user)


def _ask_to_select(step: AuthStep, user: User) -> Reply:
    offers = _list_useful_offers(step, user)
    has_options = PASSKEY in offers and step.service.settings.passkey_options_at_choice
    parameters, request = passkeys.make_options(step, user) if has_options else ({}, None)
    session = step.make_session(user, SELECT, request)
    described = {"ChallengeParameters": parameters, "AvailableChallenges": offers}
    return {"ChallengeName": SELECT, "Session": session, **described}


def _describe_offers(step: AuthStep, user: User) -> dict[str, list[str]]:
    return {"AvailableChallenges": _list_useful_offers(step, user)}


def _list_offers(step: AuthStep, user: User) -> list[str]:
    return list_offers(step.service, step.client.pool, user)


def _list_useful_offers(step: AuthStep, user: User) -> list[str]:
    return step_up.filter_offers(step, user, _list_offers(step, user))


def _start_srp(step: AuthStep, user: User) -> Reply:
    progress.check_confirmed(user)
    return srp_round.ask_for_password_proof(step, user)


def _start_passkey(step: AuthStep, user: User) -> Reply:
    progress.check_confirmed(user)
    return {**passkeys.ask_for_passkey(step, user), **_describe_offers(step, user)}


def _send_email(step: AuthStep, user: User) -> Reply:
    return {**codes.ask_for_code(step, user, "EMAIL_OTP", Purpose.FIRST_FACTOR), **_describe_offers(step, user)}


def _send_sms(step: AuthStep, user: User) -> Reply:
    return {**codes.ask_for_code(step, user, "SMS_OTP", Purpose.FIRST_FACTOR), **_describe_offers(step, user)}


#: what each choice does next
CHOICE_HANDLERS: Final[Mapping[str, Callable[[AuthStep, User], Reply]]] = {
    "PASSWORD": verify_password,
    "PASSWORD_SRP": _start_srp,
    PASSKEY: _start_passkey,
    "EMAIL_OTP": _send_email,
    "SMS_OTP": _send_sms,
}
