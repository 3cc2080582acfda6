"""The state as one JSON document."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from authflow.emulator._control.state import pools, sign_ins, users, whole
from authflow.emulator._control.state.codec import require_list, require_object, require_text
from authflow.emulator._control.state.errors import Misfit, StateError
from authflow.emulator._control.state.kinds import Json, Kind, World

FORMAT: Final = "authflow emulator state"
VERSION: Final = 1
#: all kinds of record. A record stands after those that it refers to
KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        whole.SERVICE,
        whole.MESSAGE,
        pools.POOL,
        pools.KEYS,
        pools.CLIENT,
        pools.DOMAIN,
        pools.GROUP,
        pools.PROVIDER,
        pools.JOB,
        pools.FILE,
        users.USER,
        users.DECOY,
        pools.NUMBERS,
        sign_ins.FAMILY,
        sign_ins.REFRESH_TOKEN,
        sign_ins.TOKEN_EVENT,
        sign_ins.SESSION,
        sign_ins.SECRET_BLOCK,
    )
}
#: by older version: converts the records of a kind to those of the next version. There is none yet
MIGRATIONS: Final[Mapping[int, Callable[[str, Json], Json]]] = {}


def dump_records(world: World) -> Iterator[tuple[str, str, Json]]:
    """Yield the kind, the key and the JSON value of each record."""
    for kind in KINDS.values():
        for key in kind.list_keys(world):
            if (value := kind.encode(world, key)) is not None:
                yield kind.name, key, value


def dump(world: World) -> dict[str, Any]:
    """Return the state as a document."""
    records: dict[str, list[Json]] = {name: [] for name in KINDS}
    for kind, key, value in dump_records(world):
        records[kind].append({"key": key, "value": value})
    return {"format": FORMAT, "version": VERSION, "records": records}


def check_version(version: object) -> None:
    """Require that this version of authflow can read a version of the format.

    Raises:
        StateError: it is newer, or too old.
    """
    if isinstance(version, int) and version > VERSION:
        raise StateError(f"the state has version {version}, from a newer authflow; this one reads up to {VERSION}")
    if version != VERSION or isinstance(version, bool):
        raise StateError(f"the state has version {str(version)[:20]}, which this authflow does not read")


def load_records(world: World, records: Mapping[str, Iterable[tuple[str, Json]]]) -> None:
    """Add records to a world that has none.

    Args:
        world: the world.
        records: the keys and values, by kind.

    Raises:
        StateError: they are no state. The text says where.
    """
    if not records.get(whole.SERVICE.name):
        raise StateError(f"records.{whole.SERVICE.name}: must have one record")
    for kind in KINDS.values():
        keys: set[str] = set()
        for number, (key, value) in enumerate(records.get(kind.name, ())):
            with _located(f"{kind.name}[{number}]"):
                if key in keys:
                    raise Misfit("the key is there twice")
                keys.add(key)
                kind.add(world, key, value)
        if kind is whole.MESSAGE and keys != set(kind.list_keys(world)):
            raise StateError(f"records.{kind.name}: the messages must be the latest ones, without gaps")
    with _located(users.USER.name):
        users.add_memberships(world)


@contextmanager
def _located(place: str) -> Iterator[None]:
    """Add the place to what is wrong with a record."""
    try:
        yield
    except Misfit as misfit:
        raise StateError(str(misfit.inside(f".records.{place}"))) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise StateError(f"records.{place}: makes no sense: {type(error).__name__}: {str(error)[:200]}") from None


def read(document: object) -> dict[str, list[tuple[str, Json]]]:
    """Return the records of a document, by kind.

    Raises:
        StateError: it is no state, or one that this version of authflow does not read.
    """
    try:
        content = require_object(document)
        if content.get("format") != FORMAT:
            raise StateError(f'format: must be "{FORMAT}": this is no state of an emulator')
        check_version(content.get("version"))
        if unknown := sorted(content.keys() - {"format", "version", "records"}):
            raise Misfit(f"unknown member {unknown[0][:50]!a}")
        given = require_object(content.get("records"))
        if unknown := sorted(given.keys() - KINDS.keys()):
            raise Misfit(f"records: unknown kind {unknown[0][:50]!a}")
        return {kind: list(_read_entries(kind, entries)) for kind, entries in given.items()}
    except Misfit as misfit:
        raise StateError(str(misfit)) from None


def _read_entries(kind: str, entries: object) -> Iterator[tuple[str, Json]]:
    for number, entry in enumerate(require_list(entries)):
        try:
            given = require_object(entry)
            if given.keys() != {"key", "value"}:
                raise Misfit("must have the members key and value")
            yield require_text(given["key"]), given["value"]
        except Misfit as misfit:
            raise misfit.inside(f".records.{kind}[{number}]") from None


def to_text(value: Json) -> str:
    """Return a JSON value as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
