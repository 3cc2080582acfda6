"""Where Cognito is: its endpoint in each AWS region."""

import re
from typing import Final

from authflow.core.errors import InvalidInput

# Of each AWS partition whose domain is its own: how its regions begin, and the domain (botocore's partitions.json).
_DOMAINS: Final = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}
_DOMAIN: Final = "amazonaws.com"
# It becomes a part of a host name, so that nothing else may pass.
_REGION: Final = re.compile(r"[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")


def find_endpoint(region: str) -> str:
    """Return the URL of Cognito's user pools in an AWS region.

    Raises:
        InvalidInput: that is not how a region's name looks.
    """
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise InvalidInput("region", "is not the name of an AWS region, such as eu-west-1")
    domain = next((domain for start, domain in _DOMAINS.items() if region.startswith(start)), _DOMAIN)
    return f"https://cognito-idp.{region}.{domain}"
