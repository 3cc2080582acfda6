"""Begin a sign-in, without I/O."""

from dataclasses import replace
from typing import Final

from authflow.core._validation import require_holder, require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.devices import MAX_DEVICE_KEY_LENGTH
from authflow.core.errors import InvalidInput
from authflow.core.events import Begun
from authflow.core.openings import Choice, Custom, Opening, Password, Refresh, Srp, require_opening
from authflow.core.stamp import Stamp
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._machine import MACHINES
from authflow.machines.sign_in.table import CPU_BOUND, AuthFlow, Node, Trigger

_OPENINGS: Final[dict[type[Opening], tuple[Trigger, AuthFlow]]] = {
    Srp: (Trigger.BEGIN_SRP, AuthFlow.USER_SRP_AUTH),
    Password: (Trigger.BEGIN_PASSWORD, AuthFlow.USER_PASSWORD_AUTH),
    Custom: (Trigger.BEGIN_CUSTOM, AuthFlow.CUSTOM_AUTH),
    Choice: (Trigger.BEGIN_CHOICE, AuthFlow.USER_AUTH),
    Refresh: (Trigger.BEGIN_REFRESH, AuthFlow.REFRESH_TOKEN_AUTH),
}
_ADMIN_FLOWS: Final = {AuthFlow.USER_PASSWORD_AUTH: AuthFlow.ADMIN_USER_PASSWORD_AUTH}


def begin(
    app: AppClient,
    opening: Opening,
    stamp: Stamp,
    *,
    admin: bool = False,
    device_key: str | None = None,
    holder: str | None = None,
    context: Context | None = None,
) -> Flow:
    """Begin a sign-in, and return its flow, whose first request is outstanding.

    You must send ``flow.request`` and pass Cognito's reply to ``flow.receive``, or its refusal to ``flow.refuse``,
    until ``flow.is_resting``.

    Args:
        app: the app client.
        opening: how to sign in.
        stamp: made for this event.
        admin: use AdminInitiateAuth and AdminRespondToAuthChallenge, which need AWS credentials.
        device_key: the key of the person's remembered device, if there is one. ``Choice`` ignores it: USER_AUTH has no
            devices.
        holder: identifies the browser or installation that holds the device; the flow keeps it for its driver.
        context: additional facts for every request.

    Raises:
        InvalidInput: an argument has the wrong type, is empty or too long, or the app client can't use the opening.
    """
    require_instance("app", app, AppClient)
    _require_usable(require_opening(opening), app)
    _require_options(device_key, context)
    if holder is not None:
        require_holder(holder, opening.username)
    require_instance("stamp", stamp, Stamp)
    require_instance("admin", admin, bool)
    trigger, auth_flow = _OPENINGS[type(opening)]
    if admin:
        auth_flow = _ADMIN_FLOWS.get(auth_flow, auth_flow)
    flow = _make_flow(app, Begun(trigger, stamp, opening, auth_flow), auth_flow)
    device_key = None if auth_flow is AuthFlow.USER_AUTH else device_key
    return replace(flow, admin=admin, holder=holder, device_key=device_key, context=context)


def _make_flow(app: AppClient, event: Begun[Opening], auth_flow: AuthFlow) -> Flow:
    """Return the flow after its first event."""
    opening, machine = event.opening, MACHINES[auth_flow]
    username = opening.username or ""
    node = Node(machine.transitions.find_successor(Node.START, event.trigger))
    return Flow(
        machine=machine,
        app=app,
        id=event.stamp.derive("flow id", 12).hex(),
        node=node,
        state=machine.enter[node](None, event),  # there is no flow yet; the first steps use the event only
        entered_username=username,
        canonical_username=opening.username if isinstance(opening, Refresh) else None,
        only=opening.only if isinstance(opening, Choice) else (),
    )


def is_cpu_bound(opening: Opening) -> bool:
    """Return whether ``begin`` may compute SRP values for this opening. For later steps see ``Flow.is_cpu_bound``."""
    trigger, auth_flow = _OPENINGS[type(opening)]
    return MACHINES[auth_flow].transitions.find_successor(Node.START, trigger) in CPU_BOUND


def _require_usable(opening: Opening, app: AppClient) -> None:
    if isinstance(opening, Refresh) and opening.by_auth_flow and app.client_secret and not opening.username:
        raise InvalidInput(
            "username", "is missing: REFRESH_TOKEN_AUTH needs Tokens.username if the app client has a secret"
        )


def _require_options(device_key: object, context: object) -> None:
    if device_key is not None:
        require_text("device_key", device_key, at_most=MAX_DEVICE_KEY_LENGTH)
    if context is not None:
        require_instance("context", context, Context)
