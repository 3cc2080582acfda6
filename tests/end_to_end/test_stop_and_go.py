"""Workers of a login service are killed again and again, while hundreds of people sign in through every challenge.

In the end everybody is in; no answer was taken twice, and nobody got what is somebody else's.
"""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authflow.emulator import Emulator, EmulatorBug, Message, ServiceError, running
from authflow.machines.sign_in.table import ASKS_AGAIN
from tests.support.emulator.lambdas import Riddles
from tests.support.emulator.world import Json
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.people import Site, register, site
from tests.support.redis_server import RedisServer
from tests.support.visitors import GoingClock, Town, Visitor

SEED: Final = os.environ.get("AUTHFLOW_STOP_AND_GO_SEED", "1")
PREFIX: Final = "stop-and-go:"
SERVICE: Final = Path(__file__).parents[1] / "support" / "login_service.py"
WORKERS: Final = 4
AT_ONCE: Final = 24  # people
EACH: Final = 20  # people who come each way
FAULTS: Final = 0.02  # of the requests to Cognito
BETWEEN_KILLS: Final = (10, 40)  # requests: not seconds, so that a slow machine gets no more kills for its work
PATIENCE: Final = 400  # seconds, for everything; much less is needed
ALL: Final = (SMS, TOTP, EMAIL)
PHONE: Final = UserModel(phone=True, enabled_factors=frozenset({SMS}), preferred=SMS)
EVERYTHING: Final = UserModel(phone=True, totp=True, enabled_factors=frozenset(ALL))
OPTIONAL, CODES_FIRST = PoolModel("OPTIONAL", ALL), PoolModel(codes_first=True)
WAYS: Final[list[tuple[PoolModel, UserModel, str, str | None]]] = [
    (PoolModel(requires_name=True), UserModel(temporary=True), "srp", None),
    (PoolModel("ON", (TOTP,)), UserModel(email=False), "srp", None),
    (PoolModel("ON", (TOTP,)), UserModel(totp=True), "password", None),
    (PoolModel("ON", ALL), UserModel(email=False), "srp", None),
    (PoolModel("ON", ALL), UserModel(email=False, temporary=True), "password", None),
    (PoolModel("ON", ALL), PHONE, "choice", "PASSWORD_SRP"),
    (OPTIONAL, replace(EVERYTHING, temporary=True), "srp", None),
    (OPTIONAL, UserModel(phone=True, enabled_factors=frozenset({SMS, EMAIL})), "password", None),
    (replace(OPTIONAL, challenges_devices=True), PHONE, "srp", None),
    (PoolModel("ON", ALL, challenges_devices=True, asks_to_remember=True), UserModel(), "password", None),
    (PoolModel(challenges_devices=True), UserModel(), "custom_srp", None),
    (PoolModel(riddles=2), UserModel(), "custom", None),
    (PoolModel("ON", ALL, riddles=2), PHONE, "custom_srp", None),
    (CODES_FIRST, UserModel(phone=True), "choice", None),
    (CODES_FIRST, UserModel(phone=True), "choice", "SMS_OTP"),
    (CODES_FIRST, UserModel(temporary=True), "choice", "PASSWORD"),
    (CODES_FIRST, UserModel(), "choice", "EMAIL_OTP"),
]
CHALLENGES: Final = {
    "NEW_PASSWORD_REQUIRED", "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", "SMS_OTP",
    "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER",
}  # fmt: skip


# What Cognito saw


@dataclass(frozen=True)
class Seen:
    """A request with a Session, or with a SECRET_BLOCK where there is none; ``refusal`` is None if it was accepted."""

    operation: str
    challenge: str
    refusal: str | None

    @property
    def asks_again(self) -> bool:
        """Whether it was refused in a way that leaves the Session good for another answer."""
        name = "totp_rejected" if self.operation == "VerifySoftwareToken" else self.challenge
        return (name, self.refusal) in ASKS_AGAIN


