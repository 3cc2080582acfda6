import pytest

from authflow.emulator import Purpose, Settings
from authflow.emulator._records import auth_event
from tests.support.emulator.mfa import TOTP, configure, prefer, read_code, set_up_authenticator
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Clock, Json, World, make_with_settings

PROTECTED: Json = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}
NOTIFY: Json = {"SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a@example.com"}
ADD_ON = "UserPoolAddOnNotEnabledException: "


def make_actions(event_action: str, *, notify: bool = True) -> Json:
    action = {"Notify": notify, "EventAction": event_action}
    actions = {f"{level}Action": action for level in ("Low", "Medium", "High")}
    return {"AccountTakeoverRiskConfiguration": {"NotifyConfiguration": NOTIFY, "Actions": actions}}


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, **params)


def refuse(world: World, operation: str, **params: object) -> str:
    return world.expect_refusal(operation, **{"UserPoolId": world.pool_id, **params})


def describe(world: World, **params: object) -> Json:
    described: Json = call(world, "DescribeRiskConfiguration", **params)["RiskConfiguration"]
    return described


def list_events(world: World, name: str = "ada", **params: object) -> list[Json]:
    events: list[Json] = call(world, "AdminListUserAuthEvents", Username=name, **params)["AuthEvents"]
    return events


def summarize(world: World) -> list[tuple[str, str]]:
    return [(event["EventType"], event["EventResponse"]) for event in list_events(world)]


@pytest.fixture
def watched(empty: World) -> World:
    return make_watched(empty)


def make_watched(empty: World) -> World:
    """Make a pool with threat protection, and the user ada with a verified email address."""
    world = empty.make_pool(**PROTECTED)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    return world


# --- the configuration


def test_configuration(empty: World, clock: Clock) -> None:
    world = make_watched(empty)
    assert describe(world) == {"UserPoolId": world.pool_id}
    given: Json = {
        **make_actions("BLOCK"),
        "CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}},
        "RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0/24"], "SkippedIPRangeList": ["2001:db8::/32"]},
    }
    events = {"EventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"], "Actions": {"EventAction": "BLOCK"}}
    expected = {
        **given,
        "CompromisedCredentialsRiskConfiguration": events,
        "UserPoolId": world.pool_id,
        "LastModifiedDate": clock.now.timestamp(),
    }
    assert call(world, "SetRiskConfiguration", **given)["RiskConfiguration"] == expected
    assert describe(world) == expected
    of_client = {"UserPoolId": world.pool_id, "ClientId": world.client_id}
    assert describe(world, ClientId=world.client_id) == of_client
    only = {"RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.2.1/32"]}}
    call(world, "SetRiskConfiguration", ClientId=world.client_id, **only)
    assert describe(world, ClientId=world.client_id) == {**of_client, **only, "LastModifiedDate": clock.now.timestamp()}
    call(world, "SetRiskConfiguration", ClientId=world.client_id)
    assert describe(world, ClientId=world.client_id) == of_client
    call(world, "SetRiskConfiguration")
    assert describe(world) == {"UserPoolId": world.pool_id}


@pytest.mark.parametrize("text", ["192.0.2.1", "192.0.2.0/33", "network"])
def test_ranges(watched: World, text: str) -> None:
    ranges = {"RiskExceptionConfiguration": {"BlockedIPRangeList": [text]}}
    assert refuse(watched, "SetRiskConfiguration", **ranges) == "InvalidParameterException: Incorrect CIDR format"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("SetRiskConfiguration", {}),
        ("DescribeRiskConfiguration", {}),
        ("AdminListUserAuthEvents", {"Username": "ada"}),
        ("AdminUpdateAuthEventFeedback", {"Username": "ada", "EventId": "a", "FeedbackValue": "Valid"}),
        (
            "UpdateAuthEventFeedback",
            {"Username": "ada", "EventId": "a", "FeedbackToken": "a", "FeedbackValue": "Valid"},
        ),
    ],
)
def test_pools_without_threat_protection(empty: World, operation: str, params: Json) -> None:
    world = empty.make_pool()
    world.make_user("ada")
    assert refuse(world, operation, **params).startswith(ADD_ON)
    unknown = refuse(world, operation, **{**params, "UserPoolId": "eu-west-1_none"})
    assert unknown == "ResourceNotFoundException: User pool eu-west-1_none does not exist."


