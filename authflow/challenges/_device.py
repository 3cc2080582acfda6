"""DeviceSrp: the challenge of a remembered device."""

from dataclasses import dataclass
from typing import ClassVar

from authflow.core._validation import require_instance
from authflow.core.answers import Answer, DeviceAnswer
from authflow.core.challenge import BaseChallenge
from authflow.core.devices import Device
from authflow.core.form import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSrp(BaseChallenge):
    """DEVICE_SRP_AUTH: the remembered device must prove its secret.

    An ``Authenticator`` with a device store answers this challenge itself. If you do not have the device, start the
    sign-in again without its key.
    """

    NAME: ClassVar[str] = "DEVICE_SRP_AUTH"

    def list_actions(self) -> tuple[Action, ...]:
        """Return no action: a person can't enter the secret of a device."""
        return ()

    def answer(self, device: Device) -> Answer:
        """Answer with the remembered device.

        Raises:
            InvalidInput: ``device`` is no ``Device``.
        """
        return DeviceAnswer(self.digest, device=require_instance("device", device, Device))
