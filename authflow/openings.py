"""How a sign-in begins."""

from dataclasses import dataclass, field
from typing import TypeAlias

from authflow.errors import InvalidInput
from authflow.inputs import PASSWORD_MOST, TOKEN_MOST, USERNAME_MOST, require_instance, require_text


@dataclass(frozen=True, slots=True)
class Srp:
    """A username and a password that never leaves this process: USER_SRP_AUTH.

    Attributes:
        username: as the person typed it; an alias will do.
        password: the person's.

    Raises:
        InvalidInput: a wrong type, or an empty or over-long text.
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _require_credentials(self.username, self.password)


@dataclass(frozen=True, slots=True)
class Password:
    """A username and a password that is sent: USER_PASSWORD_AUTH, or ADMIN_USER_PASSWORD_AUTH with the admin API.

    Attributes:
        username: as the person typed it; an alias will do.
        password: the person's.

    Raises:
        InvalidInput: a wrong type, or an empty or over-long text.
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _require_credentials(self.username, self.password)


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


Opening: TypeAlias = Srp | Password | Refresh


def require_opening(value: object) -> Opening:
    """Return ``value`` if it is an opening."""
    if not isinstance(value, Opening):
        raise InvalidInput("opening", f"must be Srp, Password or Refresh, not {type(value).__name__}")
    return value


def _require_credentials(username: object, password: object) -> None:
    require_text("username", username, at_most=USERNAME_MOST)
    require_text("password", password, at_most=PASSWORD_MOST)
