"""What users do with their access tokens."""

from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import attributes, mfa


def get_user(service: Service, params: Params) -> Reply:
    """GetUser: the attributes that the app client may read."""
    client, user = issuing.verify_access(service, params["AccessToken"])
    readable = {name: value for name, value in user.described().items() if name == "sub" or client.may_read(name)}
    return {"Username": user.username, "UserAttributes": attributes.to_list(readable), **mfa.preference(user)}


def global_sign_out(service: Service, params: Params) -> Reply:
    """GlobalSignOut: revokes all of the user's tokens, of every client."""
    _, user = issuing.verify_access(service, params["AccessToken"])
    service.token_families.revoke_all(user)
    return {}
