"""Requests that begin a sign-in, answer a challenge, or refresh tokens."""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final

from authflow.core.pairs import SecretPairs
from authflow.core.requests._base import ClientRequest, Request, Sender
from authflow.core.secret import Secret, reveal

_PUBLIC_CONTEXT: Final = ("ClientMetadata", "UserContextData", "AnalyticsMetadata")
_ADMIN_CONTEXT: Final = ("ClientMetadata", "ContextData", "AnalyticsMetadata")
# The challenges whose answers accept DEVICE_KEY. Source: ChallengeResponses on the API page of RespondToAuthChallenge.
_WITH_DEVICE_KEY: Final = ("PASSWORD_VERIFIER", "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "CUSTOM_CHALLENGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateAuth(ClientRequest):
    """The first request of a sign-in."""

    operation: ClassVar[str] = "InitiateAuth"
    context_members: ClassVar[tuple[str, ...]] = _PUBLIC_CONTEXT

    auth_flow: str
    auth_parameters: SecretPairs = field(repr=False)
    session: Secret | None = None

    @property
    def may_name_device(self) -> bool:
        """True: AuthParameters may have DEVICE_KEY."""
        return True

    def address(self, sender: Sender) -> Request:
        """Return the complete request, with what ``sender`` adds."""
        public = self._fill_in(sender, auth_parameters=_complete(self, self.auth_parameters, sender))
        return _make_admin_form(AdminInitiateAuth, public, sender) if sender.admin else public


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminInitiateAuth(InitiateAuth):
    """The same request to the admin API, which AWS credentials sign."""

    operation: ClassVar[str] = "AdminInitiateAuth"
    context_members: ClassVar[tuple[str, ...]] = _ADMIN_CONTEXT

    user_pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondToAuthChallenge(ClientRequest):
    """An answer to a challenge."""

    operation: ClassVar[str] = "RespondToAuthChallenge"
    context_members: ClassVar[tuple[str, ...]] = _PUBLIC_CONTEXT

    challenge_name: str
    session: Secret | None
    challenge_responses: SecretPairs = field(repr=False)

    @property
    def may_name_device(self) -> bool:
        """True for answers to the challenges that accept DEVICE_KEY."""
        return self.challenge_name in _WITH_DEVICE_KEY

    def address(self, sender: Sender) -> Request:
        """Return the complete request, with what ``sender`` adds."""
        public = self._fill_in(sender, challenge_responses=_complete(self, self.challenge_responses, sender))
        return _make_admin_form(AdminRespondToAuthChallenge, public, sender) if sender.admin else public


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRespondToAuthChallenge(RespondToAuthChallenge):
    """The same request to the admin API, which AWS credentials sign."""

    operation: ClassVar[str] = "AdminRespondToAuthChallenge"
    context_members: ClassVar[tuple[str, ...]] = _ADMIN_CONTEXT

    user_pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTokensFromRefreshToken(ClientRequest):
    """Get new tokens for a refresh token. It has the client secret instead of SECRET_HASH, and no admin form."""

    operation: ClassVar[str] = "GetTokensFromRefreshToken"
    context_members: ClassVar[tuple[str, ...]] = ("ClientMetadata",)

    refresh_token: Secret
    client_secret: Secret | None = None
    device_key: str | None = None

    @property
    def may_name_device(self) -> bool:
        """True: the request has a member for the device key."""
        return True

    def address(self, sender: Sender) -> Request:
        """Return the complete request, with what ``sender`` adds."""
        return self._fill_in(sender, client_secret=sender.app.client_secret, device_key=sender.device_key)


def _make_admin_form(
    form: type[AdminInitiateAuth | AdminRespondToAuthChallenge], public: Request, sender: Sender
) -> Request:
    members: dict[str, Any] = {member.name: getattr(public, member.name) for member in fields(public)}
    return form(**members, user_pool_id=sender.app.pool_id)


def _complete(request: Request, pairs: SecretPairs, sender: Sender) -> SecretPairs:
    if request.may_name_device and sender.device_key:
        pairs = (*pairs, ("DEVICE_KEY", sender.device_key))
    return _add_secret_hash(pairs, sender)


def _add_secret_hash(pairs: SecretPairs, sender: Sender) -> SecretPairs:
    # Computed from USERNAME of the same request, so the two can't differ. REFRESH_TOKEN_AUTH has no USERNAME.
    username = reveal(dict(pairs).get("USERNAME", sender.username))
    secret_hash = sender.app.secret_hash(username)
    return (*pairs, ("SECRET_HASH", Secret(secret_hash))) if secret_hash else pairs
