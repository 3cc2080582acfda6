"""Snapshots: the same flow is loaded again, old versions still load, and errors name what is wrong."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import (
    AppClient,
    Context,
    Flow,
    InvalidInput,
    MemoryFlowStore,
    Password,
    Refresh,
    Refusal,
    SnapshotError,
    Srp,
    begin,
    dumps,
    loads,
    seal,
    unseal,
)
from authflow.challenges import MfaSetup, NewPasswordRequired, SelectChallenge
from authflow.machines.sign_in.table import CHALLENGE_NODES
from authflow.snapshots import _format as snapshot_module
from authflow.snapshots._format import LONGEST, VERSION, compute_expiry
from tests.support.openings import FIRST_FACTORS, find_opening, needs_admin
from tests.support.replies import CHALLENGES, SESSION, new_password_required, password_verifier, tokens
from tests.support.samples import APP, SECRET_APP, stamp

GOLDEN, GOLDEN_V1 = Path(__file__).parent / "v2", Path(__file__).parent / "v1"
KEY = bytes(range(32))
CONTEXT = Context(client_metadata={"a": "1"}, ip_address="192.0.2.1")


def asked(app: AppClient = SECRET_APP, **options: Any) -> Flow:
    """A flow that asks for a new password."""
    flow = begin(app, Srp("ada@example.com", "correct horse"), stamp(), **options)
    return flow.receive(password_verifier(), stamp(1)).receive(new_password_required(), stamp(2))


def asked_again() -> Flow:
    """The same flow after a refused password."""
    flow = asked()
    assert isinstance(flow.challenge, NewPasswordRequired)
    flow = flow.answer(flow.challenge.answer("weak", family_name="L"), stamp(3))
    return flow.refuse(Refusal("InvalidPasswordException", "too short"), stamp(4))


def challenged(name: str) -> Flow:
    """A flow at one of Cognito's challenges."""
    opening = find_opening(name, "ada@example.com", "correct horse")
    flow = begin(SECRET_APP, opening, stamp(), admin=needs_admin(name), holder="browser-1")
    return flow.receive(CHALLENGES[name], stamp(1))


def offered_before_passkeys() -> Flow:
    """Return a choice as an authflow made it that did not know passkeys: its snapshots are still read."""
    flow = challenged("SELECT_CHALLENGE")
    assert isinstance(flow.challenge, SelectChallenge)
    options = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP")
    return replace(flow, state=replace(flow.challenge, options=options, unknown=("WEB_AUTHN",)))


def flows_of_version_1() -> dict[str, Flow]:
    """The same without the challenges that version 1 did not know."""
    return {name: flow for name, flow in flows().items() if name != "challenge_web_authn"}


def totp_setup() -> Flow:
    flow = challenged("MFA_SETUP")
    assert isinstance(flow.challenge, MfaSetup)
    flow = flow.answer(flow.challenge.answer_totp(), stamp(2))
    return flow.receive({"SecretCode": "JBSWY3DPEHPK3PXP", "Session": "another-" + SESSION}, stamp(3))


def flows() -> dict[str, Flow]:
    """One flow of each kind that has a snapshot."""
    return {f"challenge_{name.lower()}": challenged(name) for name in CHALLENGES} | {
        "challenge_select_challenge": offered_before_passkeys(),
        "totp_setup": totp_setup(),
        "new_password_required": asked(),
        "new_password_required_again": asked_again(),
        "new_password_required_admin": asked(admin=True, device_key="eu-west-1_d", context=CONTEXT),
        "failed": begin(APP, Srp("ada", "pw"), stamp()).refuse(Refusal("NotAuthorizedException", "no"), stamp(1)),
        "cancelled": begin(APP, Refresh("r"), stamp()).cancel(stamp(1)),
    }


@pytest.mark.parametrize("name", flows())
def test_the_same_flow_is_loaded(name: str) -> None:
    flow = flows()[name]
    back = loads(dumps(flow), flow.app)
    assert back == flow
    assert hash(back) == hash(flow)
    assert isinstance(back, Flow)


@pytest.mark.parametrize("name", flows())
def test_golden_snapshots_still_load(name: str) -> None:
    text, flow = (GOLDEN / f"{name}.json").read_text(), flows()[name]
    assert loads(text, flow.app) == flow
    assert dumps(flow) == text.strip(), "the format has changed: that takes a new version and a migration"


def require_version_1(back: Flow, flow: Flow) -> None:
    """Version 1 did not name the AuthFlow. Its examples were begun with USER_PASSWORD_AUTH, whatever the challenge."""
    expected = "CUSTOM_AUTH"
    if flow.node.upper() in FIRST_FACTORS:
        expected = "USER_AUTH"
    elif flow.node.upper() == "ADMIN_NO_SRP_AUTH":
        expected = "ADMIN_USER_PASSWORD_AUTH"
    assert back.auth_flow == expected
    assert back.username == flow.username
    unknown: Any = {name: getattr(back, name) for name in ("machine", "canonical_username", "admin")}
    assert back == replace(flow, **unknown)