class WatchedEmulator(Emulator):
    """Notes what comes with each Session; now and then it answers HTTP 500, whether or not it did what was asked.

    Attributes:
        faults: says when; never if None.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        self.faults: Random | None = None

    def call(self, operation: str, params: Mapping[str, object]) -> Json:
        chance = self.faults.random() if self.faults else 1
        lost, unanswered = chance < FAULTS / 2, chance < FAULTS
        refusal: str | None = "lost"
        reply: Json = {}
        try:
            if not lost:
                reply, refusal = super().call(operation, params), None
        except ServiceError as error:
            refusal = error.code
            if not unanswered:
                raise
        finally:
            self.note(params, Seen(operation, str(params.get("ChallengeName", "")), refusal))
        if unanswered:
            raise EmulatorBug("an answer gets lost")
        return reply

    def note(self, params: Mapping[str, object], seen: Seen) -> None:
        responses: Any = params.get("ChallengeResponses") or {}
        key = params.get("Session") or responses.get("PASSWORD_CLAIM_SECRET_BLOCK")
        if key:
            self.seen[str(key)].append(seen)


class PersonalRiddles(Riddles):
    """Each person is asked by name."""

    def create(self, event: Json) -> Json:
        made = super().create(event)
        made["response"]["publicChallengeParameters"] = {"riddle": f"what has roots, {event['userName']}?"}
        return made


# The service


class Service:
    """The running processes; see ``login_service.main``."""

    def __init__(self, process: "subprocess.Popen[str]", config: Json) -> None:
        self._process = process
        self.tell(json.dumps(config))
        self.ports: list[int] = json.loads(self.heard())
        self.kills = 0

    def kill(self, worker: int) -> None:
        """Kill a worker, and have another one started."""
        self.tell(str(worker))
        assert self.heard() == str(-signal.SIGKILL), "the worker had ended by itself"
        self.kills += 1

    def tell(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def heard(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "the service has ended"
        return line


@contextmanager
def serving(config: Json, log: Path) -> Iterator[Service]:
    """Run the service. It has a process group of its own, which ends with the test, however that ends."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", str(SERVICE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,
        )
        with process:
            try:
                yield Service(process, config)
            finally:
                end(process)
    assert process.returncode == 0


def end(process: "subprocess.Popen[str]") -> None:
    """End the service: at the end of its input it ends its workers and itself."""
    try:
        process.communicate(timeout=20)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


# The day


@dataclass
class Day:
    """All that takes part."""

    random: Random
    emulator: WatchedEmulator
    clock: GoingClock
    sites: list[Site]
    people: list[dict[str, Any]]
    inbox: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.emulator.outbox.listener = lambda message: self.inbox[message.username].append(message)

    def config(self, redis_port: int, cognito: str) -> Json:
        """What the service is told."""
        apps = [place.app(secret=number % 2 == 1) for number, place in enumerate(self.sites)]
        return {
            "workers": WORKERS,
            "cognito": cognito,
            "redis_port": redis_port,
            "key": secrets.token_hex(32),
            "prefix": PREFIX,
            "apps": [(app.pool_id, app.client_id, app.client_secret) for app in apps],
        }

    async def run(self, service: Service) -> tuple[Town, list[Visitor]]:
        """Let everybody sign in, while workers are killed."""
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=60, limits=limits, trust_env=False) as http:
            town = Town(http, service.ports, self.clock, self.inbox)
            visitors = [Visitor(**person, town=town, random=Random(self.random.random())) for person in self.people]
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.come_in(service, town, visitors)
            except TimeoutError:
                late = [f"{v.person.username} ({v.kind}): {v.where}" for v in visitors if not v.pages]
                pytest.fail(f"{len(late)} people are not in after {PATIENCE} s: {late}")
            return town, visitors

    async def come_in(self, service: Service, town: Town, visitors: list[Visitor]) -> None:
        turn = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            killing = tasks.create_task(kill_workers(service, town, self.random))
            await asyncio.wait([tasks.create_task(visitor.day(turn)) for visitor in visitors])
            killing.cancel()


