"""Begin to remember a device, without I/O."""

import base64

from authflow.core._validation import require_instance, require_text
from authflow.core.app_client import AppClient
from authflow.core.devices import Device
from authflow.core.errors import InvalidInput
from authflow.core.requests import ConfirmDevice
from authflow.core.secret import Secret
from authflow.core.srp import device_verifier
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.machines.remember_device._flow import DeviceFlow, Remembering
from authflow.machines.remember_device._machine import MACHINE
from authflow.machines.remember_device.table import TRANSITIONS, Node, Trigger

_SECRET_BYTES, _SALT_BYTES = 40, 16  # as in Amazon's SDKs


def begin(
    app: AppClient, tokens: Tokens, stamp: Stamp, *, remembered: bool = True, name: str | None = None
) -> DeviceFlow:
    """Begin to remember the device that Cognito offered with these tokens.

    You must send ``flow.request`` and pass Cognito's reply to ``flow.receive``, or its refusal to ``flow.refuse``,
    until ``flow.is_resting``. Then store ``flow.state.device`` if the state is ``Kept``.

    Args:
        app: the app client of the sign-in.
        tokens: the tokens of the sign-in, with ``new_device``.
        stamp: made for this event; the device's secret is derived from it.
        remembered: whether the device may replace a second factor, in pools that let the person decide.
        name: a name for the device.

    Raises:
        InvalidInput: the tokens have no ``new_device``, or an argument has the wrong type.
    """
    _require_arguments(app, tokens, stamp, remembered, name)
    device = _make_device(tokens, stamp)
    access_token = Secret(tokens.access_token)
    request = _make_request(device, access_token, stamp, name)
    return DeviceFlow(
        machine=MACHINE,
        app=app,
        id=stamp.derive("flow id", 12).hex(),
        node=TRANSITIONS.find_successor(Node.START, Trigger.BEGIN),
        state=Remembering(request, device=device, remembered=remembered, access_token=access_token),
        canonical_username=tokens.username,
    )


def _require_arguments(app: object, tokens: object, stamp: object, remembered: object, name: object) -> None:
    require_instance("app", app, AppClient)
    require_instance("tokens", tokens, Tokens)
    if name is not None:
        require_text("name", name, at_most=1024)  # DeviceNameType
    require_instance("stamp", stamp, Stamp)
    require_instance("remembered", remembered, bool)


def _make_device(tokens: Tokens, stamp: Stamp) -> Device:
    offered = tokens.new_device
    if offered is None:
        raise InvalidInput("tokens", "have no new_device: Cognito did not offer to remember a device")
    secret = base64.b64encode(stamp.derive("device secret", _SECRET_BYTES)).decode()
    return Device(offered.device_key, offered.group_key, secret)


def _make_request(device: Device, access_token: Secret, stamp: Stamp, name: str | None) -> ConfirmDevice:
    salt = stamp.derive("device salt", _SALT_BYTES)
    verifier = device_verifier(device.group_key, device.key, device.secret.reveal(), salt)
    return ConfirmDevice(
        access_token=access_token,
        device_key=device.key,
        device_secret_verifier_config=(("PasswordVerifier", verifier.password_verifier), ("Salt", verifier.salt)),
        device_name=name,
    )
