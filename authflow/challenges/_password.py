"""Challenges for a new password, for the choice of a first factor, and for the password itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from authflow.challenges._attributes import PREFIX, make_attribute_field
from authflow.challenges._checks import require_option
from authflow.challenges._passkey import require_credential
from authflow.core._describing import make_action, make_field
from authflow.core._frames import hides_frames
from authflow.core._validation import MAX_ATTRIBUTE_LENGTH, MAX_PASSWORD_LENGTH, require_text
from authflow.core.answers import Answer, SrpAnswer
from authflow.core.challenge import BaseChallenge
from authflow.core.errors import InvalidInput
from authflow.core.form import Action
from authflow.core.pairs import Pairs, SecretPairs
from authflow.core.secret import Secret, require_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordRequired(BaseChallenge):
    """NEW_PASSWORD_REQUIRED: the temporary password was correct, and the person must choose a new one.

    Attributes:
        required_attributes: the user attributes that the answer must contain, such as ``family_name``.
        attributes: the user attributes that have a value, as pairs. Required ones among them can't be changed here.
    """

    NAME: ClassVar[str] = "NEW_PASSWORD_REQUIRED"

    required_attributes: tuple[str, ...] = ()
    attributes: Pairs = field(default=(), repr=False)

    @hides_frames
    def answer(self, new_password: str | Secret, /, **attributes: str) -> Answer:
        """Answer with a new password and user attributes.

        Args:
            new_password: the new password.
            attributes: user attributes by name; for custom ones, write ``**{"custom:team": "a"}``.

        Raises:
            InvalidInput: an argument has the wrong type, is empty or too long, or a required attribute is missing;
                ``.field`` says which.
        """
        return self._answer(new_password, attributes)

    def list_actions(self) -> tuple[Action, ...]:
        """Return the one action: the new password and the required attributes, whose names begin with a prefix."""
        attributes = map(make_attribute_field, self.required_attributes)
        return (make_action("answer", make_field(self.topic, "new_password"), *attributes),)

    def make_answer(self, action: Action, values: Mapping[str, Any]) -> Answer:
        """Return the answer with the new password and the attributes."""
        del action
        attributes = {name: values[f"{PREFIX}{name}"] for name in self.required_attributes}
        return self._answer(values["new_password"], attributes, PREFIX)

    def _answer(self, new_password: str | Secret, attributes: Mapping[str, str], prefix: str = "") -> Answer:
        """Return the answer. Errors name an attribute with the prefix."""
        chosen = require_secret("new_password", new_password, at_most=MAX_PASSWORD_LENGTH)
        for name in dict.fromkeys((*self.required_attributes, *attributes)):
            require_text(f"{prefix}{name}", attributes.get(name, ""), at_most=MAX_ATTRIBUTE_LENGTH)
        prefixed = tuple((f"userAttributes.{name}", value) for name, value in attributes.items())
        return Answer(self.digest, (("NEW_PASSWORD", chosen), *prefixed))


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectChallenge(BaseChallenge):
    """SELECT_CHALLENGE: the person chooses a first factor, with ``Choice`` (USER_AUTH).

    Attributes:
        options: the offered factors among ``PASSWORD``, ``PASSWORD_SRP``, ``EMAIL_OTP``, ``SMS_OTP`` and ``WEB_AUTHN``.
        unknown: other offered factors, which authflow does not support or the opening does not permit.
    """

    NAME: ClassVar[str] = "SELECT_CHALLENGE"

    options: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """The options, one for each thing that a person can choose: PASSWORD_SRP stands for PASSWORD too."""
        return tuple(name for name in self.options if name != "PASSWORD" or "PASSWORD_SRP" not in self.options)

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, which says so if none of the offered factors is supported."""
        return "text" if self.options else "unsupported", ()

    def list_actions(self) -> tuple[Action, ...]:
        """Return an action for each of ``choices``. Those that need the password ask for it."""
        password = make_field(self.topic, "password")
        return tuple(make_action(name, *(password,) * name.startswith("PASSWORD")) for name in self.choices)

    def make_answer(self, action: Action, values: Mapping[str, Any]) -> Answer:
        """Return the answer that chooses an option."""
        return self.answer(action.name, **values)

    @hides_frames
    def answer(
        self,
        option: str,
        password: str | Secret | None = None,
        *,
        credential: Mapping[str, Any] | str | Secret | None = None,
    ) -> Answer:
        """Answer with one of the options.

        Args:
            option: one of ``options``.
            password: the password, for ``PASSWORD`` and ``PASSWORD_SRP`` only.
            credential: what ``WebAuthn`` asks for, for ``WEB_AUTHN`` only. Without it that challenge follows.

        Raises:
            InvalidInput: ``option`` was not offered, or ``password`` or ``credential`` is missing, not of its form, or
                not allowed for it.
        """
        chosen: SecretPairs = (("ANSWER", require_option(option, self.options)),)
        if credential is not None:
            if option != "WEB_AUTHN":
                raise InvalidInput("credential", f"must not be given with {option}")
            chosen = (*chosen, ("CREDENTIAL", require_credential(credential)))
        if not option.startswith("PASSWORD"):
            if password is not None:
                raise InvalidInput("password", f"must not be given with {option}")
            return Answer(self.digest, chosen)
        secret = require_secret("password", password, at_most=MAX_PASSWORD_LENGTH)
        if option == "PASSWORD_SRP":
            return SrpAnswer(self.digest, chosen, password=secret)
        return Answer(self.digest, (*chosen, ("PASSWORD", secret)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChallenge(BaseChallenge):
    """PASSWORD, PASSWORD_SRP or ADMIN_NO_SRP_AUTH: Cognito asks for the password.

    Attributes:
        kind: which of the three. With PASSWORD_SRP the password is proven by SRP and never sent.
    """

    kind: str

    @property
    def name(self) -> str:
        """Cognito's ChallengeName."""
        return self.kind

    @property
    def topic(self) -> str:
        """The beginning of the ids of its messages, which the three kinds share."""
        return "challenge.password"

    @hides_frames
    def answer(self, password: str | Secret) -> Answer:
        """Answer with the password.

        Raises:
            InvalidInput: the password has the wrong type, is empty, or is too long.
        """
        secret = require_secret("password", password, at_most=MAX_PASSWORD_LENGTH)
        if self.kind == "PASSWORD_SRP":
            return SrpAnswer(self.digest, password=secret)
        return Answer(self.digest, (("PASSWORD", secret),))
