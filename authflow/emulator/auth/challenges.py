"""What answers a challenge: one function for each."""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator import attributes, credentials, faults
from authflow.emulator.auth import progress, srp_round
from authflow.emulator.auth.exchange import Exchange
from authflow.emulator.registration import check_aliases
from authflow.emulator.service import Reply
from authflow.emulator.sessions import Session, is_same
from authflow.emulator.user import Status, User

ATTRIBUTE_PREFIX: Final = "userAttributes."


def password_verifier(exchange: Exchange) -> Reply:
    """PASSWORD_VERIFIER: its state is in the SECRET_BLOCK; no Session was given out, so none can come."""
    if exchange.session is not None:
        raise faults.SESSION_INVALID()
    user, right = srp_round.finish(exchange)
    return progress.after_password(exchange, user, right=right)


def new_password_required(exchange: Exchange) -> Reply:
    """NEW_PASSWORD_REQUIRED: NEW_PASSWORD and ``userAttributes.<name>``; what is refused leaves the Session usable."""
    session, user = _session(exchange, "NEW_PASSWORD_REQUIRED")
    pool, chosen = exchange.client.pool, exchange.required("NEW_PASSWORD")
    given = _given_attributes(exchange, user)
    changed = attributes.changed(user.attributes, given)
    attributes.check_complete(pool, changed)
    check_aliases(pool, user, changed, faults.ALIAS_EXISTS)
    user.password = credentials.stored(exchange.service, pool, user.username, chosen)
    user.attributes, user.status, user.modified = changed, Status.CONFIRMED, exchange.service.now()
    session.used = True
    return progress.proceed(exchange, user)


def _session(exchange: Exchange, challenge: str) -> tuple[Session, User]:
    """Return the open Session that an answer came with, and the user whom it belongs to."""
    username = exchange.username()
    if exchange.session is None:
        raise faults.MISSING_PARAMETER("Session")
    session, user = exchange.service.sessions.find(exchange.session, exchange.client, challenge, exchange.service.now())
    if not is_same(username, user.username):
        raise faults.SESSION_INVALID()
    progress.check_enabled(user)
    return session, user


def _given_attributes(exchange: Exchange, user: User) -> dict[str, str]:
    given = {
        name.removeprefix(ATTRIBUTE_PREFIX): value
        for name, value in exchange.parameters.items()
        if name.startswith(ATTRIBUTE_PREFIX)
    }
    pool = exchange.client.pool
    attributes.check(pool, given)
    attributes.check_written(exchange.client, given)
    for name in pool.required_attributes:
        if name in given and user.attributes.get(name) not in {None, "", given[name]}:
            raise faults.ATTRIBUTE_GIVEN(name)
    return given


CHALLENGES: Final[Mapping[str, Callable[[Exchange], Reply]]] = {
    "PASSWORD_VERIFIER": password_verifier,
    "NEW_PASSWORD_REQUIRED": new_password_required,
}


def respond(name: str, exchange: Exchange) -> Reply:
    """Take the answer to the challenge of this name.

    Raises:
        ServiceError: the emulator never asks that; or what the challenge says.
    """
    answer = CHALLENGES.get(name)
    if answer is None:
        raise faults.SESSION_INVALID()
    return answer(exchange)
