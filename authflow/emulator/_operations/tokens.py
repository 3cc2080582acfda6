"""Operations of app clients on refresh tokens."""

from authflow.emulator import _errors
from authflow.emulator._auth import secret_hash
from authflow.emulator._auth.step import read_address
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing


def get_tokens_from_refresh_token(service: Service, params: Params) -> Reply:
    """GetTokensFromRefreshToken. It takes the raw client secret instead of a SECRET_HASH."""
    client = service.get_client(params["ClientId"])
    secret_hash.check_client_secret(client, params.get("ClientSecret"), _errors.CLIENT_SECRET_WRONG)
    metadata, invalid = params.get("ClientMetadata", {}), _errors.REFRESH_TOKEN_NOT_VALID
    source, device_key = service.settings.refresh_trigger_source, params.get("DeviceKey")
    request = issuing.TokenRequest(source, metadata, device_key, read_address(params), invalid=invalid)
    return {"AuthenticationResult": issuing.refresh_tokens(service, client, params["RefreshToken"], request)}


def revoke_token(service: Service, params: Params) -> Reply:
    """RevokeToken: revoke a refresh token and all access tokens of its family.

    As at the revocation endpoint of OAuth 2.0, a token that is unknown, such as an expired one, is none to revoke.
    """
    client = service.clients.get(params["ClientId"])
    if client is None:
        raise _errors.CLIENT_UNAUTHORIZED(params["ClientId"])  # the operation declares no ResourceNotFoundException
    secret_hash.check_client_secret(client, params.get("ClientSecret"), _errors.CLIENT_UNAUTHORIZED)
    if not client.has_revocation:
        raise _errors.REVOCATION_OFF()
    if issuing.is_jwt(params["Token"]):
        raise _errors.TOKEN_NOT_REVOCABLE()
    token = service.token_families.find(params["Token"])
    if token is None:
        return {}
    if token.family.client_id != client.id:
        raise _errors.TOKEN_OF_OTHER_CLIENT()
    token.family.revoked = True
    return {}
