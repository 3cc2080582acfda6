"""RespondToAuthChallenge: one handler for each challenge."""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice, custom, device_challenges, mfa_challenges, progress, risk, srp_round
from authflow.emulator._auth.parameters import ATTRIBUTE_PREFIX
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.contacts import CONTACT_MEDIUMS, is_verified
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session, is_same_username
from authflow.emulator._records.sign_in import Proof, SignIn
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes, credentials, mfa
from authflow.emulator._users.decoys import get_decoy
from authflow.emulator._users.registration import resolve_alias_conflicts


def password_verifier(step: AuthStep) -> Reply:
    """PASSWORD_VERIFIER. In USER_SRP_AUTH the SECRET_BLOCK holds all state; other AuthFlows use a Session as well."""
    session, user = _find_session_and_user(step)
    proof = srp_round.SrpProof.parse(step, "PASSWORD_VERIFIER")
    state = proof.redeem(step, session)
    step.restore_device_key(state.device_key)
    right = proof.is_right(state, srp_round.make_password_credential(step.client.pool, user))
    return progress.continue_after_password(step, user, right=right)


def _find_session_and_user(step: AuthStep) -> tuple[Session | None, User]:
    if step.session is not None:
        return step.resume("PASSWORD_VERIFIER")
    step.sign_in = SignIn("USER_SRP_AUTH")
    pool = step.client.pool
    name = pool.users.normalize_case(step.require_username())
    user = pool.users.find_by_username(name)
    if user is None or not is_same_username(name, user.username):
        user = get_decoy(step.service, pool, name)
    step.note_password(user)
    step.note_device_key(user)
    return None, user


def new_password_required(step: AuthStep) -> Reply:
    """NEW_PASSWORD_REQUIRED: NEW_PASSWORD and ``userAttributes.<name>``. A refused answer leaves the Session usable."""
    session, user = step.resume("NEW_PASSWORD_REQUIRED")
    chosen = step.require("NEW_PASSWORD")
    try:
        changed = _change_attributes(step, user)
    except _errors.ServiceError:
        session.used = not step.service.settings.refused_attribute_keeps_session
        raise
    credentials.replace_password(step.service, step.client.pool, user, chosen)
    step.note_password(user)
    step.client.pool.users.set_attributes(user, changed)
    step.client.pool.users.set_status(user, Status.CONFIRMED)
    user.modified = step.service.now()
    session.used = True
    step.record_proof(Proof.NEW_PASSWORD)
    return progress.proceed(step, user)


def custom_challenge(step: AuthStep) -> Reply:
    """CUSTOM_CHALLENGE: ANSWER."""
    return progress.proceed(step, custom.verify_answer(step))


def device_password_verifier(step: AuthStep) -> Reply:
    """DEVICE_PASSWORD_VERIFIER: DEVICE_KEY and the same parameters as PASSWORD_VERIFIER."""
    return progress.proceed(step, device_challenges.verify_proof(step))


def _change_attributes(step: AuthStep, user: User) -> dict[str, str]:
    """Return the user's attributes with those of the answer."""
    pool = step.client.pool
    changed = attributes.apply_changes(user.attributes, _read_attributes(step, user))
    if missing := attributes.find_missing(pool, changed):
        raise _errors.ATTRIBUTE_MISSING(missing[0])
    resolve_alias_conflicts(pool, user, changed, step.service.alias_exists)
    return changed


def _read_attributes(step: AuthStep, user: User) -> dict[str, str]:
    given = {
        name.removeprefix(ATTRIBUTE_PREFIX): value
        for name, value in step.parameters.items()
        if name.startswith(ATTRIBUTE_PREFIX)
    }
    pool = step.client.pool
    given = attributes.normalize_case(pool, given)
    attributes.check_values(pool, given)
    attributes.check_writable(step.client, given, _errors.ATTRIBUTE_READ_ONLY)
    for name, value in given.items():
        if user.attributes.get(name) not in {None, "", value}:
            _check_changeable(pool, user, name)
    return given


def _check_changeable(pool: UserPool, user: User, name: str) -> None:
    """Refuse to change an attribute that is immutable, required, verified or used by a second factor.

    A temporary password alone must not replace something that the user has proven in another way.
    """
    if not pool.schema[name].get("Mutable", True):
        raise _errors.ATTRIBUTE_READ_ONLY(name)
    verified = name in CONTACT_MEDIUMS and is_verified(user.attributes, name)
    used_by_factor = name in {mfa.CONTACT_ATTRIBUTES.get(factor) for factor in user.mfa}
    if name in pool.required_attributes or verified or used_by_factor:
        raise _errors.ATTRIBUTE_GIVEN(name)


CHALLENGE_HANDLERS: Final[Mapping[str, Callable[[AuthStep], Reply]]] = {
    "PASSWORD_VERIFIER": password_verifier,
    "NEW_PASSWORD_REQUIRED": new_password_required,
    "CUSTOM_CHALLENGE": custom_challenge,
    "DEVICE_SRP_AUTH": device_challenges.device_srp_auth,
    "DEVICE_PASSWORD_VERIFIER": device_password_verifier,
    "SMS_MFA": mfa_challenges.sms_mfa,
    "SOFTWARE_TOKEN_MFA": mfa_challenges.software_token_mfa,
    "SELECT_MFA_TYPE": mfa_challenges.select_mfa_type,
    "MFA_SETUP": mfa_challenges.set_up_mfa,
    "EMAIL_OTP": choice.email_otp,
    "SMS_OTP": choice.sms_otp,
    "SELECT_CHALLENGE": choice.select_challenge,
    "PASSWORD": choice.password,
    "WEB_AUTHN": choice.web_authn,
    "PASSWORD_SRP": choice.password_srp,
    "ADMIN_NO_SRP_AUTH": choice.admin_no_srp_auth,
}


def respond(name: str, step: AuthStep) -> Reply:
    """Handle the answer to the challenge of this name.

    Raises:
        ServiceError: NotAuthorizedException if the emulator has no such challenge or the client's address is blocked;
            else the error of the handler.
    """
    risk.check_address(step.service, step.client, step.address)
    handle = CHALLENGE_HANDLERS.get(name)
    if handle is None:
        raise _errors.SESSION_INVALID()
    return handle(step)
