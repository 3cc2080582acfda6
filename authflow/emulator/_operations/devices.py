"""Operations on devices, for users and for administrators."""

import binascii
from base64 import b64decode
from dataclasses import dataclass

from authflow.emulator import _errors
from authflow.emulator._crypto import srp
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._operations.pool_description import ACCOUNT
from authflow.emulator._records.device import DeviceOwner, Devices
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import names


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
    return _update_device(service, _find_own(service, params).devices, params)


def admin_update_device_status(service: Service, params: Params) -> Reply:
    """AdminUpdateDeviceStatus."""
    return _update_device(service, _find(service, params, _errors.NO_USER).devices, params)


def forget_device(service: Service, params: Params) -> Reply:
    """ForgetDevice."""
    _find_own(service, params).devices.forget(params["DeviceKey"])
    return {}


def admin_forget_device(service: Service, params: Params) -> Reply:
    """AdminForgetDevice."""
    _find(service, params, _errors.NO_USER).devices.forget(params["DeviceKey"])
    return {}


def get_device(service: Service, params: Params) -> Reply:
    """GetDevice."""
    return _describe(_find_own(service, params), params["DeviceKey"])


def admin_get_device(service: Service, params: Params) -> Reply:
    """AdminGetDevice."""
    return _describe(_find(service, params, _errors.NO_USER_OF_DEVICE), params["DeviceKey"])


def list_devices(service: Service, params: Params) -> Reply:
    """ListDevices."""
    listing = Listing("ListDevices", token="PaginationToken")
    return _make_page(service, listing, _find_own(service, params), params, briefly=True)


def admin_list_devices(service: Service, params: Params) -> Reply:
    """AdminListDevices."""
    listing = Listing("AdminListDevices", token="PaginationToken")
    return _make_page(service, listing, _find(service, params, _errors.NO_USER_OF_DEVICE), params, briefly=False)


@dataclass(frozen=True, slots=True)
class OwnedDevices:
    """The devices of a user, and the user as descriptions name it."""

    owner: DeviceOwner
    devices: Devices


def _find_own(service: Service, params: Params) -> OwnedDevices:
    if "AccessToken" not in params:
        raise _errors.MISSING_PARAMETER("AccessToken")  # optional in the model, but needed to find the user
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    return _make_owned(service, client.pool, user)


def _find(service: Service, params: Params, no_user: _errors.ErrorTemplate) -> OwnedDevices:
    """Return a user's devices. ``no_user`` is the error if there is no such user: it depends on the operation."""
    pool = service.get_pool(params["UserPoolId"])
    user = names.find_user(pool, params["Username"])
    if user is None:
        raise no_user()
    return _make_owned(service, pool, user)


def _make_owned(service: Service, pool: UserPool, user: User) -> OwnedDevices:
    return OwnedDevices(DeviceOwner.of(user.username, pool.id, service.region, ACCOUNT), user.devices)


def _describe(owned: OwnedDevices, key: str) -> Reply:
    return {"Device": owned.devices.get(key).describe(owned.owner)}


def _update_device(service: Service, devices: Devices, params: Params) -> Reply:
    device = devices.get(params["DeviceKey"])
    if "DeviceRememberedStatus" not in params:
        raise _errors.MISSING_PARAMETER("DeviceRememberedStatus")
    device.remembered = params["DeviceRememberedStatus"] == "remembered"
    device.modified = service.now()
    return {}


def _make_page(service: Service, listing: Listing, owned: OwnedDevices, params: Params, *, briefly: bool) -> Reply:
    page, more = take_page(service, listing, params, owned.devices.read_after, whose=owned.owner.name)
    return {"Devices": [device.describe(owned.owner, briefly=briefly) for device in page], **more}


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
