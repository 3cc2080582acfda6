"""Sealed snapshots: unreadable, tamper-proof, limited in time, and bound to an app client."""

import base64
import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import AppClient, Flow, InvalidInput, Password, SnapshotError, Srp, Stamp, begin, dumps, seal, unseal
from authflow.core.secret import Secret
from authflow.snapshots import _format as snapshot_module
from authflow.snapshots._encryption import OVERHEAD, from_base64url, make_key_ring, to_base64url
from tests.snapshots.test_plain import asked, flows, flows_of_version_1, require_version_1, totp_setup
from tests.support.replies import challenge
from tests.support.samples import APP, AT, SECRET_APP, stamp

GOLDEN, GOLDEN_V1 = Path(__file__).parent / "sealed_v2", Path(__file__).parent / "sealed_v1"
KEY, OLD_KEY = bytes(range(32)), bytes(range(1, 33))
ENCODED_APP = f"authflow sign_in {SECRET_APP.pool_id} {SECRET_APP.client_id} ".encode()


def later(**delta: float) -> Stamp:
    return Stamp(AT + timedelta(**delta), secrets.token_bytes(64))


@pytest.mark.parametrize("name", flows())
def test_the_same_flow_is_unsealed(name: str) -> None:
    flow = flows()[name]
    assert unseal(seal(flow, KEY, stamp=stamp()), KEY, flow.app, stamp=later(minutes=2)) == flow


@pytest.mark.parametrize("name", flows())
def test_golden_tokens_still_unseal(name: str) -> None:
    flow, token = flows()[name], (GOLDEN / f"{name}.txt").read_text().strip()
    assert unseal(token, KEY, flow.app, stamp=later(minutes=2), bound_to=name) == flow
    assert len(token) == len(seal(flow, KEY, stamp=stamp(), bound_to=name)), "the format has changed: increment FORMAT"


@pytest.mark.parametrize("name", flows_of_version_1())
def test_tokens_of_version_1_still_unseal(name: str) -> None:
    flow, token = flows()[name], (GOLDEN_V1 / f"{name}.txt").read_text().strip()
    require_version_1(unseal(token, KEY, flow.app, stamp=later(minutes=2), bound_to=name), flow)


def test_each_golden_token_is_tested() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(flows())
    assert {path.stem for path in GOLDEN_V1.iterdir()} == set(flows_of_version_1())


def test_with_the_system_clock() -> None:
    flow = begin(APP, Password("ada", "pw"), stamp()).cancel(stamp(1))
    assert unseal(seal(flow, KEY), KEY, APP) == flow


def test_nothing_is_readable() -> None:
    flow = totp_setup()
    token = seal(flow, KEY, stamp=stamp())
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for text in ("ada@example.com", "JBSWY3DPEHPK3PXP", "Session", flow.id, SECRET_APP.client_id, SECRET_APP.pool_id):
        assert text in dumps(flow)
        assert text.encode() not in raw
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_two_seals_differ_whatever_the_stamp() -> None:
    assert seal(asked(), KEY, stamp=stamp()) != seal(asked(), KEY, stamp=stamp())


def refused(token: str, key: Any = KEY, app: AppClient = SECRET_APP, at: Stamp | None = None) -> str:
    with pytest.raises(SnapshotError) as caught:
        unseal(token, key, app, stamp=at or later(minutes=1))
    assert len(str(caught.value)) < 200
    return caught.value.code


def test_it_expires_with_the_session() -> None:
    token = seal(asked(), KEY, stamp=later(minutes=2))
    assert unseal(token, KEY, SECRET_APP, stamp=later(minutes=2, seconds=59))
    assert refused(token, at=later(minutes=3)) == "expired"


def test_a_lifetime_counts_from_now() -> None:
    token = seal(asked(), KEY, stamp=later(minutes=2), lifetime=timedelta(minutes=10))
    assert unseal(token, KEY, SECRET_APP, stamp=later(minutes=11))
    assert refused(token, at=later(minutes=12)) == "expired"


