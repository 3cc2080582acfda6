"""Remembered devices: the machine that confirms them, and how drivers use them."""

import base64
import logging
from collections.abc import Mapping
from typing import Any
from unittest.mock import ANY

import pytest

from authflow import (
    Authenticator,
    BackendError,
    Context,
    Device,
    Failed,
    IllegalTransition,
    InvalidInput,
    MemoryDeviceStore,
    Password,
    Reason,
    Refresh,
    Refusal,
    Remember,
    SignedIn,
    Srp,
    StoreError,
    Tokens,
    UnexpectedReply,
)
from authflow.challenges import DeviceSrp, SmsMfa
from authflow.core.replies import NewDevice
from authflow.machines.remember_device import DeviceFlow, Kept, begin
from tests.drivers.test_blocking import Script
from tests.support.drivers import AUTHENTICATORS
from tests.support.replies import CHALLENGES, SESSION, password_verifier, tokens
from tests.support.samples import APP, AT, SECRET_APP, stamp

DEVICE = Device("eu-west-1_0a1b", "-group", "the secret")
PROPOSED = {"DeviceKey": "eu-west-1_new", "DeviceGroupKey": "-group"}
FORGOTTEN = Refusal("ResourceNotFoundException", "Device does not exist.")
BROWSER = "browser-1"
VERIFIER = password_verifier("ada") | {"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": SESSION}
VERIFIER_OF_SUB = password_verifier("ada-sub") | {"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": SESSION}


