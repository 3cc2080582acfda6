"""A remembered device, asked to prove itself."""

from dataclasses import dataclass

from authflow.core._validation import require_instance
from authflow.core.answers import Answer, DeviceAnswer
from authflow.core.challenge import BaseChallenge
from authflow.core.devices import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSrp(BaseChallenge):
    """DEVICE_SRP_AUTH: the remembered device is to prove itself.

    An ``Authenticator`` with a device store answers this by itself. Who does not have the device begins the sign-in
    anew, without its key.
    """

    NAME = "DEVICE_SRP_AUTH"

    def answer(self, device: Device) -> Answer:
        """Answer with the device that Cognito remembers here.

        Raises:
            InvalidInput: not a ``Device``.
        """
        return DeviceAnswer(self.digest, device=require_instance("device", device, Device))
