"""TIMESTAMP: ``EEE MMM d HH:mm:ss UTC yyyy`` in English, such as ``Sat Nov 7 09:05:03 UTC 2026``."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from authflow.emulator import _errors

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FORMAT: Final = re.compile(
    rf"({'|'.join(DAYS)}) ({'|'.join(MONTHS)}) ([1-9][0-9]?) ([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}) UTC ([0-9]{{4}})"
)
#: the accepted clock skew; no source says what the service accepts
TOLERANCE: Final = timedelta(minutes=5)


def check_timestamp(text: str, now: datetime) -> None:
    """Refuse a TIMESTAMP with a wrong format or a time that is not current.

    Raises:
        ServiceError: InvalidParameterException for the format, NotAuthorizedException for the time.
    """
    if abs(_parse(text) - now) > TOLERANCE:
        raise _errors.WRONG_PASSWORD()


def _parse(text: str) -> datetime:
    match = FORMAT.fullmatch(text)
    if not match or not text.isascii():
        raise _errors.BAD_TIMESTAMP()
    weekday, month, *numbers = match.groups()
    day, hour, minute, second, year = map(int, numbers)
    try:
        time = datetime(year, MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise _errors.BAD_TIMESTAMP() from None
    if DAYS[time.weekday()] != weekday:
        raise _errors.BAD_TIMESTAMP()
    return time
