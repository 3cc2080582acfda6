"""ResetFlow and its states."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from authflow.challenges import NewPassword
from authflow.core.flow import BaseFlow
from authflow.core.states import Calling, Failed


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """The user has the new password, and can sign in with it.

    Attributes:
        username: as the person entered it.
    """

    username: str


ResetState: TypeAlias = Calling | NewPassword | PasswordReset | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetFlow(BaseFlow[ResetState, NewPassword]):
    """Replacing a forgotten password, at one moment. Begin one with ``ResetPassword``."""

    NAME: ClassVar[str] = "reset_password"
