"""The emulator: logins in process and over HTTP, and memory."""

import gc
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final

from authflow import Authenticator, SignedIn
from authflow.backends.boto3 import Boto3Backend
from authflow.emulator import Emulator
from benchmarks import passwords, servers
from benchmarks.common import Figure, Spread, compute_percentile, measure_pairs, read_resident_memory, time_seconds
from benchmarks.servers import OPENING

LOGINS: Final = 1_000
CHUNK: Final = 100  # logins per measured rate
CLIENTS: Final = 4
PAIRS: Final = 9
RECORDS: Final = 500
PASSWORD: Final = OPENING.password.reveal()


def measure() -> list[Figure]:
    """Measure the area."""
    return [
        *_measure_in_process(),
        *_measure_beside_moto(),
        *_measure_over_http(),
        *_measure_records(),
    ]


def _measure_in_process() -> list[Figure]:
    emulator = Emulator()
    auth = Authenticator(servers.create_pool(emulator.boto3_client()), emulator.backend())
    return _make_figures("in process", _time_logins(auth, LOGINS), at_least=180)


def _measure_beside_moto() -> list[Figure]:
    pairs = measure_pairs(passwords.measure_emulator, passwords.measure_moto, PAIRS)
    return [
        Figure(name="boto3 client in process, password", value=Spread.of(ours for ours, _ in pairs), unit="logins/s"),
        Figure(name="moto, the same", value=Spread.of(theirs for _, theirs in pairs), unit="logins/s"),
        Figure(
            name="boto3 client in process, relative to moto",
            value=Spread.of(ours / theirs for ours, theirs in pairs),
            unit="times",
            at_least=1.3,
        ),
    ]


def _measure_records() -> list[Figure]:
    """Measure the memory for each user, Session and refresh token."""
    emulator = Emulator()
    call = emulator.call
    pool = call("CreateUserPool", {"PoolName": "people"})["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = call("CreateUserPoolClient", {"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows})
    client_id = client["UserPoolClient"]["ClientId"]
    for name, temporary in (("ada", False), ("grace", True)):
        call("AdminCreateUser", {"UserPoolId": pool, "Username": name, "TemporaryPassword": PASSWORD})
        if not temporary:
            password = {"UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": True}
            call("AdminSetUserPassword", password)

    def sign_in(name: str) -> None:
        parameters = {"USERNAME": name, "PASSWORD": PASSWORD}
        call("InitiateAuth", {"ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters})

    names = iter(f"user{number}" for number in count())
    steps: dict[str, Callable[[], object]] = {
        "user": lambda: call("AdminCreateUser", {"UserPoolId": pool, "Username": next(names)}),
        "Session": lambda: sign_in("grace"),
        "refresh token": lambda: sign_in("ada"),
    }
    return [
        Figure(name=f"memory for each {name}", value=Spread.of([_measure_growth(step)]), unit="bytes")
        for name, step in steps.items()
    ]


def _measure_growth(step: Callable[[], object]) -> float:
    """Return the bytes that one step leaves behind."""
    step()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(RECORDS):
            step()
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / RECORDS
    finally:
        tracemalloc.stop()


def _measure_over_http() -> list[Figure]:
    with servers.emulator() as server:
        auth = Authenticator(servers.make_pool(server.url), Boto3Backend(endpoint_url=server.url))
        at_start = read_resident_memory(server.process)
        figures = _make_figures("over HTTP with boto3", _time_logins(auth, LOGINS), at_least=130)
        after = read_resident_memory(server.process)
        together = [_measure_concurrent_rate(auth) for _ in range(5)]
    return [
        *figures,
        Figure(name=f"over HTTP, {CLIENTS} clients at the same time", value=Spread.of(together), unit="logins/s"),
        Figure(name="memory before the first login", value=Spread.of([at_start]), unit="MiB"),
        Figure(name=f"memory after {LOGINS:,} logins", value=Spread.of([after]), unit="MiB"),
    ]


def _log_in(auth: Authenticator) -> None:
    flow = auth.begin(OPENING)
    if not isinstance(flow.state, SignedIn):
        raise TypeError(f"a login ended at {flow.node}")


def _time_logins(auth: Authenticator, number: int) -> list[float]:
    """Return the seconds of each login, after a first one that creates the pool's keys."""
    _log_in(auth)
    return [time_seconds(lambda: _log_in(auth)) for _ in range(number)]


def _measure_concurrent_rate(auth: Authenticator) -> float:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return CHUNK / time_seconds(lambda: list(clients.map(lambda _: _log_in(auth), range(CHUNK))))


def _make_figures(where: str, taken: list[float], at_least: float) -> list[Figure]:
    rates = (CHUNK / sum(taken[at : at + CHUNK]) for at in range(0, len(taken), CHUNK))
    return [
        Figure(name=where, value=Spread.of(rates), unit="logins/s", at_least=at_least),
        Figure(name=f"{where}, a login, p50", value=Spread.of([compute_percentile(taken, 50) * 1e3]), unit="ms"),
        Figure(name=f"{where}, a login, p95", value=Spread.of([compute_percentile(taken, 95) * 1e3]), unit="ms"),
    ]
