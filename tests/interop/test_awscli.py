"""The AWS command line, at the port of ``authflow emulator``."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.controlled import Controlled, controlled

AWS = Path(sys.executable).with_name("aws")
EMAIL = "grace@example.com"
FIRST, SECOND, THIRD = "Correct-Horse-9", "Correct-Horse-10", "Correct-Horse-11"
POOL, CLIENT = "eu-west-1_Local0001", "localclient0000000000000001"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
SEED = {
    "pools": [
        {
            "Id": POOL,
            "PoolName": "people",
            "UsernameAttributes": ["email"],
            "AutoVerifiedAttributes": ["email"],
            "mfa": {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
            "clients": [{"ClientName": "app", "ClientId": CLIENT, "ExplicitAuthFlows": FLOWS}],
        }
    ]
}


@dataclass(frozen=True)
class CommandLine:
    """``aws cognito-idp``, without any configuration but what a test gives it."""

    server: Controlled
    home: Path

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        trust = ["--ca-bundle", self.server.authority] if self.server.authority else []
        full = [str(AWS), "cognito-idp", command, "--endpoint-url", self.server.url, *trust, *arguments]
        environment = {
            "HOME": str(self.home),
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_MAX_ATTEMPTS": "1",
        }
        return subprocess.run(full, capture_output=True, text=True, timeout=60, check=False, env=environment)

    def __call__(self, command: str, *arguments: str) -> Any:
        done = self.run(command, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    def refuse(self, command: str, *arguments: str) -> str:
        done = self.run(command, *arguments)
        assert done.returncode in {254, 255}, done.stdout
        return done.stderr

    def administer(self, command: str, *arguments: str) -> Any:
        return self(command, "--user-pool-id", POOL, *arguments)

    def sign_in(self, *arguments: str) -> Any:
        return self("initiate-auth", "--client-id", CLIENT, "--auth-flow", *arguments)


@pytest.fixture(scope="module", autouse=True)
def command() -> None:
    if not AWS.exists():
        pytest.skip("awscli is not installed beside this Python")


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    folder = tmp_path_factory.mktemp("awscli")
    with controlled(SEED, folder) as server:
        yield CommandLine(server, folder)


def test_one_account_from_sign_up_to_deletion(aws: CommandLine) -> None:
    person = ["--client-id", CLIENT, "--username", EMAIL]
    known = ["--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters"]
    signed_up = aws("sign-up", *person, "--password", FIRST, "--user-attributes", f"Name=email,Value={EMAIL}")
    assert signed_up["CodeDeliveryDetails"]["Destination"] == "g***@e***"
    refusal = aws.refuse("initiate-auth", "--client-id", CLIENT, *known, f"USERNAME={EMAIL},PASSWORD={FIRST}")
    assert "An error occurred (UserNotConfirmedException) when calling the InitiateAuth operation" in refusal
    aws("confirm-sign-up", *person, "--confirmation-code", aws.server.read_code("sign_up"))

    tokens = aws.sign_in("USER_PASSWORD_AUTH", "--auth-parameters", f"USERNAME={EMAIL},PASSWORD={FIRST}")
    access = ["--access-token", tokens["AuthenticationResult"]["AccessToken"]]
    aws("update-user-attributes", *access, "--user-attributes", "Name=given_name,Value=Grace")
    read = ["--query", "UserAttributes[?Name=='given_name'].Value"]
    assert aws("get-user", *access, *read) == ["Grace"]

    secret = aws("associate-software-token", *access)["SecretCode"]
    code = aws.server.read_totp(secret)
    assert aws("verify-software-token", *access, "--user-code", code)["Status"] == "SUCCESS"
    aws("set-user-mfa-preference", *access, "--software-token-mfa-settings", "Enabled=true,PreferredMfa=true")
    asked = aws.sign_in("USER_PASSWORD_AUTH", "--auth-parameters", f"USERNAME={EMAIL},PASSWORD={FIRST}")
    name, answer = signed_up["UserSub"], aws.server.read_totp(secret)
    answered = aws(
        "respond-to-auth-challenge", "--client-id", CLIENT, "--challenge-name", asked["ChallengeName"],
        "--session", asked["Session"], "--challenge-responses", f"USERNAME={name},SOFTWARE_TOKEN_MFA_CODE={answer}",
    )  # fmt: skip
    refresh = answered["AuthenticationResult"]["RefreshToken"]
    refreshed = aws.sign_in("REFRESH_TOKEN_AUTH", "--auth-parameters", f"REFRESH_TOKEN={refresh}")
    access = ["--access-token", refreshed["AuthenticationResult"]["AccessToken"]]

    aws("change-password", *access, "--previous-password", FIRST, "--proposed-password", SECOND)
    aws("forgot-password", *person)
    code = aws.server.read_code("password_reset")
    aws("confirm-forgot-password", *person, "--confirmation-code", code, "--password", THIRD)
    aws("global-sign-out", *access)
    assert "Access Token has been revoked" in aws.refuse("get-user", *access)
    aws.administer(
        "admin-set-user-mfa-preference", "--username", EMAIL, "--software-token-mfa-settings", "Enabled=false"
    )
    tokens = aws.sign_in("USER_PASSWORD_AUTH", "--auth-parameters", f"USERNAME={EMAIL},PASSWORD={THIRD}")
    aws("delete-user", "--access-token", tokens["AuthenticationResult"]["AccessToken"])
    assert "UserNotFoundException" in aws.refuse("admin-get-user", "--user-pool-id", POOL, "--username", EMAIL)


def test_an_administrator_manages_users(aws: CommandLine) -> None:
    person = ["--username", "kay@example.com"]
    created = aws.administer("admin-create-user", *person, "--temporary-password", "Temporary-1")
    assert created["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    aws.administer("admin-set-user-password", *person, "--password", FIRST, "--permanent")
    parameters = ["--auth-parameters", f"USERNAME=kay@example.com,PASSWORD={FIRST}"]
    flow = ["--client-id", CLIENT, "--auth-flow", "ADMIN_USER_PASSWORD_AUTH"]
    assert aws.administer("admin-initiate-auth", *flow, *parameters)["AuthenticationResult"]["IdToken"]
    aws.administer("create-group", "--group-name", "engineers", "--precedence", "1")
    aws.administer("admin-add-user-to-group", *person, "--group-name", "engineers")
    assert aws.administer("admin-list-groups-for-user", *person, "--query", "Groups[].GroupName") == ["engineers"]
    aws.administer("admin-disable-user", *person)
    refusal = aws.refuse("admin-initiate-auth", "--user-pool-id", POOL, *flow, *parameters)
    assert "User is disabled" in refusal
    aws.administer("admin-delete-user", *person)


def test_lists_are_paged(aws: CommandLine) -> None:
    """With ``--max-items`` aws prints a token of its own, which ``--starting-token`` takes."""
    names = [f"user{number}@example.com" for number in range(7)]
    users = [{"Username": name, "Password": FIRST} for name in names]
    aws.server.control("POST", "seed", {"pools": [{"PoolName": "many", "users": users}]})
    listed = aws("list-user-pools", "--max-results", "10", "--query", "UserPools[?Name=='many'].Id")
    here = ["--user-pool-id", listed[0]]

    first = aws("list-users", *here, "--max-items", "3", "--page-size", "2")
    assert len(first["Users"]) == 3
    second = aws("list-users", *here, "--max-items", "3", "--page-size", "2", "--starting-token", first["NextToken"])
    rest = aws("list-users", *here, "--starting-token", second["NextToken"])
    assert "NextToken" not in rest
    pages = [user["Username"] for page in (first, second, rest) for user in page["Users"]]
    assert sorted(pages) == names
    assert len(aws("list-users", *here, "--page-size", "2")["Users"]) == 7
    assert aws("list-users", *here, "--filter", 'username = "user3@example.com"', "--query", "length(Users)") == 1
    aws("delete-user-pool", *here)


def test_https_with_the_authority_as_its_bundle(tmp_path: Path) -> None:
    with controlled(SEED, tmp_path, "--tls") as server:
        aws = CommandLine(server, tmp_path)
        assert aws("describe-user-pool", "--user-pool-id", POOL, "--query", "UserPool.Name") == "people"
        refusal = CommandLine(Controlled(server.url, None), tmp_path).refuse(
            "describe-user-pool", "--user-pool-id", POOL
        )
        assert "SSL validation failed" in refusal
