import logging
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from authflow.emulator import Emulator, UploadRefused, running
from authflow.emulator._operations import import_jobs
from authflow.emulator._users import user_import
from tests.support.emulator.mfa import SMS, configure
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Clock, Json, World

ROLE = "arn:aws:iam::123456789012:role/import"


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, **params)


def refuse(world: World, operation: str, **params: object) -> str:
    return world.expect_refusal(operation, UserPoolId=world.pool_id, **params)


def create(world: World, name: str = "first") -> Json:
    job: Json = call(world, "CreateUserImportJob", JobName=name, CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    return job


def make_file(world: World, *rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    """Make a CSV file in which each user has a verified email address, unless a row says something else."""
    header: list[str] = columns or call(world, "GetCSVHeader")["CSVHeader"]
    lines = [",".join(header)]
    for row in rows:
        name = row.get("cognito:username", "")
        values = {"email": f"{name}@example.com", "email_verified": "true", **row}
        lines.append(",".join(values.get(column, "") for column in header))
    return "\n".join(lines).encode()


def run(world: World, file: bytes) -> Json:
    """Upload a file and run a job with it; return the job's end."""
    job = create(world)
    world.emulator.upload(job["PreSignedUrl"], file)
    call(world, "StartUserImportJob", JobId=job["JobId"])
    return describe(world, job)


def describe(world: World, job: Json) -> Json:
    described: Json = call(world, "DescribeUserImportJob", JobId=job["JobId"])["UserImportJob"]
    return described


@pytest.fixture
def pool(empty: World) -> World:
    return make_pool(empty)


def make_pool(empty: World, **settings: object) -> World:
    return empty.make_pool(AutoVerifiedAttributes=["email"], **settings)


def test_the_header(empty: World) -> None:
    world = make_pool(empty, Schema=[{"Name": "team", "AttributeDataType": "String"}])
    reply = call(world, "GetCSVHeader")
    assert reply["UserPoolId"] == world.pool_id
    header = reply["CSVHeader"]
    assert header[:3] == ["name", "given_name", "family_name"]
    assert header[-3:] == ["custom:team", "cognito:mfa_enabled", "cognito:username"]
    assert len(header) == 22
    assert "sub" not in header


def test_a_job_from_beginning_to_end(empty: World, clock: Clock) -> None:
    world = make_pool(empty)
    job = create(world)
    assert job.pop("PreSignedUrl").startswith(f"https://emulator.invalid/_authflow/import/{world.pool_id}/")
    counts = {"ImportedUsers": 0, "SkippedUsers": 0, "FailedUsers": 0}
    assert job == {
        "JobName": "first",
        "JobId": job["JobId"],
        "UserPoolId": world.pool_id,
        "CreationDate": clock.now.timestamp(),
        "Status": "Created",
        "CloudWatchLogsRoleArn": ROLE,
        **counts,
    }
    assert job["JobId"].startswith("import-")
    world.emulator.upload(describe(world, job)["PreSignedUrl"], make_file(world, {"cognito:username": "bob"}))
    clock.forward(minutes=1)
    started = call(world, "StartUserImportJob", JobId=job["JobId"])["UserImportJob"]
    assert (started["Status"], started["StartDate"]) == ("Pending", clock.now.timestamp())
    ended = describe(world, job)
    assert ended["Status"] == "Succeeded"
    assert ended["CompletionDate"] == clock.now.timestamp()
    assert ended["CompletionMessage"] == "Import Job Completed Successfully."
    assert ended["ImportedUsers"] == 1
    assert world.call_admin("AdminGetUser", "bob")["UserStatus"] == "RESET_REQUIRED"


def test_an_imported_user_sets_a_password(pool: World) -> None:
    run(pool, make_file(pool, {"cognito:username": "bob", "name": "Bob\\, the builder"}))
    attributes = {entry["Name"]: entry["Value"] for entry in pool.call_admin("AdminGetUser", "bob")["UserAttributes"]}
    assert attributes["name"] == "Bob, the builder"
    request = pool.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=PASSWORD)
    assert pool.expect_refusal("InitiateAuth", **request).startswith("PasswordResetRequiredException")
    hiding = pool.make_client(PreventUserExistenceErrors="ENABLED")
    request = hiding.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=PASSWORD)
    refusal = "NotAuthorizedException: Incorrect username or password."
    assert hiding.expect_refusal("InitiateAuth", **request) == refusal
    pool.call("ForgotPassword", ClientId=pool.client_id, Username="bob")
    code = {"ConfirmationCode": pool.get_last_message().code, "Password": OTHER_PASSWORD}
    pool.call("ConfirmForgotPassword", ClientId=pool.client_id, Username="bob", **code)
    assert "AccessToken" in pool.get_tokens("bob", OTHER_PASSWORD)


