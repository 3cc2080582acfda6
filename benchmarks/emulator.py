"""The emulator: logins in process and over HTTP, its start and its memory."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from authflow import Authenticator, SignedIn
from authflow.backends.boto3 import Boto3Backend
from authflow.emulator import Emulator
from benchmarks import servers
from benchmarks.common import Figure, Spread, percentile, resident, seconds
from benchmarks.servers import OPENING

LOGINS: Final = 1_000
CHUNK: Final = 100  # logins of one measured rate
CLIENTS: Final = 4
STARTS: Final = 9


def measure() -> list[Figure]:
    """Measure the area."""
    return [*_in_process(), *_over_http(), *_start()]


def _in_process() -> list[Figure]:
    emulator = Emulator()
    auth = Authenticator(servers.fill_pool(emulator.boto3_client()), emulator.backend())
    return _figures("in process", _logins(auth, LOGINS))


def _over_http() -> list[Figure]:
    with servers.emulator() as server:
        auth = Authenticator(servers.make_pool(server.url), Boto3Backend(endpoint_url=server.url))
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
        with servers.emulator() as server:
            taken.append(server.start)
    return [Figure(name="`authflow emulator`, until it answers", value=Spread.of(taken), unit="s", at_most=1)]


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
