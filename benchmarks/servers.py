"""Servers in separate processes, for measurements over HTTP."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Final

import boto3

from authflow import AppClient, Srp

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

OPENING: Final = Srp("ada", "Correct-Horse-9")
_EMULATOR: Final = [sys.executable, "-c", "from authflow.cli import main; main()", "emulator", "--port", "0"]
_STUB: Final = [sys.executable, "-m", "benchmarks.stub"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready; ``start``: the seconds until it was."""

    url: str
    process: int
    start: float


@contextmanager
def emulator(*options: str) -> Iterator[Server]:
    """Run ``authflow emulator``. It is ready when it has printed its URL and responds."""
    with _running([*_EMULATOR, *options], "/_authflow/health") as server:
        yield server


@contextmanager
def stub() -> Iterator[Server]:
    """Run the server that responds without delay."""
    with _running(_STUB) as server:
        yield server


def make_pool(url: str) -> AppClient:
    """Create a pool, a client with a secret, and a user in the emulator at a URL."""
    client = boto3.client(
        "cognito-idp",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    return create_pool(client)


def create_pool(cognito: "CognitoIdentityProviderClient") -> AppClient:
    """Create a pool, a client with a secret, and a user."""
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="app", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    cognito.admin_create_user(UserPoolId=pool, Username=OPENING.username, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=OPENING.username, Password=OPENING.password.reveal(), Permanent=True
    )
    return AppClient(pool, client["ClientId"], client["ClientSecret"])


@contextmanager
def _running(command: Sequence[str], health: str | None = None) -> Iterator[Server]:
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            lines = (re.search(r"(?:at|:) http://([\d.]+):(\d+)", line) for line in process.stdout or ())
            found = next(filter(None, lines), None)
            if found is None:
                raise RuntimeError(f"{command[-1]} did not start")
            if health:
                connection = HTTPConnection(found[1], int(found[2]))
                connection.request("GET", health)
                connection.getresponse().read()
                connection.close()
            yield Server(found[0], process.pid, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGINT if health else signal.SIGTERM)
