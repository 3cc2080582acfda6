"""Second factors, and codes in messages."""

import re
from dataclasses import dataclass
from typing import Final

from authflow.challenges._checks import require_code, require_option
from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge

_CODE: Final = re.compile(r"[0-9]{4,10}")  # the length of message codes is not documented
TOTP_CODE: Final = re.compile(r"[0-9]{6}")  # SoftwareTokenMFAUserCodeType


@dataclass(frozen=True, slots=True, kw_only=True)
class _MessageCode(BaseChallenge):
    """A code was sent.

    Attributes:
        medium: ``SMS`` or ``EMAIL``, as far as Cognito says it.
        destination: where to, masked, such as ``+*******9878``.
    """

    medium: str | None = None
    destination: str | None = None

    def answer(self, code: str) -> Answer:
        """Answer with the code; spaces around it do not matter. A new code takes a new sign-in.

        Raises:
            InvalidInput: not 4 to 10 digits.
        """
        return Answer(self.digest, ((f"{self.NAME}_CODE", require_code(code, _CODE, "4 to 10 digits")),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsMfa(_MessageCode):
    """SMS_MFA: a code in a text message, as second factor."""

    NAME = "SMS_MFA"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailOtp(_MessageCode):
    """EMAIL_OTP: a code in an email, as second factor or, with ``Choice``, as the first."""

    NAME = "EMAIL_OTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsOtp(_MessageCode):
    """SMS_OTP: a code in a text message, as first factor."""

    NAME = "SMS_OTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareTokenMfa(BaseChallenge):
    """SOFTWARE_TOKEN_MFA: the code that an authenticator app shows.

    Attributes:
        device_name: what the person called the app when setting it up.
    """

    NAME = "SOFTWARE_TOKEN_MFA"

    device_name: str | None = None

    def answer(self, code: str) -> Answer:
        """Answer with the code; spaces around it do not matter.

        Raises:
            InvalidInput: not 6 digits.
        """
        return Answer(self.digest, (("SOFTWARE_TOKEN_MFA_CODE", require_code(code, TOTP_CODE, "6 digits")),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectMfaType(BaseChallenge):
    """SELECT_MFA_TYPE: which second factor to use.

    Attributes:
        options: those offered, of ``SMS_MFA``, ``SOFTWARE_TOKEN_MFA`` and ``EMAIL_OTP``.
        unknown: offered names that authflow can't answer.
    """

    NAME = "SELECT_MFA_TYPE"

    options: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def answer(self, option: str) -> Answer:
        """Answer with one of the options.

        Raises:
            InvalidInput: it is not one of them.
        """
        return Answer(self.digest, (("ANSWER", require_option(option, self.options)),))
