"""Openings: the ways to begin a sign-in. Each one stands for one of Cognito's AuthFlows.

========  ==========================================================================
Srp       USER_SRP_AUTH
Password  USER_PASSWORD_AUTH, or ADMIN_USER_PASSWORD_AUTH through the admin API
Custom    CUSTOM_AUTH
Choice    USER_AUTH
Refresh   the operation GetTokensFromRefreshToken, or REFRESH_TOKEN_AUTH on request
========  ==========================================================================
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core._validation import (
    MAX_PASSWORD_LENGTH,
    MAX_SESSION_LENGTH,
    MAX_STRING_LENGTH,
    require_instance,
    require_text,
    require_username,
)
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret, require_secret

__all__ = ["Choice", "Custom", "Opening", "Password", "Refresh", "Srp"]


@dataclass(frozen=True, slots=True, init=False)
class _Credentials:
    """A username and a password.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.
        password: the person's password.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    username: str
    password: Secret

    @hides_frames
    def __init__(self, username: str, password: str | Secret) -> None:
        assign(
            self,
            username=require_username(username),
            password=require_secret("password", password, at_most=MAX_PASSWORD_LENGTH),
        )


@dataclass(frozen=True, slots=True, init=False)
class Srp(_Credentials):
    """USER_SRP_AUTH: sign in with a username (or alias) and a password, which is proven by SRP and never sent."""


@dataclass(frozen=True, slots=True, init=False)
class Password(_Credentials):
    """USER_PASSWORD_AUTH: sign in with a username (or alias) and a password, which is sent to Cognito.

    With ``admin=True`` the AuthFlow is ADMIN_USER_PASSWORD_AUTH.
    """


@dataclass(frozen=True, slots=True, init=False)
class Refresh:
    """GetTokensFromRefreshToken, or REFRESH_TOKEN_AUTH on request: get new tokens for a refresh token.

    GetTokensFromRefreshToken has no admin form: with ``admin=True`` the same request is sent. REFRESH_TOKEN_AUTH fails
    if the app client rotates refresh tokens; GetTokensFromRefreshToken does not.

    Attributes:
        refresh_token: from an earlier sign-in with the same app client.
        username: ``Tokens.username`` of that sign-in, not an alias. Tokens of another user are then refused. You must
            give it for REFRESH_TOKEN_AUTH if the app client has a secret: SECRET_HASH is computed from this name.
        by_auth_flow: True to use REFRESH_TOKEN_AUTH.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    refresh_token: Secret
    username: str | None = None
    by_auth_flow: bool = False

    @hides_frames
    def __init__(self, refresh_token: str | Secret, username: str | None = None, *, by_auth_flow: bool = False) -> None:
        if username is not None:
            require_username(username)
        assign(
            self,
            refresh_token=require_secret("refresh_token", refresh_token, at_most=MAX_STRING_LENGTH),
            username=username,
            by_auth_flow=require_instance("by_auth_flow", by_auth_flow, bool),
        )


@dataclass(frozen=True, slots=True, init=False)
class Custom:
    """CUSTOM_AUTH: sign in with the challenges of the pool's Lambda triggers.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.
        password: the person's password, if the Lambda triggers expect SRP first. It is proven by SRP and never sent.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    username: str
    password: Secret | None = None

    @hides_frames
    def __init__(self, username: str, password: str | Secret | None = None) -> None:
        assign(
            self,
            username=require_username(username),
            password=_require_optional("password", password, at_most=MAX_PASSWORD_LENGTH),
        )


@dataclass(frozen=True, slots=True, init=False)
class Choice:
    """USER_AUTH: sign in with a first factor of the person's choice.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.
        preferred: ``PASSWORD``, ``PASSWORD_SRP``, ``EMAIL_OTP``, ``SMS_OTP`` or ``WEB_AUTHN``. If it is None or not
            available, the person chooses in ``SelectChallenge``.
        password: for ``PASSWORD`` and ``PASSWORD_SRP`` only; without it ``PasswordChallenge`` asks for it.
        session: the Session that ConfirmSignUp returned, to sign in right after signing up.
        target_acr_values: for step-up authentication: the level that is required.
        access_token: for step-up authentication: the access token that the person has now.
        max_age: for step-up authentication: the age in seconds up to which the last sign-in is accepted.
        only: the first factors that you permit, such as ``("PASSWORD_SRP", "WEB_AUTHN")``. Cognito, or who poses as it,
            can't choose another. Empty if all are permitted. With ``PASSWORD_SRP`` and a password, ``PASSWORD`` is not
            permitted by default, so that the password is never sent.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty or too long, or ``password`` or ``only`` does not go
            with ``preferred``.
    """

    username: str
    preferred: str | None = None
    password: Secret | None = None
    session: Secret | None = None
    target_acr_values: str | None = None
    access_token: Secret | None = None
    max_age: int | None = None
    only: tuple[str, ...] = ()

    @hides_frames
    def __init__(
        self,
        username: str,
        preferred: str | None = None,
        password: str | Secret | None = None,
        *,
        session: str | Secret | None = None,
        target_acr_values: str | None = None,
        access_token: str | Secret | None = None,
        max_age: int | None = None,
        only: tuple[str, ...] = (),
    ) -> None:
        if preferred is not None and preferred not in FIRST_FACTORS:
            raise InvalidInput("preferred", f"must be one of {', '.join(FIRST_FACTORS)}")
        if password is not None and preferred not in ("PASSWORD", "PASSWORD_SRP"):
            raise InvalidInput("password", "is only allowed if preferred is PASSWORD or PASSWORD_SRP")
        if target_acr_values is not None:
            require_text("target_acr_values", target_acr_values, at_most=MAX_STRING_LENGTH)
        if max_age is not None and (type(max_age) is not int or max_age < 0):
            raise InvalidInput("max_age", "must be an int of 0 or more, in seconds")
        assign(
            self,
            username=require_username(username),
            preferred=preferred,
            password=_require_optional("password", password, at_most=MAX_PASSWORD_LENGTH),
            session=_require_optional("session", session, at_most=MAX_SESSION_LENGTH),
            target_acr_values=target_acr_values,
            access_token=_require_optional("access_token", access_token, at_most=MAX_STRING_LENGTH),
            max_age=max_age,
            only=_require_only(only, preferred, proves_password=password is not None and preferred == "PASSWORD_SRP"),
        )


FIRST_FACTORS: Final = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
Opening: TypeAlias = Srp | Password | Custom | Choice | Refresh


def _require_optional(name: str, value: str | Secret | None, *, at_most: int) -> Secret | None:
    return None if value is None else require_secret(name, value, at_most=at_most)


def _require_only(only: object, preferred: str | None, *, proves_password: bool) -> tuple[str, ...]:
    names = require_instance("only", only, tuple)
    if not all(name in FIRST_FACTORS for name in names):
        raise InvalidInput("only", f"must be a tuple of names among {', '.join(FIRST_FACTORS)}")
    if names and preferred is not None and preferred not in names:
        raise InvalidInput("only", f"must contain the preferred factor, {preferred}")
    if not names and proves_password:
        return tuple(name for name in FIRST_FACTORS if name != "PASSWORD")
    return names


def require_opening(value: object) -> Opening:
    """Return ``value`` if it is an opening."""
    if not isinstance(value, Opening):
        raise InvalidInput("opening", f"must be Srp, Password, Custom, Choice or Refresh, not {type(value).__name__}")
    return value
