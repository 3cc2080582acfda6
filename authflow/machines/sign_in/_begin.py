"""The pure start of a sign-in."""

from typing import Final

from authflow.core._validation import TOKEN_MOST, require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.devices import DEVICE_KEY_MOST
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
    """Begin a sign-in: the pure start.

    You must send ``flow.request`` and pass what comes to ``flow.receive`` or ``flow.refuse``, until
    ``flow.is_resting``.

    Args:
        app: the app client.
        opening: how to sign in.
        stamp: made for this event.
        admin: use AdminInitiateAuth and AdminRespondToAuthChallenge, which need AWS credentials.
        device_key: the remembered device of this person here, where there is one.
        holder: who holds the device: a browser, an installation; kept with the flow for its driver.
        context: what to tell Cognito with every request.

    Raises:
        InvalidInput: an argument of the wrong kind, or an opening that this app client can't use.
    """
    require_instance("app", app, AppClient)
    _require_usable(require_opening(opening), app)
    if device_key is not None:
        require_text("device_key", device_key, at_most=DEVICE_KEY_MOST)
    if holder is not None:
        require_text("holder", holder, at_most=TOKEN_MOST)
    if context is not None:
        require_instance("context", context, Context)
    event = Begun(_TRIGGERS[type(opening)], require_instance("stamp", stamp, Stamp), opening)
    node = TRANSITIONS.find_successor(Node.START, event.trigger)
    return Flow(
        machine=MACHINE,
        app=app,
        id=stamp.derive("flow id", 12).hex(),
        node=node,
        state=ENTER[node](None, event),  # no flow yet: the first steps need the event only
        username=opening.username or "",
        entered_username=opening.username or "",
        admin=require_instance("admin", admin, bool),
        holder=holder,
        device_key=device_key,
        context=context,
    )


def is_cpu_bound(opening: Opening) -> bool:
    """Return whether ``begin`` may compute SRP values for this opening, as ``Flow.cpu_bound`` says of later steps."""
    return TRANSITIONS.find_successor(Node.START, _TRIGGERS[type(opening)]) in CPU_BOUND


def _require_usable(opening: Opening, app: AppClient) -> None:
    if isinstance(opening, Refresh) and opening.by_auth_flow and app.client_secret and not opening.username:
        raise InvalidInput("username", "REFRESH_TOKEN_AUTH of an app client with a secret needs Tokens.username")
