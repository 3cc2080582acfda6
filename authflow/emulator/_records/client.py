"""The record of an app client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator._records.pool import UserPool

#: the default of ExplicitAuthFlows; source: CreateUserPoolClient in the service model
DEFAULT_FLOWS: Final = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
#: the AuthFlow that each of the older names allows; source: CreateUserPoolClient in the service model
LEGACY_FLOWS: Final[Mapping[str, str | None]] = {
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY": None,
}
#: token validity: the unit if TokenValidityUnits has none, and the default in seconds; source: the service model
UNITS: Final[Mapping[str, tuple[str, int]]] = {
    "AccessToken": ("hours", 3600),
    "IdToken": ("hours", 3600),
    "RefreshToken": ("days", 30 * 86400),
}


@dataclass(frozen=True, slots=True)
class NoClient:
    """Stands for the app client in the events of operations that have none.

    Attributes:
        id: the ``clientId`` of such events, as recorded from the service.
    """

    pool: UserPool = field(repr=False)
    id: str = "CLIENT_ID_NOT_APPLICABLE"
    has_hidden_users: bool = False


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret of an app client."""

    id: str
    value: str = field(repr=False)
    created: datetime


@dataclass(slots=True, eq=False)
class UserPoolClient:
    """An app client.

    Attributes:
        settings: the members of the latest request that UserPoolClientType has too, unchanged.
        sso_session: what SetUserPoolClientSessionConfiguration has set.
        secrets: the secrets that work, the oldest first.
    """

    id: str
    pool: UserPool = field(repr=False)
    settings: dict[str, Any]
    created: datetime
    modified: datetime
    secrets: list[ClientSecret] = field(default_factory=list, repr=False)
    sso_session: dict[str, Any] = field(default_factory=dict)

    def add_secret(self, value: str, now: datetime) -> ClientSecret:
        """Add a secret, whose id tells when it was made."""
        latest = max((int(secret.id.rpartition("-")[2]) for secret in self.secrets), default=0)
        secret = ClientSecret(f"{self.id}--{max(int(now.timestamp()), latest + 1)}", value, now)
        self.secrets.append(secret)
        return secret

    @property
    def session_validity(self) -> timedelta:
        """How long a challenge can be answered: AuthSessionValidity, by default 3 minutes."""
        return timedelta(minutes=self.settings.get("AuthSessionValidity", 3))

    @property
    def has_hidden_users(self) -> bool:
        """Whether replies hide which users exist: PreventUserExistenceErrors, by default LEGACY (they do not)."""
        return bool(self.settings.get("PreventUserExistenceErrors") == "ENABLED")

    @property
    def has_revocation(self) -> bool:
        """Whether tokens can be revoked: EnableTokenRevocation, by default true."""
        return bool(self.settings.get("EnableTokenRevocation", True))

    @property
    def rotation_grace(self) -> timedelta | None:
        """How long a rotated refresh token still works; None if the client does not rotate refresh tokens."""
        rotation = self.settings.get("RefreshTokenRotation", {})
        if rotation.get("Feature") != "ENABLED":
            return None
        return timedelta(seconds=rotation.get("RetryGracePeriodSeconds", 0))

    @property
    def allowed_flows(self) -> frozenset[str]:
        """ExplicitAuthFlows, as the names that begin with ALLOW_."""
        given = self.settings.get("ExplicitAuthFlows") or DEFAULT_FLOWS
        if not LEGACY_FLOWS.keys() & set(given):
            return frozenset(given)
        implied = {"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"}
        if "CUSTOM_AUTH_FLOW_ONLY" not in given:
            implied.add("ALLOW_USER_SRP_AUTH")
        return frozenset(implied | {permitted for name in given if (permitted := LEGACY_FLOWS[name])})

    def get_token_validity(self, token: str) -> timedelta:
        """Return the lifetime of ``AccessToken``, ``IdToken`` or ``RefreshToken``."""
        return compute_token_validity(self.settings, token)

    def may_read(self, attribute: str) -> bool:
        """Return whether the client may read an attribute. Without ReadAttributes it may read all of them."""
        readable = self.settings.get("ReadAttributes")
        return not readable or attribute in readable

    def may_write(self, attribute: str) -> bool:
        """Return whether the client may write an attribute. Without WriteAttributes it may write all of them."""
        writable = self.settings.get("WriteAttributes")
        return not writable or attribute in writable


def compute_token_validity(settings: Mapping[str, Any], token: str) -> timedelta:
    """Return a token's lifetime according to a client's settings. 0 stands for the default, as in the service model."""
    unit, default = UNITS[token]
    given = settings.get(f"{token}Validity")
    if not given:
        return timedelta(seconds=default)
    return timedelta(**{settings.get("TokenValidityUnits", {}).get(token, unit): given})
