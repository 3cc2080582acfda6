"""The model's patterns: the time that they take, and where the service's own differ from botocore's."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from authflow.emulator import ServiceError
from authflow.emulator._service_model.corrections import LINEAR_FORMS, translate_pattern
from authflow.emulator._service_model.model import ServiceModel, _read
from tests.support.emulator.world import PASSWORD, World

MODEL = ServiceModel()
PATTERNS: dict[str, dict[str, Any]] = {name: shape for name, shape in _read()["shapes"].items() if "pattern" in shape}
PIECES = ("a@", "@", "{####}", "{##", "##}", "{##}", "a", "1", ":", "arn:", "a.", "-", "_", "/", " ")
LONGEST = 60_000  # where the model sets no limit; a request may be longer, but no linear pattern is slow at this length


def make_long_texts(shape: dict[str, Any]) -> Iterator[str]:
    """Yield the longest texts of repeated pieces that the shape's length permits, each with an end that never fits."""
    length = min(shape.get("max", LONGEST), LONGEST)
    for piece in PIECES:
        yield (piece * length)[: length - 1] + "\0"
        yield (piece * length)[:length]
    yield ("{##" * length)[: length // 2] + ("##}" * length)[: length // 2 - 1] + "\0"


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_slow(name: str) -> None:
    for text in make_long_texts(PATTERNS[name]):
        started = time.process_time()
        with contextlib.suppress(ServiceError):
            MODEL.check_values([(name, text, "x")])
        assert time.process_time() - started < 0.3, text[:10]


@pytest.mark.parametrize("pattern", LINEAR_FORMS, ids=range(len(LINEAR_FORMS)))
@given(data=st.data())
def test_a_linear_form_accepts_the_same_texts(pattern: str, data: st.DataObject) -> None:
    pieces = st.sampled_from([*PIECES, "\n", "\0", "é"])
    text = "".join(data.draw(st.lists(pieces, max_size=9)))
    assert bool(regex.fullmatch(pattern, text)) == bool(regex.fullmatch(translate_pattern(pattern), text))


@pytest.mark.parametrize(
    ("shape", "text", "is_allowed"),
    [
        *[("UserPoolNameType", text, False) for text in ("Größe", "a\u00a0b", "٣")],
        *[("UserPoolNameType", text, True) for text in ("a b\t_1", "a\u000bb")],
        *[("ClientNameType", "é", False), ("SecretHashType", "é", False), ("UserPoolIdType", "é_1", False)],
        *[("ConfirmationCodeType", "1\u00a02", True), ("ConfirmationCodeType", "1 2", False)],
        *[("PasswordType", "\u00a0aA1-aA1\u00a0", True), ("PasswordType", "aA1-\u2028aA1-", False)],
        *[("UsernameType", "é", True), ("UsernameType", "\u00a0", False)],
    ],
)
def test_classes_of_characters_are_those_of_java(shape: str, text: str, *, is_allowed: bool) -> None:
    """The service checks patterns in Java, where ``\\w``, ``\\s`` and ``\\S`` know ASCII only."""
    refused = False
    try:
        MODEL.check_values([(shape, text, "x")])
    except ServiceError:
        refused = True
    assert refused is not is_allowed


@pytest.mark.parametrize("password", ["Correct-Horse 9a", "C 0rrect horse"])
def test_white_space_inside_a_password(world: World, password: str) -> None:
    """The service quotes another pattern than botocore: white space is allowed, and counts as a symbol."""
    world.call_admin("AdminSetUserPassword", "ada", Password=password, Permanent=True)
    assert "AuthenticationResult" in world.initiate(USERNAME="ada", PASSWORD=password)
    assert "AuthenticationResult" in world.sign_in_with_srp("ada", password)


@pytest.mark.parametrize("password", [f" {PASSWORD}", f"{PASSWORD} ", f"{PASSWORD}\n", "two\nlines-1A", ""])
def test_white_space_at_the_ends_of_a_password(world: World, password: str) -> None:
    request = {"UserPoolId": world.pool_id, "Username": "ada", "Password": password}
    refusal = world.expect_refusal("AdminSetUserPassword", **request)
    assert refusal.endswith(r"Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$")