def test_unknown_clients(watched: World) -> None:
    for operation in ("SetRiskConfiguration", "DescribeRiskConfiguration"):
        assert refuse(watched, operation, ClientId="none").startswith("ResourceNotFoundException")


# --- events


def test_a_sign_in(watched: World, clock: Clock) -> None:
    request = watched.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    watched.call("InitiateAuth", **request, UserContextData={"IpAddress": "192.0.2.1"})
    [event] = list_events(watched)
    assert event.pop("EventId")
    assert event == {
        "EventType": "SignIn",
        "CreationDate": clock.now.timestamp(),
        "EventResponse": "Pass",
        "EventRisk": {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": False},
        "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Success"}],
        "EventContextData": {"IpAddress": "192.0.2.1"},
    }


def test_a_sign_in_with_a_second_factor_is_one_event(watched: World) -> None:
    configure(watched, "OPTIONAL", TOTP)
    app = set_up_authenticator(watched)
    prefer(watched, "ada", TOTP)
    before = len(list_events(watched))
    asked = watched.initiate(USERNAME="ada", PASSWORD=PASSWORD)
    assert summarize(watched)[0] == ("SignIn", "InProgress")
    code = {"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": read_code(watched, app)}
    watched.respond(TOTP, asked["Session"], **code)
    assert len(list_events(watched)) == before + 1
    latest = list_events(watched)[0]
    assert latest["EventResponse"] == "Pass"
    assert [answer["ChallengeName"] for answer in latest["ChallengeResponses"]] == ["Password", "Mfa"]


def test_srp(watched: World) -> None:
    watched.sign_in_with_srp("ada")
    [event] = list_events(watched)
    assert event["ChallengeResponses"] == [{"ChallengeName": "Password", "ChallengeResponse": "Success"}]


def test_what_else_leaves_events(watched: World) -> None:
    wrong = watched.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="wrong")
    watched.expect_refusal("InitiateAuth", **wrong)
    assert list_events(watched)[0]["ChallengeResponses"] == [
        {"ChallengeName": "Password", "ChallengeResponse": "Failure"}
    ]
    tokens = watched.get_tokens()
    change = {"PreviousPassword": PASSWORD, "ProposedPassword": OTHER_PASSWORD}
    watched.call("ChangePassword", AccessToken=tokens["AccessToken"], **change)
    watched.call("ForgotPassword", ClientId=watched.client_id, Username="ada")
    code = {"ConfirmationCode": "000000", "Password": PASSWORD}
    watched.expect_refusal("ConfirmForgotPassword", ClientId=watched.client_id, Username="ada", **code)
    watched.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])  # leaves none
    watched.expect_refusal("ChangePassword", AccessToken="none", **change)  # of nobody
    assert list(reversed(summarize(watched))) == [
        ("SignIn", "Fail"),
        ("SignIn", "Pass"),
        ("PasswordChange", "Pass"),
        ("ForgotPassword", "Pass"),
        ("PasswordChange", "Fail"),
    ]
    watched.call("SignUp", ClientId=watched.client_id, Username="bob", Password=PASSWORD)
    assert [event["EventType"] for event in list_events(watched, "bob")] == ["SignUp"]


def test_pools_that_do_not_watch_keep_no_events(world: World) -> None:
    world.get_tokens()
    call(world, "UpdateUserPool", **PROTECTED)
    assert list_events(world) == []


