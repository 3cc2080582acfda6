"""TIMESTAMP: ``EEE MMM d HH:mm:ss UTC yyyy`` in English, such as ``Sat Nov 7 09:05:03 UTC 2026``.

As measured on a real pool, the service also takes ``GMT``, names in any case and a day of two digits. It then checks
the proof over the form above.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from authflow.emulator import _errors

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FORMAT: Final = re.compile(
    rf"((?i:{'|'.join(DAYS)})) ((?i:{'|'.join(MONTHS)})) "
    "([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:UTC|GMT) ([0-9]{4})"
)


def normalize_timestamp(text: str, now: datetime, tolerance: timedelta | None) -> str | None:
    """Return a TIMESTAMP in its usual form; None if its day of the week is not that of its date.

    Args:
        text: the TIMESTAMP.
        now: the current time.
        tolerance: how far it may be from the current time; None for any time.

    Raises:
        ServiceError: InvalidParameterException for the format, NotAuthorizedException for the time.
    """
    weekday, time = _parse(text)
    if tolerance is not None and abs(time - now) > tolerance:
        raise _errors.WRONG_PASSWORD()
    if DAYS[time.weekday()] != weekday:
        return None
    return f"{weekday} {MONTHS[time.month - 1]} {time.day} {time:%H:%M:%S} UTC {time.year:04}"


def _parse(text: str) -> tuple[str, datetime]:
    match = FORMAT.fullmatch(text)
    if not match or not text.isascii():
        raise _errors.BAD_TIMESTAMP()
    weekday, month, *numbers = match.groups()
    day, hour, minute, second, year = map(int, numbers)
    try:
        time = datetime(year, MONTHS.index(month.title()) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise _errors.BAD_TIMESTAMP() from None
    return weekday.title(), time
