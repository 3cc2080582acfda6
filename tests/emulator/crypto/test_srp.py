"""The emulator's side of SRP, against the simple client of the tests and known answers."""

import hmac
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from authflow.emulator import ServiceError
from authflow.emulator._crypto import srp
from tests.support.emulator import srp_client
from tests.support.emulator.world import World

IDENTITY, PASSWORD = "TestPooluser", "Pa55word!"
SALT = 0x0104A27DEB8CF5EFEC43A40EAC5B60D2
A = int("2d" * 32, 16)
TOP = 1 << 255
VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "srp.json").read_text())


def agree(a: int, b: int, salt: int = SALT) -> tuple[int, int, int, int]:
    """Let both sides compute; returns A, B, u, S."""
    public = pow(2, a, srp_client.N)
    answer = srp.compute_server_values(srp.verifier(srp.salted_hash(IDENTITY, PASSWORD, salt)), public, b)
    u, s, key = srp_client.compute_values(a, answer.public, salt, IDENTITY, PASSWORD)
    assert hmac.compare_digest(key, answer.key)
    return public, answer.public, u, s


def test_multiplier_is_cognitos() -> None:
    assert f"{srp.CONTEXT._mult:x}" == VECTORS["k_hex"]


@pytest.mark.parametrize("salt", [0x7F << 120, 0xFF << 120, 0x0F << 116, 0x01 << 112, 1, 0])
def test_salts_of_every_shape(salt: int) -> None:
    agree(A, TOP + 1, salt)


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("A", TOP + 3, TOP + 1),
        ("B", A, TOP + 2),
        ("u", A, TOP + 2),
        ("S", A, TOP + 5),
    ],
)
def test_top_bit_set(name: str, a: int, b: int) -> None:
    found = next(
        values
        for step in range(64)
        if (values := dict(zip("ABuS", agree(a, b + step), strict=True)))[name].bit_length() % 8 == 0
    )
    assert srp.pad(found[name])[0] == 0


# found by search: the first b, or a, after 2**255 for which the value is so
@pytest.mark.parametrize(
    ("name", "a", "b"),
    [("A", TOP + 84, TOP + 1), ("B", A, TOP + 36), ("u", A, TOP + 38), ("S", A, TOP + 10)],
)
def test_odd_number_of_hex_digits(name: str, a: int, b: int) -> None:
    values = dict(zip("ABuS", agree(a, b), strict=True))
    assert len(f"{values[name]:x}") % 2 == 1


@pytest.mark.parametrize(
    ("name", "a", "b", "bits"),
    [
        ("A", TOP + 239, TOP + 1, 3072),
        ("B", A, TOP + 2072, 3072),
        ("u", A, TOP + 26, 256),
        ("S", A, TOP + 538, 3072),
    ],
)
def test_leading_zero_byte(name: str, a: int, b: int, bits: int) -> None:
    values = dict(zip("ABuS", agree(a, b), strict=True))
    assert values[name].bit_length() <= bits - 8


def test_device_verifiers_known_answers() -> None:
    known = VECTORS["device_verifier"]
    for salt, case in known["cases"].items():
        identity = known["group_key"] + known["device_key"]
        verifier = srp.verifier(srp.salted_hash(identity, known["device_secret"], int(salt, 16)))
        assert b64encode(srp.pad(verifier)).decode() == case["verifier_b64"]


@pytest.mark.parametrize("text", ["", "xyz", "0x10", "-1", "1_0", " 1", "\u0661", "f" * 1025])
def test_invalid_srp_a(text: str) -> None:
    with pytest.raises(ServiceError, match=r"SRP_A|sRPA"):
        srp.parse_client_public(text)


@pytest.mark.parametrize("multiple", [0, 1, 2])
def test_multiples_of_n_have_no_key(multiple: int) -> None:
    text = f"{multiple * srp_client.N:x}"
    with pytest.raises(ServiceError, match="SRP_A"):
        srp.parse_client_public(text, refuse_zero=True)
    verifier = srp.verifier(srp.salted_hash(IDENTITY, PASSWORD, SALT))
    values = [srp.compute_server_values(verifier, srp.parse_client_public(public), TOP + 1) for public in (text, "5")]
    assert [value.key == srp.NO_KEY for value in values] == [True, False]
    assert values[0].public == values[1].public


def test_srp_a_may_be_padded_and_upper_case() -> None:
    assert srp.parse_client_public("00AB") == 0xAB


def test_many_users_and_unicode_passwords(world: World) -> None:
    for number in range(12):
        password = f"Pä55-wörd-{number}-パスワード"
        world.make_user(f"user-{number}-é", password)
        assert "AuthenticationResult" in world.sign_in_with_srp(f"user-{number}-é", password)


def test_repr_contains_no_secret() -> None:
    answer = srp.compute_server_values(srp.verifier(srp.salted_hash(IDENTITY, PASSWORD, SALT)), 5, TOP + 1)
    assert answer.key.hex() not in repr(answer)
    assert repr(answer.key) not in repr(answer)