@pytest.mark.parametrize("name", flows_of_version_1())
def test_snapshots_of_version_1_still_load(name: str) -> None:
    text, flow = (GOLDEN_V1 / f"{name}.json").read_text(), flows()[name]
    back = loads(text, flow.app)
    require_version_1(back, flow)
    assert loads(dumps(back), flow.app) == back


def test_each_golden_snapshot_is_tested() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(flows())
    assert {path.stem for path in GOLDEN_V1.iterdir()} == set(flows_of_version_1())


def test_a_loaded_flow_can_be_answered() -> None:
    flow = loads(dumps(asked()), SECRET_APP)
    assert isinstance(flow.challenge, NewPasswordRequired)
    flow = flow.answer(flow.challenge.answer("N3w-passw0rd", family_name="L"), stamp(3))
    assert flow.receive(tokens(), stamp(4)).node == "signed_in"


def test_every_resting_node_has_a_golden_snapshot() -> None:
    assert {flow.node for flow in flows().values()} == {*CHALLENGE_NODES, "failed"}


def test_a_snapshot_contains_no_secret_but_the_session() -> None:
    for flow in flows().values():
        text = dumps(flow)
        assert "correct horse" not in text
        assert SECRET_APP.client_secret
        assert SECRET_APP.client_secret.reveal() not in text


@pytest.mark.parametrize(
    "flow",
    [
        begin(APP, Srp("ada", "pw"), stamp()),
        begin(APP, Password("ada", "pw"), stamp()).receive(tokens(), stamp(1)),
    ],
    ids=["calling", "signed in"],
)
def test_only_a_resting_flow_has_a_snapshot(flow: Flow) -> None:
    with pytest.raises(SnapshotError) as caught:
        dumps(flow)
    assert caught.value.code == "not_at_rest"


def test_arguments_of_the_wrong_kind() -> None:
    with pytest.raises(InvalidInput):
        dumps("flow")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInput):
        loads(b"{}", APP)  # type: ignore[call-overload]  # wrong on purpose
    with pytest.raises(InvalidInput):
        loads("{}", None)  # type: ignore[call-overload]  # wrong on purpose


