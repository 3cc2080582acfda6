"""Holds the records in memory against those in the file of the state, after every request."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from authflow.emulator import Emulator, Settings
from authflow.emulator._control.clock import MovableClock
from authflow.emulator._control.state import document
from authflow.emulator._control.state.keeper import FileKeeper, Noted
from authflow.emulator._control.state.kinds import World
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._service import Service, system_clock


def read_file(keeper: FileKeeper) -> dict[str, Any]:
    """Return the state in the file, as the next process would have it."""
    random = keeper._world.service.entropy.save()
    entropy = Entropy() if random is None else Entropy(0)
    world = World(Service(system_clock, entropy, "eu-west-1", "https://x", Settings()), MovableClock(system_clock))
    document.load_records(world, keeper._store.read())
    return document.dump(world)


def find_differences(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Yield the places at which two documents differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in {**ours, **theirs}:
            yield from find_differences(ours.get(name), theirs.get(name), f"{place}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from find_differences(one, other, f"{place}[{number}]")
    elif ours != theirs:
        yield f"{place}: {str(ours)[:200]} in memory, {str(theirs)[:200]} in the file"


@contextmanager
def keeping_everything(directory: Path) -> Iterator[None]:
    """Give each emulator a file, and require after each request that it has what is in memory."""
    make, write, unit = Emulator.__init__, FileKeeper._write, FileKeeper.unit
    numbers = iter(range(10**6))

    def make_kept(emulator: Emulator, *args: Any, **kwargs: Any) -> None:
        make(emulator, *args, **{"state": directory / f"{next(numbers)}.state", **kwargs})

    def compare(keeper: FileKeeper) -> list[str]:
        return list(find_differences(document.dump(keeper._world), read_file(keeper)))

    @contextmanager
    def start_equal(keeper: FileKeeper, service: Service) -> Iterator[None]:
        with service.lock:
            is_inner = keeper._noted is not None or keeper._is_whole or service.keeper is not keeper
            if not is_inner and not keeper.is_new and compare(keeper):
                keeper._write_all()  # a test has changed records by itself
        with unit(keeper, service):  # not inside: while a Lambda trigger runs, no lock is held
            yield

    def write_and_compare(keeper: FileKeeper, noted: Noted) -> None:
        write(keeper, noted)
        differences = compare(keeper)
        assert not differences, differences[:5]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Emulator, "__init__", make_kept)
        patch.setattr(FileKeeper, "unit", start_equal)
        patch.setattr(FileKeeper, "_write", write_and_compare)
        yield
