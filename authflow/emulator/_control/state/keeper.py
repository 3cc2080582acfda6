"""Keeps the records of a service in a file: what a request has changed is written before it is answered."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

from authflow.emulator._control.state.document import KINDS, dump_records
from authflow.emulator._control.state.errors import StateError
from authflow.emulator._control.state.kinds import Json, World
from authflow.emulator._control.state.store import Store
from authflow.emulator._control.state.whole import ONLY
from authflow.emulator._errors import ServiceError
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Service

#: an ordered set of kinds and keys: what was added first is written first
Noted: TypeAlias = dict[tuple[str, str], None]
SERVICE_RECORD: Final = ("service", ONLY)


@dataclass(frozen=True, slots=True)
class Paused:
    """A unit while other requests are let in.

    Attributes:
        noted: the records that it may still change.
        is_whole: whether everything is written at its end.
    """

    noted: Noted
    is_whole: bool


class FileKeeper:
    """Writes the records that operations look up, add or remove, if they have changed.

    Whoever changes records does it inside ``unit``, or inside ``whole`` with the lock of the service.

    Args:
        store: the file.
        world: what is kept in it.
        is_new: whether the file has no records yet.

    Attributes:
        is_new: whether the file has no records yet.
        failure: why the file could not be written. From then on everything is refused.
        on_failure: called once when that happens.
    """

    def __init__(self, store: Store, world: World, *, is_new: bool) -> None:
        self._store = store
        self._world = world
        self.is_new: bool = is_new
        self._noted: Noted | None = None
        self._is_whole = False
        self.failure: StateError | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self._watch()

    @contextmanager
    def unit(self, service: Service) -> Iterator[None]:
        """Hold the lock of a service, and write at the end of the context what has changed in it.

        A unit inside another one is part of it. A service that another one has replaced is not written.

        Raises:
            ServiceError: InternalErrorException: it can't be written, now or before.
        """
        with service.lock, self._writing(service):
            yield

    @contextmanager
    def _writing(self, service: Service) -> Iterator[None]:
        if service.keeper is not self or self._noted is not None or self._is_whole:
            yield
            return
        self._require_success()
        self._noted = {}
        try:
            yield
        finally:
            if service.keeper is self:
                noted, self._noted = self._noted, None
                self._write(noted)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Write the whole state at the end of the context, in the place of all that was written before.

        If the context fails while the file is new, the file stays new.

        Raises:
            ServiceError: InternalErrorException: it can't be written, now or before.
        """
        self._require_success()
        self._is_whole = True
        has_ended = False
        try:
            yield
            has_ended = True
        finally:
            self._is_whole = False
            if has_ended or not self.is_new:
                self._write_all()

    def replace_service(self, service: Service) -> None:
        """Keep another service from now on, inside ``whole``."""
        self._unwatch()
        self._world = World(service, self._world.clock)
        self._watch()

    def note(self, kind: str, key: str) -> None:
        """See ``Keeper.note``."""
        if self._noted is not None:
            self._noted[kind, key] = None

    def pause(self, *, forget: bool) -> Paused:
        """See ``Keeper.pause``."""
        paused = Paused({} if forget else self._noted or {}, self._is_whole)
        noted, self._noted, self._is_whole = self._noted or {}, None, False
        if not paused.is_whole:
            self._write(noted)
        elif not self.is_new:  # while it is new, nobody has been answered yet
            self._write_all()
        return paused

    def resume(self, paused: Paused) -> None:
        """See ``Keeper.resume``."""
        self._noted, self._is_whole = None if paused.is_whole else paused.noted, paused.is_whole

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def _write(self, noted: Noted) -> None:
        """Write the noted records. The first time, write everything."""
        self._require_success()
        if self.is_new:
            self._write_all()
        else:
            self._attempt(lambda: self._store.write(self._collect([SERVICE_RECORD, *noted])))

    def _write_all(self) -> None:
        self._attempt(lambda: self._store.replace(dump_records(self._world)))
        self.is_new = False

    def _collect(self, noted: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, Json | None]]:
        """Yield the noted records and their relatives."""
        relatives = (relative for kind, key in noted for relative in KINDS[kind].relatives(self._world, key))
        for kind, key in dict.fromkeys(chain(noted, list(relatives))):
            yield kind, key, KINDS[kind].encode(self._world, key)

    def _attempt(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StateError as error:
            self.failure = error
            self.on_failure()
            self._require_success()

    def _require_success(self) -> None:
        if self.failure is not None:
            raise ServiceError("InternalErrorException", f"The state can't be kept: {self.failure}")

    def _watch(self) -> None:
        service = self._world.service
        service.keeper = self
        service.pools.watcher = partial(self.note, "pool")
        service.clients.watcher = partial(self.note, "client")
        service.domains.watcher = partial(self.note, "domain")
        service.sessions.kept.watcher = partial(self.note, "session")
        service.secret_blocks.unused.watcher = partial(self.note, "secret_block")
        families = service.token_families
        families.families.watcher = partial(self.note, "token_family")
        families.refresh_tokens.watcher = partial(self.note, "refresh_token")
        families.by_event.watcher = partial(self.note, "token_event")
        service.outbox.watcher = lambda number: self.note("message", str(number))
        service.outbox.unit = self._make_locked_unit
        self._world.clock.watcher = self._write_clock
        for _, pool in service.pools.read_all():
            self.watch_pool(pool)

    def _unwatch(self) -> None:
        """Let operations that are still in progress in this service end in memory."""
        service = self._world.service
        service.keeper, self._noted = None, None
        for collection in (service.pools, service.clients, service.domains, service.sessions.kept):
            collection.watcher = None
        families, blocks = service.token_families, service.secret_blocks
        for kept in (families.families, families.refresh_tokens, families.by_event, blocks.unused):
            kept.watcher = None
        for _, pool in service.pools.read_all():
            pool.users.watcher = None
            for part in (pool.decoys, pool.groups, pool.providers.all, pool.import_jobs, pool.client_ids):
                part.watcher = None

    def watch_pool(self, pool: UserPool) -> None:
        """See ``Keeper.watch_pool``."""

        def note(kind: str, key: str) -> None:
            self.note(kind, f"{pool.id}/{key}")
            self.note("numbers", pool.id)

        pool.users.watcher = lambda user: note("user", user.sub)
        pool.decoys.watcher = partial(note, "decoy")
        pool.groups.watcher = partial(note, "group")
        pool.providers.all.watcher = partial(note, "provider")
        pool.import_jobs.watcher = partial(note, "import_job")
        pool.client_ids.watcher = lambda _: self.note("numbers", pool.id)
        self.note("numbers", pool.id)

    @contextmanager
    def _make_locked_unit(self) -> Iterator[None]:
        with self.unit(self._world.service):
            yield

    def _write_clock(self) -> None:
        with self._make_locked_unit():
            pass
