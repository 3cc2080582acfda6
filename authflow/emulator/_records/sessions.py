"""Sessions: what stands between a challenge and its answer.

A Session is bound to pool, client, user and the one challenge it was given out with; it works once and not for long.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.opaque import OpaqueTexts
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.expiring import Expiring
from authflow.emulator._records.sign_in import SignIn
from authflow.emulator._records.user import User

LENGTH: Final = 1500  # about what the service's have; SessionType permits 20 to 4096
#: how long an expired or used Session is told apart from one that never was
REMEMBERED: Final = timedelta(minutes=15)


@dataclass(slots=True, eq=False)
class Session:
    """What the service remembers between two steps.

    Attributes:
        sub: the user who proved what came before.
        salt: of the password that counted then: a newer one ends the Session.
        sign_in: what came before.
        decoy: the user, if nobody has the name.
        held: what the challenge needs to judge its answer, such as the code that was sent.
    """

    client_id: str
    sub: str
    salt: int = field(repr=False)
    challenge: str
    sign_in: SignIn
    expires: datetime
    held: Any = field(default=None, repr=False)
    decoy: User | None = field(default=None, repr=False)
    used: bool = False


class Sessions:
    """All Sessions of the emulator."""

    def __init__(self, entropy: Entropy) -> None:
        self._texts = OpaqueTexts(entropy, LENGTH)
        self._kept: Expiring[Session] = Expiring()

    def __len__(self) -> int:
        return len(self._kept)

    def open(self, session: Session, now: datetime) -> str:
        """Return the text that a new Session goes by."""
        identifier, text = self._texts.issue()
        self._kept.put(identifier, session, until=session.expires + REMEMBERED, now=now)
        return text

    def client_id(self, text: str) -> str | None:
        """Return which app client a Session was given to; None for a text that is no Session."""
        session = self._get(text)
        return session.client_id if session else None

    def find(
        self, text: str, client: UserPoolClient, challenges: Collection[str], now: datetime
    ) -> tuple[Session, User]:
        """Return an open Session of one of these challenges, and its user; the Session stays usable.

        Raises:
            ServiceError: NotAuthorizedException: it was altered, belongs to something else, was used, or is expired.
        """
        session = self._get(text)
        if session is None or session.client_id != client.id or session.challenge not in challenges:
            raise _errors.SESSION_INVALID()
        if session.used:
            raise _errors.SESSION_USED()
        if now >= session.expires:
            raise _errors.SESSION_EXPIRED()
        user = session.decoy or client.pool.by_sub(session.sub)
        if user is None or user.password.salt != session.salt:
            raise _errors.SESSION_INVALID()
        return session, user

    def _get(self, text: str) -> Session | None:
        identifier = self._texts.id_of(text)
        return self._kept.get(identifier) if identifier else None


def is_same(name: str, canonical: str) -> bool:
    """Return whether a later step's USERNAME is the one that the service returned, to the letter."""
    return hmac.compare_digest(name.encode(), canonical.encode())
