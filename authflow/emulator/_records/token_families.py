"""Token families: the tokens of one sign-in and of all its refreshes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.opaque import OpaqueTokens
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.user import User
from authflow.emulator._records.watching import WatchedMap

LENGTH: Final = 1800  # about as long as Cognito's refresh tokens
#: how long a family is kept after its refresh tokens expire: its access tokens can be revoked while they are valid
RETENTION: Final = timedelta(days=1)
NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Levels:
    """How strongly a user has authenticated.

    Attributes:
        acr: the name of the authentication level; None for none.
        amr: the methods.
        is_shown: whether the tokens have the claims.
    """

    acr: str | None = None
    amr: tuple[str, ...] = ()
    is_shown: bool = False

    def make_claims(self) -> dict[str, object]:
        """Return the claims ``acr`` and ``amr``, if the tokens have them."""
        return {"acr": self.acr, "amr": list(self.amr)} if self.is_shown else {}


NO_LEVELS: Final = Levels()


@dataclass(slots=True, eq=False)
class TokenFamily:
    """The tokens of one sign-in and of all its refreshes.

    Attributes:
        id: the ``origin_jti`` of the tokens.
        client_id: the app client that the tokens were issued to.
        sub: the user's sub.
        auth_time: when the user signed in, in seconds since 1970. A refresh does not change it.
        expires: when the refresh tokens expire. A rotation does not change it.
        device_key: the confirmed or proposed device that the tokens were issued to; None if no device was used.
        revoked: whether the tokens are revoked.
        session_id: the id of the session, if the pool tracks sessions.
        last_used: when the tokens were issued or refreshed last.
        address: the IP address that the client named, if it named one.
        levels: how strongly the user authenticated.
    """

    id: str
    client_id: str
    sub: str
    auth_time: int
    expires: datetime
    device_key: str | None = None
    revoked: bool = False
    session_id: str | None = None
    last_used: datetime = NEVER
    address: str | None = None
    levels: Levels = NO_LEVELS

    def is_active(self, now: datetime) -> bool:
        """Return whether the refresh tokens still work."""
        return not self.revoked and now < self.expires


@dataclass(slots=True, eq=False)
class RefreshToken:
    """A refresh token.

    Attributes:
        family: the token's family.
        retires: when the token stops working because it was rotated; None if it was not.
    """

    family: TokenFamily
    retires: datetime | None = None

    def rotate(self, grace: timedelta, now: datetime) -> None:
        """Let the token work for the grace period only. Without one it stops at once, whatever the clock does then."""
        if self.retires is None:
            self.retires = now + grace if grace else NEVER

    def require_usable(
        self, now: datetime, latest: datetime, reused: _errors.ErrorTemplate = _errors.REFRESH_TOKEN_REUSED
    ) -> None:
        """Require that the token still works.

        Args:
            now: the current time.
            latest: the latest time that the clock has shown.
            reused: the error for a token that was replaced by another one.

        Raises:
            ServiceError: NotAuthorizedException: the token is revoked or expired. ``reused``: it was replaced.
        """
        if self.family.revoked:
            raise _errors.REFRESH_TOKEN_REVOKED()
        if now >= self.family.expires:
            raise _errors.REFRESH_TOKEN_EXPIRED()
        if self.is_retired(latest):
            raise reused()

    def is_retired(self, latest: datetime) -> bool:
        """Return whether another token has replaced this one, and the grace period was over at the latest time."""
        return self.retires is not None and latest >= self.retires


class TokenFamilies:
    """All token families of the emulator, and their refresh tokens.

    Attributes:
        tokens: makes the texts of refresh tokens.
        families: the families, by id.
        by_event: the families of tokens that do not name their family, by ``event_id``.
        refresh_tokens: the refresh tokens, by the identifier in their texts.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self.tokens: OpaqueTokens = OpaqueTokens(entropy, LENGTH)
        self.families: WatchedMap[TokenFamily] = WatchedMap(self._forget)
        self._of_user: dict[str, dict[str, TokenFamily]] = {}
        self.by_event: WatchedMap[TokenFamily] = WatchedMap()
        self.refresh_tokens: WatchedMap[RefreshToken] = WatchedMap()

    def create(self, client: UserPoolClient, user: User, now: datetime, device_key: str | None = None) -> TokenFamily:
        """Create a family for a new sign-in."""
        expires = now + client.get_token_validity("RefreshToken")
        family = TokenFamily(
            self._entropy.uuid(), client.id, user.sub, int(now.timestamp()), expires, device_key, last_used=now
        )
        self.families.put(family.id, family, until=expires + RETENTION, now=now)
        self._of_user.setdefault(user.sub, {})[family.id] = family
        return family

    def restore(self, family: TokenFamily, until: datetime) -> None:
        """Add a family, after those that were created before."""
        self.families.restore(family.id, family, until)
        self._of_user.setdefault(family.sub, {})[family.id] = family

    def get(self, family_id: str) -> TokenFamily | None:
        """Return the family with this id, None if there is none."""
        return self.families.get(family_id)

    def note_event(self, event_id: str, family: TokenFamily, now: datetime) -> None:
        """Record which family the tokens with this ``event_id`` belong to, if they have no ``origin_jti``."""
        self.by_event.put(event_id, family, until=family.expires + RETENTION, now=now)

    def find_by_event(self, event_id: str) -> TokenFamily | None:
        """Return the family that ``note_event`` recorded, None if there is none."""
        return self._look_up(self.by_event.get(event_id))

    def issue_refresh_token(self, family: TokenFamily, now: datetime) -> str:
        """Issue a new refresh token of a family."""
        identifier, text = self.tokens.issue()
        self.refresh_tokens.put(identifier, RefreshToken(family), until=family.expires + RETENTION, now=now)
        return text

    def find(self, text: str) -> RefreshToken | None:
        """Return a refresh token, even if it no longer works; None if there is none."""
        identifier = self.tokens.verify(text)
        token = self.refresh_tokens.get(identifier) if identifier else None
        return token if token is not None and self._look_up(token.family) else None

    def has_issued(self, text: str) -> bool:
        """Return whether a text is a refresh token, which may have expired long ago and not be kept any more."""
        return self.tokens.verify(text) is not None

    def revoke_all(self, user: User) -> None:
        """Revoke all tokens of a user, for all clients."""
        for family in self.list_of(user):
            family.revoked = True

    def list_of(self, user: User) -> list[TokenFamily]:
        """Return the families of a user, the oldest first."""
        return [family for id_ in list(self._of_user.get(user.sub, ())) if (family := self.families.get(id_))]

    def _look_up(self, family: TokenFamily | None) -> TokenFamily | None:
        """Return a family if it is still kept."""
        return self.families.get(family.id) if family else None

    def _forget(self, family: TokenFamily) -> None:
        families = self._of_user[family.sub]
        del families[family.id]
        if not families:
            del self._of_user[family.sub]
