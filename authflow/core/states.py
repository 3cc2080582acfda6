"""The states of a flow, besides the challenges. Each state has exactly the attributes that are valid in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from authflow.core._frames import hides_frames
from authflow.core._jwt import find_time, read_unverified_claims
from authflow.core._tokens_json import read_tokens, write_tokens
from authflow.core.challenge import BaseQuestion
from authflow.core.devices import Device
from authflow.core.reasons import Reason
from authflow.core.replies import NewDevice
from authflow.core.requests import Request
from authflow.core.secret import Secret
from authflow.core.srp import Ephemeral

__all__ = ["Calling", "DeviceSecrets", "Failed", "SignedIn", "SrpSecrets", "Tokens"]


@dataclass(frozen=True, slots=True)
class SrpSecrets:
    """What the SRP proof of a password needs once Cognito has returned its values."""

    ephemeral: Ephemeral
    password: Secret


@dataclass(frozen=True, slots=True)
class DeviceSecrets:
    """What the SRP proof of a remembered device needs once Cognito has returned its values."""

    ephemeral: Ephemeral
    device: Device


@dataclass(frozen=True, slots=True)
class Calling:
    """A request is outstanding. Send ``flow.request``.

    Attributes:
        request: the request without the members that the flow adds; ``flow.request`` is complete.
        asked: the challenge that the request answers; None if it answers none.
        secrets: what the SRP proof of a password or a device needs.
        refresh_token: the refresh token in use, which stays valid if Cognito returns no new one.
    """

    request: Request
    asked: BaseQuestion | None = None
    secrets: SrpSecrets | DeviceSecrets | None = None
    refresh_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a completed sign-in.

    Attributes:
        access_token, id_token: JWTs, as Cognito returned them.
        refresh_token: opaque. After a refresh: the new one if Cognito returned one, else the one that was used.
        expires_at: when the access token expires, by the local clock.
        username: the canonical name. Keep it, and pass it to ``Refresh``.
        new_device: a device that Cognito offers to remember, in pools that track devices.
        entered_username: the name as the person entered it, which finds a remembered device again.
    """

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    username: str
    new_device: NewDevice | None = None
    entered_username: str = ""

    @property
    def drift(self) -> timedelta:
        """The service's clock minus ours, when the tokens were received; zero if the access token can't be read.

        It is exact to the second, less the time that the reply took. It compares ``exp`` with ``expires_at``: both are
        one validity after the token was issued, by the one clock and by the other.
        """
        expiry = find_time(read_unverified_claims(self.access_token), "exp")
        return timedelta(seconds=expiry - self.expires_at.timestamp()) if expiry is not None else timedelta(0)

    @hides_frames
    def to_json(self) -> str:
        """Return all tokens as JSON text, for a store of yours. The text signs in as the person: encrypt it there.

        Raises:
            SnapshotError: ``malformed``: the tokens are not Cognito's.
        """
        return write_tokens(self)

    @classmethod
    @hides_frames
    def from_json(cls, text: str) -> "Tokens":
        """Return the tokens that ``to_json`` turned into a text.

        Raises:
            SnapshotError: ``malformed`` (``.field`` names the member) or ``version``.
        """
        return read_tokens(Tokens, text)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The sign-in is complete: ``tokens``."""

    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Failed:
    """The flow has failed, and there are no tokens.

    Attributes:
        code: the exception's name in Cognito's API, or ``Cancelled``.
        message: Cognito's text, for logs.
        reason: why it failed, as an enum.
    """

    code: str
    message: str
    reason: Reason
