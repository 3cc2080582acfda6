"""What answers a challenge: one function for each."""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice, custom, device_round, mfa_answers, progress, srp_round
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session, is_same
from authflow.emulator._records.sign_in import Proof, SignIn
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes, credentials, mfa
from authflow.emulator._users.decoys import decoy
from authflow.emulator._users.registration import check_aliases

ATTRIBUTE_PREFIX: Final = "userAttributes."


def password_verifier(step: AuthStep) -> Reply:
    """PASSWORD_VERIFIER: of a USER_SRP_AUTH all state is in the SECRET_BLOCK; other flows gave out a Session too."""
    session, user = _password_round(step)
    claim = srp_round.Claim.of(step, "PASSWORD_VERIFIER")
    state = claim.redeem(step, session)
    step.remember_device(state.device_key)
    right = claim.proves(state, srp_round.password_of(step.client.pool, user))
    return progress.after_password(step, user, right=right)


def _password_round(step: AuthStep) -> tuple[Session | None, User]:
    if step.session is not None:
        return step.answered("PASSWORD_VERIFIER")
    step.sign_in = SignIn("USER_SRP_AUTH")
    name, pool = step.username(), step.client.pool
    user = pool.by_username(name)
    if user is None or not is_same(name, user.username):
        user = decoy(step.service, pool, name)
    step.note_device(user)
    return None, user


def new_password_required(step: AuthStep) -> Reply:
    """NEW_PASSWORD_REQUIRED: NEW_PASSWORD and ``userAttributes.<name>``; what is refused leaves the Session usable."""
    session, user = step.answered("NEW_PASSWORD_REQUIRED")
    pool, chosen = step.client.pool, step.required("NEW_PASSWORD")
    given = _given_attributes(step, user)
    changed = attributes.changed(user.attributes, given)
    attributes.check_complete(pool, changed)
    check_aliases(pool, user, changed, _errors.ALIAS_EXISTS)
    user.password = credentials.stored(step.service, pool, user.username, chosen)
    user.attributes, user.status, user.modified = changed, Status.CONFIRMED, step.service.now()
    session.used = True
    step.prove(Proof.NEW_PASSWORD)
    return progress.proceed(step, user)


def custom_challenge(step: AuthStep) -> Reply:
    """CUSTOM_CHALLENGE: ANSWER."""
    return progress.proceed(step, custom.answered(step))


def device_password_verifier(step: AuthStep) -> Reply:
    """DEVICE_PASSWORD_VERIFIER: DEVICE_KEY and the members of PASSWORD_VERIFIER's answer."""
    return progress.proceed(step, device_round.proven(step))


def _given_attributes(step: AuthStep, user: User) -> dict[str, str]:
    given = {
        name.removeprefix(ATTRIBUTE_PREFIX): value
        for name, value in step.parameters.items()
        if name.startswith(ATTRIBUTE_PREFIX)
    }
    pool = step.client.pool
    attributes.check(pool, given)
    attributes.check_written(step.client, given)
    for name, value in given.items():
        if user.attributes.get(name) not in {None, "", value}:
            _check_changeable(pool, user, name)
    return given


def _check_changeable(pool: UserPool, user: User, name: str) -> None:
    """Refuse to change what stands: a temporary password proves less than what it would do away with."""
    if not pool.schema[name].get("Mutable", True):
        raise _errors.ATTRIBUTE_READ_ONLY(name)
    verified = name in attributes.CONTACTS and attributes.is_verified(user.attributes, name)
    backs_factor = name in {mfa.CONTACTS.get(factor) for factor in user.mfa}
    if name in pool.required_attributes or verified or backs_factor:
        raise _errors.ATTRIBUTE_GIVEN(name)


CHALLENGES: Final[Mapping[str, Callable[[AuthStep], Reply]]] = {
    "PASSWORD_VERIFIER": password_verifier,
    "NEW_PASSWORD_REQUIRED": new_password_required,
    "CUSTOM_CHALLENGE": custom_challenge,
    "DEVICE_SRP_AUTH": device_round.device_srp_auth,
    "DEVICE_PASSWORD_VERIFIER": device_password_verifier,
    "SMS_MFA": mfa_answers.sms_mfa,
    "SOFTWARE_TOKEN_MFA": mfa_answers.software_token_mfa,
    "SELECT_MFA_TYPE": mfa_answers.select_mfa_type,
    "MFA_SETUP": mfa_answers.set_up,
    "EMAIL_OTP": choice.email_otp,
    "SMS_OTP": choice.sms_otp,
    "SELECT_CHALLENGE": choice.select_challenge,
    "PASSWORD": choice.password,
    "PASSWORD_SRP": choice.password_srp,
    "ADMIN_NO_SRP_AUTH": choice.admin_no_srp_auth,
}


def respond(name: str, step: AuthStep) -> Reply:
    """Take the answer to the challenge of this name.

    Raises:
        ServiceError: the emulator never asks that; or what the challenge says.
    """
    answer = CHALLENGES.get(name)
    if answer is None:
        raise _errors.SESSION_INVALID()
    return answer(step)
