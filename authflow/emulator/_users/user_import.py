"""Users from CSV files.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias

from authflow.emulator import _errors
from authflow.emulator._errors import ServiceError
from authflow.emulator._records.contacts import is_verified
from authflow.emulator._records.import_job import ImportJob, JobStatus
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status
from authflow.emulator._service import Service
from authflow.emulator._users import attributes, names
from authflow.emulator._users.mfa import SMS
from authflow.emulator._users.registration import make_user, resolve_alias_conflicts

LOGGER: Final = logging.getLogger("authflow.emulator.import")
USERNAME: Final = "cognito:username"
MFA_ENABLED: Final = "cognito:mfa_enabled"
MAX_ROW: Final = 16_000
MAX_USERS: Final = 500_000
#: how many rows are read before other requests are let in
SLICE: Final = 100
SEPARATOR: Final = re.compile(r"(?<!\\),")
BOOLEANS: Final = frozenset({"true", "false"})
#: the first factors that are sent, with the address that they need
SENT_FACTORS: Final[Mapping[str, str]] = {"EMAIL_OTP": "email", "SMS_OTP": "phone_number"}

SUCCEEDED: Final = "Import Job Completed Successfully."
STOPPED: Final = "The Import Job was stopped by the developer."
NONE_IMPORTED: Final = "Too many users have failed or been skipped during the import."
NOTHING_VERIFIED: Final = (
    "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."
)


#: the values of a row, by column
Values: TypeAlias = dict[str, str]


class RowRefused(Exception):
    """A row makes no user. The text says why, without a value of the row."""


class UserExists(Exception):
    """There is a user with the name of a row."""


def make_header(pool: UserPool) -> list[str]:
    """Return the columns of a pool's CSV files: the attributes of the schema, without ``sub``, and two more."""
    return [*(name for name in pool.schema if name != "sub"), MFA_ENABLED, USERNAME]


def run(service: Service, pool: UserPool, job: ImportJob) -> None:
    """Import the users of a job's file, and let other requests in now and then: they may stop the job."""
    try:
        header, rows = _split(pool, job.file)
    except RowRefused as refusal:
        job.end(JobStatus.FAILED, str(refusal), service.now())
        return
    job.status = JobStatus.IN_PROGRESS
    for number, row in rows:
        if number % SLICE == 0:
            with service.unlocked(forget=True):
                pass
        if not _is_kept(service, pool, job) or job.status is JobStatus.STOPPING:
            job.end(JobStatus.STOPPED, STOPPED, service.now())
            return
        _import_row(service, pool, job, number, partial(_parse_row, header, row))
    failed = job.imported == 0 and job.failed + job.skipped > 0
    job.end(*((JobStatus.FAILED, NONE_IMPORTED) if failed else (JobStatus.SUCCEEDED, SUCCEEDED)), service.now())


def _is_kept(service: Service, pool: UserPool, job: ImportJob) -> bool:
    return service.pools.get(pool.id) is pool and pool.import_jobs.get(job.id) is job


def _split(pool: UserPool, file: bytes) -> tuple[list[str], Iterator[tuple[int, str]]]:
    """Return the columns of a file, and its rows with their line numbers.

    Raises:
        RowRefused: the file is not text, lacks a column or has an unknown one, or has too many rows.
    """
    try:
        lines = file.decode().splitlines()
    except UnicodeDecodeError:
        raise RowRefused("The CSV file is not text in UTF-8.") from None
    header = [name.strip() for name in lines[0].split(",")] if lines else []
    if sorted(header) != sorted(make_header(pool)):
        raise RowRefused("The header of the CSV file does not have the columns of the user pool.")
    rows = [(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    if len(rows) > MAX_USERS:
        raise RowRefused(f"The CSV file has more than {MAX_USERS} users.")
    return header, iter(rows)


def _import_row(service: Service, pool: UserPool, job: ImportJob, number: int, values: Callable[[], Values]) -> None:
    """Import one user, count what became of the row, and log it as the service does."""
    try:
        _create_user(service, pool, values())
    except UserExists:
        job.skipped += 1
        LOGGER.info("[SKIPPED] Line Number %d - The user already exists.", number)
    except (RowRefused, ServiceError) as refusal:
        job.failed += 1
        reason = str(refusal) if isinstance(refusal, RowRefused) else refusal.code  # a message may quote the row
        LOGGER.info("[FAILED] Line Number %d - %s", number, reason)
    else:
        job.imported += 1
        LOGGER.info("[SUCCEEDED] Line Number %d - The import succeeded.", number)


def _parse_row(header: list[str], row: str) -> Values:
    if len(row) > MAX_ROW:
        raise RowRefused(f"The row has more than {MAX_ROW} characters.")
    values = [value.strip().replace("\\,", ",") for value in SEPARATOR.split(row)]
    if len(values) != len(header):
        raise RowRefused("The row does not have a value for each column.")
    return dict(zip(header, values, strict=True))


def _create_user(service: Service, pool: UserPool, values: Values) -> None:
    username = values.pop(USERNAME)
    has_mfa = _parse_mfa(pool, values.pop(MFA_ENABLED), values)
    if not username or any(character.isspace() for character in username):
        raise RowRefused("The User Record does not set cognito:username to a name without blanks.")
    given = {name: value for name, value in values.items() if value}
    if not any(given.get(name) and is_verified(given, name) for name in pool.auto_verified_attributes):
        raise RowRefused(NOTHING_VERIFIED)
    if names.find_user(pool, username):
        raise UserExists
    user = make_user(
        service, pool, username, given, chosen=None, status=_choose_status(pool, given), taken=_errors.USERNAME_EXISTS
    )
    attributes.check_required(pool, user.attributes)
    resolve_alias_conflicts(pool, user, user.attributes, _errors.ADDRESS_EXISTS)
    user.mfa = frozenset({SMS} if has_mfa else ())
    pool.users.add(user)


def _parse_mfa(pool: UserPool, text: str, values: Mapping[str, str]) -> bool:
    """Return whether a user has SMS MFA. The column must agree with the pool's MFA, or be blank."""
    if not text:
        return False
    wanted = text.lower()
    required, possible = pool.mfa_mode == "ON", pool.mfa_mode != "OFF"
    if wanted not in BOOLEANS or (wanted == "true" and not possible) or (wanted == "false" and required):
        raise RowRefused("The User Record's cognito:mfa_enabled does not agree with the user pool.")
    if wanted == "true" and not values.get("phone_number"):
        raise RowRefused("The User Record enables MFA without a phone number.")
    return wanted == "true"


def _choose_status(pool: UserPool, given: Mapping[str, str]) -> Status:
    """Return the status of a new user: confirmed if a code that is sent can be the first factor."""
    usable = (name for factor, name in SENT_FACTORS.items() if factor in pool.first_factors)
    signs_in = any(given.get(name) and is_verified(given, name) for name in usable)
    return Status.CONFIRMED if signs_in else Status.RESET_REQUIRED
