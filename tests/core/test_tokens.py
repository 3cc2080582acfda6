"""Tokens as JSON text for a store, and the drift of the service's clock."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow import InvalidInput, SnapshotError, Tokens
from authflow.core.replies import NewDevice
from tests.support import replies

AT = datetime(2026, 11, 7, 10, 5, 3, tzinfo=UTC)
TOKENS = Tokens("access", "id", "refresh", AT, "ada-sub", NewDevice("eu-west-1_x", "group"), "ada@example.com")
TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ANY_TOKENS = st.builds(
    Tokens,
    access_token=TEXT,
    id_token=TEXT,
    refresh_token=TEXT,
    expires_at=st.datetimes(timezones=ZONES),
    username=TEXT,
    new_device=st.none() | st.builds(NewDevice, TEXT, TEXT),
    entered_username=st.just("") | TEXT,
)


@settings(deadline=None)
@given(ANY_TOKENS)
def test_what_was_written_is_read(tokens: Tokens) -> None:
    assert Tokens.from_json(tokens.to_json()) == tokens


def test_the_text_has_all_tokens() -> None:
    document = json.loads(TOKENS.to_json())
    assert document["v"] == 1
    assert document["tokens"]["refresh_token"] == "refresh"
    assert "refresh" not in repr(TOKENS)


def change(**changes: object) -> str:
    """Return a text with other members; None removes one."""
    document = json.loads(TOKENS.to_json())
    members = {**document["tokens"], **changes}
    return json.dumps({**document, "tokens": {name: value for name, value in members.items() if value is not None}})


WRONG = {
    "empty": ("", None),
    "not JSON": ("{", None),
    "a list": ("[]", None),
    "a number": ("7", None),
    "deep": ("[" * 100_000, None),
    "huge": (f'"{"x" * 600_000}"', None),
    "without tokens": ('{"v": 1}', None),
    "more": ('{"v": 1, "tokens": {}, "x": 1}', None),
    "tokens twice": (TOKENS.to_json().replace('"v"', '"tokens":{},"v"'), None),
    "no object": ('{"v": 1, "tokens": []}', "tokens"),
    "unknown member": (change(x=1), "tokens.x"),
    "no access token": (change(access_token=None), "tokens.access_token"),
    "no time": (change(expires_at=None), "tokens.expires_at"),
    "empty refresh token": (change(refresh_token=""), "tokens.refresh_token"),
    "empty username": (change(username=""), "tokens.username"),
    "id token a number": (change(id_token=7), "tokens.id_token"),
    "no time zone": (change(expires_at="2026-11-07T10:05:03"), "tokens.expires_at"),
    "time a number": (change(expires_at=1), "tokens.expires_at"),
    "device a text": (change(new_device="x"), "tokens.new_device"),
    "lone surrogate": (change(username="\ud800"), "tokens.username"),
}


@pytest.mark.parametrize("case", WRONG)
def test_anything_else_is_malformed(case: str) -> None:
    text, field = WRONG[case]
    with pytest.raises(SnapshotError) as caught:
        Tokens.from_json(text)
    assert (caught.value.code, caught.value.field) == ("malformed", field)


@pytest.mark.parametrize("version", ["0", "2", "true", '"1"', "1.0"])
def test_another_version(version: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        Tokens.from_json(TOKENS.to_json().replace('"v":1', f'"v":{version}'))
    assert caught.value.code == "version"


def test_what_no_store_could_keep() -> None:
    for tokens in (replace(TOKENS, username="\ud800"), replace(TOKENS, id_token="x" * 600_000)):
        with pytest.raises(SnapshotError, match=r"surrogate|characters"):
            tokens.to_json()


@pytest.mark.parametrize("text", [None, b"{}"])
def test_what_is_no_text(text: Any) -> None:
    with pytest.raises(InvalidInput, match="text: "):
        Tokens.from_json(text)


def test_no_frame_of_an_error_holds_a_token() -> None:
    with pytest.raises(SnapshotError) as caught:
        Tokens.from_json(change(x="secret-of-ada"))
    frames, traceback = [], caught.value.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    inside = [
        frame for frame in frames if "authflow" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename
    ]
    assert inside
    assert not any("secret-of-ada" in repr(value) for frame in inside for value in frame.f_locals.values())


@pytest.mark.parametrize("seconds", [-7200, -1, 0, 1, 7200])
def test_the_drift(seconds: int) -> None:
    token = replies.access_token({"exp": int(AT.timestamp()) + seconds})
    assert replace(TOKENS, access_token=token).drift == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "claims", [{}, {"exp": "1"}, {"exp": True}, {"exp": 1.5}, {"exp": -1}, {"exp": 2**60}], ids=str
)
def test_a_token_that_says_nothing_has_no_drift(claims: dict[str, object]) -> None:
    assert replace(TOKENS, access_token=replies.access_token(claims)).drift == timedelta(0)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.W10.c", "a.é.c", "a." + "W" * 100_001 + ".c"])
def test_an_opaque_token_has_no_drift(token: str) -> None:
    assert replace(TOKENS, access_token=token).drift == timedelta(0)
