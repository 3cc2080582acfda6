"""Requests that confirm a device and set its status."""

from dataclasses import dataclass, field
from typing import ClassVar

from authflow.core.pairs import SecretPairs
from authflow.core.requests._base import Request
from authflow.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDevice(Request):
    """Confirm a device that Cognito offered to remember, and register the verifier of its secret."""

    operation: ClassVar[str] = "ConfirmDevice"

    access_token: Secret
    device_key: str
    device_secret_verifier_config: SecretPairs = field(repr=False)
    device_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDeviceStatus(Request):
    """Set whether Cognito remembers a confirmed device."""

    operation: ClassVar[str] = "UpdateDeviceStatus"

    access_token: Secret
    device_key: str
    device_remembered_status: str
