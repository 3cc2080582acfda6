"""An in-process, in-memory Cognito user pool service that really verifies every proof, for tests and demonstrations."""

from authflow.emulator.emulator import Emulator
from authflow.emulator.faults import EmulatorBug, ServiceError
from authflow.emulator.outbox import Message
from authflow.emulator.settings import Settings
from authflow.emulator.triggers import Trigger

__all__ = ["Emulator", "EmulatorBug", "Message", "ServiceError", "Settings", "Trigger"]
