"""Cognito's endpoint in each AWS region."""

import re
from typing import Final

from authflow.core.errors import InvalidInput

# The AWS partitions that have a domain of their own: the prefix of their regions, and the domain (source: botocore's
# partitions.json).
_DOMAINS: Final = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}
_DEFAULT_DOMAIN: Final = "amazonaws.com"
# The region becomes part of a host name, so nothing else may pass.
_REGION: Final = re.compile(r"[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")


def find_endpoint(region: str) -> str:
    """Return the URL of Cognito's user pools in an AWS region.

    Raises:
        InvalidInput: ``region`` does not look like the name of an AWS region.
    """
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise InvalidInput("region", "is not the name of an AWS region, such as eu-west-1")
    domain = next((domain for prefix, domain in _DOMAINS.items() if region.startswith(prefix)), _DEFAULT_DOMAIN)
    return f"https://cognito-idp.{region}.{domain}"
