import json

import pyotp
import pytest

from authflow.emulator import Purpose, ServiceError, Settings
from authflow.emulator._records import auth_event
from tests.support.emulator import srp_client
from tests.support.emulator.mfa import EMAIL, TOTP, configure, expect_refusal, prefer, read_code, set_up_authenticator
from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, PRIVATE, Clock, Json, World, make_with_settings

PROTECTED: Json = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}
NOTIFY: Json = {"SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a@example.com"}
ADD_ON = "UserPoolAddOnNotEnabledException: "
RISKY = "NotAuthorizedException: Unable to login because of security reasons."
ADDRESS_BLOCKED = "NotAuthorizedException: Request not allowed due to security reasons."


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
    monkeypatch.setattr("authflow.emulator._auth.activity.MAX_EVENTS", 2)
    assert auth_event.MAX_EVENTS > 2
    for _ in range(3):
        watched.get_tokens()
    assert len(list_events(watched)) == 2


def test_a_page_after_an_event_that_is_not_kept(watched: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authflow.emulator._auth.activity.MAX_EVENTS", 3)
    for _ in range(3):
        watched.get_tokens()
    first = call(watched, "AdminListUserAuthEvents", Username="ada", MaxResults=1)
    for _ in range(3):
        watched.get_tokens()
    more = {"Username": "ada", "MaxResults": 1, "NextToken": first["NextToken"]}
    assert call(watched, "AdminListUserAuthEvents", **more) == {"AuthEvents": []}  # only newer ones are left


def test_sign_ins_at_the_same_time(watched: World) -> None:
    configure(watched, "OPTIONAL", TOTP)
    app = set_up_authenticator(watched)
    prefer(watched, "ada", TOTP)
    before = len(list_events(watched))
    first, second = (watched.initiate(USERNAME="ada", PASSWORD=PASSWORD) for _ in range(2))
    code = {"SOFTWARE_TOKEN_MFA_CODE": read_code(watched, app)}
    watched.respond(TOTP, first["Session"], USERNAME="ada", **code)
    assert summarize(watched)[:-before] == [("SignIn", "InProgress"), ("SignIn", "Pass")]
    expect_refusal(watched, second, **code)
    assert summarize(watched)[:-before] == [("SignIn", "Fail"), ("SignIn", "Pass")]


def test_tokens_name_their_event(watched: World) -> None:
    for sign_in in (watched.get_tokens, lambda: watched.sign_in_with_srp("ada")["AuthenticationResult"]):
        tokens, latest = sign_in(), list_events(watched)[0]
        assert {read_claims(tokens[name])["event_id"] for name in ("AccessToken", "IdToken")} == {latest["EventId"]}
    refreshed = watched.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])["AuthenticationResult"]
    assert read_claims(refreshed["AccessToken"])["event_id"] != latest["EventId"]


