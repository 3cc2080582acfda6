"""AsyncAuthenticator: it never blocks the event loop, may be cancelled at any await, and never mixes up people."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from authflow import (
    AsyncAuthenticator,
    Authenticator,
    BackendError,
    Backoff,
    Choice,
    Custom,
    Flow,
    InvalidInput,
    Password,
    SignedIn,
    Srp,
    Throttled,
)
from authflow.challenges import NewPasswordRequired, SelectChallenge
from authflow.core.modexp import modexp
from authflow.emulator import Emulator
from authflow.machines.sign_in._begin import is_cpu_bound
from authflow.machines.sign_in.table import CPU_BOUND, TRANSITIONS, Node
from tests.support.drivers import AsyncBackendAdapter, Canned, Slow, run
from tests.support.emulator.world import Clock
from tests.support.model import PoolModel, UserModel
from tests.support.replies import access_token, new_password_required, password_verifier, tokens
from tests.support.samples import APP
from tests.support.users import NEW_PASSWORD, Pool, User, create_user, make_pool


@pytest.fixture(scope="module")
def place() -> Pool:
    clock = Clock()
    return make_pool(Emulator(clock, seed=1), clock, PoolModel("OFF"))


@asynccontextmanager
async def driver(place: Pool) -> AsyncIterator[AsyncAuthenticator]:
    backend = AsyncBackendAdapter(place.world.emulator.backend())
    async with AsyncAuthenticator(place.make_app(secret=True), backend, stamp=place.make_stamp) as auth:
        yield auth


class NewThreads:
    """The threads that were started since this was made."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def all(self) -> set[threading.Thread]:
        return set(threading.enumerate()) - self._before

    def for_srp(self) -> set[threading.Thread]:
        """The threads of an AsyncAuthenticator."""
        return {thread for thread in self.all() if thread.name.startswith("authflow-srp")}


async def require_ended(threads: set[threading.Thread]) -> None:
    assert threads
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive()


# CPU-bound steps run on threads, all others on the event loop


def test_srp_is_computed_on_threads_only(place: Pool) -> None:
    """``run`` fails if SRP values are computed on the event loop."""
    threads = NewThreads()

    async def every_way(person: User) -> list[Flow]:
        async with driver(place) as auth:
            flow = await auth.begin(Choice(person.username))
            assert isinstance(flow.challenge, SelectChallenge)
            flows = [
                await auth.begin(Srp(person.username, person.password)),
                await auth.begin(Choice(person.username, preferred="PASSWORD_SRP", password=person.password)),
                await auth.answer(flow, flow.challenge.answer("PASSWORD_SRP", password=person.password)),
            ]
            assert threads.for_srp()
            return flows

    flows = run(every_way(create_user(place, UserModel())))
    assert [flow.node for flow in flows] == ["signed_in"] * 3


def test_a_sign_in_without_srp_starts_no_thread(place: Pool) -> None:
    threads = NewThreads()

    async def sign_in(person: User) -> Flow:
        async with driver(place) as auth:
            flow = await auth.begin(Password(person.username, person.password))
            if isinstance(flow.challenge, NewPasswordRequired):
                flow = await auth.answer(flow, flow.challenge.answer(NEW_PASSWORD))
            assert not threads.all()
            return flow

    for model in (UserModel(), UserModel(temporary=True)):
        assert run(sign_in(create_user(place, model))).node == "signed_in"


def test_which_nodes_are_cpu_bound_follows_from_the_table() -> None:
    tables = TRANSITIONS.values()
    leading = {node for table in tables for node in table.nodes if table.may_lead_to(node, CPU_BOUND)}
    assert leading == {
        Node.START,
        Node.INITIATING_SRP,
        Node.INITIATING_CUSTOM,
        Node.INITIATING_CHOICE,
        Node.ANSWERING_SRP,
        Node.ANSWERING_DEVICE,
        Node.PASSWORD_SRP,
        Node.SELECT_CHALLENGE,
        Node.DEVICE_SRP_AUTH,
    }
    assert [is_cpu_bound(opening) for opening in (Srp("a", "b"), Password("a", "b"), Custom("a"))] == [
        True,
        False,
        True,
    ]