def test_pages(watched: World) -> None:
    for _ in range(5):
        watched.get_tokens()
    everything = [event["EventId"] for event in list_events(watched)]
    first = call(watched, "AdminListUserAuthEvents", Username="ada", MaxResults=2)
    watched.get_tokens()  # a newer event moves nothing
    more = {"Username": "ada", "MaxResults": 5, "NextToken": first["NextToken"]}
    rest = call(watched, "AdminListUserAuthEvents", **more)
    assert [event["EventId"] for event in [*first["AuthEvents"], *rest["AuthEvents"]]] == everything
    assert "NextToken" not in rest


def test_only_so_many_events_are_kept(watched: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authflow.emulator._operations.auth_events.MAX_EVENTS", 2)
    assert auth_event.MAX_EVENTS > 2
    for _ in range(3):
        watched.get_tokens()
    assert len(list_events(watched)) == 2


# --- feedback


def test_feedback_of_an_administrator(watched: World, clock: Clock) -> None:
    watched.get_tokens()
    [event] = list_events(watched)
    given = {"Username": "ada", "EventId": event["EventId"]}
    for value in ("Valid", "Invalid"):
        call(watched, "AdminUpdateAuthEventFeedback", **given, FeedbackValue=value)
        feedback = {"FeedbackValue": value, "Provider": "Admin", "FeedbackDate": clock.now.timestamp()}
        assert list_events(watched)[0]["EventFeedback"] == feedback
    unknown = {"Username": "ada", "EventId": "none", "FeedbackValue": "Valid"}
    assert refuse(watched, "AdminUpdateAuthEventFeedback", **unknown).startswith("ResourceNotFoundException")


def make_risky(empty: World, event_action: str) -> World:
    settings = Settings(sign_in_risk="Medium")
    world = make_with_settings(empty, settings).make_pool(**PROTECTED)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    call(world, "SetRiskConfiguration", **make_actions(event_action))
    return world


def test_feedback_of_the_user(empty: World) -> None:
    world = make_risky(empty, "NO_ACTION")
    world.get_tokens()
    [event] = list_events(world)
    assert event["EventRisk"]["RiskLevel"] == "Medium"
    assert event["EventRisk"]["RiskDecision"] == "AccountTakeover"
    message = world.get_last_message()
    assert message.purpose is Purpose.RISK
    given = {"Username": "ada", "EventId": event["EventId"], "FeedbackValue": "Invalid"}
    call(world, "UpdateAuthEventFeedback", **given, FeedbackToken=message.code)
    assert list_events(world)[0]["EventFeedback"]["Provider"] == "User"
    world.get_tokens()
    for token, event_id in (("none", event["EventId"]), (message.code, list_events(world)[0]["EventId"])):
        forged = {**given, "EventId": event_id, "FeedbackToken": token}
        assert refuse(world, "UpdateAuthEventFeedback", **forged).startswith("NotAuthorizedException")


# --- actions


def test_a_risky_sign_in_can_be_blocked(empty: World) -> None:
    world = make_risky(empty, "BLOCK")
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    blocked = "NotAuthorizedException: Request not allowed due to security reasons."
    assert world.expect_refusal("InitiateAuth", **request) == blocked
    [event] = list_events(world)
    assert (event["EventResponse"], event["EventRisk"]["RiskDecision"]) == ("Fail", "Block")
    call(world, "SetRiskConfiguration", ClientId=world.client_id, **make_actions("NO_ACTION"))
    assert "AccessToken" in world.get_tokens()  # the client's own configuration


def test_in_audit_mode_nothing_is_blocked(empty: World) -> None:
    world = make_risky(empty, "BLOCK")
    call(world, "UpdateUserPool", UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})
    assert "AccessToken" in world.get_tokens()


def test_risks_have_three_levels() -> None:
    with pytest.raises(ValueError, match="sign_in_risk: must be Low, Medium, High or None"):
        Settings(sign_in_risk="high")
