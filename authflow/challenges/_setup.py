"""Challenges for setting up a second factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlencode

from authflow.challenges._checks import TOTP_CODE, require_code, require_option
from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core._validation import MAX_ATTRIBUTE_LENGTH, MAX_STRING_LENGTH, require_text
from authflow.core.answers import Answer, SetUpTotpAnswer, TotpCodeAnswer
from authflow.core.challenge import BaseChallenge
from authflow.core.errors import InvalidInput
from authflow.core.form import Action, Field, Form, Kind
from authflow.core.pairs import Pairs
from authflow.core.secret import Secret, require_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaSetup(BaseChallenge):
    """MFA_SETUP: a second factor is required, and the person must set one up.

    If ``options`` is empty, the person can't set one up during the sign-in. SMS_MFA, for example, needs a phone number
    that an administrator sets. Start the sign-in again after that.

    Attributes:
        options: the factors among ``SOFTWARE_TOKEN_MFA`` and ``EMAIL_OTP`` that can be set up during the sign-in.
        elsewhere: other factors that Cognito lists: such as ``SMS_MFA``, and any that authflow does not know.
    """

    NAME: ClassVar[str] = "MFA_SETUP"

    options: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, which names what an administrator has to set up if the person can't."""
        if self.options:
            return "text", ()
        return "needs_phone" if "SMS_MFA" in self.elsewhere else "elsewhere", ()

    def list_actions(self) -> tuple[Action, ...]:
        """Return the actions that the options permit."""
        needed = {"totp": "SOFTWARE_TOKEN_MFA", "email": "EMAIL_OTP"}
        return tuple(action for action in BaseChallenge.list_actions(self) if needed[action.name] in self.options)

    def answer_totp(self) -> Answer:
        """Request the secret of an authenticator app; ``TotpSetup`` follows.

        Raises:
            InvalidInput: ``SOFTWARE_TOKEN_MFA`` is not one of ``options``.
        """
        require_option("SOFTWARE_TOKEN_MFA", self.options)
        return SetUpTotpAnswer(self.digest)

    def answer_email(self, address: str) -> Answer:
        """Set up an email address; ``EmailOtp`` follows.

        Raises:
            InvalidInput: ``EMAIL_OTP`` is not one of ``options``, or ``address`` is no email address.
        """
        require_option("EMAIL_OTP", self.options)
        if "@" not in require_text("address", address, at_most=MAX_ATTRIBUTE_LENGTH).strip("@"):
            raise InvalidInput("address", "is not an email address")
        return Answer(self.digest, (("EMAIL", address),))


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpSetup(BaseChallenge):
    """The second step of MFA_SETUP: the person adds the secret to an authenticator app, and enters its first code.

    Attributes:
        secret: the secret in base32. Show it only to the person. Snapshots of this challenge contain it.
    """

    NAME: ClassVar[str] = "MFA_SETUP"
    FIELDS: ClassVar[Mapping[str, Field]] = {"code": TOTP_CODE.field}

    secret: Secret

    def __post_init__(self) -> None:
        BaseChallenge.__post_init__(self)  # super() does not work in dataclasses with slots
        assign(self, secret=require_secret("secret", self.secret, at_most=MAX_STRING_LENGTH))

    @property
    def asking_trigger(self) -> str:
        """The trigger that leads back to this challenge after a wrong code."""
        return "totp_rejected"

    @property
    def topic(self) -> str:
        """The beginning of the ids of its messages."""
        return "challenge.totp_setup"

    def form(self, issuer: str | None = None, account: str | None = None) -> Form:
        """Return the question as a form. With an issuer it shows the secret, and the URI as a QR code."""
        form = BaseChallenge.form(self)
        if issuer is None:
            return form
        uri, secret = self.uri(issuer, account or ""), self.secret.reveal()
        return form.show(
            Field(name="uri", kind=Kind.QR, message=f"{self.topic}.uri.label", required=False, shown=uri),
            Field(name="secret", kind=Kind.TEXT, message=f"{self.topic}.secret.label", required=False, shown=secret),
        )

    def uri(self, issuer: str, account: str) -> str:
        """Return the ``otpauth://`` URI that authenticator apps read from a QR code.

        Args:
            issuer: the name of your service.
            account: the name that the person knows the account by, such as an email address.

        Raises:
            InvalidInput: an argument is no string, is empty or too long, or ``issuer`` contains a colon.
        """
        if ":" in require_text("issuer", issuer, at_most=MAX_ATTRIBUTE_LENGTH):
            raise InvalidInput("issuer", "must not contain a colon")
        require_text("account", account, at_most=MAX_ATTRIBUTE_LENGTH)
        parameters = {"secret": self.secret.reveal(), "issuer": issuer}
        label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
        return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"

    @hides_frames
    def answer(self, code: str | Secret, device_name: str | None = None) -> Answer:
        """Answer with the app's first code. After a wrong code the challenge is asked again with the same secret.

        Args:
            code: 6 digits; spaces and punctuation are ignored.
            device_name: a name for the app, which ``SoftwareTokenMfa`` shows later.

        Raises:
            InvalidInput: ``code`` is not 6 digits, or ``device_name`` is no string, is empty, or is too long.
        """
        if device_name is not None:
            require_text("device_name", device_name, at_most=MAX_ATTRIBUTE_LENGTH)
        return TotpCodeAnswer(self.digest, code=require_code(code, TOTP_CODE), device_name=device_name)