@pytest.fixture(autouse=True, params=AUTHENTICATORS)
def _both_drivers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here runs with either driver."""
    monkeypatch.setattr(f"{__name__}.Authenticator", request.param)


# The machine


NEW_DEVICE = NewDevice("eu-west-1_new", "-group")


def make_tokens(new_device: NewDevice | None = NEW_DEVICE) -> Tokens:
    return Tokens("access", "id", "refresh", AT, "ada", new_device)


def begin_confirmation(remembered: bool = True) -> DeviceFlow:
    return begin(APP, make_tokens(), stamp(), remembered=remembered, name="my browser")


def test_confirm_device_sends_a_verifier_and_never_the_secret() -> None:
    flow = begin_confirmation()
    assert flow.request
    assert flow.request.operation == "ConfirmDevice"
    assert flow.request.params() == {
        "AccessToken": "access",
        "DeviceKey": "eu-west-1_new",
        "DeviceSecretVerifierConfig": {"PasswordVerifier": ANY, "Salt": ANY},
        "DeviceName": "my browser",
    }
    kept = flow.receive({}, stamp(1))
    assert isinstance(kept.state, Kept)
    secret = kept.state.device.secret.reveal()
    assert len(base64.b64decode(secret)) == 40
    assert secret not in str(flow.request.params()) + repr(flow) + repr(kept)
    assert "'access'" not in repr(flow)


def test_a_device_that_cognito_remembers_by_itself() -> None:
    flow = begin_confirmation(remembered=False).receive({"UserConfirmationNecessary": False}, stamp(1))
    assert isinstance(flow.state, Kept)
    assert flow.state.remembered


@pytest.mark.parametrize(("remembered", "status"), [(True, "remembered"), (False, "not_remembered")])
def test_a_device_that_the_person_decides_about(remembered: bool, status: str) -> None:
    flow = begin_confirmation(remembered).receive({"UserConfirmationNecessary": True}, stamp(1))
    assert flow.request
    assert flow.request.operation == "UpdateDeviceStatus"
    assert flow.request.params() == {
        "AccessToken": "access",
        "DeviceKey": "eu-west-1_new",
        "DeviceRememberedStatus": status,
    }
    done = flow.receive({}, stamp(2))
    assert isinstance(done.state, Kept)
    assert done.state.remembered is remembered


def test_a_refused_confirmation_fails_and_a_refused_status_keeps_the_device() -> None:
    refusal = Refusal("NotAuthorizedException", "Access Token has been revoked")
    failed = begin_confirmation().refuse(refusal, stamp(1))
    assert isinstance(failed.state, Failed)
    updating = begin_confirmation().receive({"UserConfirmationNecessary": True}, stamp(1))
    for kept in (updating.refuse(refusal, stamp(2)), updating.cancel(stamp(2))):
        assert isinstance(kept.state, Kept)
        assert not kept.state.remembered
        assert kept.cancel(stamp(3)) == kept
    cancelled = begin_confirmation().cancel(stamp(1))
    assert isinstance(cancelled.state, Failed)
    assert cancelled.state.reason is Reason.CANCELLED
    with pytest.raises(IllegalTransition):
        cancelled.receive({}, stamp(2))


@pytest.mark.parametrize("reply", [{"UserConfirmationNecessary": "yes"}, []])
def test_a_malformed_confirmation_is_refused(reply: Any) -> None:
    with pytest.raises(UnexpectedReply):
        begin_confirmation().receive(reply, stamp(1))


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("tokens", lambda: begin(APP, make_tokens(None), stamp())),
        ("tokens", lambda: begin(APP, "tokens", stamp())),  # type: ignore[arg-type]  # wrong on purpose
        ("name", lambda: begin(APP, make_tokens(), stamp(), name="")),
        ("remembered", lambda: begin(APP, make_tokens(), stamp(), remembered=1)),  # type: ignore[arg-type]  # wrong on purpose
        ("devices", lambda: Authenticator(APP, Script()).remember_device(make_tokens(), BROWSER)),
    ],
)
def test_an_invalid_argument_is_refused(field: str, make: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == field


# The driver


def make_authenticator(script: Script, **options: Any) -> tuple[Authenticator, MemoryDeviceStore]:
    store = MemoryDeviceStore()
    return Authenticator(SECRET_APP, script, devices=store, **options), store


def list_operations(script: Script) -> list[str]:
    return [request.operation for request in script.heard]


def make_reply_with_new_device(username: str = "ada") -> Mapping[str, Any]:
    return tokens(username=username, NewDeviceMetadata=PROPOSED)


def test_a_new_device_is_remembered_after_the_tokens() -> None:
    script = Script(make_reply_with_new_device("ada-sub"), {"UserConfirmationNecessary": True}, {})
    auth, store = make_authenticator(script)
    flow = auth.begin(Password("ada@example.com", "pw"), holder=BROWSER)
    assert isinstance(flow.state, SignedIn)
    assert list_operations(script) == ["InitiateAuth", "ConfirmDevice", "UpdateDeviceStatus"]
    device = store.get(BROWSER, "ada@example.com")
    assert device
    assert device.key == "eu-west-1_new"
    assert store.get(BROWSER, "ada-sub") == device


@pytest.mark.parametrize("remember", [Remember.ASK, Remember.NEVER])
def test_a_new_device_is_not_confirmed_with_ask_and_never(remember: Remember) -> None:
    script = Script(make_reply_with_new_device(), {})
    auth, store = make_authenticator(script, remember=remember)
    flow = auth.begin(Password("ada", "pw"), holder=BROWSER)
    assert list_operations(script) == ["InitiateAuth"]
    assert isinstance(flow.state, SignedIn)
    done = auth.remember_device(flow.state.tokens, BROWSER, remembered=False)
    assert isinstance(done.state, Kept)
    assert store.get(BROWSER, "ada") == done.state.device


def test_without_a_holder_nothing_is_remembered() -> None:
    script = Script(make_reply_with_new_device())
    auth, _ = make_authenticator(script)
    auth.begin(Password("ada", "pw"))
    assert list_operations(script) == ["InitiateAuth"]


@pytest.mark.parametrize(
    "trouble", [Refusal("NotAuthorizedException"), BackendError("lost"), {"UserConfirmationNecessary": "yes"}]
)
def test_a_failed_confirmation_never_costs_the_tokens(trouble: Any) -> None:
    seen: list[str] = []
    script = Script(make_reply_with_new_device(), trouble)
    auth, store = make_authenticator(script, observe=lambda before, *_: seen.append(str(before.node)))
    assert isinstance(auth.begin(Password("ada", "pw"), holder=BROWSER).state, SignedIn)
    assert seen == ["initiating_password", "confirming"]
    assert store.get(BROWSER, "ada") is None


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), StoreError("gone"), RuntimeError("locked")])
def test_a_store_that_is_full_does_not_cost_the_tokens(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    class Full(MemoryDeviceStore):
        def put(self, *_: object, **__: object) -> None:
            raise error

    auth = Authenticator(APP, Script(make_reply_with_new_device(), {}), devices=Full())
    assert isinstance(auth.begin(Password("ada", "pw"), holder=BROWSER).state, SignedIn)
    text = f"the device store could not keep a new device: {type(error).__name__}; the sign-in continues"
    assert ("authflow", logging.WARNING, text) in caplog.record_tuples


def test_a_store_that_can_not_drop_a_device_does_not_cost_the_outcome(caplog: pytest.LogCaptureFixture) -> None:
    class Gone(MemoryDeviceStore):
        def drop(self, *_: object, **__: object) -> None:
            raise StoreError("Redis can't be reached")

    store, refused = Gone(), Refusal("ResourceNotFoundException", "Device does not exist.")
    store.put(BROWSER, "ada", DEVICE)
    auth = Authenticator(APP, Script(refused, tokens()), devices=store)
    assert isinstance(auth.begin(Password("ada", "pw"), holder=BROWSER).state, SignedIn)
    assert "the device store could not drop a device: StoreError; the sign-in continues" in caplog.messages


def test_a_device_store_that_fails_within_a_step_leaves_the_flow_at_the_challenge() -> None:
    class Failing(MemoryDeviceStore):
        def get(self, *_: object) -> Device | None:
            if list_operations(script):
                raise StoreError("Redis can't be reached")
            return None

    script = Script(CHALLENGES["DEVICE_SRP_AUTH"])
    flow = Authenticator(APP, script, devices=Failing()).begin(Password("ada", "pw"), holder=BROWSER)
    assert isinstance(flow.challenge, DeviceSrp), "Cognito accepted the answer, so an error here would lose its result"


@pytest.mark.parametrize("holder", ["", "\ud800", 7])
def test_an_invalid_holder_is_refused(holder: Any) -> None:
    script = Script()
    auth, _ = make_authenticator(script)
    with pytest.raises(InvalidInput) as caught:
        auth.remember_device(make_tokens(), holder)
    assert caught.value.field == "holder"
    assert list_operations(script) == []


def test_a_server_can_not_ask_for_the_device_endlessly() -> None:
    script = Script(CHALLENGES["DEVICE_SRP_AUTH"], VERIFIER, CHALLENGES["DEVICE_SRP_AUTH"])
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    with pytest.raises(UnexpectedReply, match="DEVICE_SRP_AUTH can't follow verifying_device"):
        auth.begin(Password("ada", "pw"), holder=BROWSER)


def test_the_first_request_names_the_device_and_the_driver_answers_its_challenge() -> None:
    script = Script(CHALLENGES["DEVICE_SRP_AUTH"], VERIFIER_OF_SUB, tokens())
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada-sub", DEVICE, entered_username="ada@example.com")
    assert isinstance(auth.begin(Password("ada@example.com", "pw"), holder=BROWSER).state, SignedIn)
    first, second, third = (request.params() for request in script.heard)
    assert DEVICE.key in str(first)
    assert second["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert third["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"


def test_a_device_is_found_again_by_the_canonical_name() -> None:
    """The first reply names the person, and the proof of the password accepts DEVICE_KEY."""
    script = Script(password_verifier("ada"), tokens(username="ada"))
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    assert isinstance(auth.begin(Srp("ada@example.com", "pw"), holder=BROWSER).state, SignedIn)
    first, second = (request.params() for request in script.heard)
    assert DEVICE.key not in str(first)
    assert DEVICE.key in str(second)


def test_another_browser_of_the_same_person_has_no_device() -> None:
    script = Script(CHALLENGES["DEVICE_SRP_AUTH"])
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    flow = auth.begin(Password("ada", "pw"), holder="browser-2")
    assert isinstance(flow.challenge, DeviceSrp), "there is no device to answer with: the sign-in must start again"
    assert DEVICE.key not in str(script.heard[0].params())


def test_a_device_after_an_answer_in_another_process() -> None:
    script = Script(CHALLENGES["SMS_MFA"], CHALLENGES["DEVICE_SRP_AUTH"], VERIFIER, tokens(username="ada"))
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    flow = auth.begin(Password("ada", "pw"), holder=BROWSER)
    assert isinstance(flow.challenge, SmsMfa)
    again = Authenticator(SECRET_APP, script, devices=store)
    done = again.answer(flow, flow.challenge.answer("123456"), context=Context(client_metadata={"a": "1"}))
    assert isinstance(done.state, SignedIn)
    metadata = [request.params().get("ClientMetadata") for request in script.heard]
    assert metadata == [None, {"a": "1"}, {"a": "1"}, {"a": "1"}], "also in requests that the driver sends itself"


def test_a_forgotten_device_is_dropped_from_the_store() -> None:
    script = Script(FORGOTTEN, make_reply_with_new_device(), {})
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    auth.begin(Password("ada", "pw"), holder=BROWSER)
    assert list_operations(script) == ["InitiateAuth", "InitiateAuth", "ConfirmDevice"]
    device = store.get(BROWSER, "ada")
    assert device
    assert device.key == "eu-west-1_new"


@pytest.mark.parametrize("refusal", [FORGOTTEN, Refusal("NotAuthorizedException", "Incorrect username or password.")])
def test_a_rejected_device_is_dropped_from_the_store_and_the_flow_fails(refusal: Refusal) -> None:
    script = Script(CHALLENGES["DEVICE_SRP_AUTH"], VERIFIER, refusal)
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    flow = auth.begin(Password("ada", "pw"), holder=BROWSER)
    assert isinstance(flow.state, Failed)
    assert flow.state.reason is Reason.DEVICE_REJECTED
    assert store.get(BROWSER, "ada") is None


def test_an_expired_session_keeps_the_device() -> None:
    script = Script(CHALLENGES["DEVICE_SRP_AUTH"], Refusal("NotAuthorizedException", "Invalid session for the user."))
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    auth.begin(Password("ada", "pw"), holder=BROWSER)
    assert store.get(BROWSER, "ada") == DEVICE


def test_a_refresh_carries_the_device() -> None:
    script = Script(tokens(refresh_token=None, username="ada"))
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    auth.begin(Refresh("refresh", "ada"), holder=BROWSER)
    assert script.heard[0].params()["DeviceKey"] == DEVICE.key


def test_a_refresh_that_can_not_name_the_device_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    script = Script(tokens(refresh_token=None), tokens(refresh_token=None, username="ada"))
    auth, _ = make_authenticator(script)
    auth.begin(Refresh("refresh"), holder=BROWSER)
    auth.begin(Refresh("refresh", "ada"), holder=BROWSER)
    assert [record.message for record in caplog.records] == [
        "a Refresh without a username can't name the holder's device: pass Tokens.username"
    ]


def test_a_lost_proof_can_be_sent_again() -> None:
    script = Script(
        password_verifier("ada"), CHALLENGES["DEVICE_SRP_AUTH"], BackendError("lost"), VERIFIER, tokens(username="ada")
    )
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    with pytest.raises(BackendError) as caught:
        auth.begin(Srp("ada", "pw"), holder=BROWSER)
    assert caught.value.flow.node == "answering_device"
    assert isinstance(auth.run(caught.value.flow).state, SignedIn)


def test_a_name_that_did_not_find_the_device_finds_it_the_next_time() -> None:
    """USER_PASSWORD_AUTH asks for the second factor before the canonical name can find the device."""
    asked = CHALLENGES["SMS_MFA"] | {"ChallengeParameters": {"USER_ID_FOR_SRP": "ada"}}
    script = Script(asked, tokens(username="ada"), tokens(username="ada"))
    auth, store = make_authenticator(script)
    store.put(BROWSER, "ada", DEVICE)
    flow = auth.begin(Password("ada@example.com", "pw"), holder=BROWSER)
    assert isinstance(flow.challenge, SmsMfa)
    auth.answer(flow, flow.challenge.answer("123456"))
    auth.begin(Password("ada@example.com", "pw"), holder=BROWSER)
    assert [DEVICE.key in str(request.params()) for request in script.heard] == [False, True, True]


def test_a_name_is_stored_after_the_sign_in_only() -> None:
    auth, store = make_authenticator(Script(CHALLENGES["SMS_MFA"]))
    store.put(BROWSER, "ada", DEVICE)
    auth.begin(Password("ada@example.com", "pw"), holder=BROWSER)
    assert store.get(BROWSER, "ada@example.com") is None


def test_the_device_of_the_canonical_name_replaces_that_of_a_name_that_has_passed_on() -> None:
    script = Script(password_verifier("grace"), tokens(username="grace"))
    auth, store = make_authenticator(script)
    other = Device("eu-west-1_9", "-group", "another")
    store.put(BROWSER, "ada", DEVICE, entered_username="us@example.com")
    store.put(BROWSER, "grace", other)
    auth.begin(Srp("us@example.com", "pw"), holder=BROWSER)
    assert other.key in str(script.heard[1].params())


@pytest.mark.parametrize("holder", ["ada", "ADA", " ada ", "ada@example.com"])
def test_a_device_is_not_remembered_for_a_holder_that_is_the_username(holder: str) -> None:
    script = Script({})
    auth, store = make_authenticator(script)
    with pytest.raises(InvalidInput, match="every browser would share the device"):
        auth.remember_device(make_tokens(), holder, entered_username="ada@example.com")
    assert not script.heard
    assert store.get(holder, "ada") is None


def test_a_holder_that_turns_out_to_be_the_username_keeps_no_device(caplog: pytest.LogCaptureFixture) -> None:
    auth, store = make_authenticator(Script(make_reply_with_new_device()))
    flow = auth.begin(Password("ada@example.com", "pw"), holder="ada")
    assert isinstance(flow.state, SignedIn)
    assert store.get("ada", flow.username) is None
    assert "could not keep a new device: InvalidInput" in caplog.text
