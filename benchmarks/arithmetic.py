"""The client's SRP arithmetic of one login, compared with pycognito's. The emulator's SRP checks every signature."""

import secrets
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Final

from pycognito.aws_srp import AWSSRP

from authflow.core._openssl import make_power
from authflow.core.srp import Ephemeral, G, N, claim_signature, format_timestamp
from authflow.emulator._crypto import srp as server_side
from benchmarks.common import Clock, Figure, Spread, measure_pairs, time_seconds

POOL: Final = "eu-west-1_Ab12Cd34E"
GROUP: Final = POOL.partition("_")[2]
USER: Final = "0b9a1d5e-6a4c-4f0e-9a53-2f1d0c7e8b64"
PASSWORD: Final = "Correct-Horse-9"
OURS: Final = 30  # logins in one measurement
THEIRS: Final = 3  # fewer, to take about as long
THREADED: Final = 60
PAIRS: Final = 15

checked = count()


class Authflow:
    """One login with authflow, in two steps, with the server's challenge between them."""

    def begin(self) -> str:
        """Return SRP_A."""
        self._ephemeral = Ephemeral.from_entropy(secrets.token_bytes(32))
        return self._ephemeral.srp_a

    def prove(self, challenge: dict[str, str]) -> tuple[str, str]:
        """Return the signature and its timestamp."""
        timestamp = format_timestamp(datetime.now(UTC))
        signature = claim_signature(
            self._ephemeral,
            group=GROUP,
            user=USER,
            password=PASSWORD,
            salt=challenge["SALT"],
            srp_b=challenge["SRP_B"],
            secret_block=challenge["SECRET_BLOCK"],
            timestamp=timestamp,
        )
        return signature, timestamp


class Pycognito:
    """One login with pycognito, in the same steps."""

    def begin(self) -> str:
        """Return SRP_A."""
        self._srp = AWSSRP(USER, PASSWORD, POOL, "client", client=object())
        return str(self._srp.get_auth_params()["SRP_A"])

    def prove(self, challenge: dict[str, str]) -> tuple[str, str]:
        """Return the signature and its timestamp."""
        answer = self._srp.process_challenge(challenge, {"USERNAME": USER})
        return answer["PASSWORD_CLAIM_SIGNATURE"], answer["TIMESTAMP"]


@dataclass(frozen=True, slots=True)
class Round:
    """The server's side of one login."""

    challenge: dict[str, str]
    block: bytes
    key: bytes = field(repr=False)

    def check(self, signature: str, timestamp: str) -> None:
        """Verify a proof.

        Raises:
            ValueError: it is wrong.
        """
        expected = server_side.claim_signature(self.key, GROUP + USER, self.block, timestamp)
        if signature != b64encode(expected).decode():
            raise ValueError("wrong signature: the figures are not valid")
        next(checked)


def make_round(srp_a: str) -> Round:
    """Make the server's reply to SRP_A, with a new salt, ephemeral and secret block."""
    salt, block = secrets.randbits(128), secrets.token_bytes(600)
    verifier = server_side.verifier(server_side.salted_hash(GROUP + USER, PASSWORD, salt))
    spoken = server_side.compute_server_values(verifier, server_side.parse_client_public(srp_a), secrets.randbits(256))
    values = {"SALT": f"{salt:x}", "SRP_B": f"{spoken.public:x}", "SECRET_BLOCK": b64encode(block).decode()}
    return Round({"USER_ID_FOR_SRP": USER, "USERNAME": USER, **values}, block, spoken.key)


def _time_login(make: type[Authflow | Pycognito], number: int, threads: int, clock: Clock) -> float:
    """Return the client's seconds for one login, averaged over many. The server's side is not measured."""
    clients = [make() for _ in range(number)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(str, range(threads)))  # start the threads
        publics: list[str] = []
        proofs: list[tuple[str, str]] = []
        first = time_seconds(lambda: publics.extend(pool.map(make.begin, clients)), clock)
        rounds = [make_round(srp_a) for srp_a in publics]
        challenges = [each.challenge for each in rounds]
        second = time_seconds(lambda: proofs.extend(pool.map(make.prove, clients, challenges)), clock)
    for each, proof in zip(rounds, proofs, strict=True):
        each.check(*proof)
    return (first + second) / number


def _time_bare_powers() -> float:
    """Return the seconds of the three powers of a login alone: g^a, g^x, and the one with the long exponent."""
    power = make_power()
    exponents = [(secrets.randbits(256), secrets.randbits(256), secrets.randbits(512)) for _ in range(OURS)]
    base = secrets.randbits(3071)

    def compute() -> None:
        for private, key, both in exponents:
            power(G, private, N), power(G, key, N), power(base, both, N)

    return time_seconds(compute, time.process_time) / OURS


def measure() -> list[Figure]:
    """Measure the area."""
    ours = partial(_time_login, Authflow, OURS, 1, time.process_time)
    theirs = partial(_time_login, Pycognito, THEIRS, 1, time.process_time)
    one, two = (partial(_time_login, Authflow, THREADED, threads, time.perf_counter) for threads in (1, 2))
    ours(), theirs()  # warm up
    beside = measure_pairs(ours, theirs, PAIRS)
    bare = measure_pairs(ours, _time_bare_powers, PAIRS)
    threads = measure_pairs(one, two, PAIRS)
    return [
        Figure(name="authflow, one login", value=Spread.of(first * 1e3 for first, _ in beside), unit="ms"),
        Figure(name="pycognito, one login", value=Spread.of(second * 1e3 for _, second in beside), unit="ms"),
        Figure(
            name="authflow's time, relative to three bare OpenSSL powers",
            value=Spread.of(first / second for first, second in bare),
            unit="times",
            at_most=1.15,
        ),
        Figure(
            name="pycognito's time, relative to authflow's",
            value=Spread.of(second / first for first, second in beside),
            unit="times",
            at_least=17,
        ),
        Figure(
            name="throughput of two threads, relative to one",
            value=Spread.of(first / second for first, second in threads),
            unit="times",
            at_least=1.8,  # where a second core is idle
        ),
        Figure(name="signatures checked, all correct", value=Spread.of([next(checked)])),
    ]
