"""Rules for the settings of an app client that the service model does not express: the refusals of the service.

Their texts were seen in deployments.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from authflow.emulator import _errors
from authflow.emulator._operations.pool_rules import require_essentials
from authflow.emulator._records.client import LEGACY_FLOWS, compute_token_validity
from authflow.emulator._records.pool import UserPool
from authflow.emulator._settings import Settings
from authflow.emulator._users.attributes import MANAGED

#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
SHORT_LIVED: Final = (timedelta(minutes=5), timedelta(days=1))
LIFETIMES: Final = {
    "AccessToken": SHORT_LIVED,
    "IdToken": SHORT_LIVED,
    "RefreshToken": (timedelta(minutes=60), timedelta(days=3650)),
}
#: the scopes that need no resource server
SCOPES: Final = frozenset({"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"})
#: the hosts of URLs that may begin with http
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
USER_FLOWS: Final = frozenset({"code", "implicit"})


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A CreateUserPoolClient or UpdateUserPoolClient request.

    Attributes:
        pool: the client's pool.
        params: the request.
        has_secret: whether the client has a secret, or will have one.
        verb: what the request does, in the service's words: ``creating`` or ``updating``.
    """

    pool: UserPool
    params: Mapping[str, Any]
    has_secret: bool
    verb: str


def check_client(request: ClientRequest, settings: Settings) -> None:
    """Require that a request contradicts neither itself nor the pool.

    Raises:
        ServiceError: it does.
    """
    _check_flows(request.params, settings)
    if "ALLOW_USER_AUTH" in request.params.get("ExplicitAuthFlows", ()):
        require_essentials(request.pool, "Choice-Based Sign-In")
    _check_lifetimes(request.params)
    _check_attributes(request)
    _check_oauth(request)
    _check_urls(request.params)
    if request.params.get("EnablePropagateAdditionalUserContextData") and not request.has_secret:
        raise _errors.INVALID("Client Secret is required to set EnablePropagateAdditionalUserContextData as true")
    for provider in request.params.get("SupportedIdentityProviders", ()):
        if provider != "COGNITO" and provider not in request.pool.providers.all:
            raise _errors.NO_PROVIDER(provider, request.pool.id)


def _check_flows(params: Mapping[str, Any], settings: Settings) -> None:
    flows = set(params.get("ExplicitAuthFlows", ()))
    if flows & LEGACY_FLOWS.keys() and flows - LEGACY_FLOWS.keys():
        raise _errors.INVALID("Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.")
    rotates = params.get("RefreshTokenRotation", {}).get("Feature") == "ENABLED"
    if rotates and "ALLOW_REFRESH_TOKEN_AUTH" in flows and settings.refuse_refresh_flow_with_rotation:
        raise _errors.REFRESH_FLOW_WITH_ROTATION()


def _check_lifetimes(params: Mapping[str, Any]) -> None:
    validity = {token: compute_token_validity(params, token) for token in LIFETIMES}
    if any(not shortest <= validity[token] <= longest for token, (shortest, longest) in LIFETIMES.items()):
        raise _errors.INVALID("Invalid range for token validity.")
    if max(validity.values()) > validity["RefreshToken"]:
        raise _errors.INVALID(
            "Access and Id Token expiration times must be less than or equal to refresh token expiration times."
        )


def _check_attributes(request: ClientRequest) -> None:
    """Require that attribute lists name attributes of the pool, and that sign-ups can set those that are required."""
    schema, params = request.pool.schema, request.params
    if not schema.keys() >= set(params.get("ReadAttributes", ())):
        raise _errors.CLIENT_ATTRIBUTES("read", request.verb)
    writable = {name for name in schema.keys() - MANAGED if not schema[name].get("DeveloperOnlyAttribute")}
    given = set(params.get("WriteAttributes", ()))
    if given and not (writable >= given >= set(request.pool.required_attributes)):
        raise _errors.CLIENT_ATTRIBUTES("write", request.verb)


def _check_oauth(request: ClientRequest) -> None:
    params = request.params
    flows, scopes = set(params.get("AllowedOAuthFlows", ())), params.get("AllowedOAuthScopes", ())
    if params.get("AllowedOAuthFlowsUserPoolClient") and not (flows and scopes):
        raise _errors.INVALID(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
        )
    if "client_credentials" in flows:
        if flows & USER_FLOWS:
            raise _errors.OAUTH_FLOW("selected along with code flow or implicit flow")
        if not request.has_secret:
            raise _errors.OAUTH_FLOW("selected if client does not have a client secret")
    if flows & USER_FLOWS and not params.get("CallbackURLs"):
        raise _errors.INVALID("CallbackUrls can not be empty when code flow or implicit flow is selected")
    for scope in scopes:
        if scope not in SCOPES and scope not in _list_scopes(request.pool):
            raise _errors.NO_SCOPE(scope)


def _list_scopes(pool: UserPool) -> frozenset[str]:
    """Return the scopes of the pool's resource servers."""
    servers = pool.resource_servers.items()
    return frozenset(f"{name}/{scope['ScopeName']}" for name, server in servers for scope in server["Scopes"])


def _check_urls(params: Mapping[str, Any]) -> None:
    callbacks = params.get("CallbackURLs", ())
    for url in _iterate_urls(params):
        if url.lower().startswith("http:") and _get_host(url) not in LOCAL_HOSTS:
            raise _errors.INVALID(f"{url} cannot use the HTTP protocol.")
        if "#" in url:
            raise _errors.INVALID(f"{url} cannot use fragment")
    default = params.get("DefaultRedirectURI")
    if default and default not in callbacks:
        raise _errors.INVALID(f"The default redirect URI {default} is not in the callback URIs list.")


def _get_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _iterate_urls(params: Mapping[str, Any]) -> Iterable[str]:
    yield from params.get("CallbackURLs", ())
    yield from params.get("LogoutURLs", ())