def changed(path: str, value: object) -> str:
    """A snapshot with one member changed, or removed if the value is None."""
    document = json.loads(dumps(asked(context=CONTEXT)))
    place, _, name = path.rpartition(".")
    inner = document
    for step in filter(None, place.split(".")):
        inner = inner[step]
    if value is None:
        del inner[name]
    else:
        inner[name] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("v", VERSION + 1, "version", "v"),
        ("v", "1", "malformed", "v"),
        ("v", True, "malformed", "v"),
        ("v", None, "malformed", "v"),
        ("book", "sign_up", "kind", "book"),
        ("book", "tea", "malformed", "book"),
        ("pool", "eu-west-1_Other", "app_client", "pool"),
        ("client", "other", "app_client", "client"),
        ("client", None, "malformed", "client"),
        ("flow", None, "malformed", "flow"),
        ("flow", [], "malformed", "flow"),
        ("flow.id", None, "malformed", "flow.id"),
        ("flow.id", 5, "malformed", "flow.id"),
        ("flow.id", "another", "altered", "sum"),
        ("flow.node", "nowhere", "malformed", "flow.node"),
        ("flow.node", "signed_in", "malformed", "flow.node"),
        ("flow.node", "failed", "malformed", "state.asked_at"),
        ("flow.admin", 1, "malformed", "flow.admin"),
        ("flow.context.ip_address", 5, "malformed", "flow.context.ip_address"),
        ("flow.context.ip_address", "", "malformed", "flow.context.ip_address"),
        ("flow.context.colour", "red", "malformed", "flow.context.colour"),
        ("flow.context.client_metadata", [["a"]], "malformed", "flow.context.client_metadata[0]"),
        ("state", None, "malformed", "state"),
        ("state.session", None, "malformed", "state.session"),
        ("state.session", "another", "altered", "sum"),
        ("state.asked_at", "yesterday", "malformed", "state.asked_at"),
        ("state.asked_at", "2026-11-07T09:05:03", "malformed", "state.asked_at"),
        ("state.asked_at", 5, "malformed", "state.asked_at"),
        ("state.required_attributes", "family_name", "malformed", "state.required_attributes"),
        ("state.required_attributes", [5], "malformed", "state.required_attributes[0]"),
        ("state.rejected", {"code": "x"}, "malformed", "state.rejected.message"),
        ("state.rejected", {"code": "x", "message": "y", "times": True}, "malformed", "state.rejected.times"),
        ("state.attributes", [["email", "a", "b"]], "malformed", "state.attributes[0]"),
        ("state.session", "s\ud800", "malformed", "state.session"),
        ("flow.username", "\ud800", "malformed", "flow.username"),
        ("sum", "0" * 16, "altered", "sum"),
        ("sum", None, "malformed", "sum"),
        ("extra", "member", "altered", "sum"),
    ],
)
def test_the_error_names_the_changed_member(path: str, value: object, code: str, field: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        loads(changed(path, value), SECRET_APP)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize("offset", [0, 14, -12])
@pytest.mark.parametrize("year", [1, 9999])
def test_a_challenge_that_was_asked_at_the_end_of_time(year: int, offset: int) -> None:
    challenge, zone = asked().challenge, timezone(timedelta(hours=offset))
    assert challenge
    asked_at = datetime.min.replace(tzinfo=zone) if year == 1 else datetime(9999, 12, 31, 23, 59, 59, tzinfo=zone)
    flow = loads(dumps(replace(asked(), state=replace(challenge, asked_at=asked_at))), SECRET_APP)
    assert compute_expiry(flow, stamp().at) >= asked_at
    token, store = seal(flow, KEY, stamp=stamp()), MemoryFlowStore(stamp=stamp)
    handle = store.put(flow)
    if year == 9999:
        assert unseal(token, KEY, SECRET_APP, stamp=stamp()) == flow
        assert store.take(handle) == flow


@pytest.mark.parametrize("kind", ["PASSWORD_SRP", "SMS_MFA", "X" * 1000, "password"])
def test_a_password_challenge_of_another_kind(kind: str) -> None:
    document = json.loads(dumps(flows()["challenge_password"]))
    document["state"]["kind"] = kind
    with pytest.raises(SnapshotError) as caught:
        loads(json.dumps(document), SECRET_APP)
    assert caught.value.field == "state.kind"


def test_a_reason_that_does_not_exist() -> None:
    text = dumps(flows()["failed"]).replace("other", "whim")
    with pytest.raises(SnapshotError) as caught:
        loads(text, APP)
    assert caught.value.field == "state.reason"


@given(st.data())
def test_truncated_or_altered_text(data: st.DataObject) -> None:
    text = dumps(asked())
    at = data.draw(st.integers(min_value=0, max_value=len(text) - 1))
    other = data.draw(st.sampled_from('aZ0"{}[],:\\').filter(lambda char: char != text[at]))
    for broken in (text[:at], text[:at] + other + text[at + 1 :]):
        with pytest.raises(SnapshotError):
            loads(broken, SECRET_APP)


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, "1" * 5000, '{"v": NaN}', "x" * 300_000])
def test_text_that_is_not_a_snapshot(text: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        loads(text, APP)
    assert caught.value.code == "malformed"
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", flows())
def test_older_snapshots_are_migrated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invented next version calls the username ``user``, and the one after it calls it ``username`` again."""

    def rename(flow: Any, state: Any) -> tuple[Any, Any]:
        username = flow.pop("entered_username", "")
        return flow | {"user": username}, state

    def rename_back(flow: Any, state: Any) -> tuple[Any, Any]:
        user = flow.pop("user")
        return flow | {"entered_username": user}, state

    def forget_to_rename(flow: Any, state: Any) -> tuple[Any, Any]:
        return flow, state

    flow, text = flows()[name], (GOLDEN / f"{name}.json").read_text()
    monkeypatch.setattr(snapshot_module, "VERSION", VERSION + 2)
    monkeypatch.setattr(snapshot_module, "MIGRATIONS", {VERSION: rename, VERSION + 1: rename_back})
    assert loads(text, flow.app) == flow
    assert json.loads(dumps(flow))["v"] == VERSION + 2
    assert loads(dumps(flow), flow.app) == flow
    with pytest.raises(SnapshotError) as caught:
        loads(text.replace('"id":"', '"id":"x'), flow.app)
    assert caught.value.code == "altered", "before anything is migrated"
    monkeypatch.setattr(snapshot_module, "MIGRATIONS", {VERSION: rename, VERSION + 1: forget_to_rename})
    with pytest.raises(SnapshotError, match=r"flow\.user: is unknown"):
        loads(text, flow.app)


def test_migrations_never_see_an_altered_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def migrate(flow: Any, state: Any) -> tuple[Any, Any]:
        read.append(flow["id"])
        return flow, state

    flow, text = asked(), dumps(asked())
    monkeypatch.setattr(snapshot_module, "VERSION", VERSION + 1)
    monkeypatch.setattr(snapshot_module, "MIGRATIONS", {VERSION: migrate})
    with pytest.raises(SnapshotError) as caught:
        loads(text.replace('"id":"', '"id":"x'), SECRET_APP)
    assert caught.value.code == "altered"
    assert read == []
    assert loads(text, SECRET_APP) == flow
    assert read == [flow.id]


def test_the_longest_snapshot() -> None:
    text = dumps(asked()).ljust(LONGEST)
    assert loads(text, SECRET_APP) == asked()
    with pytest.raises(SnapshotError, match="has 262145 characters") as caught:
        loads(text + " ", SECRET_APP)
    assert caught.value.code == "malformed"


def test_white_space_and_the_order_of_members_do_not_matter() -> None:
    flow = asked()
    document = json.loads(dumps(flow))
    assert loads(json.dumps(dict(reversed(document.items())), indent=2), SECRET_APP) == flow