@pytest.mark.parametrize("lifetime", [5, 5.0, "1", timedelta(), timedelta(seconds=-1), timedelta.max])
def test_an_invalid_lifetime(lifetime: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        seal(asked(), KEY, stamp=stamp(), lifetime=lifetime)
    assert caught.value.field == "lifetime"


def test_the_longest_lifetime_at_the_end_of_time() -> None:
    now = Stamp(datetime.max.replace(tzinfo=UTC), stamp().entropy)
    token = seal(asked(), KEY, stamp=now, lifetime=timedelta(days=366))
    assert unseal(token, KEY, SECRET_APP, stamp=now) == asked()


def test_keys_rotate() -> None:
    token = seal(asked(), [OLD_KEY], stamp=stamp())
    assert unseal(token, [KEY, OLD_KEY], SECRET_APP, stamp=later()) == asked()
    assert refused(token, [KEY]) == "unknown_key"
    assert unseal(seal(asked(), [KEY, OLD_KEY], stamp=stamp()), KEY, SECRET_APP, stamp=later())


def test_another_client_or_pool() -> None:
    token = seal(asked(), KEY, stamp=stamp())
    assert refused(token, app=AppClient(SECRET_APP.pool_id, "another")) == "app_client"
    assert refused(token, app=AppClient("eu-west-1_Other", SECRET_APP.client_id)) == "app_client"


def test_another_version_of_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    token = seal(asked(), KEY, stamp=stamp())
    monkeypatch.setattr(snapshot_module, "VERSION", snapshot_module.VERSION + 1)
    assert refused(token) == "version"


def test_a_sealed_snapshot_of_an_older_version_is_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    token = seal(asked(), KEY, stamp=stamp())
    monkeypatch.setattr(snapshot_module, "VERSION", 2)
    monkeypatch.setattr(snapshot_module, "MIGRATIONS", {1: lambda flow, state: (flow, state)})
    assert unseal(token, KEY, SECRET_APP, stamp=later()) == asked()


def test_a_bound_token_unseals_only_with_the_same_text() -> None:
    token = seal(asked(), KEY, stamp=stamp(), bound_to="browser session 1")
    assert unseal(token, KEY, SECRET_APP, stamp=later(), bound_to="browser session 1") == asked()
    assert refused(token) == "altered"
    with pytest.raises(SnapshotError):
        unseal(token, KEY, SECRET_APP, stamp=later(), bound_to="browser session 2")
    assert b"browser session" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def test_a_token_may_be_bound_to_any_text() -> None:
    token = seal(asked(), KEY, stamp=stamp(), bound_to="\ud800")
    assert unseal(token, KEY, SECRET_APP, stamp=later(), bound_to="\ud800") == asked()
    for other in ("\ud801", "?", "\ufffd", ""):
        with pytest.raises(SnapshotError):
            unseal(token, KEY, SECRET_APP, stamp=later(), bound_to=other)


@given(st.text(min_size=1, max_size=40) | st.text("AZaz09-_", min_size=20, max_size=80))
def test_any_session_is_preserved(session: str) -> None:
    flow = asked()
    assert flow.challenge
    other = replace(flow, state=replace(flow.challenge, session=Secret(session)))
    assert unseal(seal(other, KEY, stamp=stamp()), KEY, SECRET_APP, stamp=later()) == other


@given(st.data())
def test_truncation_and_alteration_are_distinguished(data: st.DataObject) -> None:
    token = seal(asked(), KEY, stamp=stamp())
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))

    def encoded(changed: bytes) -> str:
        return base64.urlsafe_b64encode(changed).decode().rstrip("=")

    cut = data.draw(st.integers(min_value=1, max_value=len(raw) - 1))
    assert refused(encoded(raw[:cut])) == "truncated"
    at = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
    flipped = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(min_value=1, max_value=255))]) + raw[at + 1 :]
    header = ["version"] + ["app_client"] * 4 + ["length"] * 4 + ["unknown_key"] * 4
    expected = header[at] if at < len(header) else "altered"
    assert refused(encoded(flipped)) in ({"altered", "truncated"} if expected == "length" else {expected})
    assert refused(encoded(raw + b"more")) == "altered"


