"""What to send to Cognito, as data: one dataclass for each operation.

The steps of a flow build the public form of a request with what only they know. ``address`` adds what every request
of the flow has: the app client, SECRET_HASH, DEVICE_KEY, the context, and the admin form.
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
from authflow.core.requests._software_tokens import AssociateSoftwareToken, VerifySoftwareToken

__all__ = [
    "AdminInitiateAuth",
    "AdminRespondToAuthChallenge",
    "AssociateSoftwareToken",
    "ClientRequest",
    "ConfirmDevice",
    "GetTokensFromRefreshToken",
    "InitiateAuth",
    "Request",
    "RespondToAuthChallenge",
    "Sender",
    "UpdateDeviceStatus",
    "VerifySoftwareToken",
]