def test_what_is_no_attempt(watched: World) -> None:
    watched.expect_refusal("InitiateAuth", **watched.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada"))
    taken = {"ClientId": watched.client_id, "Username": "ada"}
    for password in (PASSWORD, "short"):
        watched.expect_refusal("SignUp", **taken, Password=password)
    other = watched.make_pool(**PROTECTED)
    request = watched.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    watched.expect_refusal("AdminInitiateAuth", **request, UserPoolId=other.pool_id)
    asked = {"ChallengeName": TOTP, "Session": "s" * 20}  # there is no such challenge
    assert expect_refusal(watched, asked, SOFTWARE_TOKEN_MFA_CODE="000000").startswith("NotAuthorizedException")
    assert list_events(watched) == []


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
    assert world.expect_refusal("InitiateAuth", **request) == RISKY
    [event] = list_events(world)
    assert (event["EventResponse"], event["EventRisk"]["RiskDecision"]) == ("Fail", "Block")
    call(world, "SetRiskConfiguration", ClientId=world.client_id, **make_actions("NO_ACTION"))
    assert "AccessToken" in world.get_tokens()  # the client's own configuration


@pytest.mark.parametrize("action", ["MFA_IF_CONFIGURED", "MFA_REQUIRED"])
def test_a_risky_sign_in_can_need_a_second_factor(empty: World, action: str) -> None:
    world = make_risky(empty, action)
    configure(world, "OPTIONAL", TOTP)
    call(world, "SetRiskConfiguration")
    app = set_up_authenticator(world)  # the user has not turned it on
    call(world, "SetRiskConfiguration", **make_actions(action))
    asked = world.initiate(USERNAME="ada", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == TOTP
    answer_with_app(world, asked, app)
    assert world.get_last_message().subject == "New sign-in attempt"
    configure(world, "OPTIONAL", EMAIL)
    asked = world.initiate(USERNAME="ada", PASSWORD=PASSWORD)
    assert json.loads(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"]) == [TOTP, EMAIL]
    asked = world.respond("SELECT_MFA_TYPE", asked["Session"], USERNAME="ada", ANSWER=EMAIL)
    code = {"USERNAME": "ada", "EMAIL_OTP_CODE": world.get_last_message().code}
    assert "AuthenticationResult" in world.respond(EMAIL, asked["Session"], **code)


def answer_with_app(world: World, asked: Json, app: pyotp.TOTP) -> None:
    code = {"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": read_code(world, app)}
    assert "AuthenticationResult" in world.respond(TOTP, asked["Session"], **code)


@pytest.mark.parametrize("mode", ["OFF", "OPTIONAL"])
def test_a_risky_sign_in_of_a_user_without_second_factor(empty: World, mode: str) -> None:
    world = make_risky(empty, "MFA_IF_CONFIGURED")
    configure(world, mode, TOTP)
    assert "AccessToken" in world.get_tokens()
    call(world, "SetRiskConfiguration", **make_actions("MFA_REQUIRED"))
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert world.expect_refusal("InitiateAuth", **request) == RISKY
    event = list_events(world)[0]
    assert (event["EventResponse"], event["EventRisk"]["RiskDecision"]) == ("Fail", "Block")
    wrong = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="wrong")
    assert world.expect_refusal("InitiateAuth", **wrong) != RISKY  # who does not know the password learns nothing


def test_where_mfa_is_required_a_risky_sign_in_sets_it_up(empty: World) -> None:
    world = make_risky(empty, "MFA_REQUIRED")
    configure(world, "ON", TOTP)
    assert world.initiate(USERNAME="ada", PASSWORD=PASSWORD)["ChallengeName"] == "MFA_SETUP"


def test_a_risk_that_rises_during_a_sign_in(empty: World) -> None:
    world = make_risky(empty, "NO_ACTION")
    configure(world, "OPTIONAL", TOTP)
    app = set_up_authenticator(world)
    prefer(world, "ada", TOTP)
    asked = world.initiate(USERNAME="ada", PASSWORD=PASSWORD)
    call(world, "SetRiskConfiguration", **make_actions("BLOCK"))
    assert expect_refusal(world, asked, SOFTWARE_TOKEN_MFA_CODE=read_code(world, app)) == RISKY


# --- addresses


def set_ranges(world: World, **ranges: list[str]) -> None:
    call(world, "SetRiskConfiguration", **make_actions("BLOCK"), RiskExceptionConfiguration=ranges)


def try_from(world: World, address: str) -> str | None:
    """Sign in from an address; return the refusal."""
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    try:
        world.call("InitiateAuth", **request, UserContextData={"IpAddress": address})
    except ServiceError as error:
        return str(error)
    return None


def test_blocked_addresses(empty: World) -> None:
    watched = make_watched(empty)
    set_ranges(watched, BlockedIPRangeList=["192.0.2.0/24", "2001:db8::/32"])
    for address in ("192.0.2.77", "2001:db8::1"):
        assert try_from(watched, address) == ADDRESS_BLOCKED
        assert list_events(watched)[0]["EventRisk"]["RiskDecision"] == "Block"
    for address in ("192.0.3.77", "none"):
        assert try_from(watched, address) is None
    call(watched, "UpdateUserPool", UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})
    assert try_from(watched, "192.0.2.77") is None


def test_what_blocked_addresses_can_not_call(empty: World) -> None:
    watched = make_watched(empty)
    set_ranges(watched, BlockedIPRangeList=["192.0.2.0/24"])
    names = {"ClientId": watched.client_id, "Username": "ada"}
    flow = watched.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    admin_flow = watched.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    answer = watched.make_respond_params("PASSWORD_VERIFIER", **watched.make_proof(watched.start_srp("ada")))
    requests: dict[str, Json] = {
        "SignUp": {**names, "Password": PASSWORD},
        "ConfirmSignUp": {**names, "ConfirmationCode": "000000"},
        "ResendConfirmationCode": names,
        "ForgotPassword": names,
        "ConfirmForgotPassword": {**names, "ConfirmationCode": "000000", "Password": PASSWORD},
        "InitiateAuth": flow,
        "RespondToAuthChallenge": answer,
    }
    person = {"IpAddress": "192.0.2.1"}
    for operation, params in requests.items():
        assert watched.expect_refusal(operation, **params, UserContextData=person) == ADDRESS_BLOCKED
    context = {"IpAddress": "192.0.2.1", "ServerName": "a", "ServerPath": "/", "HttpHeaders": []}
    for operation, params in {"AdminInitiateAuth": admin_flow, "AdminRespondToAuthChallenge": answer}.items():
        assert refuse(watched, operation, **params, ContextData=context) == ADDRESS_BLOCKED


def test_addresses_without_risk(empty: World) -> None:
    world = make_risky(empty, "BLOCK")
    set_ranges(world, SkippedIPRangeList=["192.0.2.0/24"])
    assert try_from(world, "192.0.2.77") is None
    assert list_events(world)[0]["EventRisk"]["RiskDecision"] == "NoRisk"
    assert try_from(world, "192.0.3.77") == RISKY


def test_the_address_of_a_sign_in_counts_for_its_later_requests(empty: World) -> None:
    world = make_risky(empty, "BLOCK")
    set_ranges(world, SkippedIPRangeList=["192.0.2.0/24"])
    given = {"USERNAME": "ada", "SRP_A": f"{pow(2, PRIVATE, srp_client.N):x}"}
    request = world.make_initiate_params("USER_SRP_AUTH", **given)
    asked = world.call("InitiateAuth", **request, UserContextData={"IpAddress": "192.0.2.77"})
    world.respond("PASSWORD_VERIFIER", **world.make_proof(asked["ChallengeParameters"]))
    [event] = list_events(world)
    assert (event["EventResponse"], event["EventContextData"]) == ("Pass", {"IpAddress": "192.0.2.77"})


def test_in_audit_mode_nothing_is_blocked(empty: World) -> None:
    world = make_risky(empty, "BLOCK")
    call(world, "UpdateUserPool", UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})
    assert "AccessToken" in world.get_tokens()


def test_risks_have_three_levels() -> None:
    with pytest.raises(ValueError, match="sign_in_risk: must be Low, Medium, High or None"):
        Settings(sign_in_risk="high")
