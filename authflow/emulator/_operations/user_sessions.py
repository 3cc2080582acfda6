"""Sessions of signed-in users, and their configuration."""

from datetime import UTC, datetime
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.token_families import TokenFamily
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._tokens.user_sessions import DEFAULTS, has_tracking, list_sessions
from authflow.emulator._users import names
from authflow.emulator._users.tiers import require_essentials

FEATURE: Final = "Session Management"
#: the largest number of sessions in a list
MAX_LISTED: Final = 125
#: the default of MaxValidityMinutes; source: the service model
SSO_DEFAULTS: Final = {"MaxValidityMinutes": 60}

# own texts
NO_SESSION: Final = ErrorTemplate("ResourceNotFoundException", "Session {} does not exist.")
TRACKING_NEEDED: Final = ErrorTemplate(
    "InvalidParameterException", "User session tracking is not enabled for the user pool"
)
OWN_SESSION: Final = ErrorTemplate("InvalidParameterException", "The current session can't be revoked")


def set_user_pool_session_configuration(service: Service, params: Params) -> Reply:
    """SetUserPoolSessionConfiguration: replace the configuration. It applies to the sign-ins that follow."""
    pool = service.get_pool(params["UserPoolId"])
    require_essentials(pool, FEATURE)
    pool.session_configuration = {name: params[name] for name in DEFAULTS}
    return get_user_pool_session_configuration(service, params)


def get_user_pool_session_configuration(service: Service, params: Params) -> Reply:
    """GetUserPoolSessionConfiguration."""
    pool = service.get_pool(params["UserPoolId"])
    return {"UserPoolId": pool.id, **DEFAULTS, **pool.session_configuration}


def set_user_pool_client_session_configuration(service: Service, params: Params) -> Reply:
    """SetUserPoolClientSessionConfiguration: for the cookies of hosted pages, which the emulator does not have.

    It stays, without effect, if the pool stops tracking sessions.
    """
    client = service.get_client(params["ClientId"], params["UserPoolId"])
    require_essentials(client.pool, FEATURE)
    if not has_tracking(client.pool):
        raise TRACKING_NEEDED()
    client.sso_session = params["SSOSession"]
    return get_user_pool_client_session_configuration(service, params)


def get_user_pool_client_session_configuration(service: Service, params: Params) -> Reply:
    """GetUserPoolClientSessionConfiguration."""
    client = service.get_client(params["ClientId"], params["UserPoolId"])
    ids = {"UserPoolId": client.pool.id, "ClientId": client.id}
    return {**ids, "SSOSession": {**SSO_DEFAULTS, **client.sso_session}}


def list_user_sessions(service: Service, params: Params) -> Reply:
    """ListUserSessions: the active sessions of the user, in one page."""
    _, user, current = issuing.verify_session(service, params["AccessToken"])
    _refuse_token(params)
    return {"Sessions": _describe_all(service, user, current)}


def admin_list_user_sessions(service: Service, params: Params) -> Reply:
    """AdminListUserSessions."""
    user = names.get_user(service.get_pool(params["UserPoolId"]), params["Username"])
    _refuse_token(params)
    return {"Sessions": _describe_all(service, user, None)}


def revoke_user_session(service: Service, params: Params) -> Reply:
    """RevokeUserSession: revoke the tokens of another session of the same user."""
    _, user, current = issuing.verify_session(service, params["AccessToken"])
    session = _find(service, user, params["SessionId"])
    if session is current:
        raise OWN_SESSION()
    session.revoked = True
    return {}


def admin_revoke_user_session(service: Service, params: Params) -> Reply:
    """AdminRevokeUserSession."""
    user = names.get_user(service.get_pool(params["UserPoolId"]), params["Username"])
    _find(service, user, params["SessionId"]).revoked = True
    return {}


def _find(service: Service, user: User, session_id: str) -> TokenFamily:
    found = next((session for session in list_sessions(service, user) if session.session_id == session_id), None)
    if found is None:
        raise NO_SESSION(session_id)
    return found


def _refuse_token(params: Params) -> None:
    if "NextToken" in params:  # there is one page only, so no reply has one
        raise _errors.BAD_PAGE()


def _describe_all(service: Service, user: User, current: TokenFamily | None) -> list[dict[str, Any]]:
    latest = list_sessions(service, user)[-MAX_LISTED:]
    return [_describe(session, is_current=session is current) for session in reversed(latest)]


def _describe(session: TokenFamily, *, is_current: bool) -> dict[str, Any]:
    return {
        "SessionId": session.session_id,
        "SessionType": "TOKEN",
        "ClientId": session.client_id,
        "CreateDate": datetime.fromtimestamp(session.auth_time, UTC),
        "LastActiveDate": session.last_used,
        "DeviceType": "unknown",
        **({"LastIPAddress": session.address} if session.address else {}),
        "IsCurrentSession": is_current,
    }
