"""What a user may do only so often in an hour.

Figures: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
"""

from datetime import datetime, timedelta
from typing import Final

from authflow.emulator import _errors

HOUR: Final = timedelta(hours=1)
PER_HOUR: Final = {"ConfirmSignUp": 15, "ResendConfirmationCode": 5}


class Attempts:
    """When one user attempted each limited operation."""

    def __init__(self) -> None:
        self._times: dict[str, list[datetime]] = {}

    def count(self, operation: str, now: datetime) -> None:
        """Count an attempt.

        Raises:
            ServiceError: LimitExceededException; the attempt does not count.
        """
        recent = [time for time in self._times.get(operation, ()) if time > now - HOUR]
        if len(recent) >= PER_HOUR[operation]:
            raise _errors.LIMIT_EXCEEDED()
        self._times[operation] = [*recent, now]
