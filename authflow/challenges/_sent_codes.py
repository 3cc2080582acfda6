"""Questions for a code that was sent outside of a sign-in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from authflow.challenges._checks import MESSAGE_CODE, require_code
from authflow.core._frames import hides_frames
from authflow.core._validation import MAX_PASSWORD_LENGTH, require_instance
from authflow.core.answers import NewPasswordAnswer, ResendAnswer, SignUpCodeAnswer
from authflow.core.challenge import LastingQuestion
from authflow.core.pairs import Pairs
from authflow.core.replies import Delivery
from authflow.core.secret import Secret, require_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class _SentCode(LastingQuestion):
    """The base of questions for a code.

    Attributes:
        delivery: where the code was sent.
    """

    delivery: Delivery

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, with the destination if it is known."""
        destination = self.delivery.destination
        return ("sent_to", (("destination", destination),)) if destination else ("sent", ())

    @property
    def asking_trigger(self) -> str:
        """The trigger that leads to this question."""
        return "code_sent"

    def answer_resend(self) -> ResendAnswer:
        """Ask for a new code. The old one is then of no use."""
        return ResendAnswer(self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSignUp(_SentCode):
    """Confirm the sign-up with the code that was sent.

    If ``rejected.code`` is ``AliasExistsException``, another user has this email address or phone number as a verified
    alias: see ``force_alias_creation``.

    Attributes:
        session: SignUp's Session, which ConfirmSignUp continues.
        session_at: when that Session was received; None if there is none.
    """

    NAME: ClassVar[str] = "CONFIRM_SIGN_UP"
    LIFETIME: ClassVar[timedelta] = timedelta(hours=24)

    session_at: datetime | None = None

    @hides_frames
    def answer(self, code: str | Secret, *, force_alias_creation: bool = False) -> SignUpCodeAnswer:
        """Answer with the code.

        Args:
            code: the code, in digits.
            force_alias_creation: whether the alias moves to this user if another one has it. You must not let a person
                decide this: who can read the other user's messages takes over the alias.

        Raises:
            InvalidInput: an argument has the wrong type, or the code is not in digits.
        """
        digits = require_code(code, MESSAGE_CODE)
        force = require_instance("force_alias_creation", force_alias_creation, bool)
        return SignUpCodeAnswer(self.digest, code=digits, force_alias_creation=force)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword(_SentCode):
    """Replace a forgotten password: the code that was sent, and a new password."""

    NAME: ClassVar[str] = "NEW_PASSWORD"
    LIFETIME: ClassVar[timedelta] = timedelta(hours=1)

    @hides_frames
    def answer(self, code: str | Secret, new_password: str | Secret) -> NewPasswordAnswer:
        """Answer with the code and a new password.

        Args:
            code: the code, in digits.
            new_password: the new password.

        Raises:
            InvalidInput: an argument has the wrong type, is empty or too long, or the code is not in digits.
        """
        chosen = require_secret("new_password", new_password, at_most=MAX_PASSWORD_LENGTH)
        return NewPasswordAnswer(self.digest, code=require_code(code, MESSAGE_CODE), new_password=chosen)
