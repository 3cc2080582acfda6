"""Sealed texts."""

import string

from hypothesis import assume, given
from hypothesis import strategies as st

from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.sealed import SealedTexts

SEALED = SealedTexts(Entropy(1))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXTS, TEXTS)
def test_what_is_sealed_opens_with_its_binding_only(text: str, binding: str) -> None:
    sealed = SEALED.seal(text, binding)
    assert SEALED.open(sealed, binding) == text
    assert SEALED.open(sealed, f"{binding}.") is None
    assert SealedTexts(Entropy(2)).open(sealed, binding) is None
    assert not sealed.strip(f"{string.ascii_letters}{string.digits}-_")


@given(TEXTS, st.integers(0), st.characters())
def test_no_character_can_be_changed(text: str, index: int, character: str) -> None:
    sealed = SEALED.seal(text, "list")
    index %= len(sealed)
    assume(sealed[index] != character)
    for changed in (sealed[:index] + character + sealed[index + 1 :], sealed[:index], sealed + character):
        assert SEALED.open(changed, "list") is None


@given(st.text(max_size=60))
def test_no_other_text_opens(text: str) -> None:
    assert SEALED.open(text, "list") is None
