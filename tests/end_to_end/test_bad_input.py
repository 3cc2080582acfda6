"""Invalid input raises an error that names the field, and changes nothing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import (
    AppClient,
    Context,
    Flow,
    IllegalTransition,
    InvalidInput,
    Password,
    Refresh,
    Refusal,
    Secret,
    Srp,
    Stamp,
    UnexpectedReply,
    begin,
)
from authflow.challenges import NewPasswordRequired
from tests.support.replies import SALT, new_password_required, password_verifier, tokens
from tests.support.samples import APP, AT, stamp

POOL, CLIENT = APP.pool_id, APP.client_id


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("pool_id", {"pool_id": "eu-west-1"}),
        ("pool_id", {"pool_id": ""}),
        ("pool_id", {"pool_id": None}),
        ("pool_id", {"pool_id": "eu-west-1_" + "x" * 50}),
        ("pool_id", {"pool_id": "eu west_abc"}),
        ("client_id", {"client_id": ""}),
        ("client_id", {"client_id": "a b"}),
        ("client_id", {"client_id": "a" * 129}),
        ("client_id", {"client_id": 5}),
        ("client_secret", {"client_secret": ""}),
        ("client_secret", {"client_secret": b"bytes"}),
        ("client_secret", {"client_secret": "not allowed"}),
        ("session_validity", {"session_validity": timedelta(minutes=2)}),
        ("session_validity", {"session_validity": timedelta(minutes=16)}),
        ("session_validity", {"session_validity": 180}),
    ],
)
def test_app_client_requires_valid_values(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        AppClient(**({"pool_id": POOL, "client_id": CLIENT} | changes))
    assert caught.value.field == field
    assert isinstance(caught.value, ValueError)
    assert "not allowed" not in str(caught.value), "a secret is never shown"


def test_app_client_takes_the_secret_of_a_test_double() -> None:
    secret = "0d6f0d3c-6f5e-4c59-9d0e-2f4f3a3a7c11"  # moto makes UUIDs
    made = AppClient(POOL, CLIENT, secret)
    assert made.client_secret == Secret(secret)
    assert made.secret_hash("ada")


def test_app_client_splits_the_pool_id() -> None:
    assert (APP.region, APP.pool_name) == ("eu-west-1", "Ab12Cd34E")
    assert APP.secret_hash("ada") is None


def test_secret_hash_has_the_known_value() -> None:
    known = {"username": "Mess", "client_id": "age", "client_secret": "secret"}
    app = AppClient(POOL, known["client_id"], known["client_secret"])
    assert app.secret_hash(known["username"]) == "qnR8UCqJggD55PohusaBNviGoOJ67HC6Btry4qXLVZc="


LONE_SURROGATE = "\ud800"


@pytest.mark.parametrize("opening", [Srp, Password])
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("username", ("", "pw")),
        ("username", (None, "pw")),
        ("username", ("a" * 129, "pw")),
        ("username", (LONE_SURROGATE, "pw")),
        ("password", ("ada", "")),
        ("password", ("ada", b"pw")),
        ("password", ("ada", "p" * 257)),
        ("password", ("ada", LONE_SURROGATE)),
    ],
)
def test_openings_require_valid_text(opening: Any, field: str, values: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        opening(*values)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("refresh_token", lambda: Refresh("")),
        ("refresh_token", lambda: Refresh(None)),  # type: ignore[arg-type]  # wrong on purpose
        ("username", lambda: Refresh("r", "")),
        ("by_auth_flow", lambda: Refresh("r", by_auth_flow="yes")),  # type: ignore[arg-type]  # wrong on purpose
        ("at", lambda: Stamp(datetime(2026, 1, 1), bytes(64))),  # noqa: DTZ001 - naive on purpose
        ("at", lambda: Stamp("now", bytes(64))),  # type: ignore[arg-type]  # wrong on purpose
        ("entropy", lambda: Stamp(AT, bytes(63))),
        ("entropy", lambda: Stamp(AT, "0" * 64)),  # type: ignore[arg-type]  # wrong on purpose
        ("app", lambda: begin(None, Srp("a", "b"), stamp())),  # type: ignore[arg-type]  # wrong on purpose
        ("opening", lambda: begin(APP, ("a", "b"), stamp())),  # type: ignore[arg-type]  # wrong on purpose
        ("stamp", lambda: begin(APP, Srp("a", "b"), None)),  # type: ignore[arg-type]  # wrong on purpose
        ("admin", lambda: begin(APP, Srp("a", "b"), stamp(), admin=1)),  # type: ignore[arg-type]  # wrong on purpose
        ("device_key", lambda: begin(APP, Srp("a", "b"), stamp(), device_key="")),
        ("context", lambda: begin(APP, Srp("a", "b"), stamp(), context={})),  # type: ignore[arg-type]  # wrong on purpose
        ("client_metadata", lambda: Context(client_metadata={"a": 1})),  # type: ignore[dict-item]  # wrong on purpose
        ("client_metadata", lambda: Context(client_metadata="ab")),  # type: ignore[arg-type]  # wrong on purpose
        ("client_metadata", lambda: Context(client_metadata=(("a", "b", "c"),))),  # type: ignore[arg-type]  # wrong on purpose
        ("ip_address", lambda: Context(ip_address="")),
        ("server_name", lambda: Context(server_name="login")),
        ("server_name", lambda: Context(server_name="x", server_path="/", http_headers={"a": "b"})),
    ],
)
def test_arguments_are_checked(field: str, make: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == field


def make_asking_flow() -> Flow:
    """Return a flow that asks for a new password."""
    return begin(APP, Password("ada", "pw"), stamp()).receive(new_password_required(), stamp(1))


@pytest.mark.parametrize(
    ("field", "password", "attributes"),
    [
        ("new_password", "", {"family_name": "L"}),
        ("new_password", None, {"family_name": "L"}),
        ("new_password", "p" * 257, {"family_name": "L"}),
        ("family_name", "N3w-passw0rd", {}),
        ("family_name", "N3w-passw0rd", {"family_name": ""}),
        ("family_name", "N3w-passw0rd", {"family_name": 5}),
        ("nickname", "N3w-passw0rd", {"family_name": "L", "nickname": "n" * 2049}),
    ],
)
def test_answers_to_new_password_required_are_checked(field: str, password: Any, attributes: dict[str, Any]) -> None:
    challenge = make_asking_flow().challenge
    assert isinstance(challenge, NewPasswordRequired)
    with pytest.raises(InvalidInput) as caught:
        challenge.answer(password, **attributes)
    assert caught.value.field == field


def test_an_answer_of_the_wrong_type_is_refused() -> None:
    flow = make_asking_flow()
    with pytest.raises(InvalidInput):
        flow.answer("N3w-passw0rd", stamp())  # type: ignore[arg-type]  # wrong on purpose
    assert isinstance(flow.challenge, NewPasswordRequired)
    good = flow.challenge.answer("pw", family_name="L")
    with pytest.raises(InvalidInput):
        flow.answer(good, None)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInput):
        flow.answer(good, stamp(), "context")  # type: ignore[arg-type]  # wrong on purpose


def make_calling_flow() -> Flow:
    """Return a flow that waits for the reply to SRP_A."""
    return begin(APP, Srp("ada", "pw"), stamp())


def test_events_that_are_not_accepted_raise() -> None:
    with pytest.raises(IllegalTransition, match="accepted here: PASSWORD_VERIFIER, device_forgotten, refused, cancel"):
        make_calling_flow().answer(None, stamp())  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(IllegalTransition):
        make_asking_flow().receive(tokens(), stamp())
    with pytest.raises(IllegalTransition):
        make_asking_flow().refuse(Refusal("X"), stamp())
    ended = make_calling_flow().cancel(stamp())
    assert ended.cancel(stamp(1)) == ended, "cancel is always accepted"
    events: list[Callable[[], Flow]] = [
        lambda: ended.receive(tokens(), stamp()),
        lambda: ended.refuse(Refusal("X"), stamp()),
    ]
    for event in events:
        with pytest.raises(IllegalTransition, match="accepted here: cancel"):
            event()
    with pytest.raises(InvalidInput):
        make_calling_flow().refuse("no", stamp())  # type: ignore[arg-type]  # wrong on purpose


def change(reply: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a reply with other members; None removes one."""
    changed = reply | members
    return {name: value for name, value in changed.items() if value is not None}


