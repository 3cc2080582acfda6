"""What answers a challenge: one function for each."""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice, custom, device_round, mfa_answers, progress, srp_round
from authflow.emulator._auth.exchange import Exchange
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session, is_same
from authflow.emulator._records.sign_in import Proof, SignIn
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Reply
from authflow.emulator._users import attributes, credentials, mfa
from authflow.emulator._users.decoys import ghost
from authflow.emulator._users.registration import check_aliases

ATTRIBUTE_PREFIX: Final = "userAttributes."


def password_verifier(exchange: Exchange) -> Reply:
    """PASSWORD_VERIFIER: of a USER_SRP_AUTH all state is in the SECRET_BLOCK; other flows gave out a Session too."""
    session, user = _password_round(exchange)
    claim = srp_round.Claim.of(exchange, "PASSWORD_VERIFIER")
    state = claim.redeem(exchange, session)
    exchange.remember_device(state.device_key)
    right = claim.proves(state, srp_round.password_of(exchange.client.pool, user))
    return progress.after_password(exchange, user, right=right)


def _password_round(exchange: Exchange) -> tuple[Session | None, User]:
    if exchange.session is not None:
        return exchange.answered("PASSWORD_VERIFIER")
    exchange.sign_in = SignIn("USER_SRP_AUTH")
    name, pool = exchange.username(), exchange.client.pool
    user = pool.by_username(name)
    if user is None or not is_same(name, user.username):
        user = ghost(exchange.service, pool, name)
    exchange.note_device(user)
    return None, user


def new_password_required(exchange: Exchange) -> Reply:
    """NEW_PASSWORD_REQUIRED: NEW_PASSWORD and ``userAttributes.<name>``; what is refused leaves the Session usable."""
    session, user = exchange.answered("NEW_PASSWORD_REQUIRED")
    pool, chosen = exchange.client.pool, exchange.required("NEW_PASSWORD")
    given = _given_attributes(exchange, user)
    changed = attributes.changed(user.attributes, given)
    attributes.check_complete(pool, changed)
    check_aliases(pool, user, changed, _errors.ALIAS_EXISTS)
    user.password = credentials.stored(exchange.service, pool, user.username, chosen)
    user.attributes, user.status, user.modified = changed, Status.CONFIRMED, exchange.service.now()
    session.used = True
    exchange.prove(Proof.NEW_PASSWORD)
    return progress.proceed(exchange, user)


def custom_challenge(exchange: Exchange) -> Reply:
    """CUSTOM_CHALLENGE: ANSWER."""
    return progress.proceed(exchange, custom.answered(exchange))


def device_password_verifier(exchange: Exchange) -> Reply:
    """DEVICE_PASSWORD_VERIFIER: DEVICE_KEY and the members of PASSWORD_VERIFIER's answer."""
    return progress.proceed(exchange, device_round.proven(exchange))


def _given_attributes(exchange: Exchange, user: User) -> dict[str, str]:
    given = {
        name.removeprefix(ATTRIBUTE_PREFIX): value
        for name, value in exchange.parameters.items()
        if name.startswith(ATTRIBUTE_PREFIX)
    }
    pool = exchange.client.pool
    attributes.check(pool, given)
    attributes.check_written(exchange.client, given)
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


CHALLENGES: Final[Mapping[str, Callable[[Exchange], Reply]]] = {
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


def respond(name: str, exchange: Exchange) -> Reply:
    """Take the answer to the challenge of this name.

    Raises:
        ServiceError: the emulator never asks that; or what the challenge says.
    """
    answer = CHALLENGES.get(name)
    if answer is None:
        raise _errors.SESSION_INVALID()
    return answer(exchange)
