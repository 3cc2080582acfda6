"""Sessions of signed-in users, in pools that track them: each is the life of one token family."""

from typing import Any, Final

from authflow.emulator._crypto.entropy import LOWERCASE_ALPHANUMERIC
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.token_families import TokenFamily
from authflow.emulator._records.user import User
from authflow.emulator._service import Service

ID_LENGTH: Final = 25
#: what SetUserPoolSessionConfiguration has not set; source: the service model
DEFAULTS: Final[dict[str, Any]] = {"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}


def has_tracking(pool: UserPool) -> bool:
    """Return whether a pool tracks sessions."""
    return bool({**DEFAULTS, **pool.session_configuration}["UserSessionTracking"] == "ENABLED")


def track(service: Service, pool: UserPool, user: User, family: TokenFamily) -> None:
    """Make a new family a session, if the pool tracks them, and end those that are now too many.

    The session that was not used for the longest time ends first.
    """
    if not has_tracking(pool):
        return
    family.session_id = f"tkn{service.entropy.text(LOWERCASE_ALPHANUMERIC, ID_LENGTH)}"
    active = sorted(list_sessions(service, user), key=lambda session: (session is family, session.last_used))
    limit = pool.session_configuration["TokenSession"]["MaxPerUser"]
    for session in active[: max(0, len(active) - limit)]:
        session.revoked = True


def list_sessions(service: Service, user: User) -> list[TokenFamily]:
    """Return the active sessions of a user, the oldest first. Those of deleted app clients are over."""
    now, families = service.now(), service.token_families.list_of(user)
    sessions = [family for family in families if family.session_id and family.is_active(now)]
    return [session for session in sessions if session.client_id in service.clients]
