"""Setting an authenticator up: with an access token, or with the Session of MFA_SETUP."""

from authflow.emulator import _errors
from authflow.emulator._auth import mfa_setup
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import mfa


def associate_software_token(service: Service, params: Params) -> Reply:
    """AssociateSoftwareToken: a new secret; the present authenticator counts until the new one is verified."""
    if _by_session(params):
        return mfa_setup.associate(_make_step(service, params))
    user = _user(service, params)
    user.pending_token = SoftwareToken.new(service.entropy)
    return {"SecretCode": user.pending_token.secret}


def verify_software_token(service: Service, params: Params) -> Reply:
    """VerifySoftwareToken: the first code; a wrong one leaves the secret, so that another can be tried."""
    code, name = params["UserCode"], params.get("FriendlyDeviceName", "")
    if _by_session(params):
        return mfa_setup.verify(_make_step(service, params), code, name)
    user = _user(service, params)
    if user.pending_token is None or not user.pending_token.enrols(code, name, service.now()):
        raise _errors.SOFTWARE_TOKEN_NOT_ENABLED()
    user.software_token, user.pending_token = user.pending_token, None
    return {"Status": "SUCCESS"}


def _by_session(params: Params) -> bool:
    if ("Session" in params) == ("AccessToken" in params):
        raise _errors.INVALID("Either an access token or a session is needed, and not both.")
    return "Session" in params


def _make_step(service: Service, params: Params) -> AuthStep:
    """Return the step that a request with a Session stands for: the Session tells the client."""
    client = service.clients.get(service.sessions.client_id(params["Session"]) or "")
    if client is None:
        raise _errors.SESSION_INVALID()
    return AuthStep(service, client, {}, admin=False, session=params["Session"])


def _user(service: Service, params: Params) -> User:
    client, user = issuing.verify_access(service, params["AccessToken"])
    if mfa.TOTP not in mfa.factors(client.pool):
        raise _errors.SOFTWARE_TOKEN_OFF()
    return user
