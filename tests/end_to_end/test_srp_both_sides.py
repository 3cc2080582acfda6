"""The client's SRP and the emulator's independent implementation agree, for random values and for edge cases."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow.core import srp as client
from authflow.core.srp import Ephemeral, claim_signature
from authflow.emulator._crypto import srp as server

GROUP, USER, PASSWORD = "Ab12Cd34E", "ada", "Corr3ct-horse é"
BLOCK, STAMP = base64.b64encode(b"opaque").decode(), "Sat Nov 7 09:05:03 UTC 2026"


def make_numbers(label: str) -> Iterator[int]:
    """Yield 256-bit numbers, the same in each run."""
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(f"{label} {counter}".encode()).digest(), "big")
        counter += 1


def run_srp(a: int, b: int, salt: int, password: str = PASSWORD, claimed: str = PASSWORD) -> dict[str, int] | None:
    """Run both sides once; return the values that the client saw, or None if the server refuses the proof."""
    verifier = server.verifier(server.salted_hash(GROUP + USER, password, salt))
    ephemeral = Ephemeral.from_private(a)
    answer = server.compute_server_values(verifier, server.parse_client_public(ephemeral.srp_a), b)
    signature = claim_signature(
        ephemeral,
        group=GROUP,
        user=USER,
        password=claimed,
        salt=f"{salt:x}",
        srp_b=f"{answer.public:x}",
        secret_block=BLOCK,
        timestamp=STAMP,
    )
    if base64.b64decode(signature) != server.claim_signature(answer.key, GROUP + USER, base64.b64decode(BLOCK), STAMP):
        return None
    u = client.scrambler(ephemeral.public, answer.public)
    x = client.private_key(GROUP + USER, claimed, salt)
    secret = client.premaster_secret(ephemeral, answer.public, u, x)
    return {"A": ephemeral.public, "B": answer.public, "u": u, "S": secret, "salt": salt}


@given(
    st.integers(min_value=1, max_value=2**256 - 1),
    st.integers(min_value=1, max_value=2**256 - 1),
    st.integers(min_value=1, max_value=2**128 - 1),
)
def test_random_values_agree(a: int, b: int, salt: int) -> None:
    assert run_srp(a, b, salt)
    assert not run_srp(a, b, salt, claimed=PASSWORD + "x")


TRAITS = ("begins with a zero byte", "has its top bit set", "has an odd number of digits")
WIDTHS = {"A": 3072, "B": 3072, "u": 256, "S": 3072, "salt": 128}


def find_traits(name: str, value: int) -> Iterator[tuple[str, str]]:
    """Yield the edge cases of a value: properties that matter when it is hashed or written as hex."""
    if value.bit_length() <= WIDTHS[name] - 8:
        yield name, TRAITS[0]
    if value.bit_length() % 8 == 0:
        yield name, TRAITS[1]
    if len(f"{value:x}") % 2:
        yield name, TRAITS[2]


@pytest.mark.slow
def test_edge_cases_agree_for_every_value() -> None:
    wanted = {(name, trait) for name in WIDTHS for trait in TRAITS}
    seen: Counter[tuple[str, str]] = Counter()
    for a, b, salt in zip(make_numbers("a"), make_numbers("b"), make_numbers("salt"), strict=True):
        values = run_srp(a, b, salt >> 128)
        assert values, (a, b, salt)
        seen.update(trait for name, value in values.items() for trait in find_traits(name, value))
        if wanted <= seen.keys():
            return
