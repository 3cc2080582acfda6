"""Openings: the ways to begin a sign-in. Each one stands for one of Cognito's AuthFlows.

========  ==========================================================================
Srp       USER_SRP_AUTH
Password  USER_PASSWORD_AUTH, or ADMIN_USER_PASSWORD_AUTH through the admin API
Custom    CUSTOM_AUTH
Choice    USER_AUTH
Refresh   the operation GetTokensFromRefreshToken, or REFRESH_TOKEN_AUTH on request
========  ==========================================================================
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from authflow.core._validation import (
    MAX_PASSWORD_LENGTH,
    MAX_STRING_LENGTH,
    MAX_USERNAME_LENGTH,
    require_instance,
    require_text,
)
from authflow.core.errors import InvalidInput

__all__ = ["Choice", "Custom", "Opening", "Password", "Refresh", "Srp"]


@dataclass(frozen=True, slots=True)
class _Credentials:
    """A username and a password.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.
        password: the person's password.

    Raises:
        InvalidInput: an attribute is no string, is empty, or is too long.
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        require_text("username", self.username, at_most=MAX_USERNAME_LENGTH)
        require_text("password", self.password, at_most=MAX_PASSWORD_LENGTH)


@dataclass(frozen=True, slots=True)
class Srp(_Credentials):
    """USER_SRP_AUTH: sign in with a username (or alias) and a password, which is proven by SRP and never sent."""


@dataclass(frozen=True, slots=True)
class Password(_Credentials):
    """USER_PASSWORD_AUTH: sign in with a username (or alias) and a password, which is sent to Cognito.

    With ``admin=True`` the AuthFlow is ADMIN_USER_PASSWORD_AUTH.
    """


@dataclass(frozen=True, slots=True)
class Refresh:
    """GetTokensFromRefreshToken, or REFRESH_TOKEN_AUTH on request: get new tokens for a refresh token.

    GetTokensFromRefreshToken has no admin form: with ``admin=True`` the same request is sent. REFRESH_TOKEN_AUTH fails
    if the app client rotates refresh tokens; GetTokensFromRefreshToken does not.

    Attributes:
        refresh_token: from an earlier sign-in with the same app client.
        username: ``Tokens.username`` of that sign-in. You must give it for REFRESH_TOKEN_AUTH if the app client has a
            secret, because SECRET_HASH is computed from this name and not from an alias.
        by_auth_flow: True to use REFRESH_TOKEN_AUTH.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    refresh_token: str = field(repr=False)
    username: str | None = None
    by_auth_flow: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        require_text("refresh_token", self.refresh_token, at_most=MAX_STRING_LENGTH)
        if self.username is not None:
            require_text("username", self.username, at_most=MAX_USERNAME_LENGTH)
        require_instance("by_auth_flow", self.by_auth_flow, bool)


@dataclass(frozen=True, slots=True)
class Custom:
    """CUSTOM_AUTH: sign in with the challenges of the pool's Lambda triggers.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.
        password: the person's password, if the Lambda triggers expect SRP first. It is proven by SRP and never sent.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    username: str
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        require_text("username", self.username, at_most=MAX_USERNAME_LENGTH)
        if self.password is not None:
            require_text("password", self.password, at_most=MAX_PASSWORD_LENGTH)


@dataclass(frozen=True, slots=True)
class Choice:
    """USER_AUTH: sign in with a first factor of the person's choice.

    Attributes:
        username: as the person entered it; an alias such as an email address is possible.
        preferred: ``PASSWORD``, ``PASSWORD_SRP``, ``EMAIL_OTP`` or ``SMS_OTP``. If it is None or not available,
            the person chooses in ``SelectChallenge``.
        password: for ``PASSWORD`` and ``PASSWORD_SRP`` only; without it ``PasswordChallenge`` asks for it.
        session: the Session that ConfirmSignUp returned, to sign in right after signing up.
        target_acr_values: for step-up authentication: the level that is required.
        access_token: for step-up authentication: the access token that the person has now.
        max_age: for step-up authentication: the age in seconds up to which the last sign-in is accepted.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty or too long, or ``password`` does not go with
            ``preferred``.
    """

    username: str
    preferred: str | None = None
    password: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False, kw_only=True)
    target_acr_values: str | None = field(default=None, kw_only=True)
    access_token: str | None = field(default=None, repr=False, kw_only=True)
    max_age: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        require_text("username", self.username, at_most=MAX_USERNAME_LENGTH)
        if self.preferred is not None and self.preferred not in FIRST_FACTORS:
            raise InvalidInput("preferred", f"must be one of {', '.join(FIRST_FACTORS)}")
        self._require_password_allowed()
        for name in ("session", "target_acr_values", "access_token"):
            if (value := getattr(self, name)) is not None:
                require_text(name, value, at_most=MAX_STRING_LENGTH)
        if self.max_age is not None and (type(self.max_age) is not int or self.max_age < 0):
            raise InvalidInput("max_age", "must be an int of 0 or more, in seconds")

    def _require_password_allowed(self) -> None:
        if self.password is None:
            return
        if self.preferred not in ("PASSWORD", "PASSWORD_SRP"):
            raise InvalidInput("password", "is only allowed if preferred is PASSWORD or PASSWORD_SRP")
        require_text("password", self.password, at_most=MAX_PASSWORD_LENGTH)


FIRST_FACTORS: Final = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP")
Opening: TypeAlias = Srp | Password | Custom | Choice | Refresh


def require_opening(value: object) -> Opening:
    """Return ``value`` if it is an opening."""
    if not isinstance(value, Opening):
        raise InvalidInput("opening", f"must be Srp, Password, Custom, Choice or Refresh, not {type(value).__name__}")
    return value
