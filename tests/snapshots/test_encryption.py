"""Boxes: opened by the right key, in the right place, as they were closed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import SnapshotError
from authflow.snapshots._encryption import OVERHEAD, from_base64url, key_ring, to_base64url

KEY, OLD_KEY = bytes(range(32)), bytes(range(1, 33))


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_was_put_in_comes_out(content: bytes, belongs: bytes) -> None:
    box = key_ring(KEY).close(content, belongs)
    assert len(box) == len(content) + OVERHEAD
    assert key_ring([OLD_KEY, KEY]).open(box, belongs) == content


def refused(box: bytes, belongs: bytes = b"here", key: bytes = KEY) -> str:
    with pytest.raises(SnapshotError) as caught:
        key_ring(key).open(box, belongs)
    return caught.value.code


def test_what_does_not_open() -> None:
    box = key_ring(KEY).close(b"content", b"here")
    assert refused(box, key=OLD_KEY) == "unknown_key"
    assert refused(box, b"there") == "altered"
    assert refused(b"") == "unknown_key"
    assert {refused(box[:length]) for length in range(4, len(box))} == {"altered"}
    for at in range(4, len(box)):
        assert refused(box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]) == "altered"


def test_a_golden_box_opens_for_ever() -> None:
    box = base64.b64decode("Zp4sV3nAcDGhfrXc67wbl4wkDTHwOXrGXg8Ny6gMAAucVCS0lvq+")
    assert key_ring(KEY).open(box, b"here") == b"content"


def test_no_two_boxes_are_alike() -> None:
    assert len({key_ring(KEY).close(b"content", b"here") for _ in range(100)}) == 100


def test_keys_are_not_shown() -> None:
    assert str(KEY) not in repr(vars(key_ring(KEY)))


@given(st.binary(max_size=40))
def test_base64url(raw: bytes) -> None:
    text = to_base64url(raw)
    assert "=" not in text
    assert from_base64url(text) == raw


@pytest.mark.parametrize("text", ["ä", "a", "*", "a b", "aaaa=a", "\ud800"])
def test_what_is_not_base64url(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is Python's
        from_base64url(text)