def test_where_a_code_signs_in_users_are_confirmed(empty: World) -> None:
    world = make_pool(empty, Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}})
    run(world, make_file(world, {"cognito:username": "bob"}))
    assert world.call_admin("AdminGetUser", "bob")["UserStatus"] == "CONFIRMED"


def test_what_becomes_of_each_row(pool: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "authflow.emulator.import")
    pool.make_user("ada")
    rows = [
        {"cognito:username": "bob"},
        {"cognito:username": "ada"},
        {"cognito:username": "cleo", "email_verified": "false"},
        {"cognito:username": ""},
        {"cognito:username": "dora", "birthdate": "tomorrow"},
    ]
    ended = run(pool, make_file(pool, *rows) + b"\n\none,two")
    assert (ended["ImportedUsers"], ended["SkippedUsers"], ended["FailedUsers"]) == (1, 1, 4)
    assert ended["Status"] == "Succeeded"
    logged = [record.message for record in caplog.records]
    assert logged[:3] == [
        "[SUCCEEDED] Line Number 2 - The import succeeded.",
        "[SKIPPED] Line Number 3 - The user already exists.",
        "[FAILED] Line Number 4 - The User Record does not set any of the auto verified attributes to true. "
        "(Example: email_verified to true).",
    ]
    assert len(logged) == 6
    assert "tomorrow" not in "".join(logged)


@pytest.mark.parametrize(
    ("mode", "given", "imported"),
    [
        ("OFF", "true", 0),
        ("OFF", "false", 1),
        ("OFF", "", 1),
        ("OPTIONAL", "true", 1),
        ("OPTIONAL", "maybe", 0),
        ("ON", "TRUE", 1),
        ("ON", "false", 0),
    ],
)
def test_mfa_agrees_with_the_pool(empty: World, mode: str, given: str, imported: int) -> None:
    world = make_pool(empty)
    configure(world, mode, SMS)
    row = {"cognito:username": "bob", "cognito:mfa_enabled": given, "phone_number": "+15550109878"}
    assert run(world, make_file(world, row))["ImportedUsers"] == imported
    if imported:
        factors = world.call_admin("AdminGetUser", "bob").get("UserMFASettingList", [])
        assert factors == ([SMS] if given.lower() == "true" else [])


def test_mfa_needs_a_number(empty: World) -> None:
    world = make_pool(empty)
    configure(world, "OPTIONAL", SMS)
    assert run(world, make_file(world, {"cognito:username": "bob", "cognito:mfa_enabled": "true"}))["FailedUsers"] == 1


