"""Requests that set up an authenticator app."""

from dataclasses import dataclass, field

from authflow.core.requests._base import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateSoftwareToken(Request):
    """Request the secret of an authenticator app."""

    operation = "AssociateSoftwareToken"

    session: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySoftwareToken(Request):
    """Verify the first code of an authenticator app."""

    operation = "VerifySoftwareToken"

    session: str = field(repr=False)
    user_code: str = field(repr=False)
    friendly_device_name: str | None = None
