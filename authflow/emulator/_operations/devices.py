"""Users' devices: what users do with theirs, and administrators with everybody's."""

import binascii
from base64 import b64decode
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import srp
from authflow.emulator._records.device import Devices
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import names

PAGE: Final = 60  # QueryLimitType's maximum


def confirm_device(service: Service, params: Params) -> Reply:
    """ConfirmDevice: a device that was proposed with the user's tokens; its verifier is kept."""
    client, user = issuing.verify_access(service, params["AccessToken"])
    config = params.get("DeviceSecretVerifierConfig", {})
    salt, verifier = (_integer(config, name) for name in ("Salt", "PasswordVerifier"))
    if verifier >= srp.N:
        raise _errors.BAD_DEVICE_VERIFIER("PasswordVerifier")
    asks = client.pool.device_tracking.get("DeviceOnlyRememberedOnUserPrompt", False)
    name, now = params.get("DeviceName"), service.now()
    user.devices.confirm(params["DeviceKey"], name=name, salt=salt, verifier=verifier, remembered=not asks, now=now)
    return {"UserConfirmationNecessary": asks}


def update_device_status(service: Service, params: Params) -> Reply:
    """UpdateDeviceStatus."""
    return _update(service, _own(service, params), params)


def admin_update_device_status(service: Service, params: Params) -> Reply:
    """AdminUpdateDeviceStatus."""
    return _update(service, _theirs(service, params, _errors.NO_USER), params)


def forget_device(service: Service, params: Params) -> Reply:
    """ForgetDevice."""
    _own(service, params).forget(params["DeviceKey"])
    return {}


def admin_forget_device(service: Service, params: Params) -> Reply:
    """AdminForgetDevice."""
    _theirs(service, params, _errors.NO_USER).forget(params["DeviceKey"])
    return {}


def get_device(service: Service, params: Params) -> Reply:
    """GetDevice."""
    return {"Device": _own(service, params).get(params["DeviceKey"]).described()}


def admin_get_device(service: Service, params: Params) -> Reply:
    """AdminGetDevice."""
    return {"Device": _theirs(service, params, _errors.NO_USER_OF_DEVICE).get(params["DeviceKey"]).described()}


def list_devices(service: Service, params: Params) -> Reply:
    """ListDevices."""
    return _page(_own(service, params), params)


def admin_list_devices(service: Service, params: Params) -> Reply:
    """AdminListDevices."""
    return _page(_theirs(service, params, _errors.NO_USER_OF_DEVICE), params)


def _own(service: Service, params: Params) -> Devices:
    if "AccessToken" not in params:
        raise _errors.MISSING_PARAMETER("AccessToken")  # optional in the model; nothing else says whose device it is
    return issuing.verify_access(service, params["AccessToken"])[1].devices


def _theirs(service: Service, params: Params, nobody: _errors.ErrorTemplate) -> Devices:
    """Return a user's devices; ``nobody`` says how to refuse: not every operation declares UserNotFoundException."""
    user = names.find(service.pool(params["UserPoolId"]), params["Username"])
    if user is None:
        raise nobody()
    return user.devices


def _update(service: Service, devices: Devices, params: Params) -> Reply:
    device = devices.get(params["DeviceKey"])
    if "DeviceRememberedStatus" not in params:
        raise _errors.MISSING_PARAMETER("DeviceRememberedStatus")
    device.remembered = params["DeviceRememberedStatus"] == "remembered"
    device.modified = service.now()
    return {}


def _page(devices: Devices, params: Params) -> Reply:
    """Return the devices after a page's last one; the token is that one's number."""
    last = params.get("PaginationToken", "0")
    if not (last.isascii() and last.isdigit() and len(last) < 10):
        raise _errors.BAD_PAGE()
    left, size = devices.after(int(last)), params.get("Limit") or PAGE
    reply: dict[str, Any] = {"Devices": [device.described() for device in left[:size]]}
    return {**reply, "PaginationToken": str(left[size - 1].number)} if len(left) > size else reply


def _integer(config: dict[str, str], name: str) -> int:
    """Read the base64 of a positive integer's padded bytes: without the padding it may be negative."""
    if not config.get(name):
        raise _errors.MISSING_PARAMETER(f"DeviceSecretVerifierConfig.{name}")
    try:
        value = int.from_bytes(b64decode(config[name], validate=True), "big", signed=True)
    except (binascii.Error, ValueError):
        raise _errors.BAD_DEVICE_VERIFIER(name) from None
    if value <= 0:
        raise _errors.BAD_DEVICE_VERIFIER(name)
    return value
