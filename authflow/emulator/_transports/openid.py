"""OpenID Connect Discovery: the metadata of a pool, as recorded from the service.

The emulator has no hosted pages: nothing answers at the endpoints of OAuth 2.0 that the metadata names.
"""

from collections.abc import Mapping
from typing import Any, Final

#: the paths of a domain, by their names in the metadata
ENDPOINTS: Final[Mapping[str, str]] = {
    "authorization_endpoint": "/oauth2/authorize",
    "end_session_endpoint": "/logout",
    "revocation_endpoint": "/oauth2/revoke",
    "token_endpoint": "/oauth2/token",
    "userinfo_endpoint": "/oauth2/userInfo",
}
CAPABILITIES: Final[Mapping[str, list[str]]] = {
    "id_token_signing_alg_values_supported": ["RS256"],
    "response_types_supported": ["code", "token"],
    "scopes_supported": ["openid", "email", "phone", "profile"],
    "subject_types_supported": ["public"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
}


def describe_provider(issuer: str, address: str, pool_id: str) -> dict[str, Any]:
    """Return the metadata of a pool, in alphabetical order.

    Args:
        issuer: the ``iss`` of the pool's tokens.
        address: the URL of the server, which has the keys whatever the issuer is.
        pool_id: the pool's id.
    """
    described = {
        **CAPABILITIES,
        **{name: address + path for name, path in ENDPOINTS.items()},
        "issuer": issuer,
        "jwks_uri": f"{address}/{pool_id}/.well-known/jwks.json",
    }
    return dict(sorted(described.items()))
