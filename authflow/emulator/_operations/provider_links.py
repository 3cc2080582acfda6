"""Links between users and their identities at other providers."""

from typing import Final

from authflow.emulator import _errors
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Identity, Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import names

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_IDENTITIES: Final = 5
#: the provider that stands for the pool itself
NATIVE: Final = "Cognito"
SUBJECT: Final = "Cognito_Subject"

# https://github.com/aws-amplify/amplify-js/issues/6477
ALREADY_LINKED: Final = ErrorTemplate("InvalidParameterException", "SourceUser is already linked to DestinationUser")
NO_MERGING: Final = ErrorTemplate(
    "InvalidParameterException",
    "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link",
)
# own texts
TOO_MANY_IDENTITIES: Final = ErrorTemplate("LimitExceededException", "The user has {} linked identities already")
NOT_LINKED: Final = ErrorTemplate("UserNotFoundException", "No user is linked to this identity.")


def admin_link_provider_for_user(service: Service, params: Params) -> Reply:
    """AdminLinkProviderForUser: link an identity to a user, before it has signed in on its own."""
    pool, source = service.get_pool(params["UserPoolId"]), params["SourceUser"]
    user = _find_destination(pool, params["DestinationUser"])
    provider, user_id = _require(source, "ProviderName"), _require(source, "ProviderAttributeValue")
    known = pool.providers.all.get(provider)
    if known is None:
        raise _errors.NO_PROVIDER(provider, pool.id)
    if known.kind not in {"SAML", "OIDC"} and _require(source, "ProviderAttributeName") != SUBJECT:
        raise _errors.INVALID(f"The ProviderAttributeName of {provider} must be {SUBJECT}")  # own text
    holder = _find_linked(pool, provider, user_id)
    if holder is user:
        raise ALREADY_LINKED()
    if holder is not None or pool.users.find_by_username(f"{provider}_{user_id}"):
        raise NO_MERGING()
    if len(user.identities) >= MAX_IDENTITIES:
        raise TOO_MANY_IDENTITIES(MAX_IDENTITIES)
    issuer = known.details.get("oidc_issuer")
    pool.providers.link(user, Identity(user_id, provider, known.kind, issuer, service.now()))
    user.modified = service.now()
    return {}


def admin_disable_provider_for_user(service: Service, params: Params) -> Reply:
    """AdminDisableProviderForUser: unlink an identity. For the pool's own one, the password no longer signs in."""
    pool, given = service.get_pool(params["UserPoolId"]), params["User"]
    provider, user_id = _require(given, "ProviderName"), _require(given, "ProviderAttributeValue")
    if provider == NATIVE:
        if given.get("ProviderAttributeName") != SUBJECT:
            raise _errors.INVALID(f"The ProviderAttributeName of {NATIVE} must be {SUBJECT}")  # own text
        user = names.get_user(pool, user_id)
        pool.users.set_status(user, Status.EXTERNAL_PROVIDER)
        user.password, user.modified = StoredPassword.create_unset(service.entropy), service.now()
        return {}
    holder = _find_linked(pool, provider, user_id)
    if holder is None:
        raise NOT_LINKED()
    identity = next(entry for entry in holder.identities if (entry.provider, entry.user_id) == (provider, user_id))
    pool.providers.unlink(holder, identity)
    holder.modified = service.now()
    return {}


def _find_linked(pool: UserPool, provider: str, user_id: str) -> User | None:
    linked = pool.providers.find_linked(provider, user_id)
    return pool.users.find_by_sub(linked.sub) if linked else None


def _find_destination(pool: UserPool, given: Params) -> User:
    """Return the user that a DestinationUser names: by username, or as a user of an identity provider."""
    name, provider = _require(given, "ProviderAttributeValue"), given.get("ProviderName", NATIVE)
    if provider == NATIVE:
        return names.get_user(pool, name)
    return _find_linked(pool, provider, name) or names.get_user(pool, f"{provider}_{name}")


def _require(given: Params, member: str) -> str:
    if not given.get(member):
        raise _errors.MISSING_PARAMETER(member)
    return str(given[member])
