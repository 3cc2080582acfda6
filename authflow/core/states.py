"""What a flow holds. Each state has exactly the fields that are legal in it."""

from dataclasses import dataclass, field
from datetime import datetime

from authflow.core.challenge import BaseChallenge
from authflow.core.devices import Device
from authflow.core.reasons import Reason
from authflow.core.replies import NewDevice
from authflow.core.requests import Request
from authflow.core.srp import Ephemeral

__all__ = ["Calling", "DeviceSecrets", "Failed", "SignedIn", "SrpSecrets", "Tokens"]


@dataclass(frozen=True, slots=True)
class SrpSecrets:
    """What the proof needs when the server's values have come."""

    ephemeral: Ephemeral = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceSecrets:
    """What the proof of a remembered device needs when the server's values have come."""

    ephemeral: Ephemeral = field(repr=False)
    device: Device


@dataclass(frozen=True, slots=True)
class Calling:
    """A request is outstanding. ``flow.request`` is what to send.

    Attributes:
        request: what the step built, not yet address.
        asked: the challenge that it answers, where a person was asked.
        secrets: what the SRP proof of a password or a device needs.
        refresh_token: the one that is being used, to be kept if no new one comes.
    """

    request: Request
    asked: BaseChallenge | None = None
    secrets: SrpSecrets | DeviceSecrets | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A finished sign-in's tokens.

    Attributes:
        access_token, id_token: JWTs, as Cognito sent them.
        refresh_token: opaque; after a refresh the new one if one came, else the one that was used.
        expires_at: when the access token expires, by the local clock.
        username: the canonical name; keep it, and give it to ``Refresh``.
        new_device: the device that Cognito proposes to remember, in pools that track devices.
    """

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    username: str
    new_device: NewDevice | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The end: tokens."""

    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Failed:
    """The end: no tokens.

    Attributes:
        code: the exception's name in Cognito's API, or ``Cancelled``.
        message: Cognito's text, for logs.
        reason: the outcome, for code.
    """

    code: str
    message: str
    reason: Reason
