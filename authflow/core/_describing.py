"""Questions that describe themselves: their forms follow from the parameters of their ``answer`` methods."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from inspect import Parameter, signature
from typing import Any, ClassVar, Final

from authflow.core._frames import hides_frames
from authflow.core._validation import MAX_ATTRIBUTE_LENGTH, MAX_PASSWORD_LENGTH, MAX_STRING_LENGTH, require_instance
from authflow.core.answers import Answer
from authflow.core.form import Action, Field, Form, Kind
from authflow.core.pairs import Pairs

MAX_PASTED_LENGTH: Final = 64  # characters of a code with the spaces around and in it


def make_code_field(digits: int) -> Field:
    """Return the field of a code that has at least so many digits. Separators in it are allowed."""
    return Field(
        name="code",
        kind=Kind.CODE,
        message="",
        autocomplete="one-time-code",
        inputmode="numeric",
        pattern="[^A-Za-z]*",
        min_length=digits,
        max_length=MAX_PASTED_LENGTH,
    )


def _make_password_field(name: str, autocomplete: str) -> Field:
    return Field(name=name, kind=Kind.PASSWORD, message="", autocomplete=autocomplete, max_length=MAX_PASSWORD_LENGTH)


# The fields for the parameters of answer methods. A question fills in ``message`` and ``required``.
_FIELDS: Final[Mapping[str, Field]] = {
    "code": make_code_field(4),
    "password": _make_password_field("password", "current-password"),
    "new_password": _make_password_field("new_password", "new-password"),
    "answer": Field(name="answer", kind=Kind.TEXT, message="", autocomplete="off", max_length=MAX_STRING_LENGTH),
    "address": Field(
        name="address",
        kind=Kind.EMAIL,
        message="",
        autocomplete="email",
        inputmode="email",
        max_length=MAX_ATTRIBUTE_LENGTH,
    ),
    "device_name": Field(
        name="device_name", kind=Kind.TEXT, message="", autocomplete="off", max_length=MAX_ATTRIBUTE_LENGTH
    ),
    "credential": Field(name="credential", kind=Kind.PASSKEY, message="", autocomplete="webauthn"),
}


class Describing:
    """The base of questions. Most need no code for their form: it follows from ``answer`` and each ``answer_x``.

    Their keyword-only parameters are decisions of a developer, which no form asks for.

    A question whose form depends on its attributes overrides ``describe``, ``list_actions`` or ``make_answer``.

    Attributes:
        FIELDS: fields that differ from the usual ones of their parameters.
    """

    __slots__ = ()

    FIELDS: ClassVar[Mapping[str, Field]] = {}

    @property
    def name(self) -> str:
        """The question's name."""
        raise NotImplementedError

    @property
    def topic(self) -> str:
        """The beginning of the ids of its messages, such as ``challenge.sms_mfa``."""
        return f"challenge.{self.name.lower()}"

    def form(self, issuer: str | None = None, account: str | None = None) -> Form:
        """Return the question as a form.

        Only an authenticator app's secret needs the arguments. Without them no form contains a secret.

        Args:
            issuer: the name of your service. With it the form shows the secret and its QR code, if the question has
                them. Give such a form to the person only.
            account: the name that the person knows the account by. It is needed with ``issuer``.

        Raises:
            InvalidInput: an argument is not valid.
        """
        del issuer, account
        text, about = self.describe()
        return Form(message=f"{self.topic}.{text}", about=about, actions=self.list_actions())

    @hides_frames
    def answer_from(self, values: Mapping[str, Any], action: str | None = None) -> Answer:
        """Return the answer that was entered into this question's form.

        Args:
            values: what was entered, by the names of the action's fields. An empty text counts as missing. Other keys
                are ignored.
            action: the name of the action. None stands for ``answer``, or for the only action.

        Raises:
            InvalidInput: a value is missing or not valid, or there is no such action; ``.field`` is the name of the
                field, or ``action``.
        """
        chosen = self.form().find_action(action)
        return self.make_answer(chosen, chosen.read(require_instance("values", values, Mapping)))  # type: ignore[type-abstract]  # for isinstance

    def describe(self) -> tuple[str, Pairs]:
        """Return the last part of the id of the form's text, and what the text names."""
        return "text", ()

    def list_actions(self) -> tuple[Action, ...]:
        """Return the ways to answer."""
        return _derive_actions(type(self), self.topic)  # type: ignore[arg-type]  # classes are hashable

    def make_answer(self, action: Action, values: Mapping[str, Any]) -> Answer:
        """Return the answer by an action of this form, with the values that its fields have."""
        method = "answer" if action.name == "answer" else f"answer_{action.name}"
        answer: Answer = getattr(self, method)(**values)
        return answer


@cache
def _derive_actions(kind: type[Describing], topic: str) -> tuple[Action, ...]:
    """Return an action for ``answer`` and for each ``answer_x`` of a class."""
    inherited = {name: None for base in reversed(kind.__mro__) for name in vars(base)}
    methods = [name for name in inherited if name.startswith("answer_") and name != "answer_from"]
    first = ["answer"] if "answer" in inherited else []
    return tuple(_derive_action(kind, topic, method) for method in (*first, *methods))


def _derive_action(kind: type[Describing], topic: str, method: str) -> Action:
    name = method.removeprefix("answer_")
    _, *parameters = signature(getattr(kind, method)).parameters.values()
    parameters = [parameter for parameter in parameters if parameter.kind is not Parameter.KEYWORD_ONLY]
    return make_action(name, *(_derive_field(kind, topic, parameter) for parameter in parameters))


def _derive_field(kind: type[Describing], topic: str, parameter: Parameter) -> Field:
    required = parameter.default is Parameter.empty
    return make_field(topic, kind.FIELDS.get(parameter.name, _FIELDS[parameter.name]), required=required)


def make_field(topic: str, field: Field | str, *, required: bool = True) -> Field:
    """Return a field, or the usual field of a parameter, with its label in a question."""
    usual = _FIELDS[field] if isinstance(field, str) else field
    return replace(usual, message=f"{topic}.{usual.name}.label", required=required)


def make_action(name: str, *fields: Field) -> Action:
    """Return an action with its label. Questions share the labels of actions of the same name."""
    return Action(name=name, message=f"action.{name.lower()}", fields=fields)
