"""Limits on how often a user may call an operation in an hour.

Source of the figures: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from authflow.emulator import _errors

HOUR: Final = timedelta(hours=1)
PER_HOUR: Final = {
    "ConfirmSignUp": 15,
    "ResendConfirmationCode": 5,
    "ChangePassword": 5,
    "GetUserAttributeVerificationCode": 5,
    "VerifyUserAttribute": 15,
}


@dataclass(slots=True, eq=False)
class Attempts:
    """The times at which one user last called each limited operation."""

    _times: dict[str, list[datetime]] = field(default_factory=dict)

    def count(self, operation: str, now: datetime, limit: int | None = None) -> None:
        """Count a call of an operation.

        Args:
            operation: the operation's name.
            now: the current time.
            limit: the number of calls in an hour; None for that in ``PER_HOUR``.

        Raises:
            ServiceError: LimitExceededException: there were too many in the last hour. This call is not counted.
        """
        limit = PER_HOUR[operation] if limit is None else limit
        times = self._times.setdefault(operation, [])
        if sum(time > now - HOUR for time in times) >= limit:
            raise _errors.LIMIT_EXCEEDED()
        times.append(now)
        del times[:-limit]
