"""SRP: known test vectors, properties, and hostile values from a server."""

import base64
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from srptools.constants import PRIME_3072

from authflow import InvalidInput, UnexpectedReply
from authflow.core import srp
from authflow.core.srp import Ephemeral, claim_signature, device_verifier, format_timestamp, pad

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "srp.json").read_text())
NET, ANDROID, DEVICE = VECTORS["net"], VECTORS["android"], VECTORS["device_verifier"]
EDGES = VECTORS["edge_cases"]


def compute_key(ephemeral: Ephemeral, identity: str, password: str, salt: str, srp_b: str) -> bytes:
    """Return the key of the proof's HMAC."""
    public = int(srp_b, 16)
    u = srp.scrambler(ephemeral.public, public)
    x = srp.private_key(identity, password, int(salt, 16))
    return srp.claim_key(srp.premaster_secret(ephemeral, public, u, x), u)


def test_the_group_is_rfc_3526_group_15_with_generator_2() -> None:
    assert int(PRIME_3072, 16) == srp.N
    assert srp.G == 2
    assert f"{srp.K:x}" == VECTORS["k_hex"]


def test_net_public_value() -> None:
    assert Ephemeral.from_private(int(NET["a_hex"], 16)).srp_a == NET["A_hex"]


def test_net_signature() -> None:
    signature = claim_signature(
        Ephemeral.from_private(int(NET["a_hex"], 16)),
        group=NET["pool_name"],
        user=NET["username"],
        password=NET["password"],
        salt=NET["salt"],
        srp_b=NET["srp_b"],
        secret_block=NET["secret_block"],
        timestamp=NET["timestamp"],
    )
    assert signature == NET["signature"]


@pytest.mark.parametrize(("srp_b", "key"), [("srp_b", "hkdf_key_b64"), ("srp_b_2", "hkdf_key_2_b64")])
def test_net_keys(srp_b: str, key: str) -> None:
    ephemeral = Ephemeral.from_private(int(NET["a_hex"], 16))
    found = compute_key(ephemeral, NET["pool_name"] + NET["username"], NET["password"], NET["salt"], NET[srp_b])
    assert base64.b64encode(found).decode() == NET[key]


def test_android_step_by_step() -> None:
    ephemeral = Ephemeral.from_private(int(ANDROID["private_a_dec"]))
    assert ephemeral.public == int(ANDROID["public_A_dec"])
    srp_b, pool_name = int(ANDROID["srp_b_hex"], 16), ANDROID["pool_id"].partition("_")[2]
    u = srp.scrambler(ephemeral.public, srp_b)
    assert u == int(ANDROID["u_dec"])
    x = srp.private_key(pool_name + ANDROID["user_id"], ANDROID["password"], int(ANDROID["salt_hex"], 16))
    assert x == int(ANDROID["x_dec"])
    secret = srp.premaster_secret(ephemeral, srp_b, u, x)
    assert secret == int(ANDROID["S_dec"])
    assert base64.b64encode(srp.claim_key(secret, u)).decode() == ANDROID["hkdf_key_b64"]


def test_android_signature() -> None:
    signature = claim_signature(
        Ephemeral.from_private(int(ANDROID["private_a_dec"])),
        group=ANDROID["pool_id"].partition("_")[2],
        user=ANDROID["user_id"],
        password=ANDROID["password"],
        salt=ANDROID["salt_hex"],
        srp_b=ANDROID["srp_b_hex"],
        secret_block=ANDROID["secret_block"],
        timestamp=ANDROID["timestamp"],
    )
    assert signature == ANDROID["m1_with_decoded_key_b64_computed_here"]


@pytest.mark.parametrize("case", EDGES.values(), ids=EDGES)
def test_edge_cases(case: dict[str, str]) -> None:
    ephemeral = Ephemeral.from_private(int(case["a"], 16))
    u = srp.scrambler(ephemeral.public, int(case["B"], 16))
    assert f"{u:x}" == case["u"].lstrip("0")
    x = srp.private_key(case["pool_name"] + case["user_id"], case["password"], int(case["salt"], 16))
    secret = srp.premaster_secret(ephemeral, int(case["B"], 16), u, x)
    assert f"{secret:x}" == case["S"].lstrip("0")
    assert srp.claim_key(secret, u).hex() == case["hkdf_key_hex"]


