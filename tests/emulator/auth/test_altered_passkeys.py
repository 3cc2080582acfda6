"""Any alteration of a credential is refused."""

from typing import Any, Final

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow.emulator import Emulator, ServiceError
from authflow.testing import SoftwareAuthenticator
from authflow.testing._authenticator import Flag
from tests.support.emulator.forgeries import (
    COUNTER_AT,
    FLAGS_AT,
    decode_part,
    encode_part,
    set_member,
)
from tests.support.emulator.passkeys import (
    answer,
    ask,
    complete,
    get_token,
    list_passkeys,
    make_authenticator,
    make_passkey_pool,
    register,
    start,
)
from tests.support.emulator.world import Clock, World

#: all texts of an answer but authenticatorAttachment, by which nothing is verified
PATHS: Final = [
    ("id",),
    ("rawId",),
    ("type",),
    ("response", "clientDataJSON"),
    ("response", "authenticatorData"),
    ("response", "signature"),
    ("response", "userHandle"),
]


class Signing:
    """A user with a passkey, whose sign-ins are altered."""

    def __init__(self) -> None:
        clock = Clock()
        self.world = make_passkey_pool(World(Emulator(clock), clock, "", ""), {"UserVerification": "required"})
        self.authenticator: SoftwareAuthenticator = make_authenticator()
        register(self.world, self.authenticator)


@pytest.fixture(scope="module")
def signing() -> Signing:
    return Signing()


@settings(max_examples=200, deadline=None)
@given(
    path=st.sampled_from(PATHS),
    at=st.integers(0, 2_000),
    kind=st.sampled_from(["replace", "insert", "delete"]),
    other=st.characters(codec="ascii"),
)
def test_any_altered_character(signing: Signing, path: tuple[str, ...], at: int, kind: str, other: str) -> None:
    asked = ask(signing.world)
    credential = signing.authenticator.get(asked.options)
    parent = credential
    for name in path[:-1]:
        parent = parent[name]
    text = parent[path[-1]]
    place = at % len(text)
    rest = text[place + (kind != "insert") :]
    parent[path[-1]] = altered = text[:place] + (other if kind != "delete" else "") + rest
    if altered == text:
        return
    with pytest.raises(ServiceError, match="Incorrect passkey"):
        answer(signing.world, asked.session, credential)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(["clientDataJSON", "authenticatorData", "signature", "userHandle"]),
    at=st.integers(0, 2_000),
    bits=st.integers(1, 255),
)
def test_any_altered_byte(signing: Signing, name: str, at: int, bits: int) -> None:
    asked = ask(signing.world)
    credential = signing.authenticator.get(asked.options)
    value = bytearray(decode_part(credential, name))
    value[at % len(value)] ^= bits
    encode_part(credential, name, bytes(value))
    with pytest.raises(ServiceError, match="Incorrect passkey"):
        answer(signing.world, asked.session, credential)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from([("response",), *PATHS[:-1]]), value=JSON)
def test_any_other_value(signing: Signing, path: tuple[str, ...], value: Any) -> None:
    asked = ask(signing.world)
    credential = signing.authenticator.get(asked.options)
    set_member(*path, value=value)(credential)
    with pytest.raises(ServiceError, match="Incorrect passkey"):
        answer(signing.world, asked.session, credential)


#: what nobody vouches for in a registration: reserved flags and whether it can be synchronized, the counter, the AAGUID
FREE_FLAGS: Final = 0x22 | Flag.BACKUP_ELIGIBLE
FREE_BYTES: Final = range(COUNTER_AT, 53)


def mask_free_parts(data: bytes) -> bytes:
    """Return authenticator data without what nobody vouches for."""
    masked = bytearray(data)
    masked[FLAGS_AT] &= ~FREE_FLAGS
    masked[FREE_BYTES.start : FREE_BYTES.stop] = bytes(len(FREE_BYTES))
    return bytes(masked)


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 2_000), bits=st.integers(1, 255))
def test_any_altered_byte_of_a_registration(signing: Signing, at: int, bits: int) -> None:
    world, token = signing.world, get_token(signing.world)
    credential = make_authenticator(algorithms=["ES256"]).create(start(world, token))
    original = decode_part(credential, "attestationObject")
    altered = bytearray(original)
    altered[at % len(altered)] ^= bits
    encode_part(credential, "attestationObject", bytes(altered))
    before = list_passkeys(world, token)
    try:
        complete(world, token, credential)
    except ServiceError:
        assert list_passkeys(world, token) == before
        return
    world.call("DeleteWebAuthnCredential", AccessToken=token, CredentialId=credential["id"])
    first, second = ({**cbor2.loads(value)} for value in (original, bytes(altered)))
    assert mask_free_parts(first.pop("authData")) == mask_free_parts(second.pop("authData"))
    assert first == second
