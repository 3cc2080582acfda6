"""Explicit state machines for Amazon Cognito sign-in.

The public names are here, in ``authflow.challenges``, ``authflow.errors``, ``authflow.srp`` and ``authflow.backends``.
Each is loaded when it is first used, so that ``import authflow`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from authflow.answers import Answer
    from authflow.app_client import AppClient
    from authflow.async_authenticator import AsyncAuthenticator
    from authflow.authenticator import Authenticator
    from authflow.backend import AsyncBackend, Backend
    from authflow.backoff import Backoff
    from authflow.clock import stamp_now
    from authflow.context import Context
    from authflow.device_store import (
        AsyncDeviceStore,
        AsyncMemoryDeviceStore,
        DeviceStore,
        FileDeviceStore,
        MemoryDeviceStore,
    )
    from authflow.devices import Device
    from authflow.driver import Observe, Remember
    from authflow.errors import (
        AuthflowError,
        BackendError,
        FlowTaken,
        IllegalTransition,
        InvalidInput,
        Refusal,
        SignInFailed,
        SnapshotError,
        StoreError,
        Throttled,
        UnexpectedReply,
    )
    from authflow.flow_store import AsyncFlowStore, AsyncMemoryFlowStore, FlowStore, MemoryFlowStore
    from authflow.openings import Choice, Custom, Password, Refresh, Srp
    from authflow.reasons import Reason
    from authflow.sealing import seal as seal
    from authflow.sealing import unseal as unseal
    from authflow.sign_in import Flow, begin
    from authflow.snapshot import dumps, loads
    from authflow.stamp import Stamp
    from authflow.states import Calling, Failed, SignedIn, Tokens

__version__ = "0.1.0"

# Without seal and unseal, which need an extra that `import *` must not ask for
__all__ = [
    "Answer",
    "AppClient",
    "AsyncAuthenticator",
    "AsyncBackend",
    "AsyncDeviceStore",
    "AsyncFlowStore",
    "AsyncMemoryDeviceStore",
    "AsyncMemoryFlowStore",
    "Authenticator",
    "AuthflowError",
    "Backend",
    "BackendError",
    "Backoff",
    "Calling",
    "Choice",
    "Context",
    "Custom",
    "Device",
    "DeviceStore",
    "Failed",
    "FileDeviceStore",
    "Flow",
    "FlowStore",
    "FlowTaken",
    "IllegalTransition",
    "InvalidInput",
    "MemoryDeviceStore",
    "MemoryFlowStore",
    "Observe",
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
    "StoreError",
    "Throttled",
    "Tokens",
    "UnexpectedReply",
    "begin",
    "dumps",
    "loads",
    "stamp_now",
]

_HOMES: Final = {
    "Answer": "authflow.answers",
    "AppClient": "authflow.app_client",
    "AsyncAuthenticator": "authflow.async_authenticator",
    "AsyncBackend": "authflow.backend",
    "AsyncDeviceStore": "authflow.device_store",
    "AsyncFlowStore": "authflow.flow_store",
    "AsyncMemoryDeviceStore": "authflow.device_store",
    "AsyncMemoryFlowStore": "authflow.flow_store",
    "Authenticator": "authflow.authenticator",
    "AuthflowError": "authflow.errors",
    "Backend": "authflow.backend",
    "BackendError": "authflow.errors",
    "Backoff": "authflow.backoff",
    "Calling": "authflow.states",
    "Choice": "authflow.openings",
    "Context": "authflow.context",
    "Custom": "authflow.openings",
    "Device": "authflow.devices",
    "DeviceStore": "authflow.device_store",
    "Failed": "authflow.states",
    "FileDeviceStore": "authflow.device_store",
    "Flow": "authflow.sign_in",
    "FlowStore": "authflow.flow_store",
    "FlowTaken": "authflow.errors",
    "IllegalTransition": "authflow.errors",
    "InvalidInput": "authflow.errors",
    "MemoryDeviceStore": "authflow.device_store",
    "MemoryFlowStore": "authflow.flow_store",
    "Observe": "authflow.driver",
    "Password": "authflow.openings",
    "Reason": "authflow.reasons",
    "Refresh": "authflow.openings",
    "Refusal": "authflow.errors",
    "Remember": "authflow.driver",
    "SignInFailed": "authflow.errors",
    "SignedIn": "authflow.states",
    "SnapshotError": "authflow.errors",
    "Srp": "authflow.openings",
    "Stamp": "authflow.stamp",
    "StoreError": "authflow.errors",
    "Throttled": "authflow.errors",
    "Tokens": "authflow.states",
    "UnexpectedReply": "authflow.errors",
    "begin": "authflow.sign_in",
    "dumps": "authflow.snapshot",
    "loads": "authflow.snapshot",
    "seal": "authflow.sealing",
    "stamp_now": "authflow.clock",
    "unseal": "authflow.sealing",
}


if not TYPE_CHECKING:  # else a type checker believes in any name

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