def test_columns_in_another_order(pool: World) -> None:
    columns = sorted(call(pool, "GetCSVHeader")["CSVHeader"])
    assert run(pool, make_file(pool, {"cognito:username": "bob"}, columns=columns))["ImportedUsers"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file.replace(b"nickname,", b""), "The header of the CSV file does not have"),
        (lambda file: file.replace(b"nickname,", b"color,"), "The header of the CSV file does not have"),
        (lambda file: b"\xff" + file, "The CSV file is not text in UTF-8."),
        (lambda file: b"\n" + file, "The header of the CSV file does not have"),
    ],
)
def test_files_that_are_not_read(pool: World, change: Any, message: str) -> None:
    ended = run(pool, change(make_file(pool, {"cognito:username": "bob"})))
    assert ended["Status"] == "Failed"
    assert ended["CompletionMessage"].startswith(message)


def test_a_job_that_imports_nobody_has_failed(pool: World) -> None:
    ended = run(pool, make_file(pool, {"cognito:username": "b b"}))
    text = "Too many users have failed or been skipped during the import."
    assert (ended["Status"], ended["CompletionMessage"]) == ("Failed", text)


def test_required_attributes(empty: World) -> None:
    world = make_pool(empty, Schema=[{"Name": "family_name", "Required": True}])
    rows = [{"cognito:username": "bob"}, {"cognito:username": "cleo", "family_name": "Ada"}]
    ended = run(world, make_file(world, *rows))
    assert (ended["ImportedUsers"], ended["FailedUsers"]) == (1, 1)


def test_users_who_sign_in_with_an_address(empty: World) -> None:
    world = make_pool(empty, UsernameAttributes=["email"])
    row = {"cognito:username": "bob@example.com", "email": "bob@example.com"}
    assert run(world, make_file(world, row, row))["SkippedUsers"] == 1
    assert world.call_admin("AdminGetUser", "bob@example.com")["Username"] != "bob@example.com"


def test_the_url_is_valid_for_a_quarter_of_an_hour(pool: World) -> None:
    job = create(pool)
    for wrong in (job["PreSignedUrl"] + "x", job["PreSignedUrl"].replace(job["JobId"], "import-none"), "https://x"):
        with pytest.raises(UploadRefused, match="no user import job has this URL"):
            pool.emulator.upload(wrong, b"")
    pool.clock.forward(minutes=15)
    with pytest.raises(UploadRefused, match="has expired"):
        pool.emulator.upload(job["PreSignedUrl"], b"")


def test_a_large_file(pool: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs, "MAX_FILE", 10)
    with pytest.raises(UploadRefused, match="larger than 10 bytes"):
        pool.emulator.upload(create(pool)["PreSignedUrl"], b"x" * 11)


def test_a_job_is_started_once_and_in_time(pool: World) -> None:
    job, late = create(pool), create(pool, "late")
    missing = refuse(pool, "StartUserImportJob", JobId=job["JobId"])
    assert missing.startswith("PreconditionNotMetException")
    pool.emulator.upload(job["PreSignedUrl"], make_file(pool, {"cognito:username": "bob"}))
    call(pool, "StartUserImportJob", JobId=job["JobId"])
    for operation in ("StartUserImportJob", "StopUserImportJob"):
        again = refuse(pool, operation, JobId=job["JobId"])
        assert again == "PreconditionNotMetException: The status of the user import job is Succeeded"
    pool.clock.forward(hours=24)
    expired = describe(pool, late)
    assert (expired["Status"], expired["CompletionMessage"]) == ("Expired", "The user import job has expired.")
    assert refuse(pool, "StartUserImportJob", JobId=late["JobId"]).startswith("PreconditionNotMetException")


def test_pools_that_verify_nothing(world: World) -> None:
    job = create(world)
    world.emulator.upload(job["PreSignedUrl"], make_file(world, {"cognito:username": "bob"}))
    assert refuse(world, "StartUserImportJob", JobId=job["JobId"]).startswith("PreconditionNotMetException")


def test_hashes_are_not_imported(pool: World) -> None:
    given = {"JobName": "a", "CloudWatchLogsRoleArn": ROLE, "PasswordHashingAlgorithm": "BCRYPT"}
    assert refuse(pool, "CreateUserImportJob", **given).startswith("InvalidParameterException")


