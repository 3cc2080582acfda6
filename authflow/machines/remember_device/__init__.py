"""Remember a device: confirm the device that Cognito offered to remember with the tokens of a sign-in."""

from authflow.machines.remember_device._begin import begin
from authflow.machines.remember_device._flow import DeviceFlow, DeviceState, Kept, Remembering

__all__ = ["DeviceFlow", "DeviceState", "Kept", "Remembering", "begin"]
