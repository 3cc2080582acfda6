"""The state in a file."""

import resource
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from authflow.emulator import Emulator, ServiceError, StateError
from authflow.emulator._control.state.store import APPLICATION_ID
from tests.support.emulator.busy import finish, make_busy_world, move
from tests.support.emulator.kept import keeping_everything
from tests.support.emulator.world import PASSWORD, Clock, Json, World

SEED = {"pools": [{"PoolName": "people", "clients": [{"ClientName": "web"}], "users": [{"Username": "ada"}]}]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "emulator.state"


def list_pools(emulator: Emulator) -> list[str]:
    return [pool["Name"] for pool in emulator.call("ListUserPools", {"MaxResults": 60})["UserPools"]]


def test_everything_is_there_again(file: Path, clock: Clock) -> None:
    world, pending = make_busy_world(World(Emulator(clock, state=file), clock, "", ""))
    before = world.emulator.dump_state()
    world.emulator.close()
    again = Emulator(clock, state=file)
    assert again.is_restored
    assert again.dump_state() == before
    finish(move(world, again), pending)


def test_after_every_request_the_file_has_what_is_in_memory(tmp_path: Path, clock: Clock) -> None:
    with keeping_everything(tmp_path):
        world, pending = make_busy_world(World(Emulator(clock), clock, "", ""))
        finish(world, pending)
        world.emulator.outbox.clear()
        world.emulator.clock.advance(timedelta(days=40))
        world.call("DeleteUserPoolDomain", UserPoolId=world.pool_id, Domain="people")
        world.call("DeleteGroup", UserPoolId=world.pool_id, GroupName="staff")
        world.call_admin("AdminDeleteUser", "eve")
        world.get_tokens("bob", "0ther-Horse")
        world.call("DeleteUserPool", UserPoolId=world.pool_id)


def test_only_the_owner_can_read_it(file: Path) -> None:
    emulator = Emulator(state=file)
    emulator.call("CreateUserPool", {"PoolName": "a"})
    for path in file.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_moved_clock_is_kept(file: Path, clock: Clock) -> None:
    emulator = Emulator(clock, state=file)
    emulator.clock.advance(timedelta(days=30))
    emulator.clock.stop()
    emulator.close()
    again = Emulator(clock, state=file)
    assert (again.clock(), again.clock.is_stopped) == (clock.now + timedelta(days=30), True)


def test_deleted_messages_stay_deleted(file: Path, clock: Clock) -> None:
    world, _ = make_busy_world(World(Emulator(clock, state=file), clock, "", ""))
    [*_, (last, _message)] = world.emulator.outbox.list_numbered()
    world.emulator.outbox.clear()
    world.emulator.close()
    again = move(world, Emulator(clock, state=file))
    assert len(again.emulator.outbox) == 0
    again.call("ForgotPassword", ClientId=world.client_id, Username="ada")
    assert [number for number, _ in again.emulator.outbox.list_numbered()] == [last + 1]


def test_a_seed_is_loaded_only_when_the_state_is_new(file: Path) -> None:
    for is_restored in (False, True):
        emulator = Emulator(state=file)
        emulator.at_start(partial(emulator.load, SEED))
        assert list_pools(emulator) == ["people"]
        assert emulator.is_restored == is_restored
        emulator.close()


def test_a_seed_that_fails_leaves_a_new_state(file: Path) -> None:
    emulator = Emulator(state=file)
    with pytest.raises(ZeroDivisionError):
        emulator.at_start(lambda: 1 / 0)
    emulator.close()
    assert not Emulator(state=file).is_restored


def test_a_reset_is_kept(file: Path) -> None:
    emulator = Emulator(state=file)
    emulator.at_start(lambda: emulator.load(SEED))
    emulator.call("CreateUserPool", {"PoolName": "more"})
    emulator.reset()
    emulator.close()
    assert list_pools(Emulator(state=file)) == ["people"]


def test_a_loaded_document_is_kept(file: Path, world: World) -> None:
    emulator = Emulator(state=file)
    emulator.call("CreateUserPool", {"PoolName": "other"})
    emulator.load_state(world.emulator.dump_state())
    emulator.call("CreateUserPool", {"PoolName": "more"})
    emulator.close()
    assert list_pools(Emulator(state=file)) == ["people", "more"]


def test_what_ends_in_the_old_state_is_not_written(tmp_path: Path, clock: Clock) -> None:
    """A Lambda trigger resets the emulator while a sign-in waits for it."""
    with keeping_everything(tmp_path):
        world = World(Emulator(clock), clock, "", "").make_pool()
        world.make_user("ada")

        def reset(event: Json) -> Json:
            world.emulator.reset()
            world.emulator.call("CreateUserPool", {"PoolName": "new"})
            return event

        world.emulator.triggers[world.pool_id] = {"PreAuthentication": reset}
        world.get_tokens("ada")
        world.emulator.close()
    assert list_pools(Emulator(clock, state=tmp_path / "0.state")) == ["new"]


def test_what_was_changed_before_a_lambda_trigger_is_there_when_it_runs(file: Path, clock: Clock) -> None:
    """Other requests may show it already."""
    world, seen = World(Emulator(clock, state=file), clock, "", "").make_pool(), list[Json]()

    def look(event: Json) -> Json:
        if event["triggerSource"] == "PostConfirmation_ConfirmSignUp":
            copy = file.with_name("copy")
            for ending in ("", "-wal"):
                copy.with_name(f"copy{ending}").write_bytes(file.with_name(f"{file.name}{ending}").read_bytes())
            user = {"UserPoolId": world.pool_id, "Username": "bob"}
            seen.append(Emulator(clock, state=copy).call("AdminGetUser", user))
        return event

    world.emulator.triggers[world.pool_id] = {"PostConfirmation": look}
    world.call("SignUp", ClientId=world.client_id, Username="bob", Password=PASSWORD)
    world.call_admin("AdminConfirmSignUp", "bob")
    assert [user["UserStatus"] for user in seen] == ["CONFIRMED"]


def write_text(file: Path) -> None:
    file.write_text("not a state")


def write_other_database(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()


def write_newer(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE a (b)")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def damage(file: Path) -> None:
    emulator = Emulator(state=file)
    emulator.call("CreateUserPool", {"PoolName": "a"})
    emulator.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE records SET value = '{' WHERE kind = 'pool'")
    connection.close()


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (write_text, "is no state of an emulator"),
        (write_other_database, "is a SQLite database, but no state of an emulator"),
        (write_newer, "from a newer authflow"),
        (damage, "a record of kind pool is damaged"),
        (Path.mkdir, "is a directory"),
    ],
)
def test_what_is_no_state_stays_as_it_is(file: Path, write: Callable[[Path], object], problem: str) -> None:
    write(file)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StateError, match=problem) as caught:
        Emulator(state=file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    assert (file.read_bytes() if file.is_file() else None) == before


def test_a_file_in_use(file: Path) -> None:
    emulator = Emulator(state=file)
    with pytest.raises(StateError, match="is in use by another emulator"):
        Emulator(state=file)
    emulator.close()
    Emulator(state=file).close()


@contextmanager
def limiting_files(size: int) -> Iterator[None]:
    """Let files grow no further than to a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(file: Path) -> None:
    """Nothing is answered that is not kept, also after there is room again."""
    emulator, stops, answered = Emulator(state=file), list[str](), list[str]()
    emulator.at_failure(lambda: stops.append("stopped"))

    def create_pools() -> None:
        for name in map("pool-{}".format, count()):
            emulator.call("CreateUserPool", {"PoolName": name})
            answered.append(name)

    with limiting_files(200_000), pytest.raises(ServiceError, match="InternalErrorException") as caught:
        create_pools()
    assert str(file) in str(caught.value)
    assert answered
    assert stops == ["stopped"]
    with pytest.raises(ServiceError, match="InternalErrorException"):
        list_pools(emulator)
    emulator.close()
    assert list_pools(Emulator(state=file)) == answered
