"""The openings of a sign-up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authflow.core import requests
from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core._validation import MAX_PASSWORD_LENGTH, require_username
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.events import Begun
from authflow.core.flow import Opens, begin_flow
from authflow.core.pairs import NamedValues, Pairs, SecretPairs, require_pairs
from authflow.core.secret import Secret, require_secret
from authflow.core.stamp import Stamp
from authflow.machines.sign_up._flow import SignUpFlow
from authflow.machines.sign_up._machine import MACHINE
from authflow.machines.sign_up.table import Trigger


@dataclass(frozen=True, slots=True, init=False)
class SignUp(Opens[SignUpFlow]):
    """Create a user.

    Attributes:
        username: the new user's name; in pools whose users sign in by email address or phone number, that.
        password: None where the pool permits users without a password, who sign in with codes or passkeys.
        attributes: the user's attributes by name, such as ``{"email": "ada@example.com"}``; as pairs.
        validation_data: for the pool's PreSignUp trigger; as pairs. Cognito does not keep it. The values are kept as
            Secrets: an invitation may be among them.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    username: str
    password: Secret | None = None
    attributes: Pairs = field(default=(), repr=False)
    validation_data: SecretPairs = field(default=(), repr=False)

    @hides_frames
    def __init__(
        self,
        username: str,
        password: str | Secret | None = None,
        attributes: Mapping[str, str] | Pairs = (),
        *,
        validation_data: Mapping[str, str] | Pairs = (),
    ) -> None:
        assign(
            self,
            username=require_username(username),
            password=None if password is None else require_secret("password", password, at_most=MAX_PASSWORD_LENGTH),
            attributes=require_pairs("attributes", attributes),
            validation_data=tuple(
                (name, Secret(value)) for name, value in require_pairs("validation_data", validation_data)
            ),
        )

    def make_request(self) -> requests.SignUp:
        """Return the first request."""
        return requests.SignUp(
            password=self.password,
            user_attributes=NamedValues(self.attributes),
            validation_data=NamedValues(self.validation_data),
        )

    def begin(self, app: AppClient, stamp: Stamp, *, context: Context | None = None) -> SignUpFlow:
        """Begin the sign-up; see ``Opens.begin``."""
        return begin_flow(SignUpFlow, MACHINE, Begun(Trigger.BEGIN, stamp, self), app, context)


@dataclass(frozen=True, slots=True, init=False)
class ResumeSignUp(Opens[SignUpFlow]):
    """Confirm a user who signed up earlier: a new code is sent.

    Use it after ``Reason.NOT_CONFIRMED``.

    Attributes:
        username: as in the sign-up.

    Raises:
        InvalidInput: it has the wrong type, is empty, or is too long.
    """

    username: str

    def __init__(self, username: str) -> None:
        assign(self, username=require_username(username))

    def begin(self, app: AppClient, stamp: Stamp, *, context: Context | None = None) -> SignUpFlow:
        """Send a new code; see ``Opens.begin``."""
        return begin_flow(SignUpFlow, MACHINE, Begun(Trigger.BEGIN_RESEND, stamp, self), app, context)
