"""Passwords: replaced, chosen among first factors, or asked for on their own."""

from dataclasses import dataclass, field

from authflow.challenges._checks import ATTRIBUTE_MOST, require_option
from authflow.core._validation import PASSWORD_MOST, require_text
from authflow.core.answers import Answer, SrpAnswer
from authflow.core.challenge import BaseChallenge
from authflow.core.errors import InvalidInput
from authflow.core.pairs import Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordRequired(BaseChallenge):
    """NEW_PASSWORD_REQUIRED: the temporary password was right; choose a new one.

    Attributes:
        required_attributes: the attributes that must be given with it, such as ``family_name``.
        attributes: those that the user has, as pairs. A required one that has a value can't be changed here.
    """

    NAME = "NEW_PASSWORD_REQUIRED"

    required_attributes: tuple[str, ...] = ()
    attributes: Pairs = field(default=(), repr=False)

    def answer(self, new_password: str, /, **attributes: str) -> Answer:
        """Answer with a new password and attributes; ``**{"custom:team": "a"}`` gives names that Python can't spell.

        Raises:
            InvalidInput: an empty or over-long text, or a required attribute is missing; ``.field`` says which.
        """
        require_text("new_password", new_password, at_most=PASSWORD_MOST)
        for name in dict.fromkeys((*self.required_attributes, *attributes)):
            require_text(name, attributes.get(name, ""), at_most=ATTRIBUTE_MOST)
        prefixed = tuple((f"userAttributes.{name}", value) for name, value in attributes.items())
        return Answer(self.digest, (("NEW_PASSWORD", new_password), *prefixed))


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectChallenge(BaseChallenge):
    """SELECT_CHALLENGE: which first factor to use.

    Attributes:
        options: those offered, of ``PASSWORD``, ``PASSWORD_SRP``, ``EMAIL_OTP`` and ``SMS_OTP``.
        unknown: offered names that authflow can't answer.
    """

    NAME = "SELECT_CHALLENGE"

    options: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def answer(self, option: str, password: str | None = None) -> Answer:
        """Answer with one of the options, and with the password where it is ``PASSWORD`` or ``PASSWORD_SRP``.

        Raises:
            InvalidInput: it is not offered, or the password is missing or superfluous.
        """
        chosen = (("ANSWER", require_option(option, self.options)),)
        if not option.startswith("PASSWORD"):
            if password is not None:
                raise InvalidInput("password", f"does not go with {option}")
            return Answer(self.digest, chosen)
        password = require_text("password", password, at_most=PASSWORD_MOST)
        if option == "PASSWORD_SRP":
            return SrpAnswer(self.digest, chosen, password=password)
        return Answer(self.digest, (*chosen, ("PASSWORD", password)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChallenge(BaseChallenge):
    """PASSWORD, PASSWORD_SRP or ADMIN_NO_SRP_AUTH: the password, as a challenge of its own.

    Attributes:
        kind: which of the three; with PASSWORD_SRP the password is never sent.
    """

    kind: str

    @property
    def name(self) -> str:
        """ChallengeName."""
        return self.kind

    def answer(self, password: str) -> Answer:
        """Answer with the password.

        Raises:
            InvalidInput: an empty or over-long text.
        """
        require_text("password", password, at_most=PASSWORD_MOST)
        if self.kind == "PASSWORD_SRP":
            return SrpAnswer(self.digest, password=password)
        return Answer(self.digest, (("PASSWORD", password),))
