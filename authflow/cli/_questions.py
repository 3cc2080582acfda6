"""Questions in the terminal, from their forms. It knows no question, so that a new one needs no change here."""

import sys
from collections.abc import Mapping
from typing import Any, Final

from authflow import Action, Answer, AuthflowError, Field, Form, InvalidInput
from authflow.cli import _qr
from authflow.cli._terminal import ask, ask_hidden, ask_number, say
from authflow.core._describing import Describing
from authflow.core._texts import escape
from authflow.core.form import Kind
from authflow.messages import Messages

LIGHT_ON_DARK: Final = "\x1b[97;40m{}\x1b[0m"


class Unanswerable(AuthflowError):
    """This question can't be answered in a terminal. The text says what the user can do."""


def introduce(form: Form, messages: Messages) -> None:
    """Show what a form asks, when it is asked for the first time.

    Raises:
        Unanswerable: it can't be answered here.
    """
    lines = messages.describe(form)
    if not form.actions:
        raise Unanswerable(" ".join(lines))
    for line in lines:
        say(escape(line))
    possible = _list_possible(form)
    if len(possible) < len(form.actions):
        say(messages.text("terminal.passkey"))
    if not possible:
        raise Unanswerable(messages.text("terminal.use_browser"))
    for action in possible:
        for field in action.fields:
            if not field.is_entered:
                _show(field, messages)


def ask_for_answer(question: Describing, form: Form, messages: Messages) -> Answer:
    """Ask until the answer is valid, and return it.

    Raises:
        NoInput: the input has ended, or is not text.
    """
    while True:
        action = _ask_for_action(_list_possible(form), messages)
        try:
            return question.answer_from(_ask_for_fields(action, messages), action.name)
        except InvalidInput as error:
            say(messages.text(form.find_problem(error)))


def _list_possible(form: Form) -> list[Action]:
    """Return the actions that need no passkey, which a terminal does not have."""
    return [action for action in form.actions if all(field.kind is not Kind.PASSKEY for field in action.fields)]


def _ask_for_action(actions: list[Action], messages: Messages) -> Action:
    if len(actions) == 1:
        return actions[0]
    for index, action in enumerate(actions, 1):
        say(f"  {index}  {messages.text(action.message)}")
    label = messages.text("terminal.choice.label")
    while (number := ask_number(label, [action.name for action in actions])) is None:
        say(messages.text("terminal.choose_number", {"count": len(actions)}))
    return actions[number]


def _ask_for_fields(action: Action, messages: Messages) -> Mapping[str, Any]:
    return {field.name: _ask_for_field(field, messages) for field in action.fields if field.is_entered}


def _ask_for_field(field: Field, messages: Messages) -> str:
    label = escape(messages.text(field.message))
    if field.options:
        label += f" [{escape(', '.join(field.options))}]"
    if not field.required:
        label = messages.text("terminal.optional", {"label": label})
    if field.kind is not Kind.PASSWORD:
        return ask(label)
    if field.autocomplete != "new-password":
        return ask_hidden(label)
    return _ask_twice(label, messages)


def ask_for_new_password(messages: Messages) -> str:
    """Ask for a new password, twice, and return it."""
    return _ask_twice(messages.text("challenge.new_password.new_password.label"), messages)


def _ask_twice(label: str, messages: Messages) -> str:
    again = messages.text("terminal.again", {"label": label})
    while (password := ask_hidden(label)) != ask_hidden(again):
        say(messages.text("terminal.differ"))
    return password


def _show(field: Field, messages: Messages) -> None:
    """Show a field that is not entered. A QR code that the terminal can't draw is left out."""
    label, shown = escape(messages.text(field.message)), field.shown or ""
    if field.kind is not Kind.QR:
        say(f"{label}: {escape(shown)}")
        return
    picture = _qr.draw(shown, sys.stderr.encoding)
    colours = LIGHT_ON_DARK if sys.stderr.isatty() else "{}"
    for line in [f"{label}:", *map(colours.format, picture)] if picture else []:
        say(line)
