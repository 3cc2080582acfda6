"""Requests to Cognito, as values: one dataclass for each operation.

The steps of a flow make requests of the public API, with the members that are specific to the step. ``address`` adds
what all requests of the flow have in common: the app client, SECRET_HASH, DEVICE_KEY and the context. It also converts
them to requests of the admin API if the flow uses it.
"""

from authflow.core.requests._authentication import (
    AdminInitiateAuth,
    AdminRespondToAuthChallenge,
    GetTokensFromRefreshToken,
    InitiateAuth,
    RespondToAuthChallenge,
)
from authflow.core.requests._base import ClientRequest, Request, Sender
from authflow.core.requests._devices import ConfirmDevice, UpdateDeviceStatus
from authflow.core.requests._sign_out import AdminUserGlobalSignOut, GlobalSignOut, RevokeToken
from authflow.core.requests._software_tokens import AssociateSoftwareToken, VerifySoftwareToken
from authflow.core.requests._users import (
    ConfirmForgotPassword,
    ConfirmSignUp,
    ForgotPassword,
    ResendConfirmationCode,
    SignUp,
    UserRequest,
)

__all__ = [
    "AdminInitiateAuth",
    "AdminRespondToAuthChallenge",
    "AdminUserGlobalSignOut",
    "AssociateSoftwareToken",
    "ClientRequest",
    "ConfirmDevice",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "ForgotPassword",
    "GetTokensFromRefreshToken",
    "GlobalSignOut",
    "InitiateAuth",
    "Request",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "Sender",
    "SignUp",
    "UpdateDeviceStatus",
    "UserRequest",
    "VerifySoftwareToken",
]
