"""What to send to Cognito: one dataclass for each operation, as data.

The steps of a flow build the public form with what only they know; ``addressed`` adds what every request of the flow
has: the app client, SECRET_HASH, DEVICE_KEY, the context, and the admin form.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Final, Protocol, Self

from authflow.core.app_client import AppClient
from authflow.core.context import Context, Pairs

_PUBLIC_CONTEXT: Final = ("ClientMetadata", "UserContextData", "AnalyticsMetadata")
_ADMIN_CONTEXT: Final = ("ClientMetadata", "ContextData", "AnalyticsMetadata")
# The challenges whose answers take DEVICE_KEY (RespondToAuthChallenge's page, ChallengeResponses)
_WITH_DEVICE_KEY: Final = ("PASSWORD_VERIFIER", "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "CUSTOM_CHALLENGE")
_NOT_SENT: Final = ("region", "context")  # members of a request that params() leaves out, or takes apart
_ADMIN_FLOWS: Final = {"USER_PASSWORD_AUTH": "ADMIN_USER_PASSWORD_AUTH"}


class Sender(Protocol):
    """What a request takes from the flow that sends it."""

    @property
    def app(self) -> AppClient:
        """The app client."""

    @property
    def username(self) -> str:
        """The name that Cognito knows the person by at this point."""

    @property
    def admin(self) -> bool:
        """Whether to use the admin API."""

    @property
    def device_key(self) -> str | None:
        """The remembered device, where there is one."""

    @property
    def current_context(self) -> Context | None:
        """What to say beside the sign-in itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to Cognito.

    Attributes:
        operation: the operation's name in Cognito's API.
        region: the AWS region to send it to: the pool's. Empty until the request is addressed.
        context: the facts that go with it; each operation takes those that it has members for.
    """

    operation: ClassVar[str]
    context_members: ClassVar[tuple[str, ...]] = ()

    region: str = ""
    context: Context | None = None

    @property
    def takes_device_key(self) -> bool:
        """Whether the request says which remembered device it comes from, where there is one."""
        return False

    def params(self) -> dict[str, object]:
        """Return the request's members by Cognito's names, ready for boto3 or JSON. Never log them."""
        values = ((member.name, getattr(self, member.name)) for member in fields(self) if member.name not in _NOT_SENT)
        params = {_wire_name(name): _plain(value) for name, value in values if value}
        context = self.context.members() if self.context else {}
        return params | {name: context[name] for name in self.context_members if name in context}

    def addressed(self, sender: Sender) -> "Request":
        """Return this request as ``sender`` sends it."""
        return replace(self, region=sender.app.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest(Request):
    """A request that names its app client."""

    client_id: str = ""

    def _with(self, sender: Sender, **changes: Any) -> Self:  # noqa: ANN401 - checked by the dataclass
        app = sender.app
        return replace(self, region=app.region, client_id=app.client_id, context=sender.current_context, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateAuth(ClientRequest):
    """The first request of a sign-in."""

    operation = "InitiateAuth"
    context_members = _PUBLIC_CONTEXT

    auth_flow: str
    auth_parameters: Pairs = field(repr=False)
    session: str | None = field(default=None, repr=False)

    @property
    def takes_device_key(self) -> bool:
        """Devices take part in every flow but USER_AUTH."""
        return self.auth_flow != "USER_AUTH"

    def addressed(self, sender: Sender) -> Request:
        """Return this request as ``sender`` sends it."""
        public = self._with(sender, auth_parameters=_completed(self, self.auth_parameters, sender))
        if not sender.admin:
            return public
        admin_flow = _ADMIN_FLOWS.get(self.auth_flow, self.auth_flow)
        return _admin_form(AdminInitiateAuth, public, sender, auth_flow=admin_flow)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminInitiateAuth(InitiateAuth):
    """The same through the admin API, signed with AWS credentials."""

    operation = "AdminInitiateAuth"
    context_members = _ADMIN_CONTEXT

    user_pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondToAuthChallenge(ClientRequest):
    """The answer to a challenge."""

    operation = "RespondToAuthChallenge"
    context_members = _PUBLIC_CONTEXT

    challenge_name: str
    session: str | None = field(repr=False)
    challenge_responses: Pairs = field(repr=False)

    @property
    def takes_device_key(self) -> bool:
        """The answers to some challenges do."""
        return self.challenge_name in _WITH_DEVICE_KEY

    def addressed(self, sender: Sender) -> Request:
        """Return this request as ``sender`` sends it."""
        public = self._with(sender, challenge_responses=_completed(self, self.challenge_responses, sender))
        return _admin_form(AdminRespondToAuthChallenge, public, sender) if sender.admin else public


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRespondToAuthChallenge(RespondToAuthChallenge):
    """The same through the admin API, signed with AWS credentials."""

    operation = "AdminRespondToAuthChallenge"
    context_members = _ADMIN_CONTEXT

    user_pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTokensFromRefreshToken(ClientRequest):
    """New tokens for a refresh token. It takes the client's secret itself, and has no admin form."""

    operation = "GetTokensFromRefreshToken"
    context_members = ("ClientMetadata",)

    refresh_token: str = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)
    device_key: str | None = None

    @property
    def takes_device_key(self) -> bool:
        """It has a member for it."""
        return True

    def addressed(self, sender: Sender) -> Request:
        """Return this request as ``sender`` sends it."""
        return self._with(sender, client_secret=sender.app.client_secret, device_key=sender.device_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateSoftwareToken(Request):
    """Ask for the secret of an authenticator app."""

    operation = "AssociateSoftwareToken"

    session: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySoftwareToken(Request):
    """Show the first code of an authenticator app."""

    operation = "VerifySoftwareToken"

    session: str = field(repr=False)
    user_code: str = field(repr=False)
    friendly_device_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDevice(Request):
    """Give Cognito the verifier of a device that it proposed to remember."""

    operation = "ConfirmDevice"

    access_token: str = field(repr=False)
    device_key: str
    device_secret_verifier_config: Pairs = field(repr=False)
    device_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDeviceStatus(Request):
    """Say whether a confirmed device is to be remembered."""

    operation = "UpdateDeviceStatus"

    access_token: str = field(repr=False)
    device_key: str
    device_remembered_status: str


def _admin_form(form: type[Request], public: Request, sender: Sender, **changes: str) -> Request:
    members: dict[str, Any] = {member.name: getattr(public, member.name) for member in fields(public)}
    return form(**members | {"user_pool_id": sender.app.pool_id} | changes)


def _completed(request: Request, pairs: Pairs, sender: Sender) -> Pairs:
    if request.takes_device_key and sender.device_key:
        pairs = (*pairs, ("DEVICE_KEY", sender.device_key))
    return _with_secret_hash(pairs, sender)


def _with_secret_hash(pairs: Pairs, sender: Sender) -> Pairs:
    # Of the USERNAME in the same request: so the two can't differ. REFRESH_TOKEN_AUTH has none.
    username = dict(pairs).get("USERNAME", sender.username)
    secret_hash = sender.app.secret_hash(username)
    return (*pairs, ("SECRET_HASH", secret_hash)) if secret_hash else pairs


def _wire_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, tuple) else value
