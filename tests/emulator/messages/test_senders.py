"""CustomEmailSender and CustomSMSSender: they deliver the messages in place of the service."""

import logging
from base64 import b64decode, b64encode
from typing import Any

import pytest

from authflow.emulator import Settings, decode_code
from tests.emulator.messages.test_custom_message import ADMIN, HOME, SOURCES
from tests.emulator.triggers.test_lifecycle import make_pool, set_triggers, sign_up
from tests.support.emulator.lambdas import Recorder, raise_error
from tests.support.emulator.mfa import CONTACTS
from tests.support.emulator.world import Json, World, make_with_settings

SENDERS = {"EMAIL": "CustomEmailSender", "SMS": "CustomSMSSender"}


def set_senders(world: World) -> Recorder:
    recorder = Recorder()
    set_triggers(world, **dict.fromkeys(SENDERS.values(), recorder), CustomMessage=raise_error)
    return recorder


def test_the_event_of_a_sign_up(empty: World) -> None:
    world = make_pool(empty)
    recorder = set_senders(world)
    sub = sign_up(world, ClientMetadata=HOME)["UserSub"]
    (event,) = recorder.events
    code = decode_code(event["request"].pop("code"))
    assert event == {
        "version": "1",
        "triggerSource": "CustomEmailSender_SignUp",
        "region": "eu-west-1",
        "userPoolId": world.pool_id,
        "userName": "ada",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
        "request": {
            "type": "customEmailSenderRequestV1",
            "userAttributes": {"sub": sub, "email": "ada@example.com", "cognito:user_status": "UNCONFIRMED"},
            "clientMetadata": HOME,
        },
        "response": {},
    }
    assert not world.emulator.outbox  # the service sends no message
    world.call("ConfirmSignUp", ClientId=world.client_id, Username="ada", ConfirmationCode=code)
    assert world.get_tokens()


@pytest.mark.parametrize(("act", "source"), SOURCES)
def test_sources(empty: World, act: Any, source: str) -> None:
    world = make_pool(empty)
    recorder = set_senders(world)
    act(world)
    event = recorder.events[-1]
    medium = "SMS" if event["request"]["type"] == "customSMSSenderRequestV1" else "EMAIL"
    assert event["triggerSource"] == f"{SENDERS[medium]}_{source}"
    assert event["request"]["clientMetadata"] == HOME
    assert event["callerContext"]["clientId"] == ("CLIENT_ID_NOT_APPLICABLE" if act in ADMIN else world.client_id)
    assert decode_code(event["request"]["code"]).isdigit()
    assert not world.emulator.outbox


def test_the_media_are_independent(world: World) -> None:
    recorder, message = Recorder(), Recorder()
    set_triggers(world, CustomSMSSender=recorder, CustomMessage=message)
    given = [{"Name": name, "Value": value} for name, value in CONTACTS.items()]
    mediums = ["EMAIL", "SMS"]
    world.call_admin("AdminCreateUser", "bob", UserAttributes=given, DesiredDeliveryMediums=mediums)
    assert [event["triggerSource"] for event in recorder.events] == ["CustomSMSSender_AdminCreateUser"]
    assert world.get_last_message().medium == "EMAIL"
    assert len(message.events) == 1  # for the email


@pytest.mark.parametrize("begin", ["CustomSMSSender", "CustomSmsSender"])
def test_the_spelling_of_sms_sources(empty: World, begin: str) -> None:
    world = make_with_settings(empty, Settings(sms_sender_source=begin))
    recorder = set_senders(world)
    given = [{"Name": name, "Value": value} for name, value in CONTACTS.items()]
    world.call_admin("AdminCreateUser", "bob", UserAttributes=given, DesiredDeliveryMediums=["EMAIL", "SMS"])
    sources = sorted(event["triggerSource"] for event in recorder.events)
    assert sources == ["CustomEmailSender_AdminCreateUser", f"{begin}_AdminCreateUser"]


def test_temporary_passwords_are_escaped(world: World) -> None:
    recorder = set_senders(world)
    world.invite("bob", 'A1-<b>&"c', email="bob@example.com")
    assert decode_code(recorder.requests[0]["code"]) == 'A1-&lt;b&gt;&amp;"c'
    assert "NEW_PASSWORD_REQUIRED" in str(world.initiate(USERNAME="bob", PASSWORD='A1-<b>&"c'))


def test_it_runs_when_the_operation_is_complete(empty: World) -> None:
    """So it may use the code."""
    world = make_pool(empty)

    def confirm(event: Json) -> Json:
        code = decode_code(event["request"]["code"])
        world.call("ConfirmSignUp", ClientId=world.client_id, Username=event["userName"], ConfirmationCode=code)
        return event

    set_triggers(world, CustomEmailSender=confirm)
    assert sign_up(world)["UserConfirmed"] is False
    assert world.get_tokens()


def test_nobody_learns_that_it_failed(empty: World, caplog: pytest.LogCaptureFixture) -> None:
    world = make_pool(empty)
    set_triggers(world, CustomEmailSender=raise_error)
    with caplog.at_level(logging.ERROR, "authflow.emulator"):
        sign_up(world)
    assert [record.getMessage() for record in caplog.records] == ["CustomEmailSender failed"]


def test_what_it_returns_is_ignored(empty: World) -> None:
    world = make_pool(empty)
    nothing: Any = lambda _: None  # noqa: E731 - a trigger in one line
    set_triggers(world, CustomEmailSender=nothing)
    assert sign_up(world)["CodeDeliveryDetails"]["Destination"] == "a***@e***"


def test_a_call_within_a_trigger_has_its_messages_delivered_before_it_returns(empty: World) -> None:
    world, seen = make_pool(empty), list[str]()
    recorder = Recorder()

    def invite(event: Json) -> Json:
        if event["triggerSource"] == "PreSignUp_SignUp":
            world.invite("bob", email="bob@example.com")
            seen.extend(entry["userName"] for entry in recorder.events)
        return event

    set_triggers(world, PreSignUp=invite, CustomEmailSender=recorder)
    sign_up(world)
    assert seen == ["bob"]
    assert [event["userName"] for event in recorder.events] == ["bob", "ada"]


def test_codes_are_marked_as_unencrypted() -> None:
    assert decode_code(b64encode(b"unencrypted:123456").decode()) == "123456"
    for other in (b64encode(b"123456").decode(), "no base64!", ""):
        with pytest.raises(ValueError, match=r"."):
            decode_code(other)


def test_functions_in_other_languages_need_no_helper(empty: World) -> None:
    world = make_pool(empty)
    recorder = set_senders(world)
    sign_up(world)
    text = b64decode(recorder.requests[0]["code"]).decode()
    assert text.startswith("unencrypted:")
    assert text.removeprefix("unencrypted:").isdigit()
