"""How a sign-in begins."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from authflow.core._validation import PASSWORD_MOST, TOKEN_MOST, USERNAME_MOST, require_instance, require_text
from authflow.core.errors import InvalidInput

__all__ = ["Choice", "Custom", "Opening", "Password", "Refresh", "Srp"]


@dataclass(frozen=True, slots=True)
class _Credentials:
    """A username and a password.

    Attributes:
        username: as the person typed it; an alias will do.
        password: the person's.

    Raises:
        InvalidInput: a wrong type, or an empty or over-long text.
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        require_text("username", self.username, at_most=USERNAME_MOST)
        require_text("password", self.password, at_most=PASSWORD_MOST)


@dataclass(frozen=True, slots=True)
class Srp(_Credentials):
    """A username (an alias will do) and a password that never leaves this process: USER_SRP_AUTH."""


@dataclass(frozen=True, slots=True)
class Password(_Credentials):
    """A username (an alias will do) and a password that is sent.

    USER_PASSWORD_AUTH, or ADMIN_USER_PASSWORD_AUTH with the admin API.
    """


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token: the operation GetTokensFromRefreshToken, or REFRESH_TOKEN_AUTH on request.

    GetTokensFromRefreshToken has no admin form; with ``admin=True`` it is sent as it is. Only REFRESH_TOKEN_AUTH
    fails where the app client rotates refresh tokens.

    Attributes:
        refresh_token: from an earlier sign-in of the same app client.
        username: ``Tokens.username`` of that sign-in; you must give it for REFRESH_TOKEN_AUTH of an app client with a
            secret, whose SECRET_HASH is of that name and no alias.
        by_auth_flow: True for REFRESH_TOKEN_AUTH.

    Raises:
        InvalidInput: a wrong type, or an empty or over-long text.
    """

    refresh_token: str = field(repr=False)
    username: str | None = None
    by_auth_flow: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        require_text("refresh_token", self.refresh_token, at_most=TOKEN_MOST)
        if self.username is not None:
            require_text("username", self.username, at_most=USERNAME_MOST)
        require_instance("by_auth_flow", self.by_auth_flow, bool)


@dataclass(frozen=True, slots=True)
class Custom:
    """The pool's own challenges: CUSTOM_AUTH; with a password, it is proven by SRP first.

    Attributes:
        username: as the person typed it; an alias will do.
        password: the person's, where the pool's triggers want it first; it is never sent.

    Raises:
        InvalidInput: a wrong type, or an empty or over-long text.
    """

    username: str
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        require_text("username", self.username, at_most=USERNAME_MOST)
        if self.password is not None:
            require_text("password", self.password, at_most=PASSWORD_MOST)


@dataclass(frozen=True, slots=True)
class Choice:
    """A first factor of the person's choice: USER_AUTH.

    Attributes:
        username: as the person typed it; an alias will do.
        preferred: ``PASSWORD``, ``PASSWORD_SRP``, ``EMAIL_OTP`` or ``SMS_OTP``; where Cognito can't offer it, or it is
            None, ``SelectChallenge`` asks.
        password: goes with the first two; without it Cognito asks for it, by ``PasswordChallenge``.
        session: what ConfirmSignUp returned, for the first sign-in right after it.
        target_acr_values, access_token, max_age: step-up: the level wanted, the token that is held, seconds since the
            last sign-in that are still good.

    Raises:
        InvalidInput: a wrong type, an empty or over-long text, or a password that is superfluous.
    """

    username: str
    preferred: str | None = None
    password: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False, kw_only=True)
    target_acr_values: str | None = field(default=None, kw_only=True)
    access_token: str | None = field(default=None, repr=False, kw_only=True)
    max_age: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        require_text("username", self.username, at_most=USERNAME_MOST)
        if self.preferred is not None and self.preferred not in FIRST_FACTORS:
            raise InvalidInput("preferred", f"must be one of {', '.join(FIRST_FACTORS)}")
        self._require_fitting_password()
        for name in ("session", "target_acr_values", "access_token"):
            if (value := getattr(self, name)) is not None:
                require_text(name, value, at_most=TOKEN_MOST)
        if self.max_age is not None and (type(self.max_age) is not int or self.max_age < 0):
            raise InvalidInput("max_age", "must be a number of seconds, 0 or more")

    def _require_fitting_password(self) -> None:
        if self.password is None:
            return
        if self.preferred not in ("PASSWORD", "PASSWORD_SRP"):
            raise InvalidInput("password", "goes with PASSWORD or PASSWORD_SRP only")
        require_text("password", self.password, at_most=PASSWORD_MOST)


FIRST_FACTORS: Final = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP")
Opening: TypeAlias = Srp | Password | Custom | Choice | Refresh


def require_opening(value: object) -> Opening:
    """Return ``value`` if it is an opening."""
    if not isinstance(value, Opening):
        raise InvalidInput("opening", f"must be Srp, Password, Custom, Choice or Refresh, not {type(value).__name__}")
    return value
