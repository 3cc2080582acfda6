"""What app clients do with refresh tokens."""

from authflow.emulator import faults, secret_hash, tokens
from authflow.emulator.service import Params, Reply, Service


def get_tokens_from_refresh_token(service: Service, params: Params) -> Reply:
    """GetTokensFromRefreshToken: takes the raw client secret, and no hash."""
    client = service.client(params["ClientId"])
    secret_hash.check_secret(client, params.get("ClientSecret"), faults.CLIENT_SECRET_WRONG)
    occasion = tokens.Occasion(tokens.REFRESH, params.get("ClientMetadata", {}), params.get("DeviceKey"))
    return {"AuthenticationResult": tokens.refresh(service, client, params["RefreshToken"], occasion)}


def revoke_token(service: Service, params: Params) -> Reply:
    """RevokeToken: a refresh token, and the access tokens that came with it and from it."""
    client = service.clients.get(params["ClientId"])
    if client is None:
        raise faults.CLIENT_UNAUTHORIZED(params["ClientId"])  # the operation declares no ResourceNotFoundException
    secret_hash.check_secret(client, params.get("ClientSecret"), faults.CLIENT_UNAUTHORIZED)
    if not client.revocation:
        raise faults.REVOCATION_OFF()
    if tokens.is_jwt(params["Token"]):
        raise faults.TOKEN_NOT_REVOCABLE()
    token = service.grants.find(params["Token"], client)
    if token is None:
        raise faults.TOKEN_UNKNOWN()
    token.grant.revoked = True
    return {}
