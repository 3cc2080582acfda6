"""Explicit state machines for Amazon Cognito sign-in.

The public names are here, in ``authflow.challenges``, ``authflow.errors``, ``authflow.srp`` and ``authflow.backends``.
"""

from authflow.answers import Answer
from authflow.app_client import AppClient
from authflow.authenticator import Authenticator, Remember
from authflow.clock import stamp_now
from authflow.context import Context
from authflow.device_store import DeviceStore, FileDeviceStore, MemoryDeviceStore
from authflow.devices import Device
from authflow.errors import (
    AuthflowError,
    BackendError,
    IllegalTransition,
    InvalidInput,
    Refusal,
    SignInFailed,
    SnapshotError,
    Throttled,
    UnexpectedReply,
)
from authflow.openings import Choice, Custom, Password, Refresh, Srp
from authflow.reasons import Reason
from authflow.sign_in import Flow, begin
from authflow.snapshot import dumps, loads
from authflow.stamp import Stamp
from authflow.states import Calling, Failed, SignedIn, Tokens

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "AppClient",
    "Authenticator",
    "AuthflowError",
    "BackendError",
    "Calling",
    "Choice",
    "Context",
    "Custom",
    "Device",
    "DeviceStore",
    "Failed",
    "FileDeviceStore",
    "Flow",
    "IllegalTransition",
    "InvalidInput",
    "MemoryDeviceStore",
    "Password",
    "Reason",
    "Refresh",
    "Refusal",
    "Remember",
    "SignInFailed",
    "SignedIn",
    "SnapshotError",
    "Srp",
    "Stamp",
    "Throttled",
    "Tokens",
    "UnexpectedReply",
    "begin",
    "dumps",
    "loads",
    "stamp_now",
]
