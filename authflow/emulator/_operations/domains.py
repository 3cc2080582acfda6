"""Domains of user pools. The emulator registers and describes them; it hosts no pages."""

import re
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import LOWERCASE_ALPHANUMERIC
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.pool_description import ACCOUNT
from authflow.emulator._records.domain import Domain
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users.tiers import require_essentials

PREFIX: Final = re.compile(r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?")
CUSTOM: Final = re.compile(rf"{PREFIX.pattern}(?:\.{PREFIX.pattern})+")
RESERVED: Final = ("aws", "amazon", "cognito")
#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_CUSTOM_DOMAINS: Final = 4

BAD_CHARACTER: Final = ErrorTemplate(
    "InvalidParameterException",
    "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and "
    "hyphens. Please enter a different name that follows this format: {}",
)
RESERVED_WORD: Final = ErrorTemplate("InvalidParameterException", "Domain cannot contain reserved word: {}")
DOMAIN_EXISTS: Final = ErrorTemplate("InvalidParameterException", "Domain already exists.")
DOMAIN_OF_OTHER_POOL: Final = ErrorTemplate(
    "InvalidParameterException", "Domain already associated with another user pool"
)
POOL_HAS_DOMAIN: Final = ErrorTemplate("InvalidParameterException", "User pool already has a domain configured.")
# https://github.com/hashicorp/terraform-provider-aws/issues/12131
NO_DOMAIN: Final = ErrorTemplate("InvalidParameterException", "No such domain or user pool exists.")
TOO_MANY_DOMAINS: Final = ErrorTemplate("LimitExceededException", "The account has {} custom domains already")  # own


def create_user_pool_domain(service: Service, params: Params) -> Reply:
    """CreateUserPoolDomain: a prefix, or with CustomDomainConfig a domain of one's own."""
    pool, name, custom = service.get_pool(params["UserPoolId"]), params["Domain"], params.get("CustomDomainConfig", {})
    _check_name(name, is_custom=bool(custom))
    _check_login_version(pool, params)
    if name in service.domains:
        raise (DOMAIN_EXISTS if service.domains[name].pool is pool else DOMAIN_OF_OTHER_POOL)()
    taken = pool.custom_domain if custom else pool.domain
    if taken:
        raise POOL_HAS_DOMAIN()
    if custom and sum(bool(domain.custom) for domain in service.domains.values()) >= MAX_CUSTOM_DOMAINS:
        raise TOO_MANY_DOMAINS(MAX_CUSTOM_DOMAINS)
    distribution = f"d{service.entropy.text(LOWERCASE_ALPHANUMERIC, 13)}.cloudfront.net"
    login_version, routing = params.get("ManagedLoginVersion", 1), params.get("Routing", {})
    domain = Domain(name, pool, distribution, _make_version(service), custom, login_version, routing)
    service.domains[name] = domain
    if custom:
        pool.custom_domain = name
    else:
        pool.domain = name
    return _summarize(domain)


def describe_user_pool_domain(service: Service, params: Params) -> Reply:
    """DescribeUserPoolDomain. An unknown domain has an empty description."""
    domain = service.domains.get(params["Domain"])
    return {"DomainDescription": _describe(service, domain) if domain else {}}


def update_user_pool_domain(service: Service, params: Params) -> Reply:
    """UpdateUserPoolDomain: change the certificate of a custom domain, or the version of the login pages."""
    domain = _find(service, params)
    _check_login_version(domain.pool, params)
    if "CustomDomainConfig" in params:
        if not domain.custom:
            raise _errors.INVALID("A prefix domain has no certificate")
        domain.custom = params["CustomDomainConfig"]
    domain.login_version = params.get("ManagedLoginVersion", domain.login_version)
    domain.routing = params.get("Routing", domain.routing)
    domain.version = _make_version(service)
    return _summarize(domain)


def delete_user_pool_domain(service: Service, params: Params) -> Reply:
    """DeleteUserPoolDomain."""
    domain, pool = _find(service, params), service.get_pool(params["UserPoolId"])
    del service.domains[domain.name]
    if domain.custom:
        pool.custom_domain = None
    else:
        pool.domain = None
    return {}


def _find(service: Service, params: Params) -> Domain:
    domain = service.domains.get(params["Domain"])
    if domain is None or domain.pool.id != params["UserPoolId"]:
        raise NO_DOMAIN()
    return domain


def _check_name(name: str, *, is_custom: bool) -> None:
    pattern = CUSTOM if is_custom else PREFIX
    if not pattern.fullmatch(name):
        raise BAD_CHARACTER(f"^{pattern.pattern}$")
    reserved = next((word for word in RESERVED if word in name), None)
    if reserved and not is_custom:
        raise RESERVED_WORD(reserved)


def _check_login_version(pool: UserPool, params: Params) -> None:
    if params.get("ManagedLoginVersion") == 2:
        require_essentials(pool, "Managed Login Version 2")


def _make_version(service: Service) -> str:
    return f"{service.now():%Y%m%d%H%M%S}"


def _summarize(domain: Domain) -> Reply:
    address = {"CloudFrontDomain": domain.distribution} if domain.custom else {}
    return {"ManagedLoginVersion": domain.login_version, **address}


def _describe(service: Service, domain: Domain) -> dict[str, Any]:
    return {
        "UserPoolId": domain.pool.id,
        "AWSAccountId": ACCOUNT,
        "Domain": domain.name,
        "S3Bucket": f"aws-cognito-prod-{service.region}-assets",
        "CloudFrontDistribution": domain.distribution,
        "Version": domain.version,
        "Status": "ACTIVE",
        "CustomDomainConfig": domain.custom,
        "ManagedLoginVersion": domain.login_version,
        **({"Routing": domain.routing} if domain.routing else {}),
    }
