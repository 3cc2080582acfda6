"""Generated values are what their encoding says, so that strict decoders take them."""

import base64
import json
import re
import uuid
from collections.abc import Callable

import pytest

from tests.support.emulator.mfa import TOTP, configure
from tests.support.emulator.world import TEMPORARY, World


def test_the_secret_of_an_authenticator_app(world: World) -> None:
    """32 bytes are 52 characters of base32, and the last one carries a single bit: it is A or Q."""
    configure(world, "OPTIONAL", TOTP)
    token = world.get_tokens()["AccessToken"]
    for _ in range(50):
        secret = world.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
        decoded = base64.b32decode(f"{secret}====")
        assert (len(secret), len(decoded)) == (52, 32)
        assert base64.b32encode(decoded).decode().rstrip("=") == secret


def encode_url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_url_safe(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_standard(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("seed", range(5))
def test_base64(world: World, seed: int) -> None:
    world.invite(f"user{seed}")
    session = world.initiate(USERNAME=f"user{seed}", PASSWORD=TEMPORARY)["Session"]
    tokens = world.get_tokens()
    for text in (session, tokens["RefreshToken"], *tokens["AccessToken"].split("."), *tokens["IdToken"].split(".")):
        assert encode_url_safe(decode_url_safe(text)) == text
    block = world.start_srp("ada")["SECRET_BLOCK"]
    assert encode_standard(base64.b64decode(block, validate=True)) == block


def test_json_web_keys(world: World) -> None:
    world.get_tokens()
    for key in world.emulator.jwks(world.pool_id)["keys"]:
        assert encode_standard(base64.b64decode(key["kid"], validate=True)) == key["kid"]
        modulus = decode_url_safe(key["n"])
        assert encode_url_safe(modulus) == key["n"]
        assert len(modulus) == 256
        assert modulus[0] >= 0x80  # exactly 2048 bits, without a zero byte in front
        assert key["e"] == "AQAB"


def find_claims(token: str) -> dict[str, str]:
    claims: dict[str, str] = json.loads(decode_url_safe(token.split(".")[1]))
    return claims


def test_uuids(world: World) -> None:
    tokens = world.get_tokens()
    values = [claims[name] for claims in map(find_claims, (tokens["AccessToken"], tokens["IdToken"]))
              for name in ("sub", "jti", "origin_jti", "event_id")]  # fmt: skip
    for value in values:
        assert str(uuid.UUID(value)) == value
        assert uuid.UUID(value).version == 4


IDS: dict[str, tuple[str, Callable[[World], str]]] = {
    "pool": (r"eu-west-1_[0-9A-Za-z]{9}", lambda world: world.pool_id),
    "client": (r"[a-z0-9]{26}", lambda world: world.client_id),
    "secret": (r"[a-z0-9]{51}", lambda world: world.make_client(GenerateSecret=True).secret or ""),
    "salt": (r"[0-9a-f]{1,32}", lambda world: world.start_srp("ada")["SALT"]),
}


@pytest.mark.parametrize("kind", IDS)
def test_forms(world: World, kind: str) -> None:
    form, find = IDS[kind]
    assert re.fullmatch(form, find(world))
