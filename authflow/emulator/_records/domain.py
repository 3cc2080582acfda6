"""The record of a domain."""

from dataclasses import dataclass, field
from typing import Any

from authflow.emulator._records.pool import UserPool


@dataclass(slots=True, eq=False)
class Domain:
    """A domain of the pages that a pool hosts: a prefix of the service's own domain, or a custom one.

    Attributes:
        distribution: the address of its CDN.
        version: when it was last changed, as 14 digits.
        custom: CustomDomainConfig; empty for a prefix.
        login_version: ManagedLoginVersion.
        routing: Routing, as it was given.
    """

    name: str
    pool: UserPool = field(repr=False)
    distribution: str
    version: str
    custom: dict[str, Any]
    login_version: int
    routing: dict[str, Any]
