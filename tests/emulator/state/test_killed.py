"""The process is killed at any moment, and another one goes on with the file."""

import http.client
import json
import os
import random
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.emulator.control import control
from tests.support.emulator.process import AUTHFLOW, EmulatorProcess, start

PASSWORD = "Corr3ct-horse"
NEXT = "0ther-Horse"
CLIENTS = 4
KILLS = 4


def call(url: str, operation: str, **params: object) -> Any:
    """Call an operation over HTTP, and return the reply."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=20)
    try:
        headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}"}
        connection.request("POST", "/", json.dumps(params), headers)
        response = connection.getresponse()
        reply = json.loads(response.read())
    finally:
        connection.close()
    assert response.status == 200, reply
    return reply


@dataclass
class Customer:
    """Works until the process is killed, and remembers what was answered.

    Attributes:
        users: the users that were created, with their status.
        sessions: the Sessions of sign-ins under way, by user.
        refresh_tokens: the refresh tokens, by user.
    """

    pool_id: str
    client_id: str
    number: int
    users: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)

    def work(self, url: str) -> None:
        """Create users and sign them in, until nobody answers."""
        try:
            while True:
                self._serve_one(url, f"user-{self.number}-{len(self.users)}")
        except (OSError, http.client.HTTPException, ValueError):
            return

    def _serve_one(self, url: str, name: str) -> None:
        self.users[name] = "unknown"
        who = {"UserPoolId": self.pool_id, "Username": name}
        call(url, "AdminCreateUser", **who, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
        self.users[name] = "FORCE_CHANGE_PASSWORD"
        parameters = {"USERNAME": name, "PASSWORD": PASSWORD}
        flow = {"ClientId": self.client_id, "AuthFlow": "USER_PASSWORD_AUTH"}
        session = call(url, "InitiateAuth", **flow, AuthParameters=parameters)["Session"]
        if len(self.users) % 2:
            self.sessions[name] = session
            return
        self.users[name] = "unknown"
        self.refresh_tokens[name] = self.choose_password(url, name, session)
        self.users[name] = "CONFIRMED"

    def choose_password(self, url: str, name: str, session: str) -> str:
        """Complete a sign-in, and return the refresh token."""
        answer = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ClientId": self.client_id}
        responses = {"USERNAME": name, "NEW_PASSWORD": NEXT}
        reply = call(url, "RespondToAuthChallenge", **answer, ChallengeResponses=responses)
        token: str = reply["AuthenticationResult"]["RefreshToken"]
        return token

    def check(self, url: str) -> None:
        """Require that what was answered is there, and goes on."""
        for name, status in self.users.items():
            if status != "unknown":
                user = call(url, "AdminGetUser", UserPoolId=self.pool_id, Username=name)
                assert user["UserStatus"] == status
        for name, session in self.sessions.items():
            self.refresh_tokens[name] = self.choose_password(url, name, session)
            self.users[name] = "CONFIRMED"
        self.sessions.clear()
        for token in self.refresh_tokens.values():
            flow = {"ClientId": self.client_id, "AuthFlow": "REFRESH_TOKEN_AUTH"}
            call(url, "InitiateAuth", **flow, AuthParameters={"REFRESH_TOKEN": token})


def run_until_killed(served: EmulatorProcess, customers: list[Customer], seconds: float) -> None:
    threads = [threading.Thread(target=customer.work, args=(served.url,)) for customer in customers]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    served.kill()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    file = str(tmp_path / "emulator.state")
    served, chance = start("--state", file), random.Random(5)
    pool_id = call(served.url, "CreateUserPool", PoolName="people")["UserPool"]["Id"]
    flows = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}
    client = call(served.url, "CreateUserPoolClient", UserPoolId=pool_id, ClientName="web", **flows)
    client_id = client["UserPoolClient"]["ClientId"]
    customers = [Customer(pool_id, client_id, number) for number in range(CLIENTS)]
    for _ in range(KILLS):
        run_until_killed(served, customers, chance.uniform(0.05, 0.6))
        served = start("--state", file)
        for customer in customers:
            customer.check(served.url)
    served.kill()
    assert sum(len(customer.refresh_tokens) for customer in customers) > KILLS


def read_ids(file: Path) -> list[str]:
    """Return the lines with ids: the endpoint has another port at each start."""
    return [line for line in file.read_text().splitlines() if "_ID" in line]


def test_the_clock_and_the_seed_of_a_killed_process(tmp_path: Path) -> None:
    file, seed = str(tmp_path / "emulator.state"), tmp_path / "seed.json"
    seed.write_text(json.dumps({"pools": [{"PoolName": "people", "clients": [{"ClientName": "web"}]}]}))
    options = ("--state", file, "--seed-file", str(seed), "--env-file", str(tmp_path / ".env"))
    served = start(*options)
    environment = read_ids(tmp_path / ".env")
    assert control(served.url, "POST", "/clock/advance", {"seconds": 86400})[0] == 200
    served.kill()
    served = start(*options)
    assert control(served.url, "GET", "/clock")[1]["ahead"] == pytest.approx(86400, abs=1)
    assert [pool["Name"] for pool in call(served.url, "ListUserPools", MaxResults=9)["UserPools"]] == ["people"]
    assert read_ids(tmp_path / ".env") == environment
    served.kill()


def limit_files(size: int) -> tuple[str, ...]:
    """Return the beginning of a command whose files can't grow beyond a size in bytes, as on a disk that is full."""
    measuring = [name for name in os.environ if name.startswith("COV")]  # it would write files too
    return ("env", *(f"--unset={name}" for name in measuring), "prlimit", f"--fsize={size}")


