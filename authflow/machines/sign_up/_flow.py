"""SignUpFlow and its states."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from authflow.challenges import ConfirmSignUp
from authflow.core.flow import BaseFlow
from authflow.core.openings import Choice
from authflow.core.secret import Secret
from authflow.core.states import Calling, Failed


@dataclass(frozen=True, slots=True)
class SignedUp:
    """The user exists.

    Attributes:
        username: as the person entered it.
        confirmed: whether the user can sign in. If not, the pool sends no code: an administrator confirms the user.
        session: Cognito's Session, with which the user signs in without a password; None if there is none.
    """

    username: str
    confirmed: bool
    session: Secret | None = None

    def opening(self) -> Choice | None:
        """Return the opening that signs the user in at once; None without a Session: ask for the password then.

        You must use it within ``AppClient.session_validity``, and the app client must permit USER_AUTH.
        """
        return Choice(self.username, session=self.session) if self.session else None


SignUpState: TypeAlias = Calling | ConfirmSignUp | SignedUp | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpFlow(BaseFlow[SignUpState, ConfirmSignUp]):
    """A sign-up at one moment. Begin one with ``SignUp`` or ``ResumeSignUp``."""

    NAME: ClassVar[str] = "sign_up"
