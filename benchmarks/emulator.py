"""The emulator: logins in process and over HTTP, startup time and memory."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from authflow import Authenticator, SignedIn
from authflow.backends.boto3 import Boto3Backend
from authflow.emulator import Emulator
from benchmarks import servers
from benchmarks.common import Figure, Spread, compute_percentile, read_resident_memory, time_seconds
from benchmarks.servers import OPENING

LOGINS: Final = 1_000
CHUNK: Final = 100  # logins per measured rate
CLIENTS: Final = 4
STARTS: Final = 9


def measure() -> list[Figure]:
    """Measure the area."""
    return [*_measure_in_process(), *_measure_over_http(), *_measure_startup()]


def _measure_in_process() -> list[Figure]:
    emulator = Emulator()
    auth = Authenticator(servers.create_pool(emulator.boto3_client()), emulator.backend())
    return _make_figures("in process", _time_logins(auth, LOGINS))


def _measure_over_http() -> list[Figure]:
    with servers.emulator() as server:
        auth = Authenticator(servers.make_pool(server.url), Boto3Backend(endpoint_url=server.url))
        at_start = read_resident_memory(server.process)
        figures = _make_figures("over HTTP", _time_logins(auth, LOGINS))
        after = read_resident_memory(server.process)
        together = [_measure_concurrent_rate(auth) for _ in range(5)]
    return [
        *figures,
        Figure(name=f"over HTTP, {CLIENTS} clients at the same time", value=Spread.of(together), unit="logins/s"),
        Figure(name="memory before the first login", value=Spread.of([at_start]), unit="MiB"),
        Figure(name=f"memory after {LOGINS:,} logins", value=Spread.of([after]), unit="MiB"),
    ]


def _measure_startup() -> list[Figure]:
    taken = []
    for _ in range(STARTS):
        with servers.emulator() as server:
            taken.append(server.start)
    return [Figure(name="`authflow emulator`, until it responds", value=Spread.of(taken), unit="s", at_most=1)]


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


def _make_figures(where: str, taken: list[float]) -> list[Figure]:
    rates = (CHUNK / sum(taken[at : at + CHUNK]) for at in range(0, len(taken), CHUNK))
    return [
        Figure(name=where, value=Spread.of(rates), unit="logins/s"),
        Figure(name=f"{where}, a login, p50", value=Spread.of([compute_percentile(taken, 50) * 1e3]), unit="ms"),
        Figure(name=f"{where}, a login, p95", value=Spread.of([compute_percentile(taken, 95) * 1e3]), unit="ms"),
    ]
