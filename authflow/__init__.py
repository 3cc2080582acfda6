"""Explicit state machines for Amazon Cognito sign-in.

The public names are here, in ``authflow.challenges``, ``authflow.core.errors``, ``authflow.core.srp`` and ``authflow.backends``.
Each is loaded when it is first used, so that ``import authflow`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from authflow.backends.base import AsyncBackend, Backend
    from authflow.core.answers import Answer
    from authflow.core.app_client import AppClient
    from authflow.core.clock import stamp_now
    from authflow.core.context import Context
    from authflow.core.devices import Device
    from authflow.core.errors import (
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
    from authflow.core.openings import Choice, Custom, Password, Refresh, Srp
    from authflow.core.reasons import Reason
    from authflow.core.stamp import Stamp
    from authflow.core.states import Calling, Failed, SignedIn, Tokens
    from authflow.drivers._runner import Observe, Remember
    from authflow.drivers.asynchronous import AsyncAuthenticator
    from authflow.drivers.backoff import Backoff
    from authflow.drivers.blocking import Authenticator
    from authflow.machines.sign_in import Flow, begin
    from authflow.snapshots.plain import dumps, loads
    from authflow.snapshots.sealed import seal as seal
    from authflow.snapshots.sealed import unseal as unseal
    from authflow.stores.devices import (
        AsyncDeviceStore,
        AsyncMemoryDeviceStore,
        DeviceStore,
        FileDeviceStore,
        MemoryDeviceStore,
    )
    from authflow.stores.flows import AsyncFlowStore, AsyncMemoryFlowStore, FlowStore, MemoryFlowStore

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
    "Answer": "authflow.core.answers",
    "AppClient": "authflow.core.app_client",
    "AsyncAuthenticator": "authflow.drivers.asynchronous",
    "AsyncBackend": "authflow.backends.base",
    "AsyncDeviceStore": "authflow.stores.devices",
    "AsyncFlowStore": "authflow.stores.flows",
    "AsyncMemoryDeviceStore": "authflow.stores.devices",
    "AsyncMemoryFlowStore": "authflow.stores.flows",
    "Authenticator": "authflow.drivers.blocking",
    "AuthflowError": "authflow.core.errors",
    "Backend": "authflow.backends.base",
    "BackendError": "authflow.core.errors",
    "Backoff": "authflow.drivers.backoff",
    "Calling": "authflow.core.states",
    "Choice": "authflow.core.openings",
    "Context": "authflow.core.context",
    "Custom": "authflow.core.openings",
    "Device": "authflow.core.devices",
    "DeviceStore": "authflow.stores.devices",
    "Failed": "authflow.core.states",
    "FileDeviceStore": "authflow.stores.devices",
    "Flow": "authflow.machines.sign_in",
    "FlowStore": "authflow.stores.flows",
    "FlowTaken": "authflow.core.errors",
    "IllegalTransition": "authflow.core.errors",
    "InvalidInput": "authflow.core.errors",
    "MemoryDeviceStore": "authflow.stores.devices",
    "MemoryFlowStore": "authflow.stores.flows",
    "Observe": "authflow.drivers._runner",
    "Password": "authflow.core.openings",
    "Reason": "authflow.core.reasons",
    "Refresh": "authflow.core.openings",
    "Refusal": "authflow.core.errors",
    "Remember": "authflow.drivers._runner",
    "SignInFailed": "authflow.core.errors",
    "SignedIn": "authflow.core.states",
    "SnapshotError": "authflow.core.errors",
    "Srp": "authflow.core.openings",
    "Stamp": "authflow.core.stamp",
    "StoreError": "authflow.core.errors",
    "Throttled": "authflow.core.errors",
    "Tokens": "authflow.core.states",
    "UnexpectedReply": "authflow.core.errors",
    "begin": "authflow.machines.sign_in",
    "dumps": "authflow.snapshots.plain",
    "loads": "authflow.snapshots.plain",
    "seal": "authflow.snapshots.sealed",
    "stamp_now": "authflow.core.clock",
    "unseal": "authflow.snapshots.sealed",
}


if not TYPE_CHECKING:  # else a type checker believes in any name

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