@pytest.mark.parametrize("operation", ["DescribeUserImportJob", "StartUserImportJob", "StopUserImportJob"])
def test_unknown_jobs(pool: World, operation: str) -> None:
    assert refuse(pool, operation, JobId="import-none").startswith("ResourceNotFoundException")
    refusal = pool.expect_refusal(operation, UserPoolId="eu-west-1_none", JobId="import-none")
    assert refusal == "ResourceNotFoundException: User pool eu-west-1_none does not exist."


def test_the_newest_jobs_first(pool: World) -> None:
    for name in ("a", "b", "c"):
        create(pool, name)
    first = call(pool, "ListUserImportJobs", MaxResults=2)
    rest = call(pool, "ListUserImportJobs", MaxResults=2, PaginationToken=first["PaginationToken"])
    names = [job["JobName"] for job in [*first["UserImportJobs"], *rest["UserImportJobs"]]]
    assert names == ["c", "b", "a"]
    assert "PaginationToken" not in rest


def test_the_number_of_jobs(pool: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs, "MAX_JOBS", 1)
    create(pool)
    refusal = refuse(pool, "CreateUserImportJob", JobName="b", CloudWatchLogsRoleArn=ROLE)
    assert refusal.startswith("LimitExceededException")


def test_while_users_are_imported(pool: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two rows other requests are answered: one of them stops the job."""
    seen: list[str] = []
    other = create(pool, "other")
    job = create(pool)
    pool.emulator.upload(other["PreSignedUrl"], make_file(pool, {"cognito:username": "x"}))
    attributes = [{"Name": "a", "AttributeDataType": "String"}]

    def meanwhile(*, forget: bool = False) -> Any:
        assert describe(pool, job)["Status"] == "InProgress"
        for operation, params in (
            ("UpdateUserPool", {}),
            ("DeleteUserPool", {}),
            ("AddCustomAttributes", {"CustomAttributes": attributes}),
        ):
            seen.append(refuse(pool, operation, **params))
        seen.append(refuse(pool, "StartUserImportJob", JobId=other["JobId"]))
        stopping = call(pool, "StopUserImportJob", JobId=job["JobId"])["UserImportJob"]
        assert stopping["Status"] == "Stopping"
        return unlocked(forget=forget)

    service: Any = pool.emulator._service
    unlocked = service.unlocked
    monkeypatch.setattr(service, "unlocked", meanwhile)
    monkeypatch.setattr(user_import, "SLICE", 3)
    pool.emulator.upload(job["PreSignedUrl"], make_file(pool, *({"cognito:username": f"user-{n}"} for n in range(5))))
    call(pool, "StartUserImportJob", JobId=job["JobId"])
    ended = describe(pool, job)
    assert (ended["Status"], ended["ImportedUsers"]) == ("Stopped", 1)
    assert ended["CompletionMessage"] == "The Import Job was stopped by the developer."
    assert [text.partition(":")[0] for text in seen] == [
        *["UserImportInProgressException"] * 3,
        "PreconditionNotMetException",
    ]


def put(url: str, file: bytes) -> int:
    request = Request(url, file, {"x-amz-server-side-encryption": "aws:kms"}, method="PUT")  # noqa: S310
    try:
        with urlopen(request) as response:  # noqa: S310
            status: int = response.status
            return status
    except HTTPError as error:
        return error.code


def test_uploads_over_http() -> None:
    emulator = Emulator()
    world = make_pool(World(emulator, Clock(), "", ""))
    with running(lambda _: emulator) as url:
        job = create(world)
        assert job["PreSignedUrl"].startswith(url)
        assert put(job["PreSignedUrl"] + "x", b"") == 403
        assert put(job["PreSignedUrl"], make_file(world, {"cognito:username": "bob"})) == 200
    call(world, "StartUserImportJob", JobId=job["JobId"])
    assert describe(world, job)["ImportedUsers"] == 1
