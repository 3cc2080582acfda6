"""Kill workers of a login service at random, while hundreds of users sign in through every challenge.

In the end every user is signed in, no answer was accepted twice, and no user received another user's data.
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
from tests.support.redis_server import RedisServer
from tests.support.simulated_users import RunningClock, ServiceClient, SimulatedUser
from tests.support.users import Pool, create_user, make_pool

SEEDS: Final = os.environ.get("AUTHFLOW_KILLED_WORKERS_SEEDS", "1").split()
SERVICE: Final = Path(__file__).parents[1] / "support" / "login_service.py"
WORKERS: Final = 4
AT_ONCE: Final = 24  # users
USERS_EACH: Final = 20  # users in each scenario
FAULTS: Final = 0.02  # share of the requests to Cognito
# Counted in requests and not in seconds, so that a slow machine gets no more kills than a fast one
REQUESTS_BETWEEN_KILLS: Final = (10, 40)
TIMEOUT: Final = 400  # seconds for the whole test, which needs much less
ALL: Final = (SMS, TOTP, EMAIL)
PHONE: Final = UserModel(phone=True, enabled_factors=frozenset({SMS}), preferred=SMS)
ALL_FACTORS: Final = UserModel(phone=True, totp=True, enabled_factors=frozenset(ALL))
OPTIONAL, CODES_FIRST = PoolModel("OPTIONAL", ALL), PoolModel(codes_first=True)
SCENARIOS: Final[list[tuple[PoolModel, UserModel, str, str | None]]] = [
    (PoolModel(requires_name=True), UserModel(temporary=True), "srp", None),
    (PoolModel("ON", (TOTP,)), UserModel(email=False), "srp", None),
    (PoolModel("ON", (TOTP,)), UserModel(totp=True), "password", None),
    (PoolModel("ON", ALL), UserModel(email=False), "srp", None),
    (PoolModel("ON", ALL), UserModel(email=False, temporary=True), "password", None),
    (PoolModel("ON", ALL), PHONE, "choice", "PASSWORD_SRP"),
    (OPTIONAL, replace(ALL_FACTORS, temporary=True), "srp", None),
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


# Requests that Cognito received


@dataclass(frozen=True)
class SeenRequest:
    """A request with a Session, or else with a SECRET_BLOCK. ``refusal`` is None if it was accepted."""

    operation: str
    challenge: str
    refusal: str | None

    @property
    def asks_again(self) -> bool:
        """Whether the refusal permits another answer with the same Session."""
        name = "totp_rejected" if self.operation == "VerifySoftwareToken" else self.challenge
        return (name, self.refusal) in ASKS_AGAIN


class WatchedEmulator(Emulator):
    """Records the requests of each Session, and sometimes responds with HTTP 500, before or after it acts.

    Attributes:
        failures: decides when; None: never.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seen: dict[str, list[SeenRequest]] = defaultdict(list)
        self.failures: Random | None = None

    def call(self, operation: str, params: Mapping[str, object]) -> Json:
        chance = self.failures.random() if self.failures else 1
        is_lost, is_unanswered = chance < FAULTS / 2, chance < FAULTS
        refusal: str | None = "lost"
        reply: Json = {}
        try:
            if not is_lost:
                reply, refusal = super().call(operation, params), None
        except ServiceError as error:
            refusal = error.code
            if not is_unanswered:
                raise
        finally:
            self.record(params, SeenRequest(operation, str(params.get("ChallengeName", "")), refusal))
        if is_unanswered:
            raise EmulatorBug("the reply is lost")
        return reply

    def record(self, params: Mapping[str, object], seen: SeenRequest) -> None:
        responses: Any = params.get("ChallengeResponses") or {}
        key = params.get("Session") or responses.get("PASSWORD_CLAIM_SECRET_BLOCK")
        if key:
            self.seen[str(key)].append(seen)


class PersonalRiddles(Riddles):
    """Riddles that contain the username."""

    def create(self, event: Json) -> Json:
        made = super().create(event)
        made["response"]["publicChallengeParameters"] = {"riddle": f"what has roots, {event['userName']}?"}
        return made


# The service


class Service:
    """The running processes; see ``login_service.main``."""

    def __init__(self, process: "subprocess.Popen[str]", config: Json) -> None:
        self._process = process
        self.write_line(json.dumps(config))
        self.ports: list[int] = json.loads(self.read_line())
        self.kills = 0

    def kill(self, worker: int) -> None:
        """Kill a worker; the service starts a new one."""
        self.write_line(str(worker))
        assert self.read_line() == str(-signal.SIGKILL), "the worker had already ended"
        self.kills += 1

    def write_line(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def read_line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "the service has ended"
        return line


@contextmanager
def run_service(config: Json, log: Path) -> Iterator[Service]:
    """Run the service in a new process group, which is stopped even if the test fails."""
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
                stop(process)
    assert process.returncode == 0


def stop(process: "subprocess.Popen[str]") -> None:
    """Stop the service by ending its input; kill it if that does not work."""
    try:
        process.communicate(timeout=20)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


# The simulation


@dataclass
class Simulation:
    """The emulator, its pools and users, and their messages."""

    random: Random
    emulator: WatchedEmulator
    clock: RunningClock
    pools: list[Pool]
    user_options: list[dict[str, Any]]
    inbox: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.emulator.outbox.listener = lambda message: self.inbox[message.username].append(message)

    def make_config(self, redis_port: int, cognito: str, prefix: str) -> Json:
        """Return the configuration of the service."""
        apps = [pool.make_app(secret=number % 2 == 1) for number, pool in enumerate(self.pools)]
        return {
            "workers": WORKERS,
            "cognito": cognito,
            "redis_port": redis_port,
            "key": secrets.token_hex(32),
            "prefix": prefix,
            "apps": [(app.pool_id, app.client_id, app.client_secret and app.client_secret.reveal()) for app in apps],
        }

    async def run(self, service: Service) -> tuple[ServiceClient, list[SimulatedUser]]:
        """Let all users sign in while workers are killed."""
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=60, limits=limits, trust_env=False) as http:
            client = ServiceClient(http, service.ports, self.clock, self.inbox)
            users = [
                SimulatedUser(**user, client=client, random=Random(self.random.random())) for user in self.user_options
            ]
            try:
                async with asyncio.timeout(TIMEOUT):
                    await self.sign_in_all(service, client, users)
            except TimeoutError:
                late = [f"{one.user.username} ({one.kind}): {one.status}" for one in users if not one.pages]
                pytest.fail(f"{len(late)} users are not signed in after {TIMEOUT} s: {late}")
            return client, users

    async def sign_in_all(self, service: Service, client: ServiceClient, users: list[SimulatedUser]) -> None:
        limit = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            killing = tasks.create_task(kill_workers(service, client, self.random))
            await asyncio.wait([tasks.create_task(user.run(limit)) for user in users])
            killing.cancel()


