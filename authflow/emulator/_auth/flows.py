"""How a sign-in begins: one function for each AuthFlow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice, events, progress, secret_hash, srp_round, step_up
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._crypto import srp
from authflow.emulator._records.sign_in import CustomRound, SignIn
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._tokens import issuing
from authflow.emulator._users import names
from authflow.emulator._users.decoys import decoy


def user_srp_auth(step: AuthStep) -> Reply:
    """USER_SRP_AUTH: USERNAME and SRP_A; PASSWORD_VERIFIER is asked."""
    return srp_round.ask_password(step, _user(step, step.username()))


def user_password_auth(step: AuthStep) -> Reply:
    """USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: USERNAME and PASSWORD."""
    name = step.username()
    step.required("PASSWORD")
    return choice.check_password(step, _user(step, name))


def admin_no_srp_auth(step: AuthStep) -> Reply:
    """ADMIN_NO_SRP_AUTH: USERNAME and PASSWORD; the challenge of the same name asks for a missing password."""
    if step.parameters.get("PASSWORD"):
        return user_password_auth(step)
    user, name = _user(step, step.username()), "ADMIN_NO_SRP_AUTH"
    parameters = step.named(user)
    return {"ChallengeName": name, "Session": step.new_session(user, name), "ChallengeParameters": parameters}


def user_auth(step: AuthStep) -> Reply:
    """USER_AUTH: USERNAME, and perhaps PREFERRED_CHALLENGE with its proof; or the Session of ConfirmSignUp."""
    if step.session is not None:
        return choice.after_sign_up(step)
    name = step.username()
    user = _found(step, name)
    step_up.check(step, user)
    return choice.begin(step, user)


def custom_auth(step: AuthStep) -> Reply:
    """CUSTOM_AUTH: USERNAME; with CHALLENGE_NAME=SRP_A and SRP_A a password comes first."""
    name = step.username()
    first = step.parameters.get("CHALLENGE_NAME")
    if first not in {None, "SRP_A"}:
        raise _errors.INVALID("CHALLENGE_NAME can only be SRP_A")
    if first:
        srp.client_public(step.required("SRP_A"))
        step.sign_in = step.sign_in.after(CustomRound("SRP_A", result=True))
    user = _user(step, name)
    if not step.client.hides_users:
        progress.check_enabled(user)
    return progress.proceed(step, user)


def refresh_token_auth(step: AuthStep) -> Reply:
    """REFRESH_TOKEN_AUTH: REFRESH_TOKEN; the SECRET_HASH is over the user's own name."""
    client, service = step.client, step.service
    text = step.required("REFRESH_TOKEN")
    if client.rotation_grace is not None:
        raise _errors.FLOW_NOT_ENABLED("REFRESH_TOKEN_AUTH")  # GetTokensFromRefreshToken is the only way then
    token, user = issuing.find_refresh_token(service, client, text)
    secret_hash.check(client, user.username, step.parameters.get("SECRET_HASH"), _errors.SECRET_HASH_WRONG_REFRESH)
    if token.is_retired(service.now()):
        raise _errors.REFRESH_TOKEN_REVOKED()  # the operation declares no RefreshTokenReuseException
    request = issuing.TokenRequest(issuing.REFRESH, device_key=step.parameters.get("DEVICE_KEY"))
    return {"ChallengeParameters": {}, "AuthenticationResult": issuing.refresh(service, client, text, request)}


def _user(step: AuthStep, name: str) -> User:
    """Return the user who wants to sign in with a password, and so must be confirmed."""
    return _found(step, name, progress.check_confirmed)


def _found(step: AuthStep, name: str, check: Callable[[User], None] = lambda _: None) -> User:
    """Return the user who wants to sign in; a decoy for nobody, where the client keeps that secret."""
    pool = step.client.pool
    user = names.find(pool, name)
    if user is None:
        if not step.client.hides_users:
            raise _errors.NO_USER()
        user = decoy(step.service, pool, name)
    check(user)
    step.sign_in = replace(step.sign_in, typed=name)
    step.note_device(user)
    events.pre_authentication(step, user)
    return user


@dataclass(frozen=True, slots=True)
class Flow:
    """A row of the register.

    Attributes:
        begin: the flow's function.
        public: whether InitiateAuth takes it.
        admin: whether AdminInitiateAuth takes it.
        permitted_by: the ExplicitAuthFlows that permit it.
    """

    begin: Callable[[AuthStep], Reply]
    public: bool
    admin: bool
    permitted_by: frozenset[str]


_SRP: Final = Flow(user_srp_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_USER_SRP_AUTH"}))
_PASSWORD: Final = Flow(
    user_password_auth, public=True, admin=False, permitted_by=frozenset({"ALLOW_USER_PASSWORD_AUTH"})
)
_ADMIN_PASSWORD: Final = Flow(
    user_password_auth, public=False, admin=True, permitted_by=frozenset({"ALLOW_ADMIN_USER_PASSWORD_AUTH"})
)
_CUSTOM: Final = Flow(custom_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_CUSTOM_AUTH"}))
_REFRESH: Final = Flow(
    refresh_token_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_REFRESH_TOKEN_AUTH"})
)
FLOWS: Final[Mapping[str, Flow]] = {
    "USER_SRP_AUTH": _SRP,
    "USER_PASSWORD_AUTH": _PASSWORD,
    "ADMIN_USER_PASSWORD_AUTH": _ADMIN_PASSWORD,
    "ADMIN_NO_SRP_AUTH": replace(_ADMIN_PASSWORD, begin=admin_no_srp_auth),
    "USER_AUTH": Flow(user_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_USER_AUTH"})),
    "CUSTOM_AUTH": _CUSTOM,
    "REFRESH_TOKEN_AUTH": _REFRESH,
    "REFRESH_TOKEN": _REFRESH,
}


def begin(name: str, step: AuthStep) -> Reply:
    """Begin a sign-in by the flow of this name.

    Raises:
        ServiceError: the API or the client does not have the flow; or what the flow says.
    """
    flow = FLOWS[name]  # the service model lets no other name through
    if not (flow.admin if step.admin else flow.public):
        raise _errors.FLOW_OF_OTHER_API()
    if not flow.permitted_by & step.client.allowed_flows:
        raise _errors.FLOW_NOT_ENABLED(name)
    step.sign_in = SignIn(name)
    return flow.begin(step)
