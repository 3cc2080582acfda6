"""Limits on how often a user may call an operation in an hour.

Source of the figures: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from authflow.emulator import _errors

HOUR: Final = timedelta(hours=1)
PER_HOUR: Final = {"ConfirmSignUp": 15, "ResendConfirmationCode": 5}


class Attempts:
    """The times at which one user last called each limited operation."""

    def __init__(self) -> None:
        self._times: dict[str, deque[datetime]] = {}

    def count(self, operation: str, now: datetime) -> None:
        """Count a call of an operation.

        Raises:
            ServiceError: LimitExceededException: there were too many in the last hour. This call is not counted.
        """
        times = self._times.setdefault(operation, deque(maxlen=PER_HOUR[operation]))
        if sum(time > now - HOUR for time in times) >= PER_HOUR[operation]:
            raise _errors.LIMIT_EXCEEDED()
        times.append(now)
