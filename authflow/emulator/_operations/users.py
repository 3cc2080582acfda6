"""Operations of users with their access tokens."""

from authflow.emulator import _errors
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import attributes, mfa


def get_user(service: Service, params: Params) -> Reply:
    """GetUser: return the attributes that the app client may read."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    readable = {
        name: value for name, value in user.get_all_attributes().items() if name == "sub" or client.may_read(name)
    }
    return {"Username": user.username, "UserAttributes": attributes.to_list(readable), **mfa.describe_preference(user)}


def global_sign_out(service: Service, params: Params) -> Reply:
    """GlobalSignOut: revoke all tokens of the user, at all clients."""
    _, user = issuing.verify_access_token(service, params["AccessToken"], gone=_errors.ACCESS_TOKEN_REVOKED)
    service.token_families.revoke_all(user)
    return {}
