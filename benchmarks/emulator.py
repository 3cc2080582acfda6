"""The emulator: logins in process and over HTTP, its start and its memory."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Final

import boto3

from authflow import AppClient, Authenticator, SignedIn, Srp
from authflow.backends.boto3 import Boto3Backend
from authflow.emulator import Emulator
from benchmarks.common import Figure, Spread, percentile, resident, seconds

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

OPENING: Final = Srp("ada", "Correct-Horse-9")
LOGINS: Final = 1_000
CHUNK: Final = 100  # logins of one measured rate
CLIENTS: Final = 4
STARTS: Final = 9
_COMMAND: Final = [sys.executable, "-c", "from authflow.cli import main; main()", "emulator", "--port", "0"]


@dataclass(frozen=True, slots=True)
class Server:
    """An ``authflow emulator`` that is ready."""

    url: str
    process: int
    start: float


def measure() -> list[Figure]:
    """Measure the area."""
    return [*_in_process(), *_over_http(), *_start()]


def _in_process() -> list[Figure]:
    emulator = Emulator()
    auth = Authenticator(_pool(emulator.boto3_client()), emulator.backend())
    return _figures("in process", _logins(auth, LOGINS))


def _over_http() -> list[Figure]:
    with _server() as server:
        app = _pool(
            boto3.client(
                "cognito-idp",
                region_name="eu-west-1",
                endpoint_url=server.url,
                aws_access_key_id="any",
                aws_secret_access_key="any",
            )
        )
        auth = Authenticator(app, Boto3Backend(endpoint_url=server.url))
        at_start = resident(server.process)
        figures = _figures("over HTTP", _logins(auth, LOGINS))
        after = resident(server.process)
        together = [_rate_together(auth) for _ in range(5)]
    return [
        *figures,
        Figure(name=f"over HTTP, {CLIENTS} clients at once", value=Spread.of(together), unit="logins/s"),
        Figure(name="memory before the first login", value=Spread.of([at_start]), unit="MiB"),
        Figure(name=f"memory after {LOGINS:,} logins", value=Spread.of([after]), unit="MiB"),
    ]


def _start() -> list[Figure]:
    taken = []
    for _ in range(STARTS):
        with _server() as server:
            taken.append(server.start)
    return [Figure(name="`authflow emulator`, until it answers", value=Spread.of(taken), unit="s", at_most=1)]


@contextmanager
def _server() -> Iterator[Server]:
    """Start ``authflow emulator``; it is ready once it has said where it is and has answered."""
    started = time.perf_counter()
    with subprocess.Popen(_COMMAND, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline() if process.stdout else "")
            if found is None:
                raise RuntimeError("authflow emulator did not start")
            connection = HTTPConnection(found[1], int(found[2]))
            connection.request("GET", "/_authflow/health")
            connection.getresponse().read()
            connection.close()
            yield Server(found[0], process.pid, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGINT)


def _pool(cognito: "CognitoIdentityProviderClient") -> AppClient:
    """Make a pool, a client with a secret and a user."""
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="app", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    cognito.admin_create_user(UserPoolId=pool, Username=OPENING.username, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=OPENING.username, Password=OPENING.password, Permanent=True
    )
    return AppClient(pool, client["ClientId"], client["ClientSecret"])


def _login(auth: Authenticator) -> None:
    flow = auth.begin(OPENING)
    if not isinstance(flow.state, SignedIn):
        raise TypeError(f"a login ended in {flow.node}")


def _logins(auth: Authenticator, number: int) -> list[float]:
    """Return the seconds of each of many logins, after one that makes the pool's keys."""
    _login(auth)
    return [seconds(lambda: _login(auth)) for _ in range(number)]


def _rate_together(auth: Authenticator) -> float:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return CHUNK / seconds(lambda: list(clients.map(lambda _: _login(auth), range(CHUNK))))


def _figures(where: str, taken: list[float]) -> list[Figure]:
    rates = (CHUNK / sum(taken[at : at + CHUNK]) for at in range(0, len(taken), CHUNK))
    return [
        Figure(name=where, value=Spread.of(rates), unit="logins/s"),
        Figure(name=f"{where}, a login, p50", value=Spread.of([percentile(taken, 50) * 1e3]), unit="ms"),
        Figure(name=f"{where}, a login, p95", value=Spread.of([percentile(taken, 95) * 1e3]), unit="ms"),
    ]
