"""Sessions: the state of a sign-in between a challenge and its answer.

A Session is bound to its pool, client, user and challenge. It can be used once, and it expires.
"""

import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.opaque import OpaqueTokens
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.sign_in import SignIn
from authflow.emulator._records.user import User
from authflow.emulator._records.watching import WatchedMap

LENGTH: Final = 1500  # about as long as Cognito's; SessionType allows 20 to 4096
#: how long an expired or used Session is kept
RETENTION: Final = timedelta(minutes=15)


@dataclass(slots=True, eq=False)
class Session:
    """The state of a sign-in that waits for an answer.

    Attributes:
        client_id: the app client that the Session was issued to.
        sub: the user's sub.
        salt: the salt of the user's password when the Session was issued: a new password ends the Session.
        challenge: the challenge that the Session was issued with.
        sign_in: the earlier steps of the sign-in.
        expires: when the Session expires.
        challenge_data: what the challenge needs to check its answer, such as the code that was sent.
        decoy: the decoy user, if the sign-in is for one.
        used: whether the Session was used.
    """

    client_id: str
    sub: str
    salt: int = field(repr=False)
    challenge: str
    sign_in: SignIn
    expires: datetime
    challenge_data: Any = field(default=None, repr=False)
    decoy: User | None = field(default=None, repr=False)
    used: bool = False


class Sessions:
    """All Sessions of the emulator.

    Attributes:
        tokens: makes the Sessions' tokens.
        kept: the Sessions, by the identifier in their tokens.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.tokens: OpaqueTokens = OpaqueTokens(entropy, LENGTH)
        self.kept: WatchedMap[Session] = WatchedMap(self._forget)
        self._by_device: dict[str, dict[Session, str]] = {}

    def __len__(self) -> int:
        return len(self.kept)

    def issue(self, session: Session, now: datetime) -> str:
        """Store a new Session and return its token, which Cognito's API calls Session too."""
        identifier, text = self.tokens.issue()
        self.kept.put(identifier, session, until=session.expires + RETENTION, now=now)
        self._note_device(identifier, session)
        return text

    def restore(self, identifier: str, session: Session, until: datetime) -> None:
        """Add a Session that had this identifier, after those that were issued before."""
        self.kept.restore(identifier, session, until)
        self._note_device(identifier, session)

    def find_client_id(self, text: str) -> str | None:
        """Return the app client that a Session was issued to, None for an unknown Session."""
        session = self._get(text)
        return session.client_id if session else None

    def explain_missing(self, text: str) -> _errors.ServiceError:
        """Return the error for a Session that is not kept: it expired long ago, or was never issued."""
        return (_errors.SESSION_EXPIRED if self.tokens.verify(text) else _errors.SESSION_INVALID)()

    def find_latest(self, device_key: str, is_wanted: Callable[[Session], bool]) -> str | None:
        """Return the token of a device's latest wanted Session, preferably of an unused one; None if there is none."""
        sessions = self._by_device.get(device_key, {})
        wanted = [session for session in reversed(sessions) if is_wanted(session)]
        found = next((session for session in wanted if not session.used), wanted[0] if wanted else None)
        return self.tokens.restore(sessions[found]) if found else None

    def _note_device(self, identifier: str, session: Session) -> None:
        if session.sign_in.device_key is not None:
            self._by_device.setdefault(session.sign_in.device_key, {})[session] = identifier

    def find(
        self, text: str, client: UserPoolClient, challenges: Collection[str], now: datetime
    ) -> tuple[Session, User]:
        """Return the valid Session of one of these challenges, and its user. The Session can be used again.

        Raises:
            ServiceError: NotAuthorizedException: the Session was changed, was issued to another client or for another
                challenge, was used or expired, or its user is gone or has a new password.
        """
        session = self._get(text)
        if session is None:
            raise self.explain_missing(text)
        if session.client_id != client.id or session.challenge not in challenges:
            raise _errors.SESSION_INVALID()
        if session.used:
            raise _errors.SESSION_USED()
        if now >= session.expires:
            raise _errors.SESSION_EXPIRED()
        user = session.decoy or client.pool.users.find_by_sub(session.sub)
        if user is None or user.password.salt != session.salt:
            raise _errors.SESSION_INVALID()
        return session, user

    def read_latest(self, count: int) -> list[Session]:
        """Return the ``count`` latest Sessions, the latest first, with those that were used or have expired."""
        return self.kept.read_latest(count)

    def _forget(self, session: Session) -> None:
        if (key := session.sign_in.device_key) is not None:
            del self._by_device[key][session]
            if not self._by_device[key]:
                del self._by_device[key]

    def _get(self, text: str) -> Session | None:
        identifier = self.tokens.verify(text)
        return self.kept.get(identifier) if identifier else None


def is_same_username(name: str, canonical: str) -> bool:
    """Return whether a later step's USERNAME is the one that the service returned. Both are in the pool's case."""
    return hmac.compare_digest(name.encode(), canonical.encode())
