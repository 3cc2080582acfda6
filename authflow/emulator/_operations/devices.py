"""Operations on devices, for users and for administrators."""

import binascii
from base64 import b64decode
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto import srp
from authflow.emulator._records.device import Devices
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import names

PAGE_SIZE: Final = 60  # QueryLimitType's maximum


def confirm_device(service: Service, params: Params) -> Reply:
    """ConfirmDevice: store the SRP verifier of a device key that came with the user's tokens."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    config = params.get("DeviceSecretVerifierConfig", {})
    salt, verifier = (_parse_integer(config, name) for name in ("Salt", "PasswordVerifier"))
    if verifier >= srp.N:
        raise _errors.BAD_DEVICE_VERIFIER("PasswordVerifier")
    asks_user = client.pool.device_tracking.get("DeviceOnlyRememberedOnUserPrompt", False)
    name, now = params.get("DeviceName"), service.now()
    user.devices.confirm(
        params["DeviceKey"], name=name, salt=salt, verifier=verifier, remembered=not asks_user, now=now
    )
    return {"UserConfirmationNecessary": asks_user}


def update_device_status(service: Service, params: Params) -> Reply:
    """UpdateDeviceStatus."""
    return _update_device(service, _find_own_devices(service, params), params)


def admin_update_device_status(service: Service, params: Params) -> Reply:
    """AdminUpdateDeviceStatus."""
    return _update_device(service, _find_devices(service, params, _errors.NO_USER), params)


def forget_device(service: Service, params: Params) -> Reply:
    """ForgetDevice."""
    _find_own_devices(service, params).forget(params["DeviceKey"])
    return {}


def admin_forget_device(service: Service, params: Params) -> Reply:
    """AdminForgetDevice."""
    _find_devices(service, params, _errors.NO_USER).forget(params["DeviceKey"])
    return {}


def get_device(service: Service, params: Params) -> Reply:
    """GetDevice."""
    return {"Device": _find_own_devices(service, params).get(params["DeviceKey"]).describe()}


def admin_get_device(service: Service, params: Params) -> Reply:
    """AdminGetDevice."""
    return {"Device": _find_devices(service, params, _errors.NO_USER_OF_DEVICE).get(params["DeviceKey"]).describe()}


def list_devices(service: Service, params: Params) -> Reply:
    """ListDevices."""
    return _make_page(_find_own_devices(service, params), params)


def admin_list_devices(service: Service, params: Params) -> Reply:
    """AdminListDevices."""
    return _make_page(_find_devices(service, params, _errors.NO_USER_OF_DEVICE), params)


def _find_own_devices(service: Service, params: Params) -> Devices:
    if "AccessToken" not in params:
        raise _errors.MISSING_PARAMETER("AccessToken")  # optional in the model, but needed to find the user
    return issuing.verify_access_token(service, params["AccessToken"])[1].devices


def _find_devices(service: Service, params: Params, no_user: _errors.ErrorTemplate) -> Devices:
    """Return a user's devices. ``no_user`` is the error if there is no such user: it depends on the operation."""
    user = names.find_user(service.get_pool(params["UserPoolId"]), params["Username"])
    if user is None:
        raise no_user()
    return user.devices


def _update_device(service: Service, devices: Devices, params: Params) -> Reply:
    device = devices.get(params["DeviceKey"])
    if "DeviceRememberedStatus" not in params:
        raise _errors.MISSING_PARAMETER("DeviceRememberedStatus")
    device.remembered = params["DeviceRememberedStatus"] == "remembered"
    device.modified = service.now()
    return {}


def _make_page(devices: Devices, params: Params) -> Reply:
    """Return the next page. The pagination token is the number of the last device of the page before."""
    last = params.get("PaginationToken", "0")
    if not (last.isascii() and last.isdigit() and len(last) < 10):
        raise _errors.BAD_PAGE()
    remaining, size = devices.list_after(int(last)), params.get("Limit") or PAGE_SIZE
    reply: dict[str, Any] = {"Devices": [device.describe() for device in remaining[:size]]}
    return {**reply, "PaginationToken": str(remaining[size - 1].number)} if len(remaining) > size else reply


def _parse_integer(config: dict[str, str], name: str) -> int:
    """Parse a positive integer from base64 (two's complement, big-endian). Without padding it may read as negative."""
    if not config.get(name):
        raise _errors.MISSING_PARAMETER(f"DeviceSecretVerifierConfig.{name}")
    try:
        value = int.from_bytes(b64decode(config[name], validate=True), "big", signed=True)
    except (binascii.Error, ValueError):
        raise _errors.BAD_DEVICE_VERIFIER(name) from None
    if value <= 0:
        raise _errors.BAD_DEVICE_VERIFIER(name)
    return value