def make_simulation(random: Random) -> Simulation:
    """Create the emulator, the pools and the users."""
    clock = RunningClock(datetime.now(UTC) - timedelta(days=1))
    emulator = WatchedEmulator(clock, seed=random.randbytes(16))
    pools: dict[PoolModel, Pool] = {}
    user_options = []
    for pool_model, user_model, kind, preferred in SCENARIOS:
        if pool_model not in pools:
            pools[pool_model] = make_pool(emulator, clock, pool_model)
            riddles = PersonalRiddles(pool_model.riddles, patience=3)
            emulator.triggers[pools[pool_model].world.pool_id] = riddles.triggers()
        number = list(pools).index(pool_model)
        for _ in range(USERS_EACH):
            user = create_user(pools[pool_model], UserModel(**vars(user_model)))
            user_options.append({"user": user, "pool": number, "kind": kind, "preferred": preferred})
    # Behind the workers' clocks, so that it can be moved forward
    clock.ahead = timedelta(minutes=-4)
    emulator.failures = Random(random.random())
    random.shuffle(user_options)
    return Simulation(random, emulator, clock, list(pools.values()), user_options)


async def kill_workers(service: Service, client: ServiceClient, random: Random) -> None:
    """Kill random workers, each after a random number of further requests and a short random delay."""
    while True:
        due = client.count["requests posted"] + random.randint(*REQUESTS_BETWEEN_KILLS)
        async with client.posted:
            await client.posted.wait_for(partial(client.has_posted, due))
        await asyncio.sleep(random.uniform(0, 0.03))
        await asyncio.to_thread(service.kill, random.randrange(WORKERS))


# Checks


def check_answered_once(seen: Mapping[str, list[SeenRequest]], put_back: Mapping[str, int]) -> None:
    """Check that each Session had one accepted answer, and further ones only after a refusal or a flow put back."""
    for session, requests in seen.items():
        assert sum(request.refusal is None for request in requests) <= 1, requests
        repeats = sum(not request.asks_again for request in requests[:-1])
        assert repeats <= put_back[session], requests


def check_tokens(emulator: Emulator, users: list[SimulatedUser]) -> None:
    """Check that each user has tokens with the user's own name and pool."""
    for user in users:
        world, username = user.user.world, user.user.username
        keys = KeySet.import_key_set({"keys": emulator.jwks(world.pool_id)["keys"]})
        assert user.pages
        for page in user.pages:
            claims = jwt.decode(page["access_token"], keys, ["RS256"]).claims
            assert (claims["username"], page["username"]) == (username, username)
            assert claims["iss"] == emulator.issuer(world.pool_id)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_workers_cost_no_sign_in(
    redis_server: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: str
) -> None:
    started, log, prefix = time.perf_counter(), tmp_path / "errors", f"killed-workers-{seed}:"
    simulation = make_simulation(Random(seed))
    with (
        redis_server.client() as redis,
        running(lambda _: simulation.emulator) as url,
        run_service(simulation.make_config(redis_server.port, url, prefix), log) as service,
    ):
        client, users = asyncio.run(simulation.run(service))
        sessions: Any = redis.lrange(f"{prefix}put back", 0, -1)
        put_back = Counter(session.decode() for session in sessions)
    seen, count = simulation.emulator.seen, client.count
    with capsys.disabled():
        print(f"\n{len(users)} users signed in within {time.perf_counter() - started:.0f} s, with seed {seed}:")
        print(f"  {service.kills} workers killed, {put_back.total()} flows put back, {len(seen)} Sessions")
        print("  " + "; ".join(f"{number} {what}" for what, number in sorted(count.items())))
    assert log.read_text() == capsys.readouterr().err == ""
    assert len(users) >= 300
    check_answered_once(seen, put_back)
    check_tokens(simulation.emulator, users)
    accepted = {request.challenge for requests in seen.values() for request in requests if request.refusal is None}
    assert accepted >= CHALLENGES
    assert service.kills >= 30
    assert count["connections lost"] >= 30
    assert put_back
    assert len(client.workers) >= 20, "new workers have responded, too"
    assert count["sign-ins with several workers"] >= 150
    assert count["double submissions, one refused"] >= 50
