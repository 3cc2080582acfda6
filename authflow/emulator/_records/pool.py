"""A user pool's record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from authflow.emulator._records.expiring import Expiring
from authflow.emulator._records.user import User

if TYPE_CHECKING:
    from authflow.emulator._crypto.jose import PoolKeys


@dataclass(slots=True, eq=False)
class UserPool:
    """A user pool.

    Attributes:
        settings: the members of CreateUserPool's request that the pool's description has too, as they were given.
        schema: the attributes that its users may have, by name.
        decoy_key: makes the answers for users who don't exist, the same ones each time.
        keys: sign its tokens; None until the first one.
        triggers: Python callables in place of Lambda functions, by their names in LambdaConfig.
        mfa: what SetUserPoolMfaConfig configures beside MfaConfiguration, as it was given.
        decoys: those who were asked for lately, by canonical name.
    """

    id: str
    settings: dict[str, Any]
    schema: Mapping[str, Mapping[str, Any]]
    decoy_key: bytes = field(repr=False)
    created: datetime
    modified: datetime
    keys: "PoolKeys | None" = field(default=None, repr=False)
    mfa: dict[str, Any] = field(default_factory=dict)
    decoys: Expiring[User] = field(default_factory=Expiring, repr=False)
    triggers: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict, repr=False)
    _users: dict[str, User] = field(default_factory=dict, repr=False)
    _by_sub: dict[str, User] = field(default_factory=dict, repr=False)

    @property
    def srp_group(self) -> str:
        """What the pool adds to the SRP identity: what follows the first underscore of its id."""
        return self.id.split("_", 1)[1]

    @property
    def users(self) -> list[User]:
        """All users, oldest first."""
        return list(self._users.values())

    @property
    def case_sensitive(self) -> bool:
        """Whether names that differ in case are different names: so by default, says the service model."""
        return bool(self.settings.get("UsernameConfiguration", {}).get("CaseSensitive", True))

    @property
    def aliases(self) -> frozenset[str]:
        """Attributes that users may sign in with beside their username."""
        return frozenset(self.settings.get("AliasAttributes", ()))

    @property
    def username_attributes(self) -> frozenset[str]:
        """Attributes that users sign in with instead of a username."""
        return frozenset(self.settings.get("UsernameAttributes", ()))

    @property
    def auto_verified(self) -> frozenset[str]:
        """Attributes that are verified by a code at sign-up."""
        return frozenset(self.settings.get("AutoVerifiedAttributes", ()))

    @property
    def mfa_mode(self) -> str:
        """MfaConfiguration: OFF (the default), OPTIONAL or ON."""
        return str(self.settings.get("MfaConfiguration", "OFF"))

    @property
    def first_factors(self) -> frozenset[str]:
        """AllowedFirstAuthFactors: PASSWORD alone by default."""
        policy = self.settings["Policies"].get("SignInPolicy", {})
        return frozenset(policy.get("AllowedFirstAuthFactors", ["PASSWORD"]))

    @property
    def password_policy(self) -> Mapping[str, Any]:
        """The PasswordPolicy."""
        policy: Mapping[str, Any] = self.settings["Policies"]["PasswordPolicy"]
        return policy

    @property
    def required_attributes(self) -> list[str]:
        """Names of the attributes that each user must have."""
        return sorted(name for name, attribute in self.schema.items() if attribute.get("Required") and name != "sub")

    @property
    def device_tracking(self) -> Mapping[str, bool]:
        """The DeviceConfiguration; without members the pool does not track devices."""
        configuration: Mapping[str, bool] = self.settings.get("DeviceConfiguration", {})
        return configuration

    def normalize_case(self, name: str) -> str:
        """Return a name as the pool compares it."""
        return name if self.case_sensitive else name.lower()

    def add(self, user: User) -> None:
        """Take a new user in; no user may have this username."""
        self._users[self.normalize_case(user.username)] = user
        self._by_sub[user.sub] = user

    def has(self, user: User) -> bool:
        """Return whether this is one of its users: a decoy is not."""
        return self._by_sub.get(user.sub) is user

    def remove(self, user: User) -> None:
        """Forget a user."""
        del self._users[self.normalize_case(user.username)]
        del self._by_sub[user.sub]

    def by_username(self, name: str) -> User | None:
        """Return the user of this username."""
        return self._users.get(self.normalize_case(name))

    def by_sub(self, sub: str) -> User | None:
        """Return the user of this sub, which no other user ever has."""
        return self._by_sub.get(sub)
