"""Jobs that import users from CSV files, which are uploaded to a URL of the emulator's own.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

import hmac
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from authflow.emulator._crypto.entropy import ALPHANUMERIC
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.import_job import ACTIVE, ImportJob, JobStatus
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import user_import

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_JOBS: Final = 1000
#: bytes
MAX_FILE: Final = 100 * 1024 * 1024
UPLOAD_WITHIN: Final = timedelta(seconds=900)
UPLOAD_PATH: Final = "/_authflow/import"
LISTING: Final = Listing("ListUserImportJobs", token="PaginationToken", limit="MaxResults")

# own texts
NO_JOB: Final = ErrorTemplate("ResourceNotFoundException", "User import job {} does not exist.")
TOO_MANY_JOBS: Final = ErrorTemplate("LimitExceededException", "The user pool has {} import jobs already")
WRONG_STATE: Final = ErrorTemplate("PreconditionNotMetException", "The status of the user import job is {}")
OTHER_JOB: Final = ErrorTemplate("PreconditionNotMetException", "Another user import job is active")
NO_FILE: Final = ErrorTemplate("PreconditionNotMetException", "No CSV file was uploaded for the user import job")
NOTHING_VERIFIED: Final = ErrorTemplate("PreconditionNotMetException", "The user pool has no auto-verified attribute")
NO_HASHES: Final = ErrorTemplate("InvalidParameterException", "authflow's emulator does not import password hashes")


class UploadRefused(Exception):
    """A CSV file is not accepted: the URL is wrong or has expired, or the file is too large."""


def get_csv_header(service: Service, params: Params) -> Reply:
    """GetCSVHeader."""
    pool = service.get_pool(params["UserPoolId"])
    return {"UserPoolId": pool.id, "CSVHeader": user_import.make_header(pool)}


def create_user_import_job(service: Service, params: Params) -> Reply:
    """CreateUserImportJob: return the URL to which the CSV file is to be uploaded by PUT."""
    pool = service.get_pool(params["UserPoolId"])
    if "PasswordHashingAlgorithm" in params:
        raise NO_HASHES()
    if len(pool.import_jobs) >= MAX_JOBS:
        raise TOO_MANY_JOBS(MAX_JOBS)
    identifier = f"import-{service.entropy.text(ALPHANUMERIC, 10)}"
    signature = service.entropy.text(ALPHANUMERIC, 32)
    job = ImportJob(identifier, params["JobName"], params["CloudWatchLogsRoleArn"], signature, service.now())
    pool.import_jobs[job.id] = job
    return {"UserImportJob": _describe(service, pool, job)}


def describe_user_import_job(service: Service, params: Params) -> Reply:
    """DescribeUserImportJob."""
    pool, job = _find(service, params)
    return {"UserImportJob": _describe(service, pool, job)}


def list_user_import_jobs(service: Service, params: Params) -> Reply:
    """ListUserImportJobs, the newest first."""
    pool = service.get_pool(params["UserPoolId"])
    for job in pool.import_jobs.values():
        job.expire(service.now())
    page, more = take_page(service, LISTING, params, pool.import_jobs.read_before)
    return {"UserImportJobs": [_describe(service, pool, job) for job in page], **more}


def start_user_import_job(service: Service, params: Params) -> Reply:
    """StartUserImportJob. The job has ended when the operation returns; meanwhile other requests are answered."""
    pool, job = _find(service, params)
    if job.status is not JobStatus.CREATED:
        raise WRONG_STATE(job.status)
    if not pool.auto_verified_attributes:
        raise NOTHING_VERIFIED()
    if any(other.status in ACTIVE for _, each in service.pools.read_all() for _, other in each.import_jobs.read_all()):
        raise OTHER_JOB()
    if not job.file:
        raise NO_FILE()
    job.status, job.started = JobStatus.PENDING, service.now()
    described = _describe(service, pool, job)
    user_import.run(service, pool, job)
    return {"UserImportJob": described}


def stop_user_import_job(service: Service, params: Params) -> Reply:
    """StopUserImportJob: users who are imported already stay."""
    pool, job = _find(service, params)
    if job.status not in {JobStatus.PENDING, JobStatus.IN_PROGRESS}:
        raise WRONG_STATE(job.status)
    job.status = JobStatus.STOPPING
    return {"UserImportJob": _describe(service, pool, job)}


def upload(service: Service, url: str, file: bytes) -> None:
    """Take the CSV file of a job.

    Raises:
        UploadRefused: there is no such URL, it has expired, the job was started, or the file is too large.
    """
    parts = urlsplit(url)
    pool_id, _, job_id = parts.path.removeprefix(f"{UPLOAD_PATH}/").partition("/")
    pool = service.pools.get(pool_id)
    job = pool.import_jobs.get(job_id) if pool else None
    signature = parse_qs(parts.query).get("X-Amz-Signature", [""])[0]
    if job is None or not hmac.compare_digest(job.signature.encode(), signature.encode()):
        raise UploadRefused("no user import job has this URL")
    if job.status is not JobStatus.CREATED or service.now() >= job.created + UPLOAD_WITHIN:
        raise UploadRefused("the URL has expired, or the user import job was started")
    if len(file) > MAX_FILE:
        raise UploadRefused(f"the file is larger than {MAX_FILE} bytes")
    job.file = file
    service.note("import_file", f"{pool_id}/{job_id}")


def _find(service: Service, params: Params) -> tuple[UserPool, ImportJob]:
    pool = service.get_pool(params["UserPoolId"])
    job = pool.import_jobs.get(params["JobId"])
    if job is None:
        raise NO_JOB(params["JobId"])
    job.expire(service.now())
    return pool, job


def _describe(service: Service, pool: UserPool, job: ImportJob) -> dict[str, Any]:
    query = {"X-Amz-Expires": int(UPLOAD_WITHIN.total_seconds()), "X-Amz-Signature": job.signature}
    optional = {"StartDate": job.started, "CompletionDate": job.completed, "CompletionMessage": job.message}
    return {
        "JobName": job.name,
        "JobId": job.id,
        "UserPoolId": pool.id,
        "PreSignedUrl": f"{service.address}{UPLOAD_PATH}/{pool.id}/{job.id}?{urlencode(query)}",
        "CreationDate": job.created,
        **{name: value for name, value in optional.items() if value is not None},
        "Status": job.status,
        "CloudWatchLogsRoleArn": job.role,
        "ImportedUsers": job.imported,
        "SkippedUsers": job.skipped,
        "FailedUsers": job.failed,
    }
