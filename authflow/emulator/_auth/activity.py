"""Events of users' activity, in pools with threat protection: what each request leaves with its user."""

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeAlias

from authflow.emulator._auth import risk
from authflow.emulator._auth.step import AuthStep, read_address
from authflow.emulator._errors import ServiceError
from authflow.emulator._messages.risk_notices import RiskNotice
from authflow.emulator._records.auth_event import MAX_EVENTS, AuthEvent
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import names

Operation: TypeAlias = Callable[[Service, Params], Reply]

SIGN_IN: Final = "SignIn"
SIGN_UP: Final = "SignUp"
#: refusals of requests that are no attempts
NO_ATTEMPTS: Final = frozenset({"InvalidParameterException", "ResourceNotFoundException"})
#: the challenges that a password answers; the others that are recorded are second factors
PASSWORD_CHALLENGES: Final = frozenset({"PASSWORD_VERIFIER", "PASSWORD", "ADMIN_NO_SRP_AUTH"})
MFA_CHALLENGES: Final = frozenset({"SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"})
PASSWORD_FLOWS: Final = frozenset({"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"})


def watch_sign_in(step: AuthStep, params: Params, carry_out: Callable[[], Reply]) -> Reply:
    """Carry out a request of a sign-in. All requests of one sign-in make one event."""
    if not step.client.pool.has_threat_protection:
        return carry_out()
    try:
        reply = carry_out()
    except ServiceError as error:
        if error.code not in NO_ATTEMPTS:
            _record_sign_in(step, params, "Fail", is_blocked=error.message in risk.REFUSALS)
        raise
    _record_sign_in(step, params, "InProgress" if "ChallengeName" in reply else "Pass")
    return reply


def records(kind: str | None, operation: Operation) -> Operation:
    """Return an operation that leaves an event of this kind with its user: None for no event.

    It is refused to addresses that the risk configuration blocks.
    """

    @wraps(operation)
    def call(service: Service, params: Params) -> Reply:
        client = _find_client(service, params)
        if client is None or not client.pool.has_threat_protection:
            return operation(service, params)
        risk.check_address(service, client, read_address(params))
        if kind is None:
            return operation(service, params)
        user = None if kind == SIGN_UP else _find_user(service, client, params)
        try:
            reply = operation(service, params)
        except ServiceError as error:
            if user and error.code not in NO_ATTEMPTS:
                _add_event(service, user, kind, params, "Fail")
            raise
        user = user or _find_user(service, client, params)
        if user:
            _add_event(service, user, kind, params, "Pass")
        return reply

    return call


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
    return names.find_user(client.pool, params["Username"])


def _add_event(service: Service, user: User, kind: str, params: Params, response: str) -> None:
    _append(user, AuthEvent(service.entropy.uuid(), kind, service.now(), response, read_address(params)))


def _append(user: User, event: AuthEvent) -> None:
    user.events = (*user.events, event)[-MAX_EVENTS:]


def _record_sign_in(step: AuthStep, params: Params, response: str, *, is_blocked: bool = False) -> None:
    sign_in, pool = step.sign_in, step.client.pool
    user = names.find_user(pool, step.parameters.get("USERNAME", "")) if sign_in.event_id else None
    if user is None:
        return  # a decoy user, a refresh, or the answer to no challenge
    event = user.find_event(sign_in.event_id)
    found = risk.assess(step.service, step.client, step.address or (event.address if event else None))
    if event is None:
        event = AuthEvent(sign_in.event_id, SIGN_IN, step.service.now(), response, step.address, found.level)
        _append(user, event)
    event.response, event.is_blocked = response, is_blocked
    event.challenges += _describe_answer(params, succeeded=response != "Fail")
    if found.notify and (response == "Pass" or is_blocked):
        _notify(step, user, event, found)


def _describe_answer(params: Params, *, succeeded: bool) -> list[dict[str, str]]:
    by_password = params.get("ChallengeName") in PASSWORD_CHALLENGES or params.get("AuthFlow") in PASSWORD_FLOWS
    name = "Password" if by_password else "Mfa" if params.get("ChallengeName") in MFA_CHALLENGES else None
    return [{"ChallengeName": name, "ChallengeResponse": "Success" if succeeded else "Failure"}] if name else []


def _notify(step: AuthStep, user: User, event: AuthEvent, found: risk.Assessment) -> None:
    """Send the message about a risky sign-in. Its code is the FeedbackToken, which the service puts into links."""
    token = step.service.page_tokens.seal(user.sub, event.id)
    takeover = step.client.pool.find_risk_configuration(step.client.id)["AccountTakeoverRiskConfiguration"]
    action = risk.BLOCK if event.is_blocked else found.action
    RiskNotice(step.client, user, event, action, token, takeover.get("NotifyConfiguration", {})).send(step.service)