AFTER_SRP = {
    "no parameters": ({"ChallengeName": "PASSWORD_VERIFIER"}, "ChallengeParameters.USERNAME"),
    "no SALT": (password_verifier(SALT=None), "ChallengeParameters.SALT"),
    "no SRP_B": (password_verifier(SRP_B=None), "ChallengeParameters.SRP_B"),
    "no name at all": (password_verifier(USERNAME=None, USER_ID_FOR_SRP=None), "ChallengeParameters.USERNAME"),
    "an empty SALT": (password_verifier(SALT=""), "ChallengeParameters.SALT"),
    "SALT as a number": (password_verifier() | {"ChallengeParameters": {"SALT": 5}}, "ChallengeParameters.SALT"),
    "B of zero": (password_verifier(SRP_B="0"), "SRP_B"),
    "B of a megabyte": (password_verifier(SRP_B="f" * 10**6), "ChallengeParameters.SRP_B"),
    "B too long to be one": (password_verifier(SRP_B="f" * 10**5), "SRP_B"),
    "an over-long name": (password_verifier("u" * 129), "ChallengeParameters.USERNAME"),
    "parameters as a list": (password_verifier() | {"ChallengeParameters": [SALT]}, "ChallengeParameters"),
    "an over-long Session": (password_verifier() | {"Session": "s" * 4097}, "Session"),
    "an empty Session": (password_verifier() | {"Session": ""}, "Session"),
    "a Session of bytes": (password_verifier() | {"Session": b"s" * 30}, "Session"),
    "tokens too early": (tokens(), "reply"),
    "a challenge too early": (new_password_required(), "reply"),
    "an unknown challenge": ({"ChallengeName": "RIDDLE", "Session": "s" * 30}, "ChallengeName"),
    "a challenge named as a trigger": ({"ChallengeName": "tokens", "Session": "s" * 30}, "ChallengeName"),
    "an over-long challenge name": ({"ChallengeName": "X" * 101}, "ChallengeName"),
    "a challenge name of None and no tokens": ({"ChallengeName": None}, "reply"),
    "both": (password_verifier() | tokens(), "reply"),
    "nothing": ({}, "reply"),
    "no mapping": (["ChallengeName"], "reply"),
    "a reply of None": (None, "reply"),
    "keys that are no text": ({5: 6}, "reply"),
    "a name with a lone surrogate": (password_verifier("\ud800"), "ChallengeParameters.USER_ID_FOR_SRP"),
    "a Session with a lone surrogate": (password_verifier() | {"Session": "s\ud800"}, "Session"),
}


