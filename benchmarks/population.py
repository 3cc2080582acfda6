"""The emulator with many users: nothing costs more because the pool is large."""

import gc
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from authflow.emulator import Emulator
from benchmarks import servers
from benchmarks.common import Figure, Spread, measure_pairs, read_resident_memory, time_cpu_seconds

MANY: Final = 100_000
FEW: Final = 100
WINDOW: Final = 1_000
ROUNDS: Final = 3
PAIRS: Final = 15
CALLS: Final = 50
STARTS: Final = 9
PASSWORD: Final = "Correct-Horse-9"
#: how much dearer an operation may be among many users
ALLOWED: Final = 1.25


@dataclass(frozen=True, slots=True)
class Town:
    """A pool with users, each with an email alias."""

    emulator: Emulator
    pool_id: str
    client_id: str

    @classmethod
    def found(cls, emulator: Emulator | None = None) -> "Town":
        """Make an empty pool."""
        emulator = emulator or Emulator()
        pool = emulator.call("CreateUserPool", {"PoolName": "town", "AliasAttributes": ["email"]})["UserPool"]["Id"]
        flows = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}
        client = emulator.call("CreateUserPoolClient", {"UserPoolId": pool, "ClientName": "web", **flows})
        return cls(emulator, pool, client["UserPoolClient"]["ClientId"])

    def settle(self, number: int) -> None:
        """Create the user of this number."""
        attributes = [
            {"Name": "email", "Value": f"user{number}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]
        who = {"UserPoolId": self.pool_id, "Username": f"user-{number}", "UserAttributes": attributes}
        self.emulator.call("AdminCreateUser", {**who, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS"})

    def settle_all(self, numbers: Iterable[int]) -> None:
        """Create the users of these numbers."""
        for number in numbers:
            self.settle(number)

    def disable(self, number: int) -> None:
        """Disable the user of this number."""
        self.emulator.call("AdminDisableUser", {"UserPoolId": self.pool_id, "Username": f"user-{number}"})

    def list_users(self, **params: object) -> None:
        """Read a page of ListUsers, which must show somebody."""
        if not self.emulator.call("ListUsers", {"UserPoolId": self.pool_id, **params})["Users"]:
            raise LookupError(f"nobody is found by {params}")

    def sign_in(self) -> None:
        """Sign in by an alias."""
        parameters = {"USERNAME": f"user{FEW // 2}@example.com", "PASSWORD": PASSWORD}
        request = {"ClientId": self.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        self.emulator.call("InitiateAuth", request)


OPERATIONS: Final[Mapping[str, Callable[[Town], None]]] = {
    "sign-in by alias": Town.sign_in,
    "a page of ListUsers": Town.list_users,
    "ListUsers, `email =`": lambda town: town.list_users(Filter=f'email = "user{FEW // 2}@example.com"'),
    "ListUsers, `email ^=`": lambda town: town.list_users(Filter='email ^= "user5"', Limit=10),
    "ListUsers, by a status of all": lambda town: town.list_users(
        Filter='cognito:user_status = "FORCE_CHANGE_PASSWORD"'
    ),
    "ListUsers, by a status of the last only": lambda town: town.list_users(Filter='status = "Disabled"'),
}


def measure() -> list[Figure]:
    """Measure the area."""
    with _without_collector():
        growth = [_measure_creation() for _ in range(ROUNDS)]
        large, small = growth[-1][1], Town.found()
        small.settle_all(range(FEW))
        large.disable(MANY - 1)
        small.disable(FEW - 1)
        figures = [
            Figure(
                name=f"{name}, among {MANY:,} users relative to {FEW}",
                value=_compare(partial(operation, large), partial(operation, small)),
                unit="times",
                at_most=ALLOWED,
            )
            for name, operation in OPERATIONS.items()
        ]
    return [
        Figure(
            name=f"the last {WINDOW:,} of {MANY:,} users are created, relative to the first",
            value=Spread.of([min(ratio for ratio, _ in growth)]),
            unit="times",
            at_most=ALLOWED,
        ),
        *figures,
        Figure(name="memory for each user with an email alias", value=Spread.of([_measure_memory()]), unit="bytes"),
        *_measure_startup(),
    ]


@contextmanager
def _without_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _measure_creation() -> tuple[float, Town]:
    """Return how much longer the last users take than the first, and the pool."""
    town = Town.found()
    town.settle(0)
    first = time_cpu_seconds(lambda: town.settle_all(range(1, WINDOW + 1)))
    town.settle_all(range(WINDOW + 1, MANY - WINDOW))
    last = time_cpu_seconds(lambda: town.settle_all(range(MANY - WINDOW, MANY)))
    return last / first, town


def _compare(among_many: Callable[[], None], among_few: Callable[[], None]) -> Spread:
    """Return how much longer an operation takes in the large pool."""

    def repeat(call: Callable[[], None]) -> None:
        for _ in range(CALLS):
            call()

    def time_repeated(call: Callable[[], None]) -> float:
        return time_cpu_seconds(partial(repeat, call))

    for call in (among_many, among_few):
        call()  # the first filter by a name makes its index
    pairs = measure_pairs(partial(time_repeated, among_many), partial(time_repeated, among_few), PAIRS)
    return Spread.of(large / small for large, small in pairs)


def _measure_memory() -> float:
    """Return the bytes that each user takes."""
    town = Town.found()
    town.settle(0)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        town.settle_all(range(1, WINDOW + 1))
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / WINDOW
    finally:
        tracemalloc.stop()


def _measure_startup() -> list[Figure]:
    taken, memory = [], []
    for _ in range(STARTS):
        with servers.emulator() as server:
            taken.append(server.start)
            memory.append(read_resident_memory(server.process))
    return [
        Figure(name="`authflow emulator`, until it responds", value=Spread.of(taken), unit="s", at_most=0.6),
        Figure(name="`authflow emulator`, resident memory then", value=Spread.of(memory), unit="MiB", at_most=60),
    ]
