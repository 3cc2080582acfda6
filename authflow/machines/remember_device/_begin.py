"""The pure start of remembering a device."""

import base64

from authflow.core._validation import require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.devices import Device
from authflow.core.errors import InvalidInput
from authflow.core.requests import ConfirmDevice
from authflow.core.srp import device_verifier
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.machines.remember_device._flow import DeviceFlow, Remembering
from authflow.machines.remember_device._machine import MACHINE
from authflow.machines.remember_device.table import TRANSITIONS, Node, Trigger

_SECRET_BYTES, _SALT_BYTES = 40, 16  # as Amazon's SDKs choose them


def begin(
    app: AppClient, tokens: Tokens, stamp: Stamp, *, remembered: bool = True, name: str | None = None
) -> DeviceFlow:
    """Begin to remember the device that Cognito proposed with these tokens.

    You must send ``flow.request`` and pass what comes to ``flow.receive`` or ``flow.refuse``, until
    ``flow.is_resting``; then keep ``flow.state.device`` if the state is ``Kept``.

    Args:
        app: the app client of the sign-in.
        tokens: with ``new_device``.
        stamp: made for this event; the device's secret comes from it.
        remembered: whether the device may stand for a second factor, where Cognito leaves that to the person.
        name: what the person calls the device.

    Raises:
        InvalidInput: tokens without a proposed device, or an argument of the wrong kind.
    """
    require_instance("app", app, AppClient)
    proposed = require_instance("tokens", tokens, Tokens).new_device
    if proposed is None:
        raise InvalidInput("tokens", "came without a new device: Cognito proposed none")
    if name is not None:
        require_text("name", name, at_most=1024)  # DeviceNameType
    require_instance("stamp", stamp, Stamp)
    secret = base64.b64encode(stamp.derive("device secret", _SECRET_BYTES)).decode()
    device = Device(proposed.device_key, proposed.group_key, secret)
    return DeviceFlow(
        machine=MACHINE,
        app=app,
        id=stamp.derive("flow id", 12).hex(),
        node=TRANSITIONS.find_successor(Node.START, Trigger.BEGIN),
        state=Remembering(
            _confirm(device, tokens, stamp, name),
            device=device,
            remembered=require_instance("remembered", remembered, bool),
            access_token=tokens.access_token,
        ),
        username=tokens.username,
    )


def _confirm(device: Device, tokens: Tokens, stamp: Stamp, name: str | None) -> ConfirmDevice:
    verifier = device_verifier(device.group_key, device.key, device.secret, stamp.derive("device salt", _SALT_BYTES))
    return ConfirmDevice(
        access_token=tokens.access_token,
        device_key=device.key,
        device_secret_verifier_config=(("PasswordVerifier", verifier.password_verifier), ("Salt", verifier.salt)),
        device_name=name,
    )