@pytest.mark.parametrize(("reply", "field"), AFTER_SRP.values(), ids=AFTER_SRP)
def test_an_invalid_reply_after_srp_a_is_an_error(reply: Any, field: str) -> None:
    flow = make_calling_flow()
    with pytest.raises(UnexpectedReply) as caught:
        flow.receive(reply, stamp())
    assert caught.value.field == field
    assert caught.value.flow is flow
    assert flow == make_calling_flow(), "the flow has not changed"


AFTER_PASSWORD = {
    "no Session": (change(new_password_required(), Session=None), "Session"),
    "attributes that are not JSON": (
        new_password_required(required="["),
        "ChallengeParameters.requiredAttributes",
    ),
    "attributes nested too deeply": (
        new_password_required(required="[" * 100_000),
        "ChallengeParameters.requiredAttributes",
    ),
    "attributes that are no list": (new_password_required(required='"a"'), "ChallengeParameters.requiredAttributes"),
    "an attribute with a lone surrogate": (
        new_password_required(required='["userAttributes.\\ud800"]'),
        "ChallengeParameters.requiredAttributes",
    ),
    "a list of numbers": (new_password_required(required="[5]"), "ChallengeParameters.requiredAttributes"),
    "PASSWORD_VERIFIER": (password_verifier(), "reply"),
    "no AccessToken": (tokens(AccessToken=None), "AuthenticationResult.AccessToken"),
    "an IdToken of bytes": (tokens(IdToken=b"id"), "AuthenticationResult.IdToken"),
    "an empty IdToken": (tokens(IdToken=""), "AuthenticationResult.IdToken"),
    "no RefreshToken": (tokens(refresh_token=None), "AuthenticationResult.RefreshToken"),
    "ExpiresIn as text": (tokens(ExpiresIn="3600"), "AuthenticationResult.ExpiresIn"),
    "ExpiresIn as a boolean": (tokens(ExpiresIn=True), "AuthenticationResult.ExpiresIn"),
    "ExpiresIn of zero": (tokens(ExpiresIn=0), "AuthenticationResult.ExpiresIn"),
    "an over-long ExpiresIn": (tokens(ExpiresIn=10**9), "AuthenticationResult.ExpiresIn"),
    "a device without a key": (tokens(NewDeviceMetadata={"DeviceGroupKey": "g"}), "NewDeviceMetadata.DeviceKey"),
    "a result that is a list": ({"AuthenticationResult": []}, "AuthenticationResult"),
}


@pytest.mark.parametrize(("reply", "field"), AFTER_PASSWORD.values(), ids=AFTER_PASSWORD)
def test_an_invalid_reply_after_a_password_is_an_error(reply: Any, field: str) -> None:
    flow = begin(APP, Password("ada", "pw"), stamp())
    with pytest.raises(UnexpectedReply) as caught:
        flow.receive(reply, stamp())
    assert caught.value.field == field


def test_user_attributes_must_be_a_json_object_of_text() -> None:
    reply = new_password_required()
    reply["ChallengeParameters"]["userAttributes"] = '{"email": 5}'
    with pytest.raises(UnexpectedReply, match="userAttributes"):
        begin(APP, Password("ada", "pw"), stamp()).receive(reply, stamp())


TEXT = st.text("aZ0_é\x00\ud800", max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(["ChallengeName", "Session", "ChallengeParameters", "AuthenticationResult"])


@given(st.dictionaries(NAMES, JSON | st.sampled_from(["PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED"])))
def test_any_json_reply_is_accepted_or_an_unexpected_reply(reply: dict[str, Any]) -> None:
    for flow in (make_calling_flow(), begin(APP, Password("ada", "pw"), stamp()), begin(APP, Refresh("r"), stamp())):
        with suppress(UnexpectedReply):
            flow.receive(reply, stamp(1))
