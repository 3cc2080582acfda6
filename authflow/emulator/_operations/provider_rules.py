"""What each type of identity provider needs, and what the service adds to its description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate

REQUIRED: Final = ErrorTemplate("InvalidParameterException", "{} are all required idp details.")
OTHER_TYPE: Final = ErrorTemplate("InvalidParameterException", "Provider {} cannot be of type {}.")


def _require_metadata(details: Mapping[str, str]) -> None:
    given = {"MetadataURL", "MetadataFile"} & details.keys()
    if not given:
        raise _errors.INVALID("At least one of the MetadataURL or MetadataFile should be provided.")
    if len(given) > 1:
        raise _errors.INVALID("Only one of the MetadataURL or MetadataFile should be provided.")


def _require(text: str, *names: str) -> Callable[[Mapping[str, str]], None]:
    def check(details: Mapping[str, str]) -> None:
        if not all(details.get(name) for name in names):
            raise REQUIRED(text)

    return check


CLIENT: Final = _require("clientId, clientSecret and authorizeScopes", "client_id", "client_secret", "authorize_scopes")
APPLE: Final = _require("clientId, privateKey, teamId, and keyId", "client_id", "private_key", "team_id", "key_id")
OIDC: Final = _require(
    "clientId, authorizeScopes, oidcIssuer and attributesRequestMethod",
    *("client_id", "authorize_scopes", "oidc_issuer", "attributes_request_method"),
)


@dataclass(frozen=True, slots=True)
class ProviderType:
    """A type of identity provider.

    Attributes:
        check: requires that ProviderDetails are complete.
        mapping: the AttributeMapping of a provider without one.
        added: the details that the service adds.
        hidden: the details that no description shows.
        is_social: whether the provider's name must be the type.
    """

    check: Callable[[Mapping[str, str]], None]
    mapping: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    is_social: bool = True


#: source of the details that are added: the descriptions in the service model
TYPES: Final[Mapping[str, ProviderType]] = {
    "SAML": ProviderType(_require_metadata, is_social=False),
    "OIDC": ProviderType(OIDC, {"username": "sub"}, {"attributes_url_add_attributes": "false"}, is_social=False),
    "Google": ProviderType(
        CLIENT,
        {"username": "sub"},
        {
            "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
            "attributes_url_add_attributes": "true",
            "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
            "oidc_issuer": "https://accounts.google.com",
            "token_request_method": "POST",
            "token_url": "https://www.googleapis.com/oauth2/v4/token",
        },
    ),
    "Facebook": ProviderType(
        CLIENT,
        {"username": "id"},
        {
            "attributes_url": "https://graph.facebook.com/v17.0/me?fields=",
            "attributes_url_add_attributes": "true",
            "authorize_url": "https://www.facebook.com/v17.0/dialog/oauth",
            "token_request_method": "GET",
            "token_url": "https://graph.facebook.com/v17.0/oauth/access_token",
        },
    ),
    "LoginWithAmazon": ProviderType(
        CLIENT,
        {"username": "user_id"},
        {
            "attributes_url": "https://api.amazon.com/user/profile",
            "attributes_url_add_attributes": "false",
            "authorize_url": "https://www.amazon.com/ap/oa",
            "token_request_method": "POST",
            "token_url": "https://api.amazon.com/auth/o2/token",
        },
    ),
    "SignInWithApple": ProviderType(
        APPLE,
        {"username": "sub"},
        {
            "attributes_url_add_attributes": "false",
            "authorize_url": "https://appleid.apple.com/auth/authorize",
            "oidc_issuer": "https://appleid.apple.com",
            "token_request_method": "POST",
            "token_url": "https://appleid.apple.com/auth/token",
        },
        frozenset({"private_key"}),
    ),
}


def check_provider(name: str, kind: str, details: Mapping[str, str]) -> None:
    """Require that a provider's name fits its type, and that its details are complete.

    Raises:
        ServiceError: InvalidParameterException.
    """
    if (TYPES[kind].is_social and name != kind) or (name in TYPES and name != kind):
        raise OTHER_TYPE(name, kind)
    TYPES[kind].check(details)