@pytest.mark.parametrize("block", ["2b3b1c80-5b4e-4b7c-9f1e-8a5b6c7d8e9f", "***", "äöüß"])
def test_a_block_that_is_no_base64_is_signed_as_it_is(block: str) -> None:
    """moto sends a UUID (getmoto/moto#10243). A block is opaque: its sender must only read the same bytes."""
    values = {"salt": ANDROID["salt_hex"], "srp_b": ANDROID["srp_b_hex"], "timestamp": ANDROID["timestamp"]}
    person = {"group": "Ab12Cd34E", "user": "ada", "password": "Correct-Horse-9"}
    ephemeral = Ephemeral.from_private(int(ANDROID["private_a_dec"]))
    signed = claim_signature(ephemeral, secret_block=block, **person, **values)
    same = claim_signature(ephemeral, secret_block=base64.b64encode(block.encode()).decode(), **person, **values)
    assert signed == same


@pytest.mark.parametrize("salt", DEVICE["cases"])
def test_device_verifier(salt: str) -> None:
    case = DEVICE["cases"][salt]
    made = device_verifier(DEVICE["group_key"], DEVICE["device_key"], DEVICE["device_secret"], bytes.fromhex(salt))
    assert made.salt == case["salt_b64"]
    assert made.password_verifier == case["verifier_b64"]
    assert hashlib.sha256(made.password_verifier.encode()).hexdigest() == case["verifier_b64_sha256"]


@given(st.integers(min_value=0, max_value=2**3080))
def test_pad_is_the_shortest_twos_complement(number: int) -> None:
    padded = pad(number)
    assert int.from_bytes(padded, "big", signed=True) == number
    assert len(padded) == 1 or int.from_bytes(padded[1:], "big", signed=True) != number


@given(st.binary(min_size=32, max_size=80).filter(lambda entropy: any(entropy[:32])))
def test_an_ephemeral_has_256_bits_of_its_entropy(entropy: bytes) -> None:
    ephemeral = Ephemeral.from_entropy(entropy)
    assert ephemeral.private == int.from_bytes(entropy[:32], "big")
    assert ephemeral.public == pow(2, ephemeral.private, srp.N)


@pytest.mark.parametrize("entropy", [b"", bytes(31), bytes(32)])
def test_too_little_entropy_is_refused(entropy: bytes) -> None:
    with pytest.raises(InvalidInput):
        Ephemeral.from_entropy(entropy)


HOSTILE = {
    "B is zero": ("srp_b", "0"),
    "B is N": ("srp_b", f"{srp.N:x}"),
    "B is not hex": ("srp_b", "xyz"),
    "B has a prefix": ("srp_b", "0x12"),
    "B has an underscore": ("srp_b", "1_2"),
    "B has digits of another script": ("srp_b", "١٢"),
    "B is empty": ("srp_b", ""),
    "B is negative": ("srp_b", "-5"),
    "B is a megabyte": ("srp_b", "f" * 1_000_000),
    "the salt is not hex": ("salt", "no"),
    "the salt is negative": ("salt", "-5"),
    "the salt is empty": ("salt", ""),
    "the salt is a megabyte": ("salt", "f" * 1_000_000),
    "the block is empty": ("secret_block", ""),
    "the block is a megabyte": ("secret_block", "QUJD" * 250_000),
}


@pytest.mark.parametrize(("field", "value"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_are_refused_quickly(field: str, value: str) -> None:
    good = {"salt": "ab", "srp_b": "1234", "secret_block": "QUJD"}
    started = time.process_time()
    with pytest.raises(UnexpectedReply):
        claim_signature(
            Ephemeral.from_private(5), group="P", user="u", password="p", timestamp="t", **(good | {field: value})
        )
    assert time.process_time() - started < 1, "the limit detects a hang, it measures nothing"


def test_u_of_zero_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(srp, "_hash", lambda *_: 0)
    with pytest.raises(UnexpectedReply, match="u = 0"):
        srp.scrambler(1, 2)


def test_a_base_of_zero_is_allowed() -> None:
    x = srp.private_key("Pu", "p", 0xAB)
    assert srp.premaster_secret(Ephemeral.from_private(5), srp.K * pow(2, x, srp.N) % srp.N, 3, x) == 0


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC), "Sat Nov 7 09:05:03 UTC 2026"),
        (datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))), "Sat Feb 28 22:30:00 UTC 2026"),
        (datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC), "Thu Feb 29 23:59:59 UTC 2024"),
    ],
)
def test_timestamps(at: datetime, text: str) -> None:
    assert format_timestamp(at) == text


def test_repr_shows_no_secret() -> None:
    made = device_verifier("g", "d", "s", bytes(16))
    private = 0xC0FFEE1234
    assert not any(text in repr(Ephemeral.from_private(private)) for text in (str(private), f"{private:x}"))
    assert made.password_verifier not in repr(made)