def count_srp_threads(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many threads compute SRP values if there are ten sign-ins at once."""
    threads, go_on = NewThreads(), threading.Event()

    def wait_and_compute(*numbers: int) -> int:
        assert go_on.wait(20)
        return modexp(*numbers)

    async def main() -> int:
        async with AsyncAuthenticator(APP, Slow(*[BackendError("lost")] * 10)) as auth:
            sign_ins = [asyncio.create_task(auth.begin(Srp("ada", "pw"))) for _ in range(10)]
            await asyncio.sleep(0)  # all of them compute, or wait for a thread
            count = len(threads.for_srp())
            go_on.set()
            await asyncio.gather(*sign_ins, return_exceptions=True)
            return count

    with monkeypatch.context() as patched:
        patched.setattr("authflow.core.srp.modexp", wait_and_compute)
        return asyncio.run(main())


def test_one_thread_fewer_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, threads in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert count_srp_threads(monkeypatch) == threads
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_srp_threads(monkeypatch) == 1


def test_closing_ends_the_threads() -> None:
    async def sign_in() -> None:
        threads = NewThreads()
        async with AsyncAuthenticator(APP, Slow(password_verifier(), tokens())) as auth:
            await auth.begin(Srp("ada", "pw"))
            started = threads.for_srp()
        await require_ended(started)

    run(sign_in())


def test_after_closing_new_calls_are_refused_and_those_in_progress_are_completed() -> None:
    async def main() -> None:
        threads = NewThreads()
        backend = Slow(password_verifier(), tokens())
        auth = AsyncAuthenticator(APP, backend)
        under_way = asyncio.create_task(auth.begin(Srp("ada", "pw")))
        while not backend.under_way:
            await asyncio.sleep(0)
        started = threads.for_srp()
        await auth.aclose()
        for step in (auth.begin(Srp("ada", "pw")), auth.begin(Password("ada", "pw"))):
            with pytest.raises(InvalidInput, match="closed"):
                await step
        assert isinstance((await under_way).state, SignedIn)
        await require_ended(started)

    run(main())


def test_a_forked_process_starts_threads_of_its_own() -> None:
    code = """
import asyncio, os, warnings
from authflow import AsyncAuthenticator, Srp
from tests.support.samples import APP
from tests.support.replies import password_verifier, tokens
from tests.support.drivers import Slow

auth = AsyncAuthenticator(APP, Slow(*[password_verifier(), tokens()] * 2))
asyncio.run(auth.begin(Srp("ada", "pw")))
warnings.simplefilter("ignore")  # Python 3.12 and later warn of a fork beside threads
if os.fork() == 0:
    flow = asyncio.run(asyncio.wait_for(auth.begin(Srp("ada", "pw")), 20))
    os._exit(0 if flow.node == "signed_in" else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "0"


# Many sign-ins at once


def test_no_person_receives_the_tokens_of_another(place: Pool) -> None:
    people = [create_user(place, UserModel(temporary=number % 2 == 0)) for number in range(30)]

    async def sign_in(auth: AsyncAuthenticator, person: User) -> str:
        flow = await auth.begin(Srp(person.username, person.password))
        if isinstance(flow.challenge, NewPasswordRequired):
            flow = await auth.answer(flow, flow.challenge.answer(NEW_PASSWORD))
        assert isinstance(flow.state, SignedIn)
        return flow.state.tokens.username

    async def all_of_them() -> list[str]:
        async with driver(place) as auth:
            return await asyncio.gather(*(sign_in(auth, person) for person in people))

    assert run(all_of_them()) == [person.username for person in people]


# Cancelled at any await


def cancelled_after(turns: int, work: Callable[[], Any]) -> bool:
    """Cancel work after some iterations of the event loop; return False if it had already ended."""

    async def main() -> bool:
        task = asyncio.ensure_future(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        cancelled: bool = task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(asyncio.all_tasks()) == 1, "no task is left behind"
        return cancelled

    return asyncio.run(main())


def until_not_cancelled(check: Callable[[int], bool]) -> Iterator[int]:
    """Yield 0, 1, 2, ... as long as ``check`` reports that the work was cancelled after so many iterations."""
    for turns in range(2000):
        if not check(turns):
            return
        yield turns
    raise AssertionError("the work never ended")


def test_a_cancelled_answer_leaves_the_flow_as_it_was() -> None:
    asked = Authenticator(APP, Canned(new_password_required())).begin(Password("ada", "pw"))
    assert isinstance(asked.challenge, NewPasswordRequired)
    answer = asked.challenge.answer("N3w-passw0rd", family_name="Lovelace")
    before = repr(asked), hash(asked)

    def check(turns: int) -> bool:
        backend = Slow(Throttled("slow down"), tokens())
        auth = AsyncAuthenticator(APP, backend, backoff=Backoff(first=0))
        cancelled = cancelled_after(turns, lambda: auth.answer(asked, answer))
        assert backend.under_way == 0
        assert (repr(asked), hash(asked)) == before
        again = asyncio.run(AsyncAuthenticator(APP, Slow(tokens())).answer(asked, answer))
        assert isinstance(again.state, SignedIn)
        return cancelled

    assert len(list(until_not_cancelled(check))) > 6


def test_a_cancelled_begin_leaves_nothing() -> None:
    """A computation that runs on a thread is completed there, and its result is discarded."""

    def check(turns: int) -> bool:
        backend = Slow(password_verifier(), tokens(), turns=1)
        auth, threads = AsyncAuthenticator(APP, backend), NewThreads()
        cancelled = cancelled_after(turns, lambda: auth.begin(Srp("ada", "pw")))
        asyncio.run(auth.aclose())
        for thread in threads.for_srp():
            thread.join(10)
            assert not thread.is_alive()
        assert backend.under_way == 0
        return cancelled

    for turns in range(0, 200, 7):
        check(turns)


def test_a_time_out_of_the_caller() -> None:
    async def main() -> None:
        async with AsyncAuthenticator(APP, Slow(turns=10**9)) as auth:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await auth.begin(Password("ada", "pw"))

    asyncio.run(main())


def test_sign_in_awaits_the_answers() -> None:
    async def ask(challenge: Any) -> Any:
        await asyncio.sleep(0)
        return challenge.answer("N3w-passw0rd", family_name="Lovelace")

    token = access_token({"username": "ada-sub"})
    said = tokens()
    said["AuthenticationResult"]["AccessToken"] = token
    auth = AsyncAuthenticator(APP, Slow(new_password_required(), said))
    assert asyncio.run(auth.sign_in(Password("ada", "pw"), ask)).username == "ada-sub"
