"""An app client's record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator._records.pool import UserPool

#: without ExplicitAuthFlows; the service model's text at CreateUserPoolClient
DEFAULT_FLOWS: Final = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
#: what each of the old names permits; the service model's text at CreateUserPoolClient
LEGACY_FLOWS: Final[Mapping[str, str | None]] = {
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY": None,
}
#: token validity: the unit that counts without TokenValidityUnits, and the default in seconds (service model)
UNITS: Final[Mapping[str, tuple[str, int]]] = {
    "AccessToken": ("hours", 3600),
    "IdToken": ("hours", 3600),
    "RefreshToken": ("days", 30 * 86400),
}


@dataclass(slots=True, eq=False)
class UserPoolClient:
    """An app client.

    Attributes:
        settings: the members of the latest request that the client's description has too, as they were given.
    """

    id: str
    pool: UserPool = field(repr=False)
    secret: str | None = field(repr=False)
    settings: dict[str, Any]
    created: datetime
    modified: datetime

    @property
    def session_validity(self) -> timedelta:
        """How long a challenge may be answered: AuthSessionValidity, 3 minutes by default."""
        return timedelta(minutes=self.settings.get("AuthSessionValidity", 3))

    @property
    def hides_users(self) -> bool:
        """Whether it is kept secret which users exist: PreventUserExistenceErrors, LEGACY by default."""
        return bool(self.settings.get("PreventUserExistenceErrors") == "ENABLED")

    @property
    def revocation(self) -> bool:
        """Whether tokens can be revoked: EnableTokenRevocation, on by default."""
        return bool(self.settings.get("EnableTokenRevocation", True))

    @property
    def rotation_grace(self) -> timedelta | None:
        """How long a rotated refresh token lives on; None where the client does not rotate them."""
        rotation = self.settings.get("RefreshTokenRotation", {})
        if rotation.get("Feature") != "ENABLED":
            return None
        return timedelta(seconds=rotation.get("RetryGracePeriodSeconds", 0))

    @property
    def allowed_flows(self) -> frozenset[str]:
        """ExplicitAuthFlows in the names that begin with ALLOW_."""
        given = self.settings.get("ExplicitAuthFlows") or DEFAULT_FLOWS
        if not LEGACY_FLOWS.keys() & set(given):
            return frozenset(given)
        implied = {"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"}
        if "CUSTOM_AUTH_FLOW_ONLY" not in given:
            implied.add("ALLOW_USER_SRP_AUTH")
        return frozenset(implied | {permitted for name in given if (permitted := LEGACY_FLOWS[name])})

    def validity(self, token: str) -> timedelta:
        """Return the lifetime of ``AccessToken``, ``IdToken`` or ``RefreshToken``."""
        return validity(self.settings, token)

    def may_read(self, attribute: str) -> bool:
        """Return whether the client sees an attribute: all of them, without ReadAttributes."""
        readable = self.settings.get("ReadAttributes")
        return not readable or attribute in readable

    def may_write(self, attribute: str) -> bool:
        """Return whether the client sets an attribute: all of them, without WriteAttributes."""
        writable = self.settings.get("WriteAttributes")
        return not writable or attribute in writable


def validity(settings: Mapping[str, Any], token: str) -> timedelta:
    """Return a token's lifetime by a client's settings; 0 stands for the default, as in the service model."""
    unit, default = UNITS[token]
    given = settings.get(f"{token}Validity")
    if not given:
        return timedelta(seconds=default)
    return timedelta(**{settings.get("TokenValidityUnits", {}).get(token, unit): given})
