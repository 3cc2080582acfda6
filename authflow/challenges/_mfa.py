"""Challenges for second factors, and for codes in text messages and emails."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from authflow.challenges._checks import MESSAGE_CODE, TOTP_CODE, require_code, require_option
from authflow.core._describing import make_action
from authflow.core._frames import hides_frames
from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge
from authflow.core.form import Action, Field
from authflow.core.pairs import Pairs
from authflow.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class _MessageCode(BaseChallenge):
    """Cognito sent a code.

    Attributes:
        medium: ``SMS`` or ``EMAIL``; None if Cognito does not say.
        destination: where the code was sent, masked, such as ``+*******9878``; None if Cognito does not say.
    """

    FIELDS: ClassVar[Mapping[str, Field]] = {"code": MESSAGE_CODE.field}

    medium: str | None = None
    destination: str | None = None

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, with the destination if it is known."""
        return ("sent_to", (("destination", self.destination),)) if self.destination else ("sent", ())

    @hides_frames
    def answer(self, code: str | Secret) -> Answer:
        """Answer with the code. Spaces and punctuation in it are ignored.

        To send another code, start the sign-in again.

        Raises:
            InvalidInput: the code is not 4 to 10 digits.
        """
        return Answer(self.digest, ((f"{self.NAME}_CODE", require_code(code, MESSAGE_CODE)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsMfa(_MessageCode):
    """SMS_MFA: a code in a text message, as the second factor."""

    NAME: ClassVar[str] = "SMS_MFA"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailOtp(_MessageCode):
    """EMAIL_OTP: a code in an email, as the second factor or, with ``Choice`` (USER_AUTH), as the first."""

    NAME: ClassVar[str] = "EMAIL_OTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsOtp(_MessageCode):
    """SMS_OTP: a code in a text message, as the first factor, with ``Choice`` (USER_AUTH)."""

    NAME: ClassVar[str] = "SMS_OTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareTokenMfa(BaseChallenge):
    """SOFTWARE_TOKEN_MFA: the current code of the person's authenticator app.

    Attributes:
        device_name: the name that the person gave the app; None if there is none.
    """

    NAME: ClassVar[str] = "SOFTWARE_TOKEN_MFA"
    FIELDS: ClassVar[Mapping[str, Field]] = {"code": TOTP_CODE.field}

    device_name: str | None = None

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, with the app's name if it has one."""
        return ("named", (("device_name", self.device_name),)) if self.device_name else ("text", ())

    @hides_frames
    def answer(self, code: str | Secret) -> Answer:
        """Answer with the code. Spaces and punctuation in it are ignored.

        Raises:
            InvalidInput: the code is not 6 digits.
        """
        return Answer(self.digest, (("SOFTWARE_TOKEN_MFA_CODE", require_code(code, TOTP_CODE)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectMfaType(BaseChallenge):
    """SELECT_MFA_TYPE: the person chooses a second factor.

    Attributes:
        options: the offered factors among ``SMS_MFA``, ``SOFTWARE_TOKEN_MFA`` and ``EMAIL_OTP``.
        unknown: other offered factors, which authflow does not support.
    """

    NAME: ClassVar[str] = "SELECT_MFA_TYPE"

    options: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, which says so if none of the offered factors is supported."""
        return "text" if self.options else "unsupported", ()

    def list_actions(self) -> tuple[Action, ...]:
        """Return an action for each option."""
        return tuple(map(make_action, self.options))

    def make_answer(self, action: Action, values: Mapping[str, Any]) -> Answer:
        """Return the answer that chooses an option."""
        return self.answer(action.name, **values)

    @hides_frames
    def answer(self, option: str) -> Answer:
        """Answer with one of the options.

        Raises:
            InvalidInput: ``option`` is not one of ``options``.
        """
        return Answer(self.digest, (("ANSWER", require_option(option, self.options)),))
