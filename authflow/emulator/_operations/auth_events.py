"""Events of users' activity, in pools with threat protection, and the feedback on them."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeAlias

from authflow.emulator._auth.step import read_address
from authflow.emulator._errors import ErrorTemplate, ServiceError
from authflow.emulator._messages.risk_notices import RiskNotice
from authflow.emulator._operations import risk
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.auth_event import MAX_EVENTS, AuthEvent
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import names

Operation: TypeAlias = Callable[[Service, Params], Reply]

SIGN_IN: Final = "SignIn"
#: they are no sign-ins
REFRESHES: Final = frozenset({"REFRESH_TOKEN", "REFRESH_TOKEN_AUTH"})
LISTING: Final = Listing("AdminListUserAuthEvents", limit="MaxResults")
#: the challenges that a password answers; the others that are recorded are second factors
PASSWORD_CHALLENGES: Final = frozenset({"PASSWORD_VERIFIER", "PASSWORD", "ADMIN_NO_SRP_AUTH"})
MFA_CHALLENGES: Final = frozenset({"SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"})
PASSWORD_FLOWS: Final = frozenset({"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"})

# https://github.com/aws-amplify/amplify-js/issues/5246
BLOCKED: Final = ErrorTemplate("NotAuthorizedException", "Request not allowed due to security reasons.")
# own texts
NO_EVENT: Final = ErrorTemplate("ResourceNotFoundException", "Event {} does not exist.")
BAD_FEEDBACK: Final = ErrorTemplate("NotAuthorizedException", "Invalid feedback token")


def admin_list_user_auth_events(service: Service, params: Params) -> Reply:
    """AdminListUserAuthEvents, the newest first."""
    _, user = _find(service, params)

    def read(after: str | None, count: int) -> list[tuple[str, AuthEvent]]:
        events = list(reversed(user.events))
        start = next((place + 1 for place, event in enumerate(events) if event.id == after), 0)
        return [(event.id, event) for event in events[start : start + count]]

    page, more = take_page(service, LISTING, params, read)
    return {"AuthEvents": [event.describe() for event in page], **more}


def admin_update_auth_event_feedback(service: Service, params: Params) -> Reply:
    """AdminUpdateAuthEventFeedback."""
    _, user = _find(service, params)
    _set_feedback(service, user, params, "Admin")
    return {}


def update_auth_event_feedback(service: Service, params: Params) -> Reply:
    """UpdateAuthEventFeedback: the user's own, with the FeedbackToken of the notification."""
    _, user = _find(service, params)
    if service.page_tokens.open(params["FeedbackToken"], params["EventId"]) != user.sub:
        raise BAD_FEEDBACK()
    _set_feedback(service, user, params, "User")
    return {}


def records(kind: str, operation: Operation) -> Operation:
    """Return an operation that leaves an event with its user, if the pool has threat protection."""

    @wraps(operation)
    def call(service: Service, params: Params) -> Reply:
        client = _find_client(service, params)
        if client is None or not client.pool.has_threat_protection or params.get("AuthFlow") in REFRESHES:
            return operation(service, params)
        if kind == SIGN_IN and _is_blocked(service, client):
            _record(service, client, params, kind, "Fail", is_blocked=True)
            raise BLOCKED()
        try:
            reply = operation(service, params)
        except ServiceError:
            _record(service, client, params, kind, "Fail")
            raise
        _record(service, client, params, kind, "InProgress" if "ChallengeName" in reply else "Pass")
        return reply

    return call


def _find(service: Service, params: Params) -> tuple[UserPool, User]:
    pool = service.get_pool(params["UserPoolId"])
    if not pool.has_threat_protection:
        raise risk.ADD_ON_NEEDED()
    return pool, names.get_user(pool, params["Username"])


def _set_feedback(service: Service, user: User, params: Params, provider: str) -> None:
    event = next((event for event in user.events if event.id == params["EventId"]), None)
    if event is None:
        raise NO_EVENT(params["EventId"])
    event.feedback = {"FeedbackValue": params["FeedbackValue"], "Provider": provider, "FeedbackDate": service.now()}


def _find_client(service: Service, params: Params) -> UserPoolClient | None:
    if "AccessToken" in params:
        try:
            return issuing.verify_access_token(service, params["AccessToken"])[0]
        except ServiceError:
            return None
    return service.clients.get(params["ClientId"])


def _find_user(service: Service, client: UserPoolClient, params: Params) -> User | None:
    if "AccessToken" in params:
        return issuing.verify_access_token(service, params["AccessToken"])[1]
    given = {**params.get("AuthParameters", {}), **params.get("ChallengeResponses", {})}
    return names.find_user(client.pool, params.get("Username") or given.get("USERNAME", ""))


def _is_blocked(service: Service, client: UserPoolClient) -> bool:
    """Return whether the risk that a sign-in has by the setting blocks it."""
    mode = client.pool.settings["UserPoolAddOns"]["AdvancedSecurityMode"]
    return mode == "ENFORCED" and _get_action(service, client).get("EventAction") == "BLOCK"


def _get_action(service: Service, client: UserPoolClient) -> Mapping[str, Any]:
    """Return what a risk configuration says about the risk that sign-ins have by the setting."""
    actions = _find_takeover_part(client, "Actions")
    action: Mapping[str, Any] = actions.get(f"{service.settings.sign_in_risk}Action", {})
    return action


def _find_takeover_part(client: UserPoolClient, name: str) -> Mapping[str, Any]:
    takeover = risk.find_configuration(client.pool, client.id).get("AccountTakeoverRiskConfiguration", {})
    part: Mapping[str, Any] = takeover.get(name, {})
    return part


def _record(
    service: Service, client: UserPoolClient, params: Params, kind: str, response: str, *, is_blocked: bool = False
) -> None:
    try:
        user = _find_user(service, client, params)
    except ServiceError:
        return  # the token was refused
    if user is None:
        return
    event = _continue_sign_in(user) if "ChallengeName" in params else None
    if event is None:
        sign_in_risk = service.settings.sign_in_risk if kind == SIGN_IN else None
        event = AuthEvent(service.entropy.uuid(), kind, service.now(), response, read_address(params), sign_in_risk)
        user.events = (*user.events, event)[-MAX_EVENTS:]
    event.response, event.is_blocked = response, is_blocked
    event.challenges += _describe_answer(params, succeeded=response != "Fail")
    if (response == "Pass" or is_blocked) and event.risk and _get_action(service, client).get("Notify"):
        _notify(service, client, user, event)


def _continue_sign_in(user: User) -> AuthEvent | None:
    """Return the user's latest sign-in if it has not ended."""
    latest = next((event for event in reversed(user.events) if event.kind == SIGN_IN), None)
    return latest if latest and latest.response != "Pass" else None


def _describe_answer(params: Params, *, succeeded: bool) -> list[dict[str, str]]:
    by_password = params.get("ChallengeName") in PASSWORD_CHALLENGES or params.get("AuthFlow") in PASSWORD_FLOWS
    name = "Password" if by_password else "Mfa" if params.get("ChallengeName") in MFA_CHALLENGES else None
    return [{"ChallengeName": name, "ChallengeResponse": "Success" if succeeded else "Failure"}] if name else []


def _notify(service: Service, client: UserPoolClient, user: User, event: AuthEvent) -> None:
    """Send the message about a risky sign-in. Its code is the FeedbackToken, which the service puts into links."""
    token, action = service.page_tokens.seal(user.sub, event.id), _get_action(service, client)["EventAction"]
    configuration = _find_takeover_part(client, "NotifyConfiguration")
    RiskNotice(client, user, event, action, token, configuration).send(service)