def new_day(random: Random) -> Day:
    """Make pools and people."""
    clock = GoingClock(datetime.now(UTC) - timedelta(days=1))
    emulator = WatchedEmulator(clock, seed=random.randbytes(16))
    sites: dict[PoolModel, Site] = {}
    people = []
    for pool, user, kind, preferred in WAYS:
        if pool not in sites:
            sites[pool] = site(emulator, clock, pool)
            riddles = PersonalRiddles(pool.riddles, patience=3)
            emulator.triggers[sites[pool].world.pool_id] = riddles.triggers()
        number = list(sites).index(pool)
        for _ in range(EACH):
            person = register(sites[pool], UserModel(**vars(user)))
            people.append({"person": person, "pool": number, "kind": kind, "preferred": preferred})
    clock.ahead = timedelta(minutes=-4)  # behind the workers' clocks, as far as SRP allows, so that it can be moved on
    emulator.faults = Random(random.random())
    random.shuffle(people)
    return Day(random, emulator, clock, list(sites.values()), people)


async def kill_workers(service: Service, town: Town, random: Random) -> None:
    """Kill a worker, again and again: a random number of requests after the last one, and a little later."""
    while True:
        due = town.count["requests posted"] + random.randint(*BETWEEN_KILLS)
        async with town.posted:
            await town.posted.wait_for(partial(town.has_posted, due))
        await asyncio.sleep(random.uniform(0, 0.03))
        await asyncio.to_thread(service.kill, random.randrange(WORKERS))


# What must have come of it


def check_answered_once(seen: Mapping[str, list[Seen]], put_back: Mapping[str, int]) -> None:
    """Cognito accepts one answer of a Session. Another one comes after a refusal that permits it, or a putting back."""
    for session, requests in seen.items():
        assert sum(request.refusal is None for request in requests) <= 1, requests
        repeats = sum(not request.asks_again for request in requests[:-1])
        assert repeats <= put_back[session], requests


def check_tokens(emulator: Emulator, visitors: list[Visitor]) -> None:
    """Everybody has tokens of their own pool and name."""
    for visitor in visitors:
        world, username = visitor.person.world, visitor.person.username
        keys = KeySet.import_key_set({"keys": emulator.jwks(world.pool_id)["keys"]})
        assert visitor.pages
        for page in visitor.pages:
            claims = jwt.decode(page["access_token"], keys, ["RS256"]).claims
            assert (claims["username"], page["username"]) == (username, username)
            assert claims["iss"] == emulator.issuer(world.pool_id)


@pytest.mark.slow
def test_stop_and_go(redis_server: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print(f"AUTHFLOW_STOP_AND_GO_SEED={SEED}")  # shown if the test fails
    started, log = time.perf_counter(), tmp_path / "errors"
    day = new_day(Random(SEED))
    with (
        redis_server.client() as redis,
        running(lambda _: day.emulator) as url,
        serving(day.config(redis_server.port, url), log) as service,
    ):
        town, visitors = asyncio.run(day.run(service))
        noted: Any = redis.lrange(f"{PREFIX}put back", 0, -1)
        put_back = Counter(session.decode() for session in noted)
    seen, count = day.emulator.seen, town.count
    with capsys.disabled():
        print(f"\n{len(visitors)} people are in after {time.perf_counter() - started:.0f} s, with seed {SEED}:")
        print(f"  {service.kills} workers killed, {put_back.total()} flows put back, {len(seen)} Sessions")
        print("  " + "; ".join(f"{number} {what}" for what, number in sorted(count.items())))
    assert log.read_text() == capsys.readouterr().err == ""
    assert len(visitors) >= 300
    check_answered_once(seen, put_back)
    check_tokens(day.emulator, visitors)
    accepted = {request.challenge for requests in seen.values() for request in requests if request.refusal is None}
    assert accepted >= CHALLENGES
    assert service.kills >= 30
    assert count["connections lost"] >= 30
    assert put_back
    assert len(town.workers) >= 20, "whoever took a killed worker's place has served, too"
    assert count["served by several workers"] >= 150
    assert count["double-clicks, one taken"] >= 50
