"""Makes worlds from states: from the file at the start, and from documents later."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from authflow.emulator._control.clock import MovableClock
from authflow.emulator._control.state.checks import check_descriptions
from authflow.emulator._control.state.document import load_records
from authflow.emulator._control.state.errors import StateError
from authflow.emulator._control.state.keeper import FileKeeper
from authflow.emulator._control.state.kinds import Json, World
from authflow.emulator._control.state.store import Store
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._service import Service, system_clock


def open_state(path: str | os.PathLike[str], world: World) -> FileKeeper:
    """Read a file into a world that has no records, and keep the world in it from now on.

    Raises:
        StateError: the file can't be opened, is no state, has another version, or is in use.
    """
    store = Store(path)
    try:
        with _without_collector():
            records = store.read()
            if records:
                load_records(world, records)
    except StateError as error:
        store.close()
        text = str(error)
        raise StateError(text if text.startswith(os.fspath(path)) else f"{os.fspath(path)}: {text}") from None
    return FileKeeper(store, world, is_new=not records)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the garbage collector rest: it would go through the growing records again and again, and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def make_world(
    make_service: Callable[[], Service], entropy: Entropy, records: Mapping[str, Iterable[tuple[str, Json]]]
) -> World:
    """Return a new world with these records. Its clock only has what is to be restored.

    Args:
        make_service: returns a service without records.
        entropy: the source of its random values, which goes on as before if the records are refused.
        records: the keys and values, by kind.

    Raises:
        StateError: they are no state. The text says where.
    """
    position = entropy.save()
    try:
        world = World(make_service(), MovableClock(system_clock))
        with _without_collector():
            load_records(world, records)
        check_descriptions(world)
    except BaseException:
        entropy.restore(position)
        raise
    return world
