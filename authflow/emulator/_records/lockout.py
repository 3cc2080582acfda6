"""The lockout after wrong passwords and wrong codes.

https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from authflow.emulator import _errors

FREE_FAILURES: Final = 5
MAX_LOCKOUT: Final = timedelta(minutes=15)
MAX_DOUBLINGS: Final = 10  # 2**10 seconds are longer than MAX_LOCKOUT
QUIET_PERIOD: Final = timedelta(minutes=15)
NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Lockout:
    """Counts the failed attempts of one user since the last sign-in.

    The fifth failure locks the user out for a second. Each further failure doubles the time, up to ``MAX_LOCKOUT``.
    """

    _failures: int = 0
    _until: datetime = NEVER
    _attempted: datetime = NEVER

    def attempt(self, is_proven: Callable[[], bool], error: _errors.ErrorTemplate, now: datetime) -> None:
        """Evaluate an attempt to prove a password or a code, and count it if it fails.

        Args:
            is_proven: returns whether the attempt is correct. It is not called during a lockout.
            error: the error to raise if it is not correct.
            now: the current time.

        Raises:
            ServiceError: NotAuthorizedException: the user is locked out, and the attempt is not counted.
                Otherwise ``error``: the attempt failed.
        """
        self._require_unlocked(now)
        if not is_proven():
            self._count_failure(now)
            raise error()

    def reset(self) -> None:
        """Reset the count of failures: the user has signed in."""
        self._failures = 0

    def _require_unlocked(self, now: datetime) -> None:
        is_quiet = now - self._attempted >= QUIET_PERIOD
        self._attempted = now
        if now < self._until:
            raise _errors.LOCKED()
        if is_quiet:
            self._failures = 0

    def _count_failure(self, now: datetime) -> None:
        self._failures += 1
        if self._failures >= FREE_FAILURES:
            self._until = now + min(
                timedelta(seconds=2 ** min(self._failures - FREE_FAILURES, MAX_DOUBLINGS)), MAX_LOCKOUT
            )
