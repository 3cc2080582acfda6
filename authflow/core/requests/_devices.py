"""Requests that confirm a device and set its status."""

from dataclasses import dataclass, field

from authflow.core.pairs import Pairs
from authflow.core.requests._base import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDevice(Request):
    """Give Cognito the verifier of a device that it proposed to remember."""

    operation = "ConfirmDevice"

    access_token: str = field(repr=False)
    device_key: str
    device_secret_verifier_config: Pairs = field(repr=False)
    device_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDeviceStatus(Request):
    """Say whether a confirmed device is to be remembered."""

    operation = "UpdateDeviceStatus"

    access_token: str = field(repr=False)
    device_key: str
    device_remembered_status: str
