"""The record of a job that imports users."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: how long a job waits for its start: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
START_WITHIN: Final = timedelta(hours=24)


class JobStatus(StrEnum):
    """The values of UserImportJobStatusType."""

    CREATED = "Created"
    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    EXPIRED = "Expired"


ACTIVE: Final = frozenset({JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.STOPPING})


@dataclass(slots=True, eq=False)
class ImportJob:
    """A job that imports users from a CSV file.

    Attributes:
        signature: the secret part of the URL to which the file is uploaded.
        file: the uploaded file; empty before it was uploaded, and after the job has ended.
        message: CompletionMessage.
    """

    id: str
    name: str
    role: str
    signature: str = field(repr=False)
    created: datetime
    status: JobStatus = JobStatus.CREATED
    file: bytes = field(default=b"", repr=False)
    started: datetime | None = None
    completed: datetime | None = None
    message: str | None = None
    imported: int = 0
    skipped: int = 0
    failed: int = 0

    def expire(self, now: datetime) -> None:
        """Note that a job was not started in time: its file is gone."""
        if self.status is JobStatus.CREATED and now >= self.created + START_WITHIN:
            self.end(JobStatus.EXPIRED, "The user import job has expired.", now)

    def end(self, status: JobStatus, message: str, now: datetime) -> None:
        """Note the end of the job."""
        self.status, self.message, self.completed, self.file = status, message, now, b""
