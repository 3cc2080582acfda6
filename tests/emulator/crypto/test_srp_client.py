"""The simple SRP client of the tests, against known answers."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator import srp_client

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "srp.json").read_text())


@pytest.mark.parametrize("case", VECTORS["edge_cases"].values(), ids=VECTORS["edge_cases"])
def test_edge_cases(case: dict[str, str]) -> None:
    private, srp_b, salt = (int(case[name], 16) for name in ("a", "B", "salt"))
    identity = case["pool_name"] + case["user_id"]
    u, s, key = srp_client.compute_values(private, srp_b, salt, identity, case["password"])
    assert (f"{u:x}", f"{s:x}", key.hex()) == (case["u"], case["S"], case["hkdf_key_hex"])


def test_recorded_sign_in() -> None:
    net = VECTORS["net"]
    identity = net["pool_name"] + net["username"]
    private, srp_b, salt = (int(net[name], 16) for name in ("a_hex", "srp_b", "salt"))
    assert pow(2, private, srp_client.N) == int(net["A_hex"], 16)
    _, _, key = srp_client.compute_values(private, srp_b, salt, identity, net["password"])
    assert b64encode(key).decode() == net["hkdf_key_b64"]
    assert srp_client.sign(key, identity, net["secret_block"], net["timestamp"]) == net["signature"]
