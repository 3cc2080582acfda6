"""Form: a question as data, which a page, a terminal or a JSON client can show without knowing the question.

A form holds ids of messages and no texts; ``authflow.messages`` has the texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from authflow.core._frames import hides_frames
from authflow.core._texts import clean
from authflow.core._validation import MAX_PASSWORD_LENGTH, MAX_USERNAME_LENGTH
from authflow.core.errors import InvalidInput
from authflow.core.pairs import Pairs

__all__ = ["SIGN_IN_FORM", "Action", "Field", "Form", "Kind"]


class Kind(StrEnum):
    """How a field is entered or shown."""

    TEXT = "text"
    PASSWORD = "password"
    CODE = "code"
    EMAIL = "email"
    TEL = "tel"
    PASSKEY = "passkey"
    QR = "qr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value to enter or, with ``shown``, a value to show.

    What an answer accepts fits ``pattern`` and the lengths. They are hints for a page; ``answer_from`` decides.

    Attributes:
        name: its key in the mapping for ``answer_from``.
        kind: how it is entered or shown.
        message: the id of its label.
        required: whether it must be entered.
        autocomplete, inputmode: HTML's attributes of these names; None if there is nothing to say.
        pattern: a regular expression for the whole text, which is the same in JavaScript and in Python.
        min_length, max_length: the length in characters.
        options: the values to choose from; empty if it is free.
        shown: the text to show: a ``qr`` as a QR code. A ``passkey`` is the exception: it is entered, and this is the
            JSON text of the options for the browser. It may be secret.
    """

    name: str
    kind: Kind
    message: str
    required: bool = True
    autocomplete: str | None = None
    inputmode: str | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    options: tuple[str, ...] = ()
    shown: str | None = field(default=None, repr=False)

    @property
    def is_entered(self) -> bool:
        """Whether the person enters it; otherwise it is only shown."""
        return self.shown is None or self.kind is Kind.PASSKEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One way to answer: a button, and the fields that belong to it.

    Attributes:
        name: the second argument of ``answer_from``. ``answer`` is the method ``answer``, any other name ``x`` is
            ``answer_x`` or an option of the question.
        message: the id of the button's text.
        fields: the fields, in the order in which to show them.
    """

    name: str
    message: str
    fields: tuple[Field, ...] = ()

    @hides_frames
    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was entered for the fields. An empty text counts as missing, and other keys are ignored.

        Raises:
            InvalidInput: a required field is missing; ``.field`` says which.
        """
        entered: dict[str, Any] = {}
        for each in self.fields:
            value = values.get(each.name) if each.is_entered else None
            if value is not None and value != "":
                entered[each.name] = value
            elif each.required and each.is_entered:
                raise InvalidInput(each.name, "is missing")
        return entered


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A question: a text, and the actions among which the person chooses one.

    Attributes:
        message: the id of the text.
        about: what the text names, such as ``destination``, as pairs. Show the pairs that it does not name below it.
        actions: the ways to answer. If there is none, the text says what the person can do.
    """

    message: str
    about: Pairs = ()
    actions: tuple[Action, ...] = ()

    def find_action(self, name: str | None = None) -> Action:
        """Return the action of this name. None stands for ``answer``, or for the only action.

        Raises:
            InvalidInput: there is no such action; ``.field`` is ``action``.
        """
        for action in self.actions:
            if action.name == (name or "answer") or (name is None and len(self.actions) == 1):
                return action
        offered = ", ".join(action.name for action in self.actions)
        raise InvalidInput("action", f"must be one of: {clean(offered, at_most=500) or 'none can be chosen'}")

    def find_problem(self, error: InvalidInput) -> str:
        """Return the id of a text for the person whose input raised InvalidInput in ``answer_from``."""
        named = {each.name: each.kind for action in self.actions for each in action.fields}
        return f"invalid.{named.get(error.field, 'action')}"

    def show(self, *shown: Field) -> "Form":
        """Return this form with fields to show at the beginning of its first action."""
        first, *others = self.actions
        return replace(self, actions=(replace(first, fields=(*shown, *first.fields)), *others))

    def to_json(self) -> dict[str, Any]:
        """Return the form as a JSON object. Members that are None or empty are omitted; ``about`` is an object."""
        return {**_to_json(self), **({"about": dict(self.about)} if self.about else {})}


#: Asks for what most openings need: ``username`` and ``password``. ``action.read(values)`` returns both.
SIGN_IN_FORM: Final = Form(
    message="opening.text",
    actions=(
        Action(
            name="answer",
            message="action.answer",
            fields=(
                Field(
                    name="username",
                    kind=Kind.TEXT,
                    message="opening.username.label",
                    autocomplete="username",
                    max_length=MAX_USERNAME_LENGTH,
                ),
                Field(
                    name="password",
                    kind=Kind.PASSWORD,
                    message="opening.password.label",
                    autocomplete="current-password",
                    max_length=MAX_PASSWORD_LENGTH,
                ),
            ),
        ),
    ),
)


def _to_json(value: Form | Action | Field) -> dict[str, Any]:
    members = ((member.name, getattr(value, member.name)) for member in fields(value))
    return {name: _member_to_json(item) for name, item in members if item is not None and item != ()}


def _member_to_json(value: object) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, Action | Field):
        return _to_json(value)
    if isinstance(value, tuple):
        return [_member_to_json(item) for item in value]
    return str(value) if isinstance(value, Kind) else value
