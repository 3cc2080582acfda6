"""The opening that begins to replace a forgotten password."""

from dataclasses import dataclass

from authflow.core._frozen import assign
from authflow.core._validation import require_username
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.events import Begun
from authflow.core.flow import Opens, begin_flow
from authflow.core.stamp import Stamp
from authflow.machines.reset_password._flow import ResetFlow
from authflow.machines.reset_password._machine import MACHINE
from authflow.machines.reset_password.table import Trigger


@dataclass(frozen=True, slots=True, init=False)
class ResetPassword(Opens[ResetFlow]):
    """Replace a forgotten password: a code is sent to the user's verified email address or phone number.

    In app clients that hide who exists (PreventUserExistenceErrors ``ENABLED``), Cognito pretends to send a code to
    everybody, and refuses each code with CodeMismatchException or ExpiredCodeException.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.

    Raises:
        InvalidInput: it has the wrong type, is empty, or is too long.
    """

    username: str

    def __init__(self, username: str) -> None:
        assign(self, username=require_username(username))

    def begin(self, app: AppClient, stamp: Stamp, *, context: Context | None = None) -> ResetFlow:
        """Send a code; see ``Opens.begin``."""
        return begin_flow(ResetFlow, MACHINE, Begun(Trigger.BEGIN, stamp, self), app, context)
