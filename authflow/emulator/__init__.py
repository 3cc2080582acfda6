"""An emulator of user pools: for tests and demonstrations, in process and in memory."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing

with explain_missing("authflow.emulator"):
    from authflow.emulator._control.faults import Fault, FaultKind
    from authflow.emulator._control.overview import Overview
    from authflow.emulator._control.seeding import SeededClient, SeedError
    from authflow.emulator._control.state.errors import StateError
    from authflow.emulator._emulator import Emulator
    from authflow.emulator._errors import EmulatorBug, ReplyLost, ServiceError
    from authflow.emulator._messages.unencrypted import decode_code
    from authflow.emulator._operations.import_jobs import UploadRefused
    from authflow.emulator._outbox import Message, Outbox, Purpose
    from authflow.emulator._settings import Settings
    from authflow.emulator._triggers.registry import LambdaTrigger, Triggers

if TYPE_CHECKING:
    from authflow.emulator._transports.boto3 import client_at
    from authflow.emulator._transports.http import running

__all__ = [
    "Emulator",
    "EmulatorBug",
    "Fault",
    "FaultKind",
    "LambdaTrigger",
    "Message",
    "Outbox",
    "Overview",
    "Purpose",
    "ReplyLost",
    "SeedError",
    "SeededClient",
    "ServiceError",
    "Settings",
    "StateError",
    "Triggers",
    "UploadRefused",
    "client_at",
    "decode_code",
    "running",
]

# Imported on first use: boto3 and the HTTP server are slow to import, and in-process tests need neither
_LAZY: Final = {
    "client_at": "authflow.emulator._transports.boto3",
    "running": "authflow.emulator._transports.http",
}


if not TYPE_CHECKING:  # otherwise type checkers would accept any name

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - its type depends on the name
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with explain_missing(f"authflow.emulator.{name}"):
            value = globals()[name] = getattr(import_module(_LAZY[name]), name)
        return value
