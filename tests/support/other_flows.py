"""Flows of the machines beside sign-in, without a server."""

from typing import Any

from authflow import ResetPassword, SignUp
from authflow.core.flow import BaseFlow
from authflow.machines.reset_password import ResetFlow
from authflow.machines.sign_up import SignUpFlow
from tests.support.samples import SECRET_APP, stamp

SESSION = "session-of-a-sign-up-0123456789"
DELIVERY = {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
UNCONFIRMED = {"UserConfirmed": False, "UserSub": "sub", "CodeDeliveryDetails": DELIVERY, "Session": SESSION}
SENT = {"CodeDeliveryDetails": DELIVERY}


def ask_to_confirm() -> SignUpFlow:
    """Return a sign-up that asks for the code."""
    opening = SignUp("ada", "Correct-Horse-9", {"email": "ada@example.com"})
    return opening.begin(SECRET_APP, stamp()).receive(UNCONFIRMED, stamp(1))


def ask_for_password() -> ResetFlow:
    """Return a reset that asks for the code and the new password."""
    return ResetPassword("ada").begin(SECRET_APP, stamp()).receive(SENT, stamp(1))


def list_resting() -> list[BaseFlow[Any, Any]]:
    """Return a flow of each machine at its question, and failed."""
    asking: list[BaseFlow[Any, Any]] = [ask_to_confirm(), ask_for_password()]
    return [*asking, *(flow.cancel(stamp(2)) for flow in asking)]
