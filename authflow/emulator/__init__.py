"""An in-process, in-memory Cognito user pool service that really verifies every proof, for tests and demonstrations."""

from authflow.emulator._emulator import Emulator
from authflow.emulator._errors import EmulatorBug, ServiceError
from authflow.emulator._outbox import Message
from authflow.emulator._settings import Settings
from authflow.emulator._triggers.registry import Trigger

__all__ = ["Emulator", "EmulatorBug", "Message", "ServiceError", "Settings", "Trigger"]
