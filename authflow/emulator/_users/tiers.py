"""What a pool's tier permits, and the authentication levels, which LITE does not have."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._records.pool import UserPool

#: the names of the authentication levels that a request did not name
ACR_VALUES: Final[Mapping[str, Any]] = {
    f"Level{number}": {"AcrValue": f"urn:cognito:loa:{number}"} for number in range(1, 5)
}


def require_essentials(pool: UserPool, feature: str) -> None:
    """Require that a pool has a tier in which a feature exists that LITE does not have.

    Raises:
        ServiceError: FeatureUnavailableInTierException.
    """
    if pool.tier == "LITE":
        raise _errors.FEATURE_NOT_IN_TIER(pool.tier, feature)
