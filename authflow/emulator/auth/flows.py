"""How a sign-in begins: one function for each AuthFlow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from authflow.emulator import credentials, faults, names, secret_hash, tokens
from authflow.emulator.auth import progress, srp_round
from authflow.emulator.auth.exchange import Exchange
from authflow.emulator.service import Reply
from authflow.emulator.user import User


def user_srp_auth(exchange: Exchange) -> Reply:
    """USER_SRP_AUTH: USERNAME and SRP_A; PASSWORD_VERIFIER is asked."""
    name = exchange.username()
    return srp_round.start(exchange, name, _user(exchange, name))


def user_password_auth(exchange: Exchange) -> Reply:
    """USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: USERNAME and PASSWORD."""
    name, password = exchange.username(), exchange.required("PASSWORD")
    user = _user(exchange, name)
    if user is None:
        raise faults.WRONG_PASSWORD()
    right = credentials.matches(exchange.client.pool, user, password)
    return progress.after_password(exchange, user, right=right)


def refresh_token_auth(exchange: Exchange) -> Reply:
    """REFRESH_TOKEN_AUTH: REFRESH_TOKEN; the SECRET_HASH is over the user's own name."""
    client, service = exchange.client, exchange.service
    text = exchange.required("REFRESH_TOKEN")
    if client.rotation_grace is not None:
        raise faults.FLOW_NOT_ENABLED("REFRESH_TOKEN_AUTH")  # GetTokensFromRefreshToken is the only way then
    _, user = tokens.find_refresh_token(service, client, text)
    secret_hash.check(client, user.username, exchange.parameters.get("SECRET_HASH"), faults.SECRET_HASH_WRONG_REFRESH)
    return {"ChallengeParameters": {}, "AuthenticationResult": tokens.refresh(service, client, text)}


def _user(exchange: Exchange, name: str) -> User | None:
    """Return the user who wants to sign in; None for nobody, where the client keeps that secret."""
    find = names.find if exchange.client.hides_users else names.get
    user = find(exchange.client.pool, name)
    if user is not None:
        progress.check_confirmed(user)
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

    begin: Callable[[Exchange], Reply]
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
_REFRESH: Final = Flow(
    refresh_token_auth, public=True, admin=True, permitted_by=frozenset({"ALLOW_REFRESH_TOKEN_AUTH"})
)
FLOWS: Final[Mapping[str, Flow]] = {
    "USER_SRP_AUTH": _SRP,
    "USER_PASSWORD_AUTH": _PASSWORD,
    "ADMIN_USER_PASSWORD_AUTH": _ADMIN_PASSWORD,
    "ADMIN_NO_SRP_AUTH": _ADMIN_PASSWORD,
    "REFRESH_TOKEN_AUTH": _REFRESH,
    "REFRESH_TOKEN": _REFRESH,
}


def begin(name: str, exchange: Exchange) -> Reply:
    """Begin a sign-in by the flow of this name.

    Raises:
        ServiceError: the emulator, the API or the client does not have the flow; or what the flow says.
    """
    flow = FLOWS.get(name)
    if flow is None:
        raise faults.FLOW_NOT_EMULATED(name)
    if not (flow.admin if exchange.admin else flow.public):
        raise faults.FLOW_OF_OTHER_API()
    if not flow.permitted_by & exchange.client.allowed_flows:
        raise faults.FLOW_NOT_ENABLED(name)
    return flow.begin(exchange)
