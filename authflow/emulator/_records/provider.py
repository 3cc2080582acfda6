"""Identity providers of a pool, and the identities at them that are linked to users."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authflow.emulator._records.numbered import Numbered
from authflow.emulator._records.user import Identity, User


@dataclass(slots=True, eq=False)
class Provider:
    """An identity provider.

    Attributes:
        details: ProviderDetails as they are described, without what the service adds.
        identifiers: IdpIdentifiers.
    """

    name: str
    kind: str
    details: dict[str, str] = field(repr=False)
    mapping: dict[str, str]
    identifiers: list[str]
    levels: dict[str, Any]
    created: datetime
    modified: datetime


class Providers:
    """The identity providers of a pool, found by name, and the users who are linked to them."""

    def __init__(self) -> None:
        self.all: Numbered[Provider] = Numbered()
        self._by_identifier: dict[str, Provider] = {}
        self._linked: dict[tuple[str, str], User] = {}

    def find_by_identifier(self, identifier: str) -> Provider | None:
        """Return the provider with this identifier, None if there is none."""
        return self._by_identifier.get(identifier)

    def put(self, provider: Provider) -> None:
        """Add a provider, or take note of its new identifiers."""
        self._drop_identifiers(provider)
        self.all[provider.name] = provider
        self._by_identifier.update(dict.fromkeys(provider.identifiers, provider))

    def remove(self, provider: Provider) -> None:
        """Remove a provider. Users stay linked to it, and can't sign in through it."""
        self._drop_identifiers(provider)
        del self.all[provider.name]

    def find_linked(self, provider: str, user_id: str) -> User | None:
        """Return the user who is linked to an identity, None if there is none."""
        return self._linked.get((provider, user_id))

    def link(self, user: User, identity: Identity) -> None:
        """Link an identity, which is not linked yet, to a user."""
        user.identities = (*user.identities, identity)
        self._linked[identity.provider, identity.user_id] = user

    def restore_link(self, user: User, identity: Identity) -> None:
        """Find a user by one of the identities that the user has."""
        self._linked[identity.provider, identity.user_id] = user

    def unlink(self, user: User, identity: Identity) -> None:
        """Take an identity away from the user who is linked to it."""
        user.identities = tuple(other for other in user.identities if other != identity)
        del self._linked[identity.provider, identity.user_id]

    def unlink_all(self, user: User) -> None:
        """Take all identities away from a user."""
        for identity in user.identities:
            self.unlink(user, identity)

    def _drop_identifiers(self, provider: Provider) -> None:
        kept: Mapping[str, Provider] = self._by_identifier
        self._by_identifier = {name: holder for name, holder in kept.items() if holder is not provider}
