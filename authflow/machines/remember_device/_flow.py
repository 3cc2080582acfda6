"""DeviceFlow, and what it holds."""

from dataclasses import dataclass, field
from typing import TypeAlias

from authflow.core.devices import Device
from authflow.core.flow import BaseFlow
from authflow.core.states import Calling, Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering(Calling):
    """A request is outstanding that confirms ``device``, or says whether it is to be ``remembered``."""

    device: Device
    remembered: bool
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """The end: Cognito knows the device.

    Attributes:
        device: keep it where only its holder's sign-ins reach it.
        remembered: whether it may stand for a second factor.
    """

    device: Device
    remembered: bool


DeviceState: TypeAlias = Remembering | Kept | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFlow(BaseFlow[DeviceState]):
    """The remembering of a device at one moment. Make one with ``begin``, or let an ``Authenticator`` do so."""
