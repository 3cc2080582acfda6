"""Setting up a second factor."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from authflow.challenges._checks import ATTRIBUTE_MOST, require_code, require_option
from authflow.challenges._mfa import TOTP_CODE
from authflow.core._validation import require_text
from authflow.core.answers import Answer, SetUpTotpAnswer, TotpCodeAnswer
from authflow.core.challenge import BaseChallenge
from authflow.core.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaSetup(BaseChallenge):
    """MFA_SETUP: a second factor is required, and the person has none yet.

    Where ``options`` is empty, nothing can be set up here: a text message factor, say, needs a phone number, which is
    set elsewhere (by an administrator, or after another kind of sign-in); then the sign-in begins anew.

    Attributes:
        options: those of ``SOFTWARE_TOKEN_MFA`` and ``EMAIL_OTP`` that can be set up here.
        elsewhere: what can be set up only elsewhere, such as ``SMS_MFA``, and names that authflow does not know.
    """

    NAME = "MFA_SETUP"

    options: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def answer_totp(self) -> Answer:
        """Ask for the secret of an authenticator app; ``TotpSetup`` follows.

        Raises:
            InvalidInput: it is not offered.
        """
        require_option("SOFTWARE_TOKEN_MFA", self.options)
        return SetUpTotpAnswer(self.digest)

    def answer_email(self, address: str) -> Answer:
        """Set up an email address; ``EmailOtp`` follows.

        Raises:
            InvalidInput: it is not offered, or can't be an address.
        """
        require_option("EMAIL_OTP", self.options)
        if "@" not in require_text("address", address, at_most=ATTRIBUTE_MOST).strip("@"):
            raise InvalidInput("address", "is not an email address")
        return Answer(self.digest, (("EMAIL", address),))


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpSetup(BaseChallenge):
    """The middle of MFA_SETUP: an authenticator app gets its secret, and shows its first code.

    Attributes:
        secret: base32, for the person's eyes only; a snapshot of this challenge holds it.
    """

    NAME = "MFA_SETUP"

    secret: str = field(repr=False)

    @property
    def asking_trigger(self) -> str:
        """The trigger that leads here again."""
        return "totp_rejected"

    def uri(self, issuer: str, account: str) -> str:
        """Return the ``otpauth://`` URI that authenticator apps read from a QR code.

        Args:
            issuer: your service's name.
            account: whose account it is, as the person knows it.

        Raises:
            InvalidInput: an empty text, or an issuer with a colon, which separates the two.
        """
        if ":" in require_text("issuer", issuer, at_most=ATTRIBUTE_MOST):
            raise InvalidInput("issuer", "must not have a colon")
        label = f"{quote(issuer, safe='')}:{quote(require_text('account', account, at_most=ATTRIBUTE_MOST), safe='')}"
        return f"otpauth://totp/{label}?{urlencode({'secret': self.secret, 'issuer': issuer}, quote_via=quote)}"

    def answer(self, code: str, device_name: str | None = None) -> Answer:
        """Answer with the app's first code; a wrong one can be tried again with the same secret.

        Args:
            code: 6 digits; spaces around them do not matter.
            device_name: what the person calls the app.

        Raises:
            InvalidInput: not 6 digits, or an empty or over-long name.
        """
        if device_name is not None:
            require_text("device_name", device_name, at_most=ATTRIBUTE_MOST)
        code = require_code(code, TOTP_CODE, "6 digits")
        return TotpCodeAnswer(self.digest, code=code, device_name=device_name)
