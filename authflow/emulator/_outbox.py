"""The messages that the emulator would have sent."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, overload

CAPACITY: Final = 1000


class Purpose(StrEnum):
    """The purpose of a message."""

    SIGN_UP = "sign_up"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    MFA = "mfa"
    FIRST_FACTOR = "first_factor"
    MFA_SETUP = "mfa_setup"
    ATTRIBUTE = "attribute"
    RISK = "risk"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that Cognito would have sent to a user.

    Attributes:
        pool_id: the user's pool.
        username: the user's canonical username.
        destination: the email address or phone number, not masked.
        medium: ``EMAIL`` or ``SMS``.
        purpose: the purpose of the message.
        code: the code, or the temporary password of an invitation.
        subject: the subject of an email; None for SMS.
        body: the text, with the code in it. That of an email may be HTML.
    """

    pool_id: str
    username: str
    destination: str
    medium: str
    purpose: Purpose
    code: str = field(repr=False)
    subject: str | None = None
    body: str = field(default="", repr=False)


class Outbox(Sequence[Message]):
    """The messages that the emulator would have sent, newest last.

    It keeps the latest ``CAPACITY`` messages.

    Attributes:
        listener: called with each new message, before the request that sent it returns. It must return quickly and
            must not raise. None by default.
        sent: how many messages were sent so far.
        unit: the context in which ``clear`` removes messages.
        watcher: called with the number of each message that is added or removed. None by default.
    """

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=CAPACITY)
        self.sent: int = 0
        self.unit: Callable[[], AbstractContextManager[None]] = nullcontext
        self.watcher: Callable[[int], None] | None = None
        self._watchers: list[Callable[[], None]] = []
        self.listener: Callable[[Message], None] | None = None

    def __len__(self) -> int:
        return len(self._messages)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        return list(self._messages)[index] if isinstance(index, slice) else self._messages[index]

    def send(self, message: Message) -> None:
        """Add a message."""
        self._messages.append(message)
        self.sent += 1
        if self.watcher is not None:
            self.watcher(self.sent)
            self.watcher(self.sent - CAPACITY)
        if self.listener is not None:
            self.listener(message)
        for watcher in list(self._watchers):
            watcher()

    def clear(self) -> None:
        """Remove all messages."""
        with self.unit():
            numbers = [number for number, _ in self.list_numbered()]
            self._messages.clear()
            if self.watcher is None:
                return
            for number in numbers:
                self.watcher(number)

    def read(self, number: int) -> Message | None:
        """Return the message with this number, None if it is not kept."""
        place = number - (self.sent - len(self._messages)) - 1
        return self._messages[place] if 0 <= place < len(self._messages) else None

    def restore(self, message: Message) -> None:
        """Add a message that was sent before and is part of ``sent`` already. Nobody is told."""
        self._messages.append(message)

    def replace(self, other: "Outbox") -> None:
        """Replace all messages by those of another outbox."""
        self._messages = deque(other, maxlen=CAPACITY)
        self.sent = other.sent

    def list_numbered(self) -> list[tuple[int, Message]]:
        """Return all messages, each with a number. Messages are numbered from 1, and no number is used again."""
        messages = list(self._messages)
        return list(enumerate(messages, start=self.sent - len(messages) + 1))

    @contextmanager
    def watched(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Call a function after each new message, for the duration of the context. It must return quickly."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)
