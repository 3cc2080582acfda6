"""Explicit state machines for Amazon Cognito sign-in.

The public names are here, in ``authflow.challenges``, ``authflow.errors``, ``authflow.srp`` and ``authflow.backends``.
"""

from authflow.app_client import AppClient
from authflow.authenticator import Authenticator
from authflow.clock import stamp_now
from authflow.context import Context
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
from authflow.openings import Password, Refresh, Srp
from authflow.reasons import Reason
from authflow.sign_in import Flow, begin
from authflow.snapshot import dumps, loads
from authflow.stamp import Stamp
from authflow.states import Calling, Failed, SignedIn, Tokens

__version__ = "0.1.0"

__all__ = [
    "AppClient",
    "Authenticator",
    "AuthflowError",
    "BackendError",
    "Calling",
    "Context",
    "Failed",
    "Flow",
    "IllegalTransition",
    "InvalidInput",
    "Password",
    "Reason",
    "Refresh",
    "Refusal",
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
