"""The emulator's state in a file: what it adds to a request, and how long a start with many users takes."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from authflow.emulator import Emulator
from benchmarks import servers
from benchmarks.common import Figure, Spread, measure_pairs, read_resident_memory, time_seconds
from benchmarks.population import FEW, MANY, Town

PAIRS: Final = 15
CALLS: Final = 40
STARTS: Final = 3
#: milliseconds
ALLOWED: Final = 1.0
NUMBERS: Final = count(MANY)


def change(town: Town) -> None:
    """Change an attribute of a user."""
    attributes = [{"Name": "name", "Value": str(next(NUMBERS))}]
    request = {"UserPoolId": town.pool_id, "Username": f"user-{FEW}", "UserAttributes": attributes}
    town.emulator.call("AdminUpdateUserAttributes", request)


def read(town: Town) -> None:
    """Read a user."""
    town.emulator.call("AdminGetUser", {"UserPoolId": town.pool_id, "Username": f"user-{FEW}"})


OPERATIONS: Final[Mapping[str, Callable[[Town], None]]] = {
    "a sign-in by alias": Town.sign_in,
    "AdminCreateUser": lambda town: town.settle(next(NUMBERS)),
    "AdminUpdateUserAttributes": change,
    "AdminGetUser": read,
    "a page of ListUsers": Town.list_users,
}


def measure() -> list[Figure]:
    """Measure the area."""
    with _two_towns() as (kept, in_memory, file):
        figures = [
            Figure(
                name=f"added to {name}, among {MANY:,} users",
                value=_compare(partial(operation, kept), partial(operation, in_memory)),
                unit="ms",
                at_most=ALLOWED,
            )
            for name, operation in OPERATIONS.items()
        ]
        kept.emulator.close()
        size = file.stat().st_size / MANY
        return [
            *figures,
            Figure(name="size of the file for each user", value=Spread.of([size]), unit="bytes"),
            *_measure_startup(file),
        ]


@contextmanager
def _two_towns() -> "Iterator[tuple[Town, Town, Path]]":
    """Yield the same town kept in a file, and in memory only."""
    in_memory = Town.found()
    in_memory.settle_all(range(MANY))
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "emulator.state"
        emulator = Emulator(state=file)
        emulator.load_state(in_memory.emulator.dump_state())
        yield replace(in_memory, emulator=emulator), in_memory, file


def _compare(kept: Callable[[], None], in_memory: Callable[[], None]) -> Spread:
    """Return the milliseconds that the file adds to a request: wall time, since the file is waited for."""

    def repeat(call: Callable[[], None]) -> None:
        for _ in range(CALLS):
            call()

    pairs = measure_pairs(
        lambda: time_seconds(partial(repeat, kept)), lambda: time_seconds(partial(repeat, in_memory)), PAIRS
    )
    return Spread.of((with_file - without) / CALLS * 1000 for with_file, without in pairs)


def _measure_startup(file: Path) -> list[Figure]:
    taken, memory = [], []
    for _ in range(STARTS):
        with servers.emulator("--state", str(file)) as server:
            taken.append(server.start)
            memory.append(read_resident_memory(server.process))
    what = f"`authflow emulator --state`, with {MANY:,} users"
    return [
        Figure(name=f"{what}, until it responds", value=Spread.of(taken), unit="s", at_most=15),
        Figure(name=f"{what}, resident memory then", value=Spread.of(memory), unit="MiB"),
    ]
