"""Begin a sign-in, without I/O."""

from dataclasses import replace
from typing import Final

from authflow.core._validation import MAX_STRING_LENGTH, require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.devices import MAX_DEVICE_KEY_LENGTH
from authflow.core.errors import InvalidInput
from authflow.core.events import Begun
from authflow.core.openings import Choice, Custom, Opening, Password, Refresh, Srp, require_opening
from authflow.core.stamp import Stamp
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._machine import ENTER, MACHINE
from authflow.machines.sign_in.table import CPU_BOUND, TRANSITIONS, Node, Trigger

_TRIGGERS: Final[dict[type[Opening], Trigger]] = {
    Srp: Trigger.BEGIN_SRP,
    Password: Trigger.BEGIN_PASSWORD,
    Custom: Trigger.BEGIN_CUSTOM,
    Choice: Trigger.BEGIN_CHOICE,
    Refresh: Trigger.BEGIN_REFRESH,
}


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
        device_key: the key of the person's remembered device, if there is one.
        holder: identifies the browser or installation that holds the device; the flow keeps it for its driver.
        context: additional facts for every request.

    Raises:
        InvalidInput: an argument has the wrong type, is empty or too long, or the app client can't use the opening.
    """
    require_instance("app", app, AppClient)
    _require_usable(require_opening(opening), app)
    _require_options(device_key, holder, context)
    require_instance("stamp", stamp, Stamp)
    require_instance("admin", admin, bool)
    flow = _make_flow(app, Begun(_TRIGGERS[type(opening)], stamp, opening))
    return replace(flow, admin=admin, holder=holder, device_key=device_key, context=context)


def _make_flow(app: AppClient, event: Begun[Opening]) -> Flow:
    """Return the flow after its first event."""
    username = event.opening.username or ""
    node = Node(TRANSITIONS.find_successor(Node.START, event.trigger))
    return Flow(
        machine=MACHINE,
        app=app,
        id=event.stamp.derive("flow id", 12).hex(),
        node=node,
        state=ENTER[node](None, event),  # there is no flow yet; the first steps use the event only
        username=username,
        entered_username=username,
    )


def is_cpu_bound(opening: Opening) -> bool:
    """Return whether ``begin`` may compute SRP values for this opening. For later steps see ``Flow.is_cpu_bound``."""
    return TRANSITIONS.find_successor(Node.START, _TRIGGERS[type(opening)]) in CPU_BOUND


def _require_usable(opening: Opening, app: AppClient) -> None:
    if isinstance(opening, Refresh) and opening.by_auth_flow and app.client_secret and not opening.username:
        raise InvalidInput(
            "username", "is missing: REFRESH_TOKEN_AUTH needs Tokens.username if the app client has a secret"
        )


def _require_options(device_key: object, holder: object, context: object) -> None:
    if device_key is not None:
        require_text("device_key", device_key, at_most=MAX_DEVICE_KEY_LENGTH)
    if holder is not None:
        require_text("holder", holder, at_most=MAX_STRING_LENGTH)
    if context is not None:
        require_instance("context", context, Context)
