"""DeviceFlow and its states."""

from dataclasses import dataclass
from typing import ClassVar, Never, TypeAlias

from authflow.core.devices import Device
from authflow.core.flow import BaseFlow
from authflow.core.secret import Secret
from authflow.core.states import Calling, Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering(Calling):
    """A request is outstanding that confirms ``device``, or that sets whether it is ``remembered``."""

    device: Device
    remembered: bool
    access_token: Secret


@dataclass(frozen=True, slots=True)
class Kept:
    """The device is confirmed.

    Attributes:
        device: store it where only sign-ins of its holder can read it.
        remembered: whether it may replace a second factor.
    """

    device: Device
    remembered: bool


DeviceState: TypeAlias = Remembering | Kept | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFlow(BaseFlow[DeviceState, Never]):
    """Remembering a device, at one moment. Make one with ``begin``, or let an ``Authenticator`` do so."""

    NAME: ClassVar[str] = "remember_device"
