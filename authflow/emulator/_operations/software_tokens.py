"""Setting up an authenticator app, with an access token or with the Session of MFA_SETUP."""

from authflow.emulator import _errors
from authflow.emulator._auth import mfa_setup
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import mfa


def associate_software_token(service: Service, params: Params) -> Reply:
    """AssociateSoftwareToken: return a new secret. The old authenticator app works until the new one is verified."""
    if _has_session(params):
        return mfa_setup.associate_with_session(_make_step(service, params))
    user = _find_user(service, params)
    user.pending_token = SoftwareToken.new(service.entropy)
    return {"SecretCode": user.pending_token.secret}


def verify_software_token(service: Service, params: Params) -> Reply:
    """VerifySoftwareToken: check the first code. After a wrong code the same secret can be tried again."""
    code, name = params["UserCode"], params.get("FriendlyDeviceName", "")
    if _has_session(params):
        return mfa_setup.verify_with_session(_make_step(service, params), code, name)
    user = _find_user(service, params)
    if user.pending_token is None or not user.pending_token.verify_enrolment(code, name, service.now()):
        raise _errors.SOFTWARE_TOKEN_NOT_ENABLED()
    user.software_token, user.pending_token = user.pending_token, None
    return {"Status": "SUCCESS"}


def _has_session(params: Params) -> bool:
    if ("Session" in params) == ("AccessToken" in params):
        raise _errors.INVALID("Either an access token or a session is needed, and not both.")
    return "Session" in params


def _make_step(service: Service, params: Params) -> AuthStep:
    """Return the AuthStep of a request with a Session. The Session identifies the client."""
    client_id = service.sessions.find_client_id(params["Session"])
    if client_id is None:
        raise service.sessions.explain_missing(params["Session"])
    client = service.clients.get(client_id)
    if client is None:
        raise _errors.SESSION_INVALID()
    return AuthStep(service, client, {}, admin=False, session=params["Session"])


def _find_user(service: Service, params: Params) -> User:
    # AssociateSoftwareToken declares no UserNotFoundException
    client, user = issuing.verify_access_token(service, params["AccessToken"], gone=_errors.ACCESS_TOKEN_REVOKED)
    if mfa.TOTP not in mfa.list_pool_factors(client.pool):
        raise _errors.SOFTWARE_TOKEN_OFF()
    return user
