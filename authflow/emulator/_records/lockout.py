"""The lock-out after wrong passwords and wrong MFA codes.

https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from authflow.emulator import _errors

FREE_FAILURES: Final = 5
LONGEST: Final = timedelta(minutes=15)
STEPS: Final = 10  # the tenth doubling is longer than that
QUIET: Final = timedelta(minutes=15)
NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Lockout:
    """One user's failures since the last sign-in: the fifth locks for a second, each further one for twice as long."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = self._attempted = NEVER

    def attempt(self, proves: Callable[[], bool], wrong: _errors.ErrorTemplate, now: datetime) -> None:
        """Let a right proof pass. While the lock lasts it is not looked at, and a wrong one does not count.

        Raises:
            ServiceError: NotAuthorizedException during the lock; ``wrong`` if the proof is.
        """
        self._check(now)
        if not proves():
            self._fail(now)
            raise wrong()

    def reset(self) -> None:
        """Forget all failures: the user has signed in."""
        self._failures = 0

    def _check(self, now: datetime) -> None:
        quiet = now - self._attempted >= QUIET
        self._attempted = now
        if now < self._until:
            raise _errors.LOCKED()
        if quiet:
            self._failures = 0

    def _fail(self, now: datetime) -> None:
        self._failures += 1
        if self._failures >= FREE_FAILURES:
            self._until = now + min(timedelta(seconds=2 ** min(self._failures - FREE_FAILURES, STEPS)), LONGEST)