def refuse(*arguments: str, wrapper: Sequence[str] = ()) -> str:
    """Start an emulator that must stop at once, and return the line on the terminal."""
    command = [*wrapper, str(AUTHFLOW), "emulator", "--port", "0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "emulator at" not in done.stdout
    return done.stderr


def test_refusals_are_one_line(tmp_path: Path) -> None:
    file = tmp_path / "emulator.state"
    (tmp_path / "text").write_text("no state")
    assert refuse("--state", str(tmp_path)) == f"authflow: --state: {tmp_path}: is a directory\n"
    assert "is no state of an emulator" in refuse("--state", str(tmp_path / "text"))
    assert "No such file or directory" in refuse("--state", str(tmp_path / "no" / "file"))
    served = start("--state", str(file))
    assert "is in use by another emulator" in refuse("--state", str(file))
    call(served.url, "CreateUserPool", PoolName="still there")
    served.kill()


def test_a_full_disk_stops_the_process(tmp_path: Path) -> None:
    file = tmp_path / "emulator.state"
    served = start("--state", str(file), wrapper=limit_files(300_000))
    answered: list[str] = []

    def create_pools() -> None:
        for name in map("pool-{}".format, count()):
            call(served.url, "CreateUserPool", PoolName=name)
            answered.append(name)

    with pytest.raises(AssertionError, match="InternalErrorException"):
        create_pools()
    _, errors = served.process.communicate(timeout=10)
    assert served.process.returncode == 1
    assert errors.startswith(f"authflow: --state: {file}: ")
    assert errors.count("\n") == 1
    served = start("--state", str(file))
    pools = call(served.url, "ListUserPools", MaxResults=60)["UserPools"]
    assert [pool["Name"] for pool in pools] == answered
    served.kill()


@pytest.mark.parametrize("size", [4_000, 14_000])
def test_a_disk_that_is_full_at_the_start(tmp_path: Path, size: int) -> None:
    """It is full when the file is made, or when the seed is written."""
    file, seed = tmp_path / "emulator.state", tmp_path / "seed.json"
    seed.write_text(json.dumps({"pools": [{"PoolName": f"pool-{number}"} for number in range(9)]}))
    options = ("--state", str(file), "--seed-file", str(seed))
    assert refuse(*options, wrapper=limit_files(size)).startswith(f"authflow: --state: {file}: ")
    served = start(*options)
    assert len(call(served.url, "ListUserPools", MaxResults=60)["UserPools"]) == 9
    served.kill()


def test_a_document_goes_to_another_process(tmp_path: Path) -> None:
    served, other = start(), start("--state", str(tmp_path / "other.state"))
    pool_id = call(served.url, "CreateUserPool", PoolName="people")["UserPool"]["Id"]
    status, document = control(served.url, "GET", "/state")
    assert (status, document["version"]) == (200, 1)
    assert control(other.url, "PUT", "/state", document) == (200, {})
    bad = {**document, "version": 9}
    status, problem = control(other.url, "PUT", "/state", bad)
    assert (status, "newer authflow" in problem["detail"]) == (400, True)
    assert control(other.url, "PUT", "/state", {**document, "records": {}})[0] == 400
    assert call(other.url, "DescribeUserPool", UserPoolId=pool_id)["UserPool"]["Name"] == "people"
    for process in (served, other):
        process.kill()
