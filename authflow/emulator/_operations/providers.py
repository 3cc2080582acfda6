"""Identity providers, through which users could sign in at the pages that a pool hosts. The emulator hosts none."""

from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._operations.provider_rules import TYPES, check_provider
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.provider import Provider
from authflow.emulator._service import Params, Reply, Service

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_PROVIDERS: Final = 300
LISTING: Final = Listing("ListIdentityProviders", limit="MaxResults")

# https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1287
PROVIDER_EXISTS: Final = ErrorTemplate("DuplicateProviderException", "{} already exists in user pool {}")
NO_PROVIDER: Final = ErrorTemplate("ResourceNotFoundException", "Identity provider {} does not exist.")  # own text
TOO_MANY_PROVIDERS: Final = ErrorTemplate("LimitExceededException", "The user pool has {} identity providers already")


def create_identity_provider(service: Service, params: Params) -> Reply:
    """CreateIdentityProvider."""
    pool, name, kind = service.get_pool(params["UserPoolId"]), params["ProviderName"], params["ProviderType"]
    check_provider(name, kind, params["ProviderDetails"])
    if name in pool.providers.all:
        raise PROVIDER_EXISTS(name, pool.id)
    if len(pool.providers.all) >= MAX_PROVIDERS:
        raise TOO_MANY_PROVIDERS(MAX_PROVIDERS)
    now = service.now()
    mapping = params.get("AttributeMapping") or dict(TYPES[kind].mapping)
    provider = Provider(name, kind, params["ProviderDetails"], mapping, [], {}, now, now)
    _set_optional(pool, provider, params)
    return {"IdentityProvider": _describe(pool, provider)}


def describe_identity_provider(service: Service, params: Params) -> Reply:
    """DescribeIdentityProvider."""
    pool, provider = _find(service, params)
    return {"IdentityProvider": _describe(pool, provider)}


def get_identity_provider_by_identifier(service: Service, params: Params) -> Reply:
    """GetIdentityProviderByIdentifier."""
    pool = service.get_pool(params["UserPoolId"])
    provider = pool.providers.find_by_identifier(params["IdpIdentifier"])
    if provider is None:
        raise NO_PROVIDER(params["IdpIdentifier"])
    return {"IdentityProvider": _describe(pool, provider)}


def update_identity_provider(service: Service, params: Params) -> Reply:
    """UpdateIdentityProvider: change what the request has. Name and type never change."""
    pool, provider = _find(service, params)
    details = params.get("ProviderDetails", provider.details)
    check_provider(provider.name, provider.kind, details)
    _set_optional(pool, provider, params)
    provider.details, provider.mapping = details, params.get("AttributeMapping", provider.mapping)
    provider.modified = service.now()
    return {"IdentityProvider": _describe(pool, provider)}


def delete_identity_provider(service: Service, params: Params) -> Reply:
    """DeleteIdentityProvider. App clients that list it keep it until they are updated."""
    pool, provider = _find(service, params)
    pool.providers.remove(provider)
    return {}


def list_identity_providers(service: Service, params: Params) -> Reply:
    """ListIdentityProviders."""
    pool = service.get_pool(params["UserPoolId"])
    page, more = take_page(service, LISTING, params, pool.providers.all.read_after)
    shown = ("ProviderName", "ProviderType", "LastModifiedDate", "CreationDate")
    described = [_describe(pool, provider) for provider in page]
    return {"Providers": [{name: entry[name] for name in shown} for entry in described], **more}


def _find(service: Service, params: Params) -> tuple[UserPool, Provider]:
    pool = service.get_pool(params["UserPoolId"])
    provider = pool.providers.all.get(params["ProviderName"])
    if provider is None:
        raise NO_PROVIDER(params["ProviderName"])
    return pool, provider


def _set_optional(pool: UserPool, provider: Provider, params: Params) -> None:
    """Check and set the identifiers and the levels that a request has, and store the provider."""
    identifiers = params.get("IdpIdentifiers", provider.identifiers)
    holders = {pool.providers.find_by_identifier(identifier) for identifier in identifiers} - {None, provider}
    if holders:
        raise _errors.INVALID("The identity provider's identifiers must be unique in the user pool")  # own text
    if params.get("AcrMapping") and provider.kind != "OIDC":
        raise _errors.INVALID("AcrMapping is only for identity providers of type OIDC")  # own text
    pool.providers.put(provider)
    provider.identifiers, provider.levels = identifiers, params.get("AcrMapping", provider.levels)
    pool.providers.put(provider)


def _describe(pool: UserPool, provider: Provider) -> dict[str, Any]:
    kind = TYPES[provider.kind]
    details = {**kind.added, **provider.details}
    return {
        "UserPoolId": pool.id,
        "ProviderName": provider.name,
        "ProviderType": provider.kind,
        "ProviderDetails": {name: value for name, value in details.items() if name not in kind.hidden},
        "AttributeMapping": provider.mapping,
        "IdpIdentifiers": provider.identifiers,
        **({"AcrMapping": provider.levels} if provider.levels else {}),
        "LastModifiedDate": provider.modified,
        "CreationDate": provider.created,
    }
