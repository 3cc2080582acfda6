"""What Cognito sends: JSON mappings, checked and made into values before anything else sees them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final, TypeAlias

from authflow.core._validation import TOKEN_MOST, USERNAME_MOST
from authflow.core.errors import UnexpectedReply

__all__ = [
    "AssociatedReply",
    "AuthReply",
    "ChallengeReply",
    "NewDevice",
    "TokensReply",
    "VerifiedReply",
    "parse_associated",
    "parse_auth_reply",
    "parse_confirmed",
    "parse_verified",
]

SESSION_MOST: Final = 4096  # characters; SessionType


@dataclass(frozen=True, slots=True)
class NewDevice:
    """NewDeviceMetadata: the device that Cognito proposes to remember."""

    device_key: str
    group_key: str


@dataclass(frozen=True, slots=True)
class ChallengeReply:
    """A challenge came.

    Attributes:
        name: ChallengeName.
        session: Session; PASSWORD_VERIFIER usually comes without one.
        parameters: ChallengeParameters.
        available: AvailableChallenges.
    """

    name: str
    session: str | None = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)
    available: tuple[str, ...] = ()

    @property
    def username(self) -> str | None:
        """The name that later requests must use, from USERNAME, else USER_ID_FOR_SRP, as far as Cognito says it."""
        name = self.parameters.get("USERNAME") or self.parameters.get("USER_ID_FOR_SRP")
        if name is not None and len(name) > USERNAME_MOST:
            raise UnexpectedReply("ChallengeParameters.USERNAME", f"has more than {USERNAME_MOST} characters")
        return name

    def require_parameter(self, name: str) -> str:
        """Return a parameter that this challenge can't be without."""
        if not (value := self.parameters.get(name)):
            raise UnexpectedReply(f"ChallengeParameters.{name}", f"is missing from {self.name}")
        return value

    def require_session(self) -> str:
        """Return the Session of a challenge that can't be answered without one."""
        if self.session is None:
            raise UnexpectedReply("Session", f"is missing from {self.name}")
        return self.session

    def parse_string_list(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a JSON list of strings; nothing if it is absent."""
        value = self._json(name, "[]")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not a JSON list of strings")
        # interned: the same few names in every flow
        return tuple(intern(_encodable(f"ChallengeParameters.{name}", item)) for item in value)

    def parse_string_pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a parameter that is a JSON object of strings; nothing if it is absent."""
        value = self._json(name, "{}")
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not a JSON object of strings")
        field_name = f"ChallengeParameters.{name}"
        return tuple((intern(_encodable(field_name, key)), _encodable(field_name, item)) for key, item in value.items())

    def _json(self, name: str, default: str) -> object:
        try:
            return json.loads(self.parameters.get(name) or default)
        except (ValueError, RecursionError):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not JSON") from None


@dataclass(frozen=True, slots=True)
class TokensReply:
    """Tokens came. ``expires_in``: seconds; ``refresh_token``: None where a refresh issues no new one."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int
    new_device: NewDevice | None

    @property
    def username(self) -> str | None:
        """The canonical name, which the access token's ``username`` claim has; None if it can't be read."""
        return _username_claim(self.access_token)


AuthReply: TypeAlias = ChallengeReply | TokensReply


@dataclass(frozen=True, slots=True)
class AssociatedReply:
    """The secret of an authenticator app came, in base32, and perhaps a new Session."""

    secret: str = field(repr=False)
    session: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedReply:
    """The first code of an authenticator app was looked at: ``status`` is ``SUCCESS`` or ``ERROR``."""

    status: str
    session: str | None = field(repr=False)


def parse_auth_reply(reply: object) -> AuthReply:
    """Return what one of InitiateAuth, RespondToAuthChallenge, their admin forms or GetTokensFromRefreshToken brought.

    Raises:
        UnexpectedReply: the mapping is not of the shape that the service model declares; ``.field`` says where.
    """
    members = _mapping("reply", reply)
    name, result = members.get("ChallengeName"), members.get("AuthenticationResult")
    if (name is None) == (result is None):
        raise UnexpectedReply("reply", "must have either ChallengeName or AuthenticationResult")
    return _parse_tokens(result) if name is None else _parse_challenge(name, members)


def parse_associated(reply: object) -> AssociatedReply:
    """Return what AssociateSoftwareToken brought.

    Raises:
        UnexpectedReply: as ``parse_auth_reply``.
    """
    members = _mapping("reply", reply)
    secret = _text("SecretCode", members.get("SecretCode"), at_most=1000)
    return AssociatedReply(secret, _session(members))


def parse_verified(reply: object) -> VerifiedReply:
    """Return what VerifySoftwareToken brought.

    Raises:
        UnexpectedReply: as ``parse_auth_reply``.
    """
    members = _mapping("reply", reply)
    return VerifiedReply(_text("Status", members.get("Status"), at_most=100), _session(members))


def parse_confirmed(reply: object) -> bool:
    """Return UserConfirmationNecessary, which ConfirmDevice brought.

    Raises:
        UnexpectedReply: as ``parse_auth_reply``.
    """
    necessary = _mapping("reply", reply).get("UserConfirmationNecessary", False)
    if not isinstance(necessary, bool):
        raise UnexpectedReply("UserConfirmationNecessary", "is not true or false")
    return necessary


def _session(members: Mapping[str, Any]) -> str | None:
    session = members.get("Session")
    return None if session is None else _text("Session", session, at_most=SESSION_MOST)


def _parse_challenge(name: object, members: Mapping[str, Any]) -> ChallengeReply:
    parameters = _mapping("ChallengeParameters", members.get("ChallengeParameters") or {})
    for key, value in parameters.items():
        _text(f"ChallengeParameters.{key}", value, at_least=0)
    return ChallengeReply(
        name=_text("ChallengeName", name, at_most=100),
        session=_session(members),
        parameters=dict(parameters),
        available=_names("AvailableChallenges", members.get("AvailableChallenges") or []),
    )


def _parse_tokens(result: object) -> TokensReply:
    members = _mapping("AuthenticationResult", result)
    refresh_token, device = members.get("RefreshToken"), members.get("NewDeviceMetadata")
    expires_in = members.get("ExpiresIn")
    if type(expires_in) is not int or not 0 < expires_in <= 86_400:  # a day, the most Cognito allows
        raise UnexpectedReply("AuthenticationResult.ExpiresIn", "is not a number of seconds from 1 to 86400")
    return TokensReply(
        access_token=_text("AuthenticationResult.AccessToken", members.get("AccessToken")),
        id_token=_text("AuthenticationResult.IdToken", members.get("IdToken")),
        refresh_token=None if refresh_token is None else _text("AuthenticationResult.RefreshToken", refresh_token),
        expires_in=expires_in,
        new_device=None if device is None else _parse_new_device(device),
    )


def _parse_new_device(device: object) -> NewDevice:
    members = _mapping("NewDeviceMetadata", device)
    return NewDevice(
        device_key=_text("NewDeviceMetadata.DeviceKey", members.get("DeviceKey"), at_most=55),
        group_key=_text("NewDeviceMetadata.DeviceGroupKey", members.get("DeviceGroupKey")),
    )


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UnexpectedReply(name, "is not a list of strings")
    return tuple(_encodable(name, item) for item in value)


def _mapping(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UnexpectedReply(name, "is not a JSON object")
    return value


def _text(name: str, value: object, *, at_least: int = 1, at_most: int = TOKEN_MOST) -> str:
    if value is None:
        raise UnexpectedReply(name, "is missing")
    if not isinstance(value, str):
        raise UnexpectedReply(name, f"is not a string but {type(value).__name__}")
    if not at_least <= len(value) <= at_most:
        raise UnexpectedReply(name, f"has {len(value)} characters, {at_least} to {at_most} can be")
    return _encodable(name, value)


def _encodable(name: str, value: str) -> str:
    # JSON can carry lone surrogates, UTF-8 can't; they would break the next request.
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnexpectedReply(name, "holds a lone surrogate, which UTF-8 can't carry") from None
    return value


def _username_claim(access_token: str) -> str | None:
    # Not verified: it came from Cognito a moment ago, over the same channel as every other member of the reply.
    parts = access_token.split(".")
    if len(parts) != 3:  # a JWS in compact form, RFC 7515 section 3.1
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        username = claims["username"]
        username.encode()
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    return username if isinstance(username, str) and 0 < len(username) <= USERNAME_MOST else None
