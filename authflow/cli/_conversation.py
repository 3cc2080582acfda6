"""A conversation in the terminal: the same for every kind of flow."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from authflow import Authenticator, Failed, Reason
from authflow.cli._questions import ask_for_answer, introduce
from authflow.cli._terminal import say
from authflow.core.flow import BaseFlow
from authflow.messages import Messages

F = TypeVar("F", bound=BaseFlow[Any, Any])

CANCELLED: Final = 130  # the exit code that shells report after Ctrl-C


def converse(auth: Authenticator, flow: F, messages: Messages) -> F:
    """Ask for answers until the flow has ended, and return it.

    Raises:
        AuthflowError: the flow can't continue; the text says why.
    """
    while (question := flow.challenge) is not None:
        form = question.form(flow.app.pool_id, flow.entered_username)
        if question.rejected is None:
            introduce(form, messages)
        else:
            say(messages.text(question.rejected.message_id))
        flow = auth.answer(flow, ask_for_answer(question, form, messages))
    return flow


def finish(run: Callable[[], BaseFlow[Any, Any]], succeed: Callable[[Any], None], messages: Messages) -> int:
    """Run a conversation, report how it ended, and return the exit code.

    Args:
        run: leads the conversation to its end.
        succeed: is given the state at the end, unless the flow has failed.
        messages: the texts.
    """
    try:
        flow = run()
    except KeyboardInterrupt:
        # Nothing is sent to Cognito: a Session expires by itself.
        say(f"\nauthflow: {Reason.CANCELLED}: {messages.text(Reason.CANCELLED.message_id)}")
        return CANCELLED
    if flow.failure is not None:
        say(f"authflow: {_name(flow.failure)}: {messages.text(flow.failure.reason.message_id)}")
        return 1
    succeed(flow.state)
    return 0


def _name(failed: Failed) -> str:
    """Return the reason and, if it is unknown, the exception's name: it helps whoever runs the pool."""
    is_named = failed.reason is Reason.OTHER and failed.code.isascii() and failed.code.isidentifier()
    return f"{failed.reason} ({failed.code})" if is_named else str(failed.reason)
