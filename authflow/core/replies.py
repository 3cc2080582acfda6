"""Cognito's replies: JSON mappings, which this module checks and parses before anything else uses them.

Every ``parse_`` function raises ``UnexpectedReply`` if the reply does not have the shape that Cognito's service model
declares; its ``field`` names the wrong member.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final, TypeAlias

from authflow.core._codec import measure_json
from authflow.core._jwt import read_unverified_claims
from authflow.core._texts import clean
from authflow.core._validation import MAX_SESSION_LENGTH, MAX_STRING_LENGTH, MAX_USERNAME_LENGTH
from authflow.core.errors import UnexpectedReply
from authflow.core.secret import Secret

__all__ = [
    "AssociatedReply",
    "AuthReply",
    "ChallengeReply",
    "Delivery",
    "NewDevice",
    "SignedUpReply",
    "TokensReply",
    "VerifiedReply",
    "parse_associated",
    "parse_auth_reply",
    "parse_confirmed",
    "parse_sent",
    "parse_sign_up_session",
    "parse_signed_up",
    "parse_verified",
]

_MAX_CHALLENGE_LENGTH: Final = 131_072  # characters of JSON, so that a flow at any challenge fits into a snapshot
_MAX_DELIVERY_LENGTH: Final = 2048  # characters; AttributeValueType
_MAX_LABEL_LENGTH: Final = 100  # characters of a parameter's name in an error


@dataclass(frozen=True, slots=True)
class NewDevice:
    """NewDeviceMetadata: a device that Cognito offers to remember."""

    device_key: str
    group_key: str


@dataclass(frozen=True, slots=True)
class ChallengeReply:
    """Cognito returned a challenge.

    Attributes:
        name: ChallengeName.
        session: Session; PASSWORD_VERIFIER usually has none.
        parameters: ChallengeParameters.
        available: AvailableChallenges.
    """

    name: str
    session: Secret | None
    parameters: Mapping[str, str] = field(repr=False)
    available: tuple[str, ...] = ()

    @property
    def username(self) -> str | None:
        """The name that later requests must use: USERNAME, else USER_ID_FOR_SRP; None if the reply has neither."""
        name = self.parameters.get("USERNAME") or self.parameters.get("USER_ID_FOR_SRP")
        if name is not None and len(name) > MAX_USERNAME_LENGTH:
            raise UnexpectedReply("ChallengeParameters.USERNAME", f"has more than {MAX_USERNAME_LENGTH} characters")
        return name

    def require_parameter(self, name: str) -> str:
        """Return a parameter that this challenge must have."""
        if not (value := self.parameters.get(name)):
            raise UnexpectedReply(f"ChallengeParameters.{name}", f"is missing from {self.name}")
        return value

    def require_session(self) -> Secret:
        """Return the Session of a challenge that must have one."""
        if self.session is None:
            raise UnexpectedReply("Session", f"is missing from {self.name}")
        return self.session

    def parse_string_list(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a JSON list of strings; an empty tuple if it is absent."""
        value = self._load_json(name, "[]")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not a JSON list of strings")
        # interned, since every flow has the same few names
        return tuple(intern(_require_utf8(f"ChallengeParameters.{name}", item)) for item in value)

    def require_object(self, name: str) -> str:
        """Return a parameter that this challenge must have, and that is a JSON object, as it is."""
        text = self.require_parameter(name)
        if not isinstance(self._load_json(name, ""), dict):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not a JSON object")
        return text

    def parse_string_pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a parameter that is a JSON object of strings, as pairs; an empty tuple if it is absent."""
        value = self._load_json(name, "{}")
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not a JSON object of strings")
        label = f"ChallengeParameters.{name}"
        return tuple((intern(_require_utf8(label, key)), _require_utf8(label, item)) for key, item in value.items())

    def _load_json(self, name: str, default: str) -> object:
        try:
            return json.loads(self.parameters.get(name) or default)
        except (ValueError, RecursionError):
            raise UnexpectedReply(f"ChallengeParameters.{name}", "is not JSON") from None


@dataclass(frozen=True, slots=True)
class TokensReply:
    """Cognito returned tokens.

    Attributes:
        access_token, id_token: JWTs.
        refresh_token: None if a refresh issues no new one.
        expires_in: seconds until the access token expires.
        new_device: a device that Cognito offers to remember, if any.
    """

    access_token: Secret
    id_token: Secret
    refresh_token: Secret | None
    expires_in: int
    new_device: NewDevice | None

    @property
    def username(self) -> str | None:
        """The canonical name: the access token's ``username`` claim; None if it can't be read."""
        return _find_username(_read_claims(self.access_token.reveal()))


AuthReply: TypeAlias = ChallengeReply | TokensReply


@dataclass(frozen=True, slots=True)
class Delivery:
    """CodeDeliveryDetails: where a code was sent. Cognito may leave each of them out; it is then empty.

    Attributes:
        destination: the address, masked, such as ``a***@e***``.
        medium: ``EMAIL`` or ``SMS``.
        attribute: the user attribute with the address, such as ``email``.
    """

    destination: str = ""
    medium: str = ""
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class SignedUpReply:
    """Cognito created a user.

    Attributes:
        confirmed: whether the user can sign in already.
        sub: the user's unique id.
        delivery: where the code was sent that confirms the sign-up; None if none was.
        session: for ConfirmSignUp.
    """

    confirmed: bool
    sub: str
    delivery: Delivery | None = None
    session: Secret | None = None


@dataclass(frozen=True, slots=True)
class AssociatedReply:
    """Cognito returned the secret of an authenticator app, in base32, and perhaps a new Session."""

    secret: Secret
    session: Secret | None


@dataclass(frozen=True, slots=True)
class VerifiedReply:
    """Cognito checked the first code of an authenticator app: ``status`` is ``SUCCESS`` or ``ERROR``."""

    status: str
    session: Secret | None


def parse_auth_reply(reply: object) -> AuthReply:
    """Parse a reply of InitiateAuth, RespondToAuthChallenge, their admin forms, or GetTokensFromRefreshToken."""
    members = _require_mapping("reply", reply)
    name, result = members.get("ChallengeName"), members.get("AuthenticationResult")
    if (name is None) == (result is None):
        raise UnexpectedReply("reply", "must have either ChallengeName or AuthenticationResult")
    return _parse_tokens(result) if name is None else _parse_challenge(name, members)


def parse_associated(reply: object) -> AssociatedReply:
    """Parse a reply of AssociateSoftwareToken."""
    members = _require_mapping("reply", reply)
    secret = _require_text("SecretCode", members.get("SecretCode"), at_most=1000)
    return AssociatedReply(Secret(secret), _parse_session(members))


def parse_verified(reply: object) -> VerifiedReply:
    """Parse a reply of VerifySoftwareToken."""
    members = _require_mapping("reply", reply)
    status = _require_text("Status", members.get("Status"), at_most=100)
    return VerifiedReply(clean(status, at_most=100), _parse_session(members))


def parse_confirmed(reply: object) -> bool:
    """Return UserConfirmationNecessary from a reply of ConfirmDevice."""
    necessary = _require_mapping("reply", reply).get("UserConfirmationNecessary", False)
    if not isinstance(necessary, bool):
        raise UnexpectedReply("UserConfirmationNecessary", "is neither true nor false")
    return necessary


def parse_signed_up(reply: object) -> SignedUpReply:
    """Parse a reply of SignUp."""
    members = _require_mapping("reply", reply)
    confirmed, details = members.get("UserConfirmed"), members.get("CodeDeliveryDetails")
    if not isinstance(confirmed, bool):
        raise UnexpectedReply("UserConfirmed", "is neither true nor false")
    return SignedUpReply(
        confirmed=confirmed,
        sub=_require_text("UserSub", members.get("UserSub"), at_most=MAX_STRING_LENGTH),
        delivery=None if details is None else _parse_delivery(details),
        session=_parse_session(members),
    )


def parse_sign_up_session(reply: object) -> Secret | None:
    """Return the Session in a reply of ConfirmSignUp, None if it has none."""
    return _parse_session(_require_mapping("reply", reply))


def parse_sent(reply: object) -> Delivery:
    """Return CodeDeliveryDetails from a reply of an operation that sends a code."""
    return _parse_delivery(_require_mapping("reply", reply).get("CodeDeliveryDetails"))


def _parse_delivery(details: object) -> Delivery:
    members = _require_mapping("CodeDeliveryDetails", details or {})
    texts = {name: members.get(name, "") for name in ("Destination", "DeliveryMedium", "AttributeName")}
    for name, text in texts.items():
        _require_text(f"CodeDeliveryDetails.{name}", text, at_least=0, at_most=_MAX_DELIVERY_LENGTH)
    return Delivery(*texts.values())


def _parse_session(members: Mapping[str, Any]) -> Secret | None:
    session = members.get("Session")
    return None if session is None else Secret(_require_text("Session", session, at_most=MAX_SESSION_LENGTH))


def _parse_challenge(name: object, members: Mapping[str, Any]) -> ChallengeReply:
    parameters = dict(_require_mapping("ChallengeParameters", members.get("ChallengeParameters") or {}))
    for key, value in parameters.items():
        label = f"ChallengeParameters.{clean(key, at_most=_MAX_LABEL_LENGTH)}"
        _require_utf8(label, key)
        _require_text(label, value, at_least=0)
    available = _require_names("AvailableChallenges", members.get("AvailableChallenges") or [])
    if measure_json([parameters, available]) > _MAX_CHALLENGE_LENGTH:
        raise UnexpectedReply(
            "ChallengeParameters", f"has more than {_MAX_CHALLENGE_LENGTH} characters in all, as JSON"
        )
    return ChallengeReply(
        name=_require_text("ChallengeName", name, at_most=100),
        session=_parse_session(members),
        parameters=parameters,
        available=available,
    )


def _parse_tokens(result: object) -> TokensReply:
    members = _require_mapping("AuthenticationResult", result)
    refresh_token, device = members.get("RefreshToken"), members.get("NewDeviceMetadata")
    expires_in = members.get("ExpiresIn")
    if type(expires_in) is not int or not 0 < expires_in <= 86_400:  # one day, Cognito's maximum
        raise UnexpectedReply("AuthenticationResult.ExpiresIn", "is not a number of seconds from 1 to 86400")
    access_token = _require_token("AccessToken", members.get("AccessToken"))
    id_token = _require_token("IdToken", members.get("IdToken"))
    _require_one_user(_read_claims(access_token.reveal()), _read_claims(id_token.reveal()))
    return TokensReply(
        access_token=access_token,
        id_token=id_token,
        refresh_token=None if refresh_token is None else _require_token("RefreshToken", refresh_token),
        expires_in=expires_in,
        new_device=None if device is None else _parse_new_device(device),
    )


def _require_token(name: str, value: object) -> Secret:
    return Secret(_require_text(f"AuthenticationResult.{name}", value))


def _parse_new_device(device: object) -> NewDevice:
    members = _require_mapping("NewDeviceMetadata", device)
    return NewDevice(
        device_key=_require_text("NewDeviceMetadata.DeviceKey", members.get("DeviceKey"), at_most=55),
        group_key=_require_text("NewDeviceMetadata.DeviceGroupKey", members.get("DeviceGroupKey")),
    )


def _require_names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UnexpectedReply(name, "is not a list of strings")
    return tuple(_require_utf8(name, item) for item in value)


def _require_mapping(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UnexpectedReply(name, "is not a JSON object")
    return value


def _require_text(name: str, value: object, *, at_least: int = 1, at_most: int = MAX_STRING_LENGTH) -> str:
    if value is None:
        raise UnexpectedReply(name, "is missing")
    if not isinstance(value, str):
        raise UnexpectedReply(name, f"is not a string but {type(value).__name__}")
    if not at_least <= len(value) <= at_most:
        raise UnexpectedReply(name, f"has {len(value)} characters, {at_least} to {at_most} are allowed")
    return _require_utf8(name, value)


def _require_utf8(name: str, value: str) -> str:
    # JSON can express lone surrogates. UTF-8 can't encode them, so they would break the next request.
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnexpectedReply(name, "holds a lone surrogate, which UTF-8 can't encode") from None
    return value


def _require_one_user(access: Mapping[str, str], identity: Mapping[str, str]) -> None:
    """Raise UnexpectedReply if the tokens are of two users. A claim that is missing or can't be read says nothing."""
    for name, name_in_id_token in (("sub", "sub"), ("username", "cognito:username")):
        claimed = {access.get(name), identity.get(name_in_id_token)} - {None}
        if len(claimed) > 1:
            raise UnexpectedReply("AuthenticationResult.IdToken", "is of another user than the access token")


def _find_username(claims: Mapping[str, str]) -> str | None:
    username = claims.get("username", "")
    try:
        username.encode()
    except UnicodeEncodeError:
        return None
    return username if 0 < len(username) <= MAX_USERNAME_LENGTH else None


def _read_claims(token: str) -> Mapping[str, str]:
    """Return a JWT's claims that are text; an empty mapping if it can't be read."""
    return {name: value for name, value in read_unverified_claims(token).items() if isinstance(value, str)}
