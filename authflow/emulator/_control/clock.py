"""A clock that can be moved and stopped."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovableClock:
    """The emulator's clock: that of the machine or of a test, moved by a distance, or stopped.

    Args:
        base: returns the current time as an aware datetime.

    Attributes:
        watcher: called after each change. None by default.
    """

    def __init__(self, base: Callable[[], datetime]) -> None:
        self.watcher: Callable[[], None] | None = None
        self._base = base
        self._distance = timedelta()
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self._stopped if self._stopped is not None else self._base() + self._distance

    @property
    def is_stopped(self) -> bool:
        """Whether the time stands still."""
        return self._stopped is not None

    @property
    def distance(self) -> timedelta:
        """How far the clock is ahead of its base."""
        return self() - self._base()

    def advance(self, distance: timedelta) -> None:
        """Move the clock forward, or back by a negative distance. What has expired does not begin again.

        Raises:
            OverflowError: there is no such time.
        """
        self.set(self() + distance)

    def set(self, now: datetime) -> None:
        """Move the clock to a time. If it was stopped, it stays so.

        Args:
            now: an aware datetime.

        Raises:
            ValueError: it is naive.
        """
        if now.tzinfo is None:
            raise ValueError("now: must be an aware datetime, with a timezone")
        if self._stopped is None:
            self._distance = now - self._base()
        else:
            self._stopped = now.astimezone(UTC)
        self._tell()

    def stop(self) -> None:
        """Let the time stand still."""
        self._stopped = self()
        self._tell()

    def start(self) -> None:
        """Let the time go on from where it stands."""
        if self._stopped is not None:
            self._distance, self._stopped = self._stopped - self._base(), None
        self._tell()

    def reset(self) -> None:
        """Show the time of the base again."""
        self.restore(timedelta(), None)

    def save(self) -> tuple[timedelta, datetime | None]:
        """Return how far the clock was moved, and the time at which it stands, if it does."""
        return self._distance, self._stopped

    def restore(self, distance: timedelta, stopped: datetime | None) -> None:
        """Show the time as when these values were saved.

        Raises:
            OverflowError: there is no such time.
        """
        self._base() + distance
        self._distance, self._stopped = distance, stopped
        self._tell()

    def _tell(self) -> None:
        if self.watcher is not None:
            self.watcher()
