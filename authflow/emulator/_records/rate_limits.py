"""Limits on how often a user may call an operation in an hour.

Source of the figures: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
"""

from datetime import datetime, timedelta
from typing import Final

from authflow.emulator import _errors

HOUR: Final = timedelta(hours=1)
PER_HOUR: Final = {"ConfirmSignUp": 15, "ResendConfirmationCode": 5}


class Attempts:
    """The times at which one user called each limited operation."""

    def __init__(self) -> None:
        self._times: dict[str, list[datetime]] = {}

    def count(self, operation: str, now: datetime) -> None:
        """Count a call of an operation.

        Raises:
            ServiceError: LimitExceededException: there were too many in the last hour. This call is not counted.
        """
        recent = [time for time in self._times.get(operation, ()) if time > now - HOUR]
        if len(recent) >= PER_HOUR[operation]:
            raise _errors.LIMIT_EXCEEDED()
        self._times[operation] = [*recent, now]
