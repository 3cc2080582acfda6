"""A ciphertext decrypts only if it is unaltered, with the same key and the same associated data."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import SnapshotError
from authflow.snapshots._encryption import OVERHEAD, from_base64url, make_key_ring, to_base64url

KEY, OLD_KEY = bytes(range(32)), bytes(range(1, 33))


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_decrypting_returns_the_plaintext(plaintext: bytes, associated_data: bytes) -> None:
    ciphertext = make_key_ring(KEY).encrypt(plaintext, associated_data)
    assert len(ciphertext) == len(plaintext) + OVERHEAD
    assert make_key_ring([OLD_KEY, KEY]).decrypt(ciphertext, associated_data) == plaintext


def refused(ciphertext: bytes, associated_data: bytes = b"here", key: bytes = KEY) -> str:
    with pytest.raises(SnapshotError) as caught:
        make_key_ring(key).decrypt(ciphertext, associated_data)
    return caught.value.code


def test_altered_ciphertexts_and_wrong_keys() -> None:
    ciphertext = make_key_ring(KEY).encrypt(b"content", b"here")
    assert refused(ciphertext, key=OLD_KEY) == "unknown_key"
    assert refused(ciphertext, b"there") == "altered"
    assert refused(b"") == "unknown_key"
    assert {refused(ciphertext[:length]) for length in range(4, len(ciphertext))} == {"altered"}
    for at in range(4, len(ciphertext)):
        assert refused(ciphertext[:at] + bytes([ciphertext[at] ^ 1]) + ciphertext[at + 1 :]) == "altered"


def test_a_golden_ciphertext_still_decrypts() -> None:
    ciphertext = base64.b64decode("Zp4sV3nAcDGhfrXc67wbl4wkDTHwOXrGXg8Ny6gMAAucVCS0lvq+")
    assert make_key_ring(KEY).decrypt(ciphertext, b"here") == b"content"


def test_ciphertexts_are_unique() -> None:
    assert len({make_key_ring(KEY).encrypt(b"content", b"here") for _ in range(100)}) == 100


def test_keys_are_not_shown() -> None:
    assert str(KEY) not in repr(vars(make_key_ring(KEY)))


@given(st.binary(max_size=40))
def test_base64url(raw: bytes) -> None:
    text = to_base64url(raw)
    assert "=" not in text
    assert from_base64url(text) == raw


@pytest.mark.parametrize("text", ["ä", "a", "*", "a b", "aaaa=a", "\ud800"])
def test_text_that_is_not_base64url(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is Python's
        from_base64url(text)
