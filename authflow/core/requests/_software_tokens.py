"""Requests that set up an authenticator app."""

from dataclasses import dataclass
from typing import ClassVar

from authflow.core.requests._base import Request
from authflow.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateSoftwareToken(Request):
    """Request the secret of an authenticator app."""

    operation: ClassVar[str] = "AssociateSoftwareToken"

    session: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySoftwareToken(Request):
    """Verify the first code of an authenticator app."""

    operation: ClassVar[str] = "VerifySoftwareToken"

    session: Secret | None = None
    user_code: Secret
    friendly_device_name: str | None = None
