"""Requests that end sign-ins."""

from dataclasses import dataclass, replace
from typing import ClassVar

from authflow.core.requests._base import ClientRequest, Request, Sender
from authflow.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken(ClientRequest):
    """Revoke a refresh token, and the access tokens that came with it. It has the client secret, and no admin form."""

    operation: ClassVar[str] = "RevokeToken"

    token: Secret
    client_secret: Secret | None = None

    def address(self, sender: Sender) -> Request:
        """Return the complete request, with what ``sender`` adds."""
        return self._fill_in(sender, client_secret=sender.app.client_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalSignOut(Request):
    """Revoke all tokens of the person whose access token it has."""

    operation: ClassVar[str] = "GlobalSignOut"

    access_token: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminUserGlobalSignOut(Request):
    """Revoke all tokens of a user. AWS credentials sign it."""

    operation: ClassVar[str] = "AdminUserGlobalSignOut"

    user_pool_id: str = ""
    username: str

    def address(self, sender: Sender) -> Request:
        """Return the complete request, with what ``sender`` adds."""
        return replace(self, region=sender.app.region, user_pool_id=sender.app.pool_id)
