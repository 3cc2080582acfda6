"""Messages about risky sign-ins: their templates, and the custom sender that delivers them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from authflow.emulator import Message, Purpose, ServiceError, Settings
from tests.emulator.triggers.test_lifecycle import set_triggers
from tests.support.emulator.lambdas import Recorder, raise_error
from tests.support.emulator.world import PASSWORD, Json, World, make_with_settings

SOURCE_ARN = "arn:aws:ses:eu-west-1:123456789012:identity/a@example.com"
BLOCKED = "NotAuthorizedException: Unable to login because of security reasons."
PLACEHOLDERS = (
    "{username}|{event-id}|{ip-address}|{login-time}|{city}{country}{device-name}|{one-click-link-valid}|{tea}|{####}"
)
TEMPLATES: Json = {
    "BlockEmail": {"Subject": "Blocked", "TextBody": "blocked {feedback-token}"},
    "NoActionEmail": {"Subject": "Seen", "HtmlBody": "<b>{feedback-token}</b>", "TextBody": "seen {feedback-token}"},
    "MfaEmail": {"Subject": "Asked", "HtmlBody": "<b>{feedback-token}</b>"},
}


def make_risky(
    empty: World, action: str, mode: str = "ENFORCED", *, email: bool = True, notify: bool = True, **templates: Any
) -> World:
    """Make a pool in which each sign-in is risky, and the user ada."""
    protected = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": mode}}
    world = make_with_settings(empty, Settings(sign_in_risk="High")).make_pool(**protected)
    world.make_user("ada", **({"email": "ada@example.com"} if email else {}))
    takeover = {
        "NotifyConfiguration": {"SourceArn": SOURCE_ARN, **templates},
        "Actions": {"HighAction": {"Notify": notify, "EventAction": action}},
    }
    world.call("SetRiskConfiguration", UserPoolId=world.pool_id, AccountTakeoverRiskConfiguration=takeover)
    return world


def sign_in(world: World) -> str:
    """Sign in as ada from 192.0.2.1; return the refusal, or an empty text."""
    params = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    params["UserContextData"] = {"IpAddress": "192.0.2.1"}
    try:
        world.call("InitiateAuth", **params)
    except ServiceError as error:
        return str(error)
    return ""


def list_notices(world: World) -> list[Message]:
    return [message for message in world.emulator.outbox if message.purpose is Purpose.RISK]


def get_event_id(world: World) -> str:
    (event,) = world.call("AdminListUserAuthEvents", UserPoolId=world.pool_id, Username="ada")["AuthEvents"]
    return str(event["EventId"])


#: an EventAction, the mode of threat protection, and the action that is taken
ACTIONS = [
    ("BLOCK", "ENFORCED", "BLOCK"),
    ("BLOCK", "AUDIT", "NO_ACTION"),
    ("NO_ACTION", "ENFORCED", "NO_ACTION"),
    ("MFA_IF_CONFIGURED", "ENFORCED", "MFA_IF_CONFIGURED"),
    ("MFA_REQUIRED", "ENFORCED", "BLOCK"),  # the user has no second factor
]
REFUSALS = {"BLOCK": BLOCKED}
#: subject and body by the action that is taken
WRITTEN = {
    "BLOCK": ("Blocked", "blocked {}"),
    "NO_ACTION": ("Seen", "seen {}"),
    "MFA_IF_CONFIGURED": ("Asked", "<b>{}</b>"),
}


@pytest.mark.parametrize(("action", "mode", "taken"), ACTIONS)
def test_templates(empty: World, action: str, mode: str, taken: str) -> None:
    world = make_risky(empty, action, mode, **TEMPLATES)
    assert sign_in(world) == REFUSALS.get(taken, "")
    (notice,) = list_notices(world)
    subject, body = WRITTEN[taken]
    assert (notice.subject, notice.body) == (subject, body.format(notice.code))
    assert notice.destination == "ada@example.com"


@pytest.mark.parametrize("action", ["BLOCK", "NO_ACTION"])
def test_defaults(empty: World, action: str) -> None:
    world = make_risky(empty, action)
    sign_in(world)
    (notice,) = list_notices(world)
    assert notice.subject == ("Blocked sign-in attempt" if action == "BLOCK" else "New sign-in attempt")
    assert notice.code in notice.body
    assert "2026-11-07 09:05:03 UTC" in notice.body


def test_placeholders(empty: World) -> None:
    world = make_risky(empty, "NO_ACTION", NoActionEmail={"Subject": "S", "TextBody": PLACEHOLDERS})
    sign_in(world)
    (notice,) = list_notices(world)
    assert notice.body == f"ada|{get_event_id(world)}|192.0.2.1|2026-11-07 09:05:03 UTC|||{{tea}}|{{####}}"


@pytest.mark.parametrize("name", ["valid", "invalid"])
def test_links_need_a_domain(empty: World, name: str) -> None:
    template = {"Subject": "S", "TextBody": f"Go {{one-click-link-{name}}}"}
    world = make_risky(empty, "NO_ACTION", NoActionEmail=template)
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, Domain="people")
    sign_in(world)
    (notice,) = list_notices(world)
    link = urlsplit(notice.body.removeprefix("Go "))
    assert link.hostname == "people.auth.eu-west-1.amazoncognito.com"
    query = {key: value for key, (value,) in parse_qs(link.query).items()}
    feedback = {"EventId": query["event_id"], "FeedbackToken": query["feedback_token"]}
    given = {**feedback, "Username": query["user_name"], "FeedbackValue": query["feedback_value"]}
    world.call("UpdateAuthEventFeedback", UserPoolId=world.pool_id, **given)  # with nothing but what the link says
    assert query["feedback_value"] == name.title()


@pytest.mark.parametrize(("email", "notify"), [(False, True), (True, False)])
def test_nobody_to_tell(empty: World, *, email: bool, notify: bool) -> None:
    world = make_risky(empty, "NO_ACTION", email=email, notify=notify)
    recorder = Recorder()
    set_triggers(world, CustomEmailSender=recorder)
    sign_in(world)
    assert not recorder.events
    assert not list_notices(world)


# --- a custom sender


@pytest.mark.parametrize(("action", "mode", "taken"), ACTIONS)
def test_the_event(empty: World, action: str, mode: str, taken: str) -> None:
    world = make_risky(empty, action, mode, **TEMPLATES)
    recorder = Recorder()
    set_triggers(world, CustomEmailSender=recorder, CustomMessage=raise_error, CustomSMSSender=raise_error)
    assert sign_in(world) == REFUSALS.get(taken, "")
    assert not list_notices(world)
    (event,) = recorder.events
    token = event["request"]["userAttributes"].pop("FEEDBACK_TOKEN")
    assert event == {
        "version": "1",
        "triggerSource": "CustomEmailSender_AccountTakeOverNotification",
        "region": "eu-west-1",
        "userPoolId": world.pool_id,
        "userName": "ada",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.client_id},
        "request": {
            "type": "customEmailSenderRequestV1",
            "code": None,
            "userAttributes": {
                "ACCOUNT_TAKE_OVER_ACTION": taken,
                "EVENT_ID": get_event_id(world),
                "USER_NAME": "ada",
                "IP_ADDRESS": "192.0.2.1",
                "LOGIN_TIME": "2026-11-07 09:05:03 UTC",
                "ONE_CLICK_LINK_VALID": "",
                "ONE_CLICK_LINK_INVALID": "",
            },
        },
        "response": {},
    }
    given = {"Username": "ada", "EventId": get_event_id(world), "FeedbackValue": "Invalid"}
    world.call("UpdateAuthEventFeedback", UserPoolId=world.pool_id, **given, FeedbackToken=token)


def test_a_sign_in_succeeds_though_the_sender_fails(empty: World) -> None:
    world = make_risky(empty, "NO_ACTION")
    set_triggers(world, CustomEmailSender=raise_error)
    assert sign_in(world) == ""