@pytest.mark.parametrize("session", ["S", "SE", "SES"])
def test_a_token_has_only_one_valid_text(session: str) -> None:
    """The last character of base64url may have unused bits, depending on the number of bytes."""
    challenge = asked().challenge
    assert challenge
    token = seal(replace(asked(), state=replace(challenge, session=Secret(session))), KEY, stamp=stamp())
    assert unseal(token, KEY, SECRET_APP, stamp=later())
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = {token[:-1] + digit for digit in digits} - {token} | {token + "=", token + "==", token + "\n"}
    assert {refused(other) for other in others} <= {"malformed", "altered"}


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "malformed"),
        ("ä", "malformed"),
        ("a", "malformed"),
        ("*" * 40, "malformed"),
        ("x" * 2_000_000, "malformed"),
        ("AQ", "truncated"),
        ("Ag", "version"),
    ],
)
def test_text_that_is_not_a_token(token: str, code: str) -> None:
    assert refused(token) == code


def seal_content(content: bytes) -> str:
    """Return a token that is sealed with our key, with content that ``seal`` would never write."""
    raw = from_base64url(seal(asked(), KEY, stamp=stamp()))
    header = raw[:5] + (len(content) + OVERHEAD).to_bytes(4, "big")
    return to_base64url(header + make_key_ring(KEY).encrypt(content, header + ENCODED_APP))


def unseal_content(token: str) -> bytes:
    raw = from_base64url(token)
    return make_key_ring(KEY).decrypt(raw[9:], raw[:9] + ENCODED_APP)


NEVER = (2**63 - 1).to_bytes(8, "big")  # long after the last year of a datetime


@pytest.mark.parametrize(
    "packed",
    [
        bytes(4),
        bytes(4) + b"1",
        bytes(4) + b"[1,2]",
        bytes(4) + b'{"a":1}',
        bytes(4) + b'"\xff"',
        bytes(4) + b"[" * 100_000,
        bytes(4) + b'[1,{"secret":1},5]',
        b"\0\0\0\1A" + b"[1,{},[]]",
        b"\0\0\0\1A" + b'[1,{},"state"]',
        b"\0\0\0\1A" + b"[1,{},null]",
        b"\xff\xff\xff\xff",
    ],
)
def test_a_token_that_does_not_contain_a_snapshot(packed: bytes) -> None:
    with pytest.raises(SnapshotError) as caught:
        unseal(seal_content(NEVER + packed), KEY, SECRET_APP, stamp=later())
    assert caught.value.code == "malformed"
    assert caught.value.__suppress_context__


def test_an_expiry_may_be_as_late_as_its_bytes_allow() -> None:
    packed = unseal_content(seal(asked(), KEY, stamp=stamp()))[8:]
    assert unseal(seal_content(NEVER + packed), KEY, SECRET_APP, stamp=later()) == asked()
    assert refused(seal_content((-(2**63)).to_bytes(8, "big", signed=True) + packed)) == "expired"


@pytest.mark.parametrize("key", [b"", bytes(31), "0" * 32, [], [KEY, b"short"], [bytearray(32)], None])
def test_an_invalid_key(key: Any) -> None:
    for use in (lambda: seal(asked(), key, stamp=stamp()), lambda: unseal("AQ", key, APP, stamp=stamp())):
        with pytest.raises(InvalidInput):
            use()


def test_only_a_resting_flow_is_sealed() -> None:
    with pytest.raises(SnapshotError) as caught:
        seal(begin(APP, Srp("ada", "pw"), stamp()), KEY)
    assert caught.value.code == "not_at_rest"


def with_session(length: int) -> Flow:
    session = "".join(
        secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") for _ in range(length)
    )
    reply = challenge("SMS_MFA", session, CODE_DELIVERY_DELIVERY_MEDIUM="SMS", CODE_DELIVERY_DESTINATION="+*******9878")
    return begin(APP, Password("ada@example.com", "pw"), stamp()).receive(reply, stamp(1))


@pytest.mark.parametrize(("session", "at_most"), [(1600, 2000), (4096, 4500)])
def test_size(session: int, at_most: int) -> None:
    flow = with_session(session)
    assert len(seal(flow, KEY, stamp=stamp())) <= at_most
    assert json.loads(dumps(flow))
