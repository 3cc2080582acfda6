"""Requests that need no sign-in: to sign up, and to replace a forgotten password."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from authflow.core.pairs import NamedValues
from authflow.core.requests._base import ClientRequest, Request, Sender
from authflow.core.secret import Secret

_CONTEXT: Final = ("ClientMetadata", "UserContextData", "AnalyticsMetadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRequest(ClientRequest):
    """A request that names a user. The app client's SECRET_HASH covers that name."""

    context_members: ClassVar[tuple[str, ...]] = _CONTEXT

    username: str = ""
    secret_hash: Secret | None = None

    def address(self, sender: Sender) -> Request:
        """Return the complete request, with what ``sender`` adds."""
        secret_hash = sender.app.secret_hash(sender.username)
        return self._fill_in(sender, username=sender.username, secret_hash=Secret(secret_hash) if secret_hash else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp(UserRequest):
    """Create a user."""

    operation: ClassVar[str] = "SignUp"

    password: Secret | None = None
    user_attributes: NamedValues = field(default=NamedValues(), repr=False)
    validation_data: NamedValues = field(default=NamedValues(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSignUp(UserRequest):
    """Confirm a sign-up with the code that was sent."""

    operation: ClassVar[str] = "ConfirmSignUp"

    confirmation_code: Secret
    force_alias_creation: bool = False
    session: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendConfirmationCode(UserRequest):
    """Send another code that confirms a sign-up."""

    operation: ClassVar[str] = "ResendConfirmationCode"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotPassword(UserRequest):
    """Send a code with which a forgotten password can be replaced."""

    operation: ClassVar[str] = "ForgotPassword"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmForgotPassword(UserRequest):
    """Replace a forgotten password."""

    operation: ClassVar[str] = "ConfirmForgotPassword"

    confirmation_code: Secret
    password: Secret
