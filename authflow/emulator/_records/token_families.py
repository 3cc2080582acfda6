"""TokenFamilies: what one sign-in gave, and the refresh tokens that go on from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.opaque import OpaqueTexts
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.expiring import Expiring
from authflow.emulator._records.user import User

LENGTH: Final = 1800  # about what the service's refresh tokens have
#: how long a family outlives its refresh tokens: as long as an access token may live, which can still be revoked
REMEMBERED: Final = timedelta(days=1)


@dataclass(slots=True, eq=False)
class TokenFamily:
    """The tokens that come from one sign-in.

    Attributes:
        id: ``origin_jti`` in all of its tokens.
        auth_time: when the user proved who they are, in seconds since 1970; a refresh does not change it.
        expires: when its refresh tokens do, rotated ones too.
        device_key: the device that it was given to, confirmed or proposed; None if devices took no part.
    """

    id: str
    client_id: str
    sub: str
    auth_time: int
    expires: datetime
    device_key: str | None = None
    revoked: bool = False


@dataclass(slots=True, eq=False)
class RefreshToken:
    """A refresh token.

    Attributes:
        retires: when it ceases to work because another one has taken its place.
    """

    family: TokenFamily
    retires: datetime | None = None

    def check(self, now: datetime) -> None:
        """Refuse a token that does not work any more.

        Raises:
            ServiceError: NotAuthorizedException, or RefreshTokenReuseException for one that was rotated out.
        """
        if self.family.revoked:
            raise _errors.REFRESH_TOKEN_REVOKED()
        if now >= self.family.expires:
            raise _errors.REFRESH_TOKEN_EXPIRED()
        if self.is_retired(now):
            raise _errors.REFRESH_TOKEN_REUSED()

    def is_retired(self, now: datetime) -> bool:
        """Return whether another token has taken its place for good."""
        return self.retires is not None and now >= self.retires


class TokenFamilies:
    """All families of the emulator and their refresh tokens."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._texts = OpaqueTexts(entropy, LENGTH)
        self._families: Expiring[TokenFamily] = Expiring()
        self._refresh_tokens: Expiring[RefreshToken] = Expiring()

    def open(self, client: UserPoolClient, user: User, now: datetime, device_key: str | None = None) -> TokenFamily:
        """Return a new family."""
        expires = now + client.validity("RefreshToken")
        family = TokenFamily(self._entropy.uuid(), client.id, user.sub, int(now.timestamp()), expires, device_key)
        self._families.put(family.id, family, until=expires + REMEMBERED, now=now)
        return family

    def get(self, family_id: str) -> TokenFamily | None:
        """Return the family of this id."""
        return self._families.get(family_id)

    def issue_refresh_token(self, family: TokenFamily, now: datetime) -> str:
        """Return a new refresh token of a family."""
        identifier, text = self._texts.issue()
        self._refresh_tokens.put(identifier, RefreshToken(family), until=family.expires + REMEMBERED, now=now)
        return text

    def find(self, text: str, client: UserPoolClient) -> RefreshToken | None:
        """Return a refresh token that was issued to this client, whether or not it still works."""
        identifier = self._texts.id_of(text)
        token = self._refresh_tokens.get(identifier) if identifier else None
        return token if token and token.family.client_id == client.id else None

    def revoke_all(self, user: User) -> None:
        """Revoke all that a user was granted, at whichever client."""
        for family in self._families.values():
            if family.sub == user.sub:
                family.revoked = True
