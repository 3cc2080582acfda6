"""InitiateAuth: one function for each AuthFlow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import choice, lambda_events, progress, risk, secret_hash, srp_round
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.sign_in import CustomRound, SignIn
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._settings import Settings
from authflow.emulator._tokens import issuing
from authflow.emulator._users import migration, names
from authflow.emulator._users.decoys import get_decoy


def user_srp_auth(step: AuthStep) -> Reply:
    """USER_SRP_AUTH: USERNAME and SRP_A. PASSWORD_VERIFIER follows."""
    name = step.require_username()
    srp_round.parse_client_public(step)
    return srp_round.ask_for_password_proof(step, _find_confirmed_user(step, name))


def user_password_auth(step: AuthStep) -> Reply:
    """USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: USERNAME and PASSWORD."""
    name = step.require_username()
    password = step.require("PASSWORD")
    return choice.verify_password(step, _find_user(step, name, progress.check_confirmed, password))


def admin_no_srp_auth(step: AuthStep) -> Reply:
    """ADMIN_NO_SRP_AUTH: USERNAME and PASSWORD. Without a PASSWORD, the challenge of the same name asks for it."""
    if step.parameters.get("PASSWORD"):
        return user_password_auth(step)
    user, name = _find_confirmed_user(step, step.require_username()), "ADMIN_NO_SRP_AUTH"
    parameters = step.reveal_username(user)
    return {"ChallengeName": name, "Session": step.make_session(user, name), "ChallengeParameters": parameters}


def user_auth(step: AuthStep) -> Reply:
    """USER_AUTH: USERNAME and optionally PREFERRED_CHALLENGE, PASSWORD and SRP_A; or the Session of ConfirmSignUp."""
    if step.session is not None:
        return choice.continue_after_sign_up(step)
    name = step.require_username()
    return choice.begin_user_auth(step, _find_user(step, name))


def custom_auth(step: AuthStep) -> Reply:
    """CUSTOM_AUTH: USERNAME. With CHALLENGE_NAME=SRP_A and SRP_A, the password is verified first."""
    name = step.require_username()
    first = step.parameters.get("CHALLENGE_NAME")
    if first not in {None, "SRP_A"}:
        raise _errors.INVALID("CHALLENGE_NAME can only be SRP_A")
    if first:
        srp_round.parse_client_public(step)
        step.sign_in = step.sign_in.with_round(CustomRound("SRP_A", result=True))
    return progress.proceed(step, _find_confirmed_user(step, name))


def refresh_token_auth(step: AuthStep) -> Reply:
    """REFRESH_TOKEN_AUTH: REFRESH_TOKEN. The SECRET_HASH covers the canonical username."""
    client, service = step.client, step.service
    text = step.require("REFRESH_TOKEN")
    if client.rotation_grace is not None:
        raise _errors.FLOW_NOT_ENABLED("REFRESH_TOKEN_AUTH")  # with rotation, only GetTokensFromRefreshToken works
    # the operation declares no RefreshTokenReuseException
    request = issuing.TokenRequest(
        issuing.REFRESH_SOURCE,
        device_key=step.parameters.get("DEVICE_KEY"),
        address=step.address,
        reused=_errors.REFRESH_TOKEN_REVOKED,
    )
    _, user = issuing.find_refresh_token(service, client, text, request)
    secret_hash.check_secret_hash(
        service, client, user.username, step.parameters.get("SECRET_HASH"), _errors.SECRET_HASH_WRONG_REFRESH
    )
    return {"ChallengeParameters": {}, "AuthenticationResult": issuing.refresh_tokens(service, client, text, request)}


def _find_confirmed_user(step: AuthStep, name: str) -> User:
    """Return the user of a sign-in with a password. The user must be confirmed."""
    return _find_user(step, name, progress.check_confirmed)


def _find_user(
    step: AuthStep, name: str, check: Callable[[User], None] = lambda _: None, password: str | None = None
) -> User:
    """Run PreAuthentication and return the user; a decoy user if there is none and the client hides that.

    A user who is not in the pool and has sent a password may be migrated to it.
    """
    pool = step.client.pool
    user = names.find_user_to_sign_in(pool, name)
    if user is None and password is not None:
        user = migration.migrate_user(
            migration.MigrationRequest(step.service, step.client, name, password, step.validation)
        )
    if user is None:
        if not step.client.has_hidden_users:
            raise _errors.NO_USER()
        user = get_decoy(step.service, pool, name)
    if not step.client.has_hidden_users:
        progress.check_enabled(user)
    check(user)
    step.sign_in = replace(step.sign_in, entered_username=name)
    step.note_password(user)
    step.note_device_key(user)
    lambda_events.run_pre_authentication(step, user)
    return user


@dataclass(frozen=True, slots=True)
class AuthFlow:
    """An AuthFlow that the emulator has.

    Attributes:
        begin: handles the first request.
        public: whether InitiateAuth accepts it.
        admin: whether AdminInitiateAuth accepts it.
        permitted_by: the values of ExplicitAuthFlows that enable it. One of them is enough.
    """

    begin: Callable[[AuthStep], Reply]
    public: bool
    admin: bool
    permitted_by: frozenset[str]


_SRP: Final = AuthFlow(user_srp_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_USER_SRP_AUTH"}))
_PASSWORD: Final = AuthFlow(
    user_password_auth, public=True, admin=False, permitted_by=frozenset({"ALLOW_USER_PASSWORD_AUTH"})
)
_ADMIN_PASSWORD: Final = AuthFlow(
    user_password_auth, public=False, admin=True, permitted_by=frozenset({"ALLOW_ADMIN_USER_PASSWORD_AUTH"})
)
_CUSTOM: Final = AuthFlow(custom_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_CUSTOM_AUTH"}))
_REFRESH: Final = AuthFlow(
    refresh_token_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_REFRESH_TOKEN_AUTH"})
)
AUTH_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "USER_SRP_AUTH": _SRP,
    "USER_PASSWORD_AUTH": _PASSWORD,
    "ADMIN_USER_PASSWORD_AUTH": _ADMIN_PASSWORD,
    "ADMIN_NO_SRP_AUTH": replace(_ADMIN_PASSWORD, begin=admin_no_srp_auth),
    "USER_AUTH": AuthFlow(user_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_USER_AUTH"})),
    "CUSTOM_AUTH": _CUSTOM,
    "REFRESH_TOKEN_AUTH": _REFRESH,
    "REFRESH_TOKEN": _REFRESH,
}
#: they are no sign-ins
REFRESHES: Final = frozenset(name for name, auth_flow in AUTH_FLOWS.items() if auth_flow is _REFRESH)


def begin(name: str, step: AuthStep) -> Reply:
    """Begin a sign-in with the AuthFlow of this name.

    Raises:
        ServiceError: the API does not accept the AuthFlow, the client does not allow it, or the AuthFlow refuses.
    """
    auth_flow = AUTH_FLOWS[name]  # the service model accepts no other name
    if not (auth_flow.admin if step.admin else auth_flow.public):
        raise _errors.FLOW_OF_OTHER_API()
    if not auth_flow.permitted_by & step.client.allowed_flows:
        raise _refuse(name, step.service.settings)
    if name not in REFRESHES:
        step.sign_in = SignIn(name, event_id=step.service.entropy.uuid())
        risk.check_address(step.service, step.client, step.address)
        risk.check_sign_in(step)
    return auth_flow.begin(step)


def _refuse(name: str, settings: Settings) -> _errors.ServiceError:
    """Return the error for an AuthFlow that the client does not allow. Its text depends on the AuthFlow."""
    admin = _errors.FLOW_NOT_ENABLED.with_text(settings.admin_password_refusal)
    templates = {
        "USER_SRP_AUTH": _errors.SRP_NOT_ENABLED,
        "CUSTOM_AUTH": _errors.FLOW_NOT_ENABLED.with_text(settings.custom_auth_refusal),
        "ADMIN_USER_PASSWORD_AUTH": admin,
        "ADMIN_NO_SRP_AUTH": admin,
    }
    return templates.get(name, _errors.FLOW_NOT_ENABLED)(name)
